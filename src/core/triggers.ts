/** Which rules an edge wants to fire. Whether they may is decided in `rules.ts`. */
import { isChangeBetween, type Change } from "./standing.ts";
import { record, type Turn } from "./turn.ts";
import type { Status } from "./result.ts";
import type { Cause } from "./run.ts";
import type { Trigger } from "./configuration.ts";

/** A change of a check (`check` given) or of a host. */
export interface Edge {
  readonly host: string;
  readonly check: string | null;
  readonly change: Change;
  /** Only found now: nobody saw it begin. */
  readonly isFound: boolean;
}

/** Collects the rules that the edge triggers; each at most once in a turn for one host. A reload triggers nothing. */
export function edgesOf(turn: Turn, edge: Edge): void {
  for (const rule of turn.configuration.rules) {
    if (!isTriggered(rule.trigger, edge)) continue;
    const { host, check } = edge;
    if (
      turn.edges.some((other) => other.rule === rule.name && other.cause.host === host && other.cause.check === check)
    )
      continue;
    const { to } = edge.change;
    const from = namedFrom(rule.trigger) ?? edge.change.from;
    trigger(turn, { rule: rule.name, cause: { host, from, to, check, failed: null }, isLearned: !edge.isFound });
  }
}

/** A rule wants to fire, unless only a reload makes it so. */
export function trigger(turn: Turn, edge: Turn["edges"][number]): void {
  if (!turn.isSilent) {
    turn.edges.push(edge);
    return;
  }
  const { rule, cause } = edge;
  const sentence = `${rule} dropped: ${sayCause(cause)}, which is what the reload made of it, and no change`;
  record(turn, { kind: "dropped", rule, cause, hold: "reload", hasWaited: false, sentence });
}

/** `[master_to_critical]` is from master, also where a silence stood between. */
function namedFrom(trigger: Trigger): Status | null {
  return trigger.kind === "transition" && trigger.from.kind === "status" ? trigger.from.status : null;
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

export function sayCause(cause: Cause): string {
  if (cause.failed !== null) return `run ${cause.failed.run} of ${cause.failed.rule} failed`;
  const subject = cause.check === null ? cause.host : `${cause.check} on ${cause.host}`;
  if (cause.from !== null) return `${subject}: ${cause.from} -> ${cause.to}`;
  const { others = [] } = cause;
  return `${subject} is ${cause.to} together with ${others.join(" and ")}`;
}
