/** Ties a turn to the evaluator: what conditions are judged by, here and now. */
import { hostOf } from "./variables.ts";
import type { Surroundings } from "./evaluate.ts";
import type { Turn } from "./turn.ts";
import type { Cause } from "./run.ts";

/** What conditions are judged by in this turn: `cause` gives %HOST%, `freshSinceMs` asks for newer data than learning does. */
export function around(
  turn: Turn,
  cause: Cause | null,
  freshSinceMs: number = turn.state.learning.sinceMs,
): Surroundings {
  const { configuration, state, nowMs, clocks, wakes } = turn;
  return {
    configuration,
    state,
    nowMs,
    freshSinceMs,
    clocks,
    wakes,
    hostOf: (variable) => hostOf(turn, variable, cause),
  };
}
