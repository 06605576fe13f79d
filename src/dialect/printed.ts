/**
 * What a check printed, taken apart: one line for a human, more lines, performance data. And put together again as a
 * result, with a sentence for whatever was left out, so that nothing is lost without a word.
 *
 * Source: Nagios plugin API and Monitoring Plugins Development Guidelines, "Plugin Output": the first line up to `|` is
 * the output, behind it perfdata; the lines after it are long output up to their first `|`, all the rest is perfdata.
 */
import type { Metric, Outcome, Result, Status } from "../core/result.ts";
import { metricsMax } from "./perfdata.ts";
import type { Perfdata } from "./perfdata.ts";
import { cleanLine, cleanText, cutText } from "./text.ts";

/** What a finished process left, as text, up to the limit of whoever collected it. */
export interface CheckOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** What came beyond that limit, and was thrown away. */
  readonly droppedBytes: number;
}

/** Cleaned, not yet cut. */
export interface Printed {
  /** Empty if nothing was printed. */
  readonly line: string;
  /** The line is from stderr, because stdout had no text: it may explain, and decides nothing. */
  readonly isLineFromStderr: boolean;
  /** Further lines, and what came on stderr. */
  readonly more: string;
  readonly perfdata: string;
  readonly droppedBytes: number;
}

/** One line in a table or a pager's message; a longer one is cut, and that is said. In UTF-16 units. */
export const outputCharactersMax = 1_024;

/** As much as Nagios keeps, and a few screenfuls. In UTF-16 units. */
export const longOutputCharactersMax = 8_192;

/** Takes the output of a plugin apart. What stands on stderr is appended; its first line steps in if stdout has no text. */
export function readPrinted(output: CheckOutput): Printed {
  const { line, more, perfdata } = splitOutput(cleanText(output.stdout));
  /** When output was thrown away, the last number may be half of one: `lag=12` of `lag=1234`. */
  const whole = output.droppedBytes > 0 ? withoutLastWord(perfdata) : perfdata;
  const { droppedBytes } = output;
  return withStderr({ line, isLineFromStderr: false, more, perfdata: whole, droppedBytes }, output.stderr);
}

/** The same for a program whose output knows no perfdata: `|` is a character like any other. */
export function readPrintedPlain(output: CheckOutput): Printed {
  const [line, more] = splitLine(cleanText(output.stdout));
  const { droppedBytes } = output;
  const printed: Printed = {
    line: cleanLine(line),
    isLineFromStderr: false,
    more: tidyLines(more),
    perfdata: "",
    droppedBytes,
  };
  return withStderr(printed, output.stderr);
}

/** For a result whose output is something else than the line: the line then stands with the others. */
export function withLineKept(printed: Printed): Printed {
  return { ...printed, line: "", more: joinLines(printed.line, printed.more) };
}

/** The guidelines' cut, and nothing else. Empty lines before the text are passed over. `text` is cleaned. */
export function splitOutput(text: string): { readonly line: string; readonly more: string; readonly perfdata: string } {
  const [first, others] = splitLine(text);
  const [line, perfdata] = splitAt(first, "|");
  const [more, morePerfdata] = splitAt(others, "|");
  /** No blank is put behind the text's last word: whether it stands at the very end tells if it may be half a word. */
  const joint = others === "" && !text.endsWith("\n") ? "" : "\n";
  return { line: cleanLine(line), more: tidyLines(more), perfdata: perfdata + joint + morePerfdata };
}

/** What stands beside an output that was read as a whole: stderr, and what was thrown away. Empty if there is nothing. */
export function sayBeside({ stderr, droppedBytes }: CheckOutput): string {
  const text = tidyLines(cleanText(stderr));
  return joinLines(text === "" ? "" : `${stderrHeading}\n${text}`, sayDropped(droppedBytes));
}

export interface Composition {
  readonly status: Status;
  readonly output: string;
  readonly printed: Printed;
  readonly perfdata?: Perfdata;
  readonly outcome: Outcome | null;
}

/** A result within its limits. What was cut, skipped or thrown away is said at the end of the long output. */
export function composeResult({ status, output, printed, perfdata, outcome }: Composition): Result {
  const long = cutText(printed.more, longOutputCharactersMax);
  const longOutput = [long, ...sayLosses(printed, perfdata)].filter((part) => part !== "").join("\n");
  const metrics: readonly Metric[] = perfdata?.metrics ?? [];
  return { status, output: cutText(cleanLine(output), outputCharactersMax), longOutput, metrics, outcome };
}

function sayLosses(printed: Printed, perfdata: Perfdata | undefined): readonly string[] {
  const sentences: string[] = [];
  if (perfdata !== undefined && perfdata.skipped > 0) {
    const first = cutText(cleanLine(perfdata.firstSkipped ?? ""), 40);
    sentences.push(
      `(performance data: skipped ${count(perfdata.skipped, "word")} that no metric can be read from, first: ${first})`,
    );
  }
  if (perfdata !== undefined && perfdata.beyondLimit > 0) {
    sentences.push(
      `(performance data: ${count(perfdata.beyondLimit, "metric")} more than the ${metricsMax} that are kept)`,
    );
  }
  return [...sentences, sayDropped(printed.droppedBytes)];
}

function sayDropped(droppedBytes: number): string {
  return droppedBytes === 0 ? "" : `(output: ${count(droppedBytes, "byte")} more than are kept, thrown away)`;
}

const stderrHeading = "on stderr:";

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

function withStderr(printed: Printed, stderr: string): Printed {
  const text = tidyLines(cleanText(stderr));
  if (text === "") return printed;
  if (printed.line !== "") return { ...printed, more: joinLines(printed.more, `${stderrHeading}\n${text}`) };
  const [line, more] = splitLine(text);
  return { ...printed, line: cleanLine(line), isLineFromStderr: true, more: joinLines(printed.more, tidyLines(more)) };
}

/** The first line that is not blank, and everything behind it. */
function splitLine(text: string): readonly [string, string] {
  return splitAt(text.slice(Math.max(0, text.search(/\S/))), "\n");
}

/** What stands before the first `separator` and what stands behind it; all and nothing if there is none. */
function splitAt(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** Without blank lines at the beginning and blanks at the end; the first line keeps its indentation. */
function tidyLines(text: string): string {
  const start = text.search(/\S/);
  return start === -1 ? "" : text.slice(text.lastIndexOf("\n", start) + 1).trimEnd();
}

function joinLines(first: string, second: string): string {
  return first === "" || second === "" ? first + second : `${first}\n${second}`;
}

function withoutLastWord(text: string): string {
  let end = text.length;
  while (end > 0 && /\S/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
