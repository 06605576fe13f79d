/**
 * Tables for people: aligned columns, two blanks between them, the last as wide as the line allows. What does not fit
 * into the line is cut off or goes on below, as the table wishes; in a pipe everything is there.
 */
import { displayWidth, printable, truncate } from "../base/terminal-text.ts";
import { paint, type Colour } from "./terminal.ts";
import { wrap } from "./wrap.ts";

export interface Cell {
  readonly text: string;
  readonly colour: Colour;
}

export interface Layout {
  /** null: lines may have any length. */
  readonly columns: number | null;
  readonly isColoured: boolean;
}

/** So much of the line is the last column's, however wide the others are. */
const lastColumnMin = 20;

export function cell(text: string, colour: Colour = "plain"): Cell {
  return { text: printable(text), colour };
}

/** Lines of a table, the headings first. `tooLong`: what happens to a last cell that does not fit. */
export function layOut(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  options: Layout & { readonly tooLong: "cut" | "wrap" },
): readonly string[] {
  const all = [headings.map((heading) => cell(heading, "bold")), ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => displayWidth(row[column]?.text ?? ""))));
  const indent = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const room = options.columns === null ? Infinity : Math.max(lastColumnMin, options.columns - indent);
  return all.flatMap((row) => {
    const before = row.slice(0, -1).map((each, column) => pad(each, (widths[column] ?? 0) + 2, options.isColoured));
    const last = row.at(-1) ?? cell("");
    const [first = "", ...further] = options.tooLong === "cut" ? [truncate(last.text, room)] : wrap(last.text, room);
    const lines = [before.join("") + paint(options.isColoured, last.colour, first)];
    for (const text of further) lines.push(" ".repeat(indent) + paint(options.isColoured, last.colour, text));
    return lines.map((line) => line.trimEnd());
  });
}

function pad(each: Cell, width: number, isColoured: boolean): string {
  return paint(isColoured, each.colour, each.text) + " ".repeat(Math.max(0, width - displayWidth(each.text)));
}
