/** A run that was cut off in another boot of the machine: its clocks mean nothing any more, and none of its processes lives. */
import type { Run, StepPhase } from "./run.ts";

/** The run as if it had come to its present point at `nowMs`. */
export function rebaseRun(run: Run, nowMs: number): Run {
  return { ...run, startedAtMs: nowMs, phase: rebasePhase(run, nowMs) };
}

function rebasePhase(run: Run, nowMs: number): StepPhase {
  const { phase } = run;
  switch (phase.kind) {
    case "ready":
      return { ...phase, sinceMs: nowMs };
    case "running":
      /** Pid 0 is nobody's: whoever looks for the process finds none. */
      return {
        ...phase,
        launcher: { pid: 0, startTicks: 0 },
        startedAtMs: nowMs,
        killAtMs: nowMs + (phase.killAtMs - phase.startedAtMs),
      };
    case "pausing":
      return { ...phase, untilMs: nowMs };
    case "expecting":
      return { ...phase, sinceMs: nowMs, untilMs: nowMs + (phase.untilMs - phase.sinceMs) };
    case "awaiting":
    case "in-doubt":
      return phase;
  }
}
