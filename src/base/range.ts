/**
 * Threshold ranges of monitoring plugins: `[@][start:][end]`.
 *
 *     10       alert outside 0..10          ~:10     alert above 10
 *     10:      alert below 10               10:20    alert outside 10..20
 *     :10      alert outside 0..10          @10:20   alert inside 10..20, both ends with it
 *
 * Source: Monitoring Plugins Development Guidelines, "Threshold and ranges". Where implementations differ, the
 * guidelines' reading holds: `~` only as a start, start <= end, no percent sign, and neither `:` nor nothing is a range.
 */
import { readNumber } from "./number.ts";

export interface Range {
  /** Minus infinity for `~`. */
  readonly start: number;
  /** Plus infinity if there is none. */
  readonly end: number;
  /** `@`: the range is where the alert is, not where it is not. */
  readonly isAlertInside: boolean;
}

/** Reads a range; `null` if the text is none. */
export function parseRange(text: string): Range | null {
  const isAlertInside = text.startsWith("@");
  const [first = "", second, ...others] = (isAlertInside ? text.slice(1) : text).split(":", 3);
  if (others.length > 0 || (first === "" && (second ?? "") === "")) return null;
  const start = second === undefined || first === "" ? 0 : readStart(first);
  const end = readEnd(second ?? first);
  if (start === null || end === null || start > end) return null;
  return { start, end, isAlertInside };
}

/** Whether `value` raises an alert. A value that is not a number is in no range: it does, unless the range has an `@`. */
export function isAlert(range: Range, value: number): boolean {
  const isInside = value >= range.start && value <= range.end;
  return isInside === range.isAlertInside;
}

function readStart(text: string): number | null {
  return text === "~" ? Number.NEGATIVE_INFINITY : readNumber(text);
}

/** Nothing behind the colon is no upper end. */
function readEnd(text: string): number | null {
  return text === "" ? Number.POSITIVE_INFINITY : readNumber(text);
}
