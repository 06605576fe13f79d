/**
 * History for people: one line an entry, with its time, its kind and its sentence; below a step's end what the step
 * printed. On a terminal the day stands on a line of its own and sentences are folded; in a pipe every line is whole.
 *
 * Entries come from a daemon or a journal that may be newer than this program, so a kind that is not known is shown too.
 */
import { isObject } from "../base/shape.ts";
import { printable, truncate } from "../base/terminal-text.ts";
import type { Layout } from "./columns.ts";
import { localTimeOf } from "./dates.ts";
import { paint, type Colour } from "./terminal.ts";
import { wrap } from "./wrap.ts";

/** What an entry needs to be shown; it has more. */
export interface HistoryEntry {
  readonly seq: number;
  /** RFC 3339. */
  readonly at: string;
  readonly kind: string;
  readonly sentence: string;
  readonly fields: Readonly<{ [name: string]: unknown }>;
}

/** null: it is no entry. */
export function parseHistoryEntry(value: unknown): HistoryEntry | null {
  if (!isObject(value)) return null;
  const { seq, at, kind, sentence } = value;
  if (typeof seq !== "number" || typeof at !== "string" || typeof kind !== "string") return null;
  return { seq, at, kind, sentence: typeof sentence === "string" ? sentence : "", fields: value };
}

/** So wide is the longest kind that comes often (`maintenance-off`). */
const kindColumns = 15;

/** The printer keeps the day that it printed last. */
export interface HistoryPrinter {
  /** Lines, without the last newline. */
  readonly print: (entry: HistoryEntry) => string;
}

/** `tooLong`: what happens to what does not fit into the line. */
export function historyPrinter(layout: Layout, tooLong: "cut" | "wrap" = "wrap"): HistoryPrinter {
  let lastDay = "";
  return {
    print: (entry) => {
      const { day, time, fraction } = localTimeOf(entry.at) ?? { day: printable(entry.at), time: "", fraction: "" };
      const isNewDay = layout.columns !== null && day !== lastDay;
      lastDay = day;
      const shownTime = layout.columns === null ? `${day} ${time}${fraction}` : time + fraction;
      const lines = printEntry(entry, shownTime, { ...layout, tooLong });
      return [...(isNewDay ? [paint(layout.isColoured, "bold", day)] : []), ...lines].join("\n");
    },
  };
}

function printEntry(
  entry: HistoryEntry,
  time: string,
  { columns, isColoured, tooLong }: Layout & { readonly tooLong: "cut" | "wrap" },
): readonly string[] {
  const colour = colourOf(entry);
  const kind = printable(entry.kind);
  const indent = time.length + kindColumns + 4;
  const room = columns === null ? Infinity : Math.max(20, columns - indent);
  const fit = (text: string, width: number): readonly string[] =>
    tooLong === "cut" ? [truncate(text, width)] : wrap(text, width);
  const [first = "", ...further] = fit(printable(entry.sentence), room);
  const head = `${paint(isColoured, "dim", time)}  ${paint(isColoured, colour, kind)}${" ".repeat(Math.max(0, kindColumns - kind.length))}`;
  const printed = outputLines(entry).flatMap((line) => fit(printable(line), room - 2).map((part) => `| ${part}`));
  const below = [...further, ...printed.map((line) => paint(isColoured, "dim", line))];
  return [`${head}  ${first}`.trimEnd(), ...below.map((line) => " ".repeat(indent) + line)];
}

function outputLines(entry: HistoryEntry): readonly string[] {
  const { output, droppedBytes } = entry.fields;
  const lines = typeof output === "string" && output.trim() !== "" ? output.trimEnd().split("\n") : [];
  const isCut = typeof droppedBytes === "number" && droppedBytes > 0;
  return isCut ? [...lines, `(${droppedBytes} bytes more, in the step's log)`] : lines;
}

/** How much an entry asks for attention. */
function colourOf({ kind, fields }: HistoryEntry): Colour {
  if (kind === "run-end") return fields["outcome"] === "done" ? "green" : "red";
  if (kind === "step-end") return fields["isSuccess"] === true ? "plain" : "red";
  if (kind === "expectation") return fields["isMet"] === true ? "green" : "red";
  return colours[kind] ?? "plain";
}

const colours: Readonly<{ [kind: string]: Colour }> = {
  "split-brain": "red",
  blocked: "red",
  "in-doubt": "red",
  awaiting: "red",
  "reload-refused": "red",
  stalled: "yellow",
  held: "yellow",
  dropped: "yellow",
  waiting: "yellow",
  "maintenance-on": "yellow",
  "run-start": "bold",
  transition: "bold",
};
