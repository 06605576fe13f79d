/**
 * Whether a check answered at all. An exit code is an answer, in whatever dialect; that it ran out of time, could not be
 * run or was killed is none, and means the same in all of them:
 *
 *     timed out        critical   it was asked, and could not say that it is well
 *     could not be run unknown    missing, no permission, bad interpreter, no process to be had: a broken script must not
 *                                 keep a dead master, and must not kill a healthy one
 *     killed           unknown    by somebody else, or by its own mistake
 *     lost             unknown    whoever watched over it died
 *
 * Metrics are not read from what such a check printed: the last number may be half of one.
 */
import { sayDuration } from "../base/duration.ts";
import { unreachable } from "../base/invariant.ts";
import type { Outcome, Result, Status } from "../core/result.ts";
import { composeResult } from "./printed.ts";
import type { Printed } from "./printed.ts";

export type Answer =
  | { readonly kind: "code"; readonly code: number }
  | { readonly kind: "none"; readonly status: Status; readonly sentence: string };

export function readAnswer(outcome: Outcome): Answer {
  switch (outcome.kind) {
    case "exited":
      return isNeverRun(outcome.code)
        ? { kind: "none", status: "unknown", sentence: `could not be run (exit ${outcome.code})` }
        : { kind: "code", code: outcome.code };
    case "killed":
      return { kind: "none", status: "unknown", sentence: `killed by ${outcome.signal}` };
    case "timed-out":
      return { kind: "none", status: "critical", sentence: `timed out after ${sayDuration(outcome.afterMs)}` };
    case "not-started":
      return { kind: "none", status: "unknown", sentence: `could not be run: ${sayReason(outcome)}` };
    case "lost":
      return { kind: "none", status: "unknown", sentence: `how it ended is not known: ${outcome.reason}` };
  }
  return unreachable(outcome);
}

/** The result of a check that did not answer: why, and what it had printed so far. */
export function composeUnanswered(
  answer: Answer & { readonly kind: "none" },
  printed: Printed,
  outcome: Outcome,
): Result {
  const hasRun = outcome.kind !== "not-started";
  const isSilent = printed.line === "" || isShellsWord(printed);
  const had = isSilent ? "had printed nothing" : `had printed: ${printed.line}`;
  const output = hasRun ? `${answer.sentence}, ${had}` : answer.sentence;
  return composeResult({ status: answer.status, output, printed, outcome });
}

/** A shell says so of the program that it waited for, when both are ended: the check itself had said nothing yet. */
function isShellsWord({ line, isLineFromStderr }: Printed): boolean {
  return isLineFromStderr && (line === "Terminated" || line === "Killed");
}

/** The system's name of the reason is what people search for; often the sentence has it already. */
function sayReason({ reason, errno }: Outcome & { readonly kind: "not-started" }): string {
  return reason.includes(errno) ? reason : `${reason} (${errno})`;
}

/** What shells, `env` and the loader say of a program that cannot be executed, is not there, or lacks a library. */
function isNeverRun(code: number): boolean {
  return code === 126 || code === 127;
}
