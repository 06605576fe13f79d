/** How a run ends, and what follows for its rule, and for those that look after a failure. */
import { sayDuration } from "../base/duration.ts";
import { invariant } from "../base/invariant.ts";
import { record, setRule, type Turn } from "./turn.ts";
import type { Record, RunOutcome } from "./record.ts";
import type { Cause, Run } from "./run.ts";

/** Always false: nothing more of it can move on. */
export function endRun(turn: Turn, outcome: RunOutcome): false {
  const { run } = turn.state;
  invariant(run !== null, "a run that ends is in progress");
  const ms = Math.round(turn.nowMs - run.startedAtMs);
  const steps = (run.notUndone ?? []).map((index) => index + 1);
  const how =
    outcome === "done"
      ? `done in ${sayDuration(ms)}`
      : outcome === "failed"
        ? `FAILED: ${run.failure}${sayNotUndone(steps)}`
        : "given up by an operator";
  const end: RunEnd = {
    kind: "run-end",
    run: run.run,
    rule: run.rule,
    outcome,
    ms,
    endedAtMs: turn.nowMs,
    ...(steps.length === 0 ? {} : { notUndone: steps }),
    sentence: `${run.rule}, run ${run.run}: ${how}`,
  };
  record(turn, end);
  turn.state = { ...turn.state, run: null };
  settleRule(turn, end, run.hasLimit);
  if (outcome === "failed") triggerOnFailure(turn, run);
  return false;
}

type RunEnd = Extract<Record, { kind: "run-end" }>;

/** What the end of a run makes of its rule. A reload may have taken that away while it ran: then there is nothing to keep. */
export function settleRule(turn: Turn, end: RunEnd, hasLimit: boolean): void {
  const { run, rule, outcome, endedAtMs: lastRunEndMs, sentence } = end;
  if (!Object.hasOwn(turn.state.rules, rule)) return;
  const isBlocking = hasLimit && outcome !== "done";
  setRule(turn, rule, { lastRunEndMs, failure: outcome === "failed" && !isBlocking ? sentence : null });
  if (!isBlocking) return;
  /** Nobody has seen to what it was for: blocked it does nothing, and acknowledged it acts again. */
  setRule(turn, rule, { hasFired: false });
  const how = outcome === "failed" ? `failed${sayNotUndone(end.notUndone ?? [])}` : "was given up";
  block(turn, rule, `its run ${run} ${how}`);
}

/** Continues a sentence that says of a run that it failed. `steps` from 1. */
function sayNotUndone(steps: readonly number[]): string {
  if (steps.length === 0) return "";
  return steps.length === 1
    ? `, and the undo of step ${steps.join()} failed: it is NOT undone`
    : `, and the undos of steps ${steps.join(" and ")} failed: they are NOT undone`;
}

/** Blocks a rule until somebody acknowledges. */
export function block(turn: Turn, rule: string, why: string): void {
  const sentence = `${rule} is blocked: ${why}; it fires again after "failoverctl ack ${rule}"`;
  setRule(turn, rule, { blocked: { sentence, sinceMs: turn.nowMs } });
  record(turn, { kind: "blocked", rule, sentence });
}

/** `[on_failure]`. What fails while it looks after a failure triggers no more of them. */
export function triggerOnFailure(turn: Turn, run: Pick<Run, "run" | "rule" | "cause">): void {
  if (run.cause.failed !== null) return;
  for (const rule of turn.configuration.rules) {
    if (rule.trigger.kind !== "run-failed") continue;
    const cause: Cause = { ...run.cause, failed: { rule: run.rule, run: run.run } };
    turn.edges.push({ rule: rule.name, cause, isLearned: true });
  }
}
