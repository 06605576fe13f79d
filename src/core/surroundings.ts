/** Ties a turn to the evaluator: what conditions are judged by, here and now. */
import { hostOf } from "./variables.ts";
import type { NewerThan, Surroundings } from "./facts.ts";
import type { Turn } from "./turn.ts";
import type { Cause } from "./run.ts";

/**
 * What conditions are judged by in this turn. `owner`: whose `for` clocks they use, a rule's or an expectation's; `cause`
 * gives %HOST%; `newerThan`: for an expectation, only what was observed since then counts.
 */
export function around(
  turn: Turn,
  of: { readonly owner: string; readonly cause: Cause | null; readonly newerThan?: NewerThan },
): Surroundings {
  const { configuration, state, nowMs, clocks, wakes } = turn;
  return {
    configuration,
    state,
    nowMs,
    freshSinceMs: state.learning.sinceMs,
    newerThan: of.newerThan ?? null,
    clocks,
    owner: of.owner,
    wakes,
    hostOf: (variable) => hostOf(turn, variable, of.cause),
  };
}
