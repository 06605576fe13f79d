/**
 * Performance data: `'disk /'=12.5%;80;90;0;100 rta=0.3ms U2=U`, the numbers that a plugin prints behind a `|`.
 *
 *     perfdata   metrics, with blanks, newlines or `|` between them
 *     metric     label=value[unit][;[warn][;[crit][;[min][;[max]]]]]       `value` is a number or U, undetermined
 *     label      bare (no blank, quote or `=`), or in quotes, in which two quotes are one
 *
 * Source: Monitoring Plugins Development Guidelines, "Performance data". Real plugins print other things as well. The
 * rules for those, each of them decided so that no number is ever taken for another:
 *
 * - A word that is no metric is skipped and counted, and the next word is read as if nothing had been. A blank in a label
 *   without quotes therefore ends it: `key 1=5` skips `key`.
 * - The value decides. A threshold, minimum or maximum that is none is `null`, and the metric stays.
 * - But a comma, a quote or a second `=` behind the label spoils the metric: the one is a decimal comma (1,391 may be 1.391
 *   or 1391, and then so may its neighbours), the others are two metrics run together.
 * - Fields after `max` are ignored (some plugins print a semicolon too many). Double quotes quote, as single ones do.
 * - `inf`, `nan` and numbers too large to be held are no values.
 *
 * Time is linear in the input: a quoted label is looked for from its opening quote to the next one of its kind, and where
 * the label turns out to be none, the next quote that opens one stands behind that.
 */
import type { Metric } from "../core/result.ts";
import { readLeadingNumber, readNumber } from "../base/number.ts";
import { parseRange } from "../base/range.ts";

export interface Perfdata {
  readonly metrics: readonly Metric[];
  /** Words that are no metric. */
  readonly skipped: number;
  /** The first of them, for the operator who looks for the reason; `null` if there was none. */
  readonly firstSkipped: string | null;
  /** Metrics that came after `metricsMax`. */
  readonly beyondLimit: number;
}

/** One result's metrics. The chattiest real plugins print about 100; the rest is counted and said. */
export const metricsMax = 256;

/** Long enough for a file system's path. A longer label would be cut, and two cut labels may be one: it is skipped. */
export const labelCharactersMax = 255;

/** No unit is longer; what is, is a text and not a number. */
export const unitCharactersMax = 32;

/** Reads all metrics of a text. Never throws. */
export function parsePerfdata(text: string): Perfdata {
  const metrics: Metric[] = [];
  let skipped = 0;
  let firstSkipped: string | null = null;
  let beyondLimit = 0;
  for (let at = afterBlanks(text, 0); at < text.length; at = afterBlanks(text, at)) {
    const word = readWord(text, at);
    if (word.metric === null) {
      firstSkipped ??= text.slice(at, word.end);
      skipped += 1;
    } else if (metrics.length < metricsMax) metrics.push(word.metric);
    else beyondLimit += 1;
    at = word.end;
  }
  return { metrics, skipped, firstSkipped, beyondLimit };
}

/** A metric as plugins print it; `parsePerfdata` reads the same back. For perfdata that we print ourselves. */
export function printMetric(metric: Metric): string {
  const isBare = /^[^\s|='"]+$/.test(metric.label);
  const label = isBare ? metric.label : `'${metric.label.replaceAll("'", "''")}'`;
  const value = metric.value === null ? "U" : `${metric.value}${metric.unit}`;
  const fields = [value, metric.warn ?? "", metric.crit ?? "", metric.min ?? "", metric.max ?? ""].join(";");
  return `${label}=${withoutLast(fields, ";")}`;
}

interface Word {
  readonly metric: Metric | null;
  readonly end: number;
}

/** Reads the metric that begins at `start`; if there is none, the word ends at the next blank. */
function readWord(text: string, start: number): Word {
  const label = readLabel(text, start);
  if (label === null) return { metric: null, end: endOfWord(text, start) };
  const end = endOfWord(text, label.end);
  return { metric: readMetric(label.text, text.slice(label.end, end)), end };
}

/** The label at `start`; its `end` is behind the `=`. `null` if no label stands there. */
function readLabel(text: string, start: number): { readonly text: string; readonly end: number } | null {
  const quote = text.charAt(start);
  if (quote === "'" || quote === '"') {
    const closing = closingQuote(text, start, quote);
    if (text.charAt(closing + 1) !== "=") return null;
    return { text: text.slice(start + 1, closing).replaceAll(quote + quote, quote), end: closing + 2 };
  }
  const wordEnd = endOfWord(text, start);
  let equals = start;
  while (equals < wordEnd && text.charAt(equals) !== "=") equals += 1;
  const label = text.slice(start, equals);
  return equals === wordEnd || label.includes("'") ? null : { text: label, end: equals + 1 };
}

/** Where the quote closes that opens at `start`; the text's length if it never does. */
function closingQuote(text: string, start: number, quote: string): number {
  let at = text.indexOf(quote, start + 1);
  while (at !== -1 && text.charAt(at + 1) === quote) at = text.indexOf(quote, at + 2);
  return at === -1 ? text.length : at;
}

/** `null` if what stands behind the `=` does not begin with a value, or the label cannot be shown. */
function readMetric(label: string, fields: string): Metric | null {
  if (label === "" || label.length > labelCharactersMax || /\p{Cc}/u.test(label)) return null;
  if (/[,='"]/.test(fields)) return null;
  const [first = "", warn = "", crit = "", min = "", max = ""] = fields.split(";", 5);
  const value = readValue(first);
  if (value === null) return null;
  return {
    label,
    ...value,
    warn: readThreshold(warn),
    crit: readThreshold(crit),
    min: readNumber(min),
    max: readNumber(max),
  };
}

/** Letters of any script, and the signs that stand in real units: `%`, `°C`, `B/s`, `€`, `m²`. A digit means no number. */
const unit = /^[\p{L}\p{Sc}%°/²³]*$/u;

function readValue(text: string): { readonly value: number | null; readonly unit: string } | null {
  if (text === "U") return { value: null, unit: "" };
  const leading = readLeadingNumber(text);
  if (leading === null || leading.rest.length > unitCharactersMax || !unit.test(leading.rest)) return null;
  return { value: leading.value, unit: leading.rest };
}

/** Thresholds are kept as they were written. */
function readThreshold(text: string): string | null {
  return parseRange(text) === null ? null : text;
}

const blanks: ReadonlySet<string> = new Set([" ", "\t", "\n", "\r", "\v", "\f", "|"]);

function afterBlanks(text: string, start: number): number {
  let at = start;
  while (at < text.length && blanks.has(text.charAt(at))) at += 1;
  return at;
}

function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && !blanks.has(text.charAt(at))) at += 1;
  return at;
}

function withoutLast(text: string, character: string): string {
  let end = text.length;
  while (text.charAt(end - 1) === character) end -= 1;
  return text.slice(0, end);
}
