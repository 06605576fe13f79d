/** A step's process has ended: whether that was well, and what follows from it. */
import { sayDuration } from "../base/duration.ts";
import { endedWell, whyAgentFailed } from "./agent-action.ts";
import { afterFenceCall } from "./fencing.ts";
import { readyFor } from "./step-phase.ts";
import { actionAt, commandAt } from "./step-program.ts";
import type { Outcome } from "./result.ts";
import type { BoundAction, Run, StartedPhase, StepPhase } from "./run.ts";
import type { Turn } from "./turn.ts";

export type Verdict = { readonly isSuccess: boolean; readonly why: string } & (
  { readonly next: "done" | "failed" | "expect" } | { readonly next: "again"; readonly phase: StepPhase }
);

/** What follows from the end of a step's process. */
export function judgeEnd(
  turn: Turn,
  run: Run,
  phase: StartedPhase,
  end: { readonly outcome: Outcome; readonly output: string },
): Verdict {
  const { outcome } = end;
  const action = actionAt(run);
  const words = commandAt(run)?.words ?? [];
  const isSuccess = endedWell(words, outcome);
  const why = whyAgentFailed(words, end, turn.configuration.localHost);
  if (run.isAbandoned) return { isSuccess, next: "failed", why: `${why}, the run was given up` };
  if (isWithAnotherLauncher(run, outcome)) {
    const next: StepPhase = { ...readyFor(turn, action, phase.attempt + 1), fence: phase.fence };
    return { isSuccess: false, next: "again", phase: next, why: ", with another launcher" };
  }
  if (run.failure !== null) return { isSuccess, next: isSuccess ? "done" : "failed", why };
  if (action.kind === "command" && phase.isKilled && outcome.kind === "lost")
    return { isSuccess: false, next: "failed", why: `${why}, and is not tried again beside itself` };
  if (action.kind === "fence" && phase.fence !== null) {
    const call = afterFenceCall(action, phase.fence, outcome, turn.nowMs);
    switch (call.kind) {
      case "answered":
        return { isSuccess: true, next: afterSuccess(action), why: call.why };
      case "proven":
        return { isSuccess: true, next: afterSuccess(action), why: `: ${action.host} is proven off` };
      case "call": {
        const next: StepPhase =
          call.pauseMs === 0
            ? { kind: "ready", attempt: phase.attempt, fence: call.call, sinceMs: turn.nowMs }
            : { kind: "pausing", attempt: phase.attempt, fence: call.call, untilMs: turn.nowMs + call.pauseMs };
        return { isSuccess: call.isSuccess, next: "again", phase: next, why: call.why };
      }
      case "failed":
        return retryOrFail(turn, run, phase.attempt, call.why);
    }
  }
  if (!isSuccess) return retryOrFail(turn, run, phase.attempt, why);
  return { isSuccess, next: afterSuccess(action), why: "" };
}

/** Launchers that may be ended from outside, one after the other, before a step fails for it. */
const launchersMax = 3;

/** Nothing was started, what waited to become the step was ended by somebody else: it is tried with the next that waits. */
export function isWithAnotherLauncher(run: Run, outcome: Outcome): boolean {
  const isLost = outcome.kind === "not-started" && outcome.errno === "ESRCH";
  return isLost && lostLaunchers(run) < launchersMax;
}

/** Of the step in progress, behind one more end of its process. */
export function lostLaunchersAfter(run: Run, outcome: Outcome): number {
  return lostLaunchers(run) + (isWithAnotherLauncher(run, outcome) ? 1 : 0);
}

/** The undo in progress failed for good: its step stays as it is, and the run's end says so. */
export function undoFailed(run: Run): Run {
  return { ...run, notUndone: [...(run.notUndone ?? []), run.at] };
}

function lostLaunchers({ lostLaunchers: lost = 0 }: Run): number {
  return lost;
}

export function afterSuccess(action: BoundAction): "done" | "expect" {
  return action.options.expect === null ? "done" : "expect";
}

function retryOrFail(turn: Turn, run: Run, attempt: number, why: string): Verdict {
  const { retries, retryEveryMs } = actionAt(run).options;
  const attempts = retries + 1 + lostLaunchers(run);
  if (attempt >= attempts) return { isSuccess: false, next: "failed", why };
  const { fence } = readyFor(turn, actionAt(run), attempt + 1);
  const phase: StepPhase = { kind: "pausing", attempt: attempt + 1, fence, untilMs: turn.nowMs + retryEveryMs };
  return {
    isSuccess: false,
    next: "again",
    phase,
    why: `${why}, attempt ${attempt + 1} of ${attempts} in ${sayDuration(retryEveryMs)}`,
  };
}
