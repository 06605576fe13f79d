/** Where a step is between its beginning and its end: made, put into the run, and given back the time in which nobody looked. */
import { firstFenceCall } from "./fencing.ts";
import type { BoundAction, FenceCall, Run, StartedPhase, StepPhase } from "./run.ts";
import type { Turn } from "./turn.ts";

/** `turn`: the moment, of a turn or of a record. */
export function readyFor(
  turn: Pick<Turn, "nowMs">,
  action: BoundAction | undefined,
  attempt: number,
): Extract<StepPhase, { kind: "ready" }> {
  const fence = action?.kind === "fence" ? firstFenceCall(action, turn.nowMs) : null;
  return { kind: "ready", attempt, fence, sinceMs: turn.nowMs };
}

export function setPhase(turn: Turn, run: Run, phase: StepPhase): void {
  turn.state = { ...turn.state, run: { ...run, phase } };
}

/** Waits for an operator's word. */
export function doubtedPhase(run: Pick<Run, "actions" | "at" | "phase">): Extract<StepPhase, { kind: "in-doubt" }> {
  const { phase } = run;
  /** A journal that was damaged while the run waited already. */
  if (phase.kind === "in-doubt") return phase;
  const isBetween = phase.kind === "ready" || phase.kind === "pausing";
  /** An attempt to fence goes on between two calls: the next is another one, whose steps have names of their own. */
  const isStarted = !isBetween || isFencing(run.actions[run.at], phase.fence);
  return {
    kind: "in-doubt",
    attempt: isStarted ? phase.attempt : phase.attempt - 1,
    hasEnded: phase.kind === "expecting",
    left: startedPhase(phase),
  };
}

/** Not at its first call any more. */
function isFencing(action: BoundAction | undefined, call: FenceCall | null): boolean {
  if (call === null || action?.kind !== "fence") return false;
  const { device, deviceAttempt, verb } = call;
  return device > 0 || deviceAttempt > 1 || verb !== action.verb;
}

/** The step's process, if it has one that has not ended; null: it has none. */
export function startedPhase(phase: StepPhase): StartedPhase | null {
  if (phase.kind === "in-doubt") return phase.left;
  return phase.kind === "running" ? phase : null;
}

/** Nobody looked for a while: what was waited for gets the time that was lost. */
export function postpone(turn: Turn, gapMs: number): void {
  const { run } = turn.state;
  if (run === null) return;
  const { phase } = run;
  switch (phase.kind) {
    case "ready":
      setPhase(turn, run, { ...phase, sinceMs: phase.sinceMs + gapMs, fence: later(phase.fence, gapMs) });
      return;
    case "running": {
      const killAtMs = phase.isKilled ? phase.killAtMs : phase.killAtMs + gapMs;
      setPhase(turn, run, { ...phase, killAtMs, fence: later(phase.fence, gapMs) });
      return;
    }
    case "pausing":
      setPhase(turn, run, { ...phase, fence: later(phase.fence, gapMs) });
      return;
    case "expecting":
      setPhase(turn, run, { ...phase, untilMs: phase.untilMs + gapMs });
      return;
    case "awaiting":
    case "in-doubt":
      return;
  }
}

function later(call: FenceCall | null, gapMs: number): FenceCall | null {
  return call === null ? null : { ...call, untilMs: call.untilMs + gapMs };
}
