/** Which rules an edge wants to fire. Whether they may is decided in `rules.ts`. */
import { isChangeBetween, type Change } from "./standing.ts";
import { record, type Turn } from "./turn.ts";
import type { Cause } from "./run.ts";
import type { Trigger } from "./configuration.ts";

/** A change of a check (`check` given) or of a host. `isLearned`: it was something before, and is not merely known now. */
export interface Edge {
  readonly host: string;
  readonly check: string | null;
  readonly change: Change;
  readonly isLearned: boolean;
}

/** Collects the rules that the edge triggers; each at most once in a turn for one host. A reload triggers nothing. */
export function edgesOf(turn: Turn, edge: Edge): void {
  for (const rule of turn.configuration.rules) {
    if (!isTriggered(rule.trigger, edge)) continue;
    const { host, check } = edge;
    /** The result that ends learning is still one of those that were found at the start. */
    const isLearned = edge.isLearned || turn.state.learning.isOver;
    if (
      turn.edges.some((other) => other.rule === rule.name && other.cause.host === host && other.cause.check === check)
    )
      continue;
    const { from, to } = edge.change;
    if (turn.isSilent) {
      const subject = check === null ? host : `${check} on ${host}`;
      const sentence = `${rule.name} dropped: ${subject}: ${from} -> ${to} is what the reload made of it, and no change`;
      record(turn, { kind: "dropped", rule: rule.name, hold: "reload", sentence });
      continue;
    }
    const cause = { host, from, to, check, failed: null };
    turn.edges.push({ rule: rule.name, cause, isLearned });
  }
}

/** Two edges of one rule that tell of the same host or check: when their turn comes, the second has nothing to add. */
export function isSameSubject(a: Cause, b: Cause): boolean {
  return a.host === b.host && a.check === b.check && a.failed === null && b.failed === null;
}

function isTriggered(trigger: Trigger, edge: Edge): boolean {
  if (trigger.kind !== "transition") return false;
  if (trigger.check !== edge.check) return false;
  if (trigger.host !== null && trigger.host !== edge.host) return false;
  return isChangeBetween(edge.change, trigger.from, trigger.to);
}
