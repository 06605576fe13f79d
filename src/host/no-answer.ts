/**
 * Why a program that was asked something gave no answer: too slow, broken, ended by a signal. That is not the same as the
 * answer "there is none", and asked again it may answer: a machine that is just starting is slow.
 */
import type { ExecFileException } from "node:child_process";
import { sayDuration } from "../base/duration.ts";
import { printable } from "../base/terminal-text.ts";

/** What stands behind a colon: a line for a human, from a program that may print anything. */
const shownCharactersMax = 200;

/** A sentence without a capital, with the last line that the program wrote on its standard error, if any. */
export function whyUnanswered(error: ExecFileException, stderr: string, timeoutMs: number): string {
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  const said = last === "" ? "" : `, and said: ${printable(last).slice(0, shownCharactersMax)}`;
  return `${howItEnded(error, timeoutMs)}${said}`;
}

function howItEnded({ code, killed, signal }: ExecFileException, timeoutMs: number): string {
  if (typeof code === "string") return `it could not be asked (${code})`;
  if (killed === true) return `it took longer than ${sayDuration(timeoutMs)}`;
  if (typeof signal === "string") return `it was ended by ${signal}`;
  return `it ended with exit code ${code ?? "unknown"}`;
}
