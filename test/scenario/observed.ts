/** A turn as it was seen from outside: for whoever checks what always holds. */
import type { Configuration } from "../../src/core/configuration.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { Event } from "../../src/core/event.ts";
import type { State } from "../../src/core/state.ts";

/** What is told of each turn, to whoever wants to check what always holds. */
export type Observer = (turn: Observed) => void;

export interface Observed {
  readonly event: Event;
  readonly before: State;
  readonly after: State;
  readonly effects: readonly Effect[];
  readonly configuration: Configuration;
  readonly nowMs: number;
}

/** No turn changes the state that it was given: a daemon's is frozen, to the last leaf. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
