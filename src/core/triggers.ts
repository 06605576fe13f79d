/** Which rules an edge wants to fire. Whether they may is decided in `rules.ts`. */
import { isChangeBetween, type Change } from "./standing.ts";
import type { Turn } from "./turn.ts";
import type { Trigger } from "./configuration.ts";

/** A change of a check (`check` given) or of a host. `isLearned`: it was something before, and is not merely known now. */
export interface Edge {
  readonly host: string;
  readonly check: string | null;
  readonly change: Change;
  readonly isLearned: boolean;
}

/** Collects the rules that the edge triggers; each at most once in a turn for one host. */
export function edgesOf(turn: Turn, edge: Edge): void {
  if (turn.isSilent) return;
  for (const rule of turn.configuration.rules) {
    if (!isTriggered(rule.trigger, edge)) continue;
    const { host, check } = edge;
    /** The result that ends learning is still one of those that were found at the start. */
    const isLearned = edge.isLearned || turn.state.learning.isOver;
    if (
      turn.edges.some((other) => other.rule === rule.name && other.cause.host === host && other.cause.check === check)
    )
      continue;
    const cause = { host, from: edge.change.from, to: edge.change.to, check, failed: null };
    turn.edges.push({ rule: rule.name, cause, isLearned });
  }
}

function isTriggered(trigger: Trigger, edge: Edge): boolean {
  if (trigger.kind !== "transition") return false;
  if (trigger.check !== edge.check) return false;
  if (trigger.host !== null && trigger.host !== edge.host) return false;
  return isChangeBetween(edge.change, trigger.from, trigger.to);
}
