/**
 * Collects complaints of one file: turns spans into lines and columns, and keeps a hostile file from drowning the reader.
 */
import { lineBounds, lineOf, lineCharactersMax } from "./source.ts";
import type { Code } from "./codes.ts";
import type { Source } from "./source.ts";
import type { Span } from "./tree.ts";
import type { Complaint } from "../core/complaint.ts";

/** More than anybody reads in one go; the rest is counted. */
export const complaintsMax = 100;

/** Shown of a line that is itself too long. */
const shownCharactersMax = 200;

/** A hint that costs something to find is a function, called only if the complaint will be shown. */
export type Hint = string | null | (() => string | null);

export interface Complaints {
  readonly source: Source;
  /** One mistake. `code` beginning with `W` is a warning. */
  add(code: Code, span: Span, message: string, hint?: Hint): void;
  /** Of the file as a whole. */
  addOfFile(code: Code, message: string, hint?: Hint): void;
  /** So many that reading on is of no use. */
  isFull(): boolean;
  hasErrors(): boolean;
  /** By position; at most `complaintsMax`, then one that counts the rest. */
  list(): readonly Complaint[];
}

export function collectComplaints(source: Source): Complaints {
  const kept: Complaint[] = [];
  let dropped = 0;
  let errors = 0;

  const keep = (
    code: Code,
    where: Omit<Complaint, "severity" | "code" | "file" | "message" | "hint">,
    message: string,
    hint: Hint,
  ): void => {
    const severity = code.startsWith("W") ? "warning" : "error";
    if (severity === "error") errors += 1;
    if (kept.length >= complaintsMax) {
      dropped += 1;
      return;
    }
    kept.push({
      severity,
      code,
      file: source.name,
      ...where,
      message,
      hint: typeof hint === "function" ? hint() : hint,
    });
  };

  return {
    source,
    add: (code, span, message, hint = null) => keep(code, locate(source, span), message, hint),
    addOfFile: (code, message, hint = null) => keep(code, { line: 0, column: 0, width: 1, source: "" }, message, hint),
    isFull: () => dropped >= 10 * complaintsMax,
    hasErrors: () => errors > 0,
    list: () => {
      const sorted = kept.toSorted((a, b) => a.line - b.line || a.column - b.column);
      if (dropped === 0) return sorted;
      // Warnings are looked for only when there are no errors, so all of them are one or the other.
      const [severity, code, what] =
        errors > 0 ? (["error", "E101", "complaints"] as const) : (["warning", "W18", "warnings"] as const);
      const message = `there are ${dropped} more ${what} about this file`;
      const hint = "mend the first ones and look again";
      return [
        ...sorted,
        { severity, code, file: source.name, line: 0, column: 0, width: 1, source: "", message, hint },
      ];
    },
  };
}

/** The same list, into which complaints of these numbers do not go: they would follow from others that were made elsewhere. */
export function withoutConsequences(complaints: Complaints, codes: ReadonlySet<Code>): Complaints {
  if (codes.size === 0) return complaints;
  return {
    ...complaints,
    add: (code, span, message, hint) => (codes.has(code) ? undefined : complaints.add(code, span, message, hint)),
  };
}

/** A span that goes over several lines is marked on its first only. */
function locate(source: Source, span: Span): Pick<Complaint, "line" | "column" | "width" | "source"> {
  const line = lineOf(source, span.start);
  const { start, end } = lineBounds(source, line);
  if (end - start > lineCharactersMax) {
    return { line, column: 0, width: 1, source: source.text.slice(start, start + shownCharactersMax) };
  }
  const before = source.text.slice(start, span.start);
  const marked = source.text.slice(span.start, Math.min(span.end, end));
  return {
    line,
    column: charactersIn(before) + 1,
    width: Math.max(1, charactersIn(marked)),
    source: source.text.slice(start, end),
  };
}

/** Code points. */
function charactersIn(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
