/** How a run and its steps are named in records and sentences. */
import type { OfStep } from "./record.ts";
import type { Outcome } from "./result.ts";
import type { Run } from "./run.ts";

/** What every record of a step says of it. */
export function ofStep(run: Run, attempt: number, command: readonly string[], name: string): OfStep {
  return { run: run.run, rule: run.rule, step: run.at + 1, attempt, command, name, isUndo: run.failure !== null };
}

export function stepTitle(run: Run): string {
  const undo = run.failure === null ? "" : "undo of ";
  return `${run.rule}, run ${run.run}, ${undo}step ${run.at + 1} of ${run.actions.length}`;
}

/** What a trigger waits for, in front of its turn. */
export function sayAwaited(run: Run | null): string {
  return run === null ? "what has to be learned first" : `run ${run.run} of ${run.rule} to end`;
}

/** What a `manual` fence device asks for. */
export function sayAskedOfPerson({ run }: Run, host: string): string {
  return `switch ${host} off, then say "failoverctl ack fence ${host}"; or "failoverctl abandon ${run}"`;
}

export function sayOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case "exited":
      return `exit ${outcome.code}`;
    case "killed":
      return `killed by ${outcome.signal}`;
    case "timed-out":
      return "timed out and was ended";
    case "not-started":
      return `not started: ${outcome.reason}`;
    case "lost":
      return outcome.reason;
  }
}

export function sayFailure(outcome: Outcome): string {
  return outcome.kind === "exited" ? `ended with exit ${outcome.code}` : sayOutcome(outcome);
}
