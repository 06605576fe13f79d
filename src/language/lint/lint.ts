/**
 * Warnings: what is legal and dangerous. Each can be meant; then a comment says so and why, on the line above or at the
 * line's end, and the next reader knows too:
 *
 *     # lint: allow W01 the old master fences itself by its watchdog
 *     promote_postgres %SLAVE%
 */
import { codes } from "../codes.ts";
import { lintEchoes, lintFences, lintStops } from "./actions.ts";
import { lintConditions } from "./conditions.ts";
import { lintBehindPeople, lintDelays, lintProofs, lintSecrets } from "./devices.ts";
import { lintChecks, lintVariables } from "./names.ts";
import { lintFencesOfMasters, lintPromotions } from "./promotions.ts";
import { lintDoubles, lintImpossible, lintNoMaster, lintNoRule } from "./triggers.ts";
import { lintWords } from "./words.ts";
import { lineOf } from "../source.ts";
import type { Complaints } from "../complaints.ts";
import type { Comment } from "../cursor.ts";
import type { Linted, Warning } from "./linted.ts";
import type { Span } from "../tree.ts";

export interface LintedFile {
  readonly complaints: Complaints;
  readonly comments: readonly Comment[];
  /** Where each statement stands, in order. */
  readonly statements: readonly Span[];
}

/** Adds the warnings to the complaints of the files. */
export function lint(linted: Linted, files: Readonly<Record<Warning["file"], LintedFile>>): void {
  const warnings = [
    ...lintChecks(linted),
    ...lintConditions(linted),
    ...lintImpossible(linted),
    ...lintDoubles(linted, files.actions.complaints.source),
    ...lintNoMaster(linted),
    ...lintNoRule(linted),
    ...lintPromotions(linted),
    ...lintFencesOfMasters(linted),
    ...lintEchoes(linted),
    ...lintFences(linted),
    ...lintStops(linted),
    ...lintProofs(linted),
    ...lintDelays(linted),
    ...lintBehindPeople(linted),
    ...lintSecrets(linted),
    ...lintVariables(linted),
    ...lintWords(linted, { checks: files.checks.complaints.source, actions: files.actions.complaints.source }),
  ];
  for (const name of ["checks", "actions"] as const) {
    const ofFile = warnings.filter((warning) => warning.file === name);
    report(ofFile, files[name]);
  }
}

/** A comment `# lint: allow W01 why`. */
interface Allowance {
  readonly code: string;
  readonly comment: Comment;
  /** Index of the statement that it is about; -1 if there is none. */
  readonly statement: number;
  isUsed: boolean;
}

function report(warnings: readonly Warning[], file: LintedFile): void {
  const { source } = file.complaints;
  const lines = file.statements.map((span) => ({
    first: lineOf(source, span.start),
    last: lineOf(source, Math.max(span.start, span.end - 1)),
  }));
  const allowances = readAllowances(file, lines);
  const byPlace = new Map(allowances.map((allowance) => [`${allowance.code} ${allowance.statement}`, allowance]));
  const told = new Set<string>();
  for (const { code, span, message, hint } of warnings) {
    const allowance =
      span === null
        ? allowances.find((other) => other.code === code)
        : byPlace.get(`${code} ${indexOfLine(lines, lineOf(source, span.start))}`);
    if (allowance !== undefined) allowance.isUsed = true;
    const once = `${code} ${span?.start} ${message}`;
    if (allowance !== undefined || told.has(once)) continue;
    told.add(once);
    if (span === null) file.complaints.addOfFile(code, message, hint);
    else file.complaints.add(code, span, message, hint);
  }
  for (const { code, comment, isUsed } of allowances) {
    if (isUsed) continue;
    file.complaints.add(
      "W16",
      comment.span,
      `there is no ${code} here that could be allowed`,
      "a comment above a line, or at its end, is about this line; remove it if it has done its work",
    );
  }
}

interface Lines {
  readonly first: number;
  readonly last: number;
}

function readAllowances(file: LintedFile, lines: readonly Lines[]): readonly Allowance[] {
  const { source } = file.complaints;
  const commentLines = new Set(file.comments.map((comment) => lineOf(source, comment.span.start)));
  const meant = statementsMeant(commentLines, lines);
  const allowances: Allowance[] = [];
  for (const comment of file.comments) {
    if (!/^\s*lint\s*:/i.test(comment.text)) continue;
    const [, code, reason] = /^\s*lint:\s*allow\s+(W\d\d)\b[\s:,-]*(.*)$/.exec(comment.text) ?? [];
    const [message, hint = null] = whatIsWrong(code, reason?.trim() ?? "");
    if (code === undefined || message !== undefined) {
      if (message !== undefined) file.complaints.add("W16", comment.span, message, hint);
      continue;
    }
    const statement = meant.get(lineOf(source, comment.span.start)) ?? -1;
    allowances.push({ code, comment, statement, isUsed: false });
  }
  return allowances;
}

/** What is said about it, and how to mend it; nothing if all is well. */
function whatIsWrong(code: string | undefined, reason: string): readonly string[] {
  if (code === undefined) return ["a comment for the linter is `# lint: allow W01 why this is meant`"];
  if (!Object.hasOwn(codes, code)) return [`there is no warning ${code}`];
  if (reason === "") return [`say why ${code} is meant here, for those who come after you`];
  const [other] = /^W\d\d\b/.exec(reason) ?? [];
  if (other === undefined) return [];
  return [
    `a comment allows one warning, and this one names ${code} and ${other}`,
    "write two comments, one above the other, each with its reason",
  ];
}

/** For each line with a comment the statement on it, or the one below with nothing but comments between; -1: none. */
function statementsMeant(commentLines: ReadonlySet<number>, lines: readonly Lines[]): ReadonlyMap<number, number> {
  const meant = new Map<number, number>();
  for (const line of [...commentLines].toSorted((a, b) => b - a)) {
    const here = indexOfLine(lines, line);
    meant.set(line, here === -1 ? (meant.get(line + 1) ?? indexOfLine(lines, line + 1)) : here);
  }
  return meant;
}

/** Index of the statement that has this line; statements do not overlap and are in order. */
function indexOfLine(lines: readonly Lines[], line: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const candidate = lines[middle];
    if (candidate === undefined) return -1;
    if (line < candidate.first) high = middle - 1;
    else if (line > candidate.last) low = middle + 1;
    else return middle;
  }
  return -1;
}
