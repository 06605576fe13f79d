/** Measurements as a table for people: of several runs the median, and behind it the worst. */
import type { Measured } from "./scene.ts";

export interface Row {
  readonly name: string;
  readonly runs: readonly Measured[];
}

const columns: readonly { readonly head: string; readonly cell: (row: Row) => string }[] = [
  { head: "case", cell: ({ name }) => name },
  { head: "runs", cell: ({ runs }) => String(runs.length) },
  { head: "fault to action", cell: ({ runs }) => seconds(runs.map(({ actionMs }) => actionMs)) },
  { head: "fault to served", cell: ({ runs }) => seconds(runs.map(({ servedMs }) => servedMs)) },
  { head: "longest gap", cell: ({ runs }) => seconds(runs.map(({ gapMs }) => gapMs)) },
  {
    head: "rows lost",
    cell: ({ runs }) => `${sum(runs.map(({ lost }) => lost))} of ${sum(runs.map(({ acknowledged }) => acknowledged))}`,
  },
  { head: "two masters", cell: ({ runs }) => seconds(runs.map(({ togetherMs }) => togetherMs)) },
];

/** Lines, the head first. */
export function tableOf(rows: readonly Row[]): readonly string[] {
  const lines = [columns.map(({ head }) => head), ...rows.map((row) => columns.map(({ cell }) => cell(row)))];
  const widths = columns.map((_column, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("   ")
      .trimEnd(),
  );
}

/** `5.64 s`, or of several runs `5.64 s (6.02)`. */
function seconds(ms: readonly number[]): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const say = (value: number | undefined): string => ((value ?? 0) / 1_000).toFixed(2);
  const median = say(sorted[Math.floor((sorted.length - 1) / 2)]);
  return sorted.length === 1 ? `${median} s` : `${median} s (${say(sorted.at(-1))})`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
