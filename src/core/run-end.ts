/** How a run ends, and what follows for its rule, and for those that look after a failure. */
import { sayDuration } from "../base/duration.ts";
import { invariant } from "../base/invariant.ts";
import { record, setRule, type Turn } from "./turn.ts";
import type { RunOutcome } from "./record.ts";
import type { Cause, Run } from "./run.ts";

/** Always false: nothing more of it can move on. */
export function endRun(turn: Turn, outcome: RunOutcome): false {
  const { run } = turn.state;
  invariant(run !== null, "a run that ends is in progress");
  const ms = Math.round(turn.nowMs - run.startedAtMs);
  const how =
    outcome === "done"
      ? `done in ${sayDuration(ms)}`
      : outcome === "failed"
        ? `FAILED: ${run.failure}`
        : "given up by an operator";
  const sentence = `${run.rule}, run ${run.run}: ${how}`;
  record(turn, { kind: "run-end", run: run.run, rule: run.rule, outcome, ms, endedAtMs: turn.nowMs, sentence });
  turn.state = { ...turn.state, run: null };
  if (Object.hasOwn(turn.state.rules, run.rule)) setRule(turn, run.rule, { lastRunEndMs: turn.nowMs });
  if (outcome === "done") return false;
  /** A reload may have taken the rule away while it ran: then there is nothing to block. */
  if (run.hasLimit && Object.hasOwn(turn.state.rules, run.rule)) {
    /** Nobody has seen to what it was for: blocked it does nothing, and acknowledged it acts again. */
    setRule(turn, run.rule, { hasFired: false });
    block(turn, run.rule, whyBlocked(run.run, outcome));
  }
  if (outcome === "failed") triggerOnFailure(turn, run);
  return false;
}

export function whyBlocked(run: number, outcome: "failed" | "abandoned"): string {
  return `its run ${run} ${outcome === "failed" ? "failed" : "was given up"}`;
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
