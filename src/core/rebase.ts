/**
 * A run that another daemon goes on with. What it waits for could neither be started nor seen while none ran, so it waits
 * as long once more; and in another boot of the machine its clocks mean nothing at all, and none of its processes lives.
 */
import { renewCall } from "./fencing.ts";
import type { FenceCall, Run, StepPhase } from "./run.ts";

/**
 * The run in the same boot. One that was taken over in this boot already may have begun in another, whose clock was ahead of
 * this one's: what has begun began before now.
 */
export function resumeRun(begun: Run, nowMs: number): Run {
  const run = { ...begun, startedAtMs: Math.min(begun.startedAtMs, nowMs) };
  const { phase } = run;
  switch (phase.kind) {
    case "ready":
      return { ...run, phase: { ...phase, sinceMs: nowMs, fence: renew(run, phase.fence, nowMs) } };
    case "running":
    case "pausing":
      return { ...run, phase: { ...phase, fence: renew(run, phase.fence, nowMs) } };
    case "expecting":
      return { ...run, phase: { ...phase, untilMs: nowMs + (phase.untilMs - phase.sinceMs) } };
    case "awaiting":
    case "in-doubt":
      return run;
  }
}

/** The run of another boot, as if it had come to its present point at `nowMs`. */
export function rebaseRun(run: Run, nowMs: number): Run {
  return { ...run, startedAtMs: nowMs, phase: rebasePhase(run, nowMs) };
}

function rebasePhase(run: Run, nowMs: number): StepPhase {
  const { phase } = run;
  switch (phase.kind) {
    case "ready":
      return { ...phase, sinceMs: nowMs, fence: renew(run, phase.fence, nowMs) };
    case "running":
      /** Pid 0 is nobody's: whoever looks for the process finds none. */
      return {
        ...phase,
        fence: renew(run, phase.fence, nowMs),
        launcher: { pid: 0, startTicks: 0 },
        startedAtMs: nowMs,
        killAtMs: nowMs + (phase.killAtMs - phase.startedAtMs),
      };
    case "pausing":
      return { ...phase, untilMs: nowMs, fence: renew(run, phase.fence, nowMs) };
    case "expecting":
      return { ...phase, sinceMs: nowMs, heardSinceMs: nowMs, untilMs: nowMs + (phase.untilMs - phase.sinceMs) };
    case "in-doubt":
      return { ...phase, left: null };
    case "awaiting":
      return phase;
  }
}

/** The device has all its time again. */
function renew(run: Run, call: FenceCall | null, nowMs: number): FenceCall | null {
  const action = run.actions[run.at];
  if (call === null || action?.kind !== "fence" || action.devices[call.device] === undefined) return call;
  return renewCall(action, call, nowMs);
}
