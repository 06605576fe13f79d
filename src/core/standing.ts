/**
 * A standing is a confirmed status through time. Advancing it yields the changes that rules may be triggered by.
 *
 * A role outlives silence: `slave`, then `unknown`, then `master` is one change of role, from slave to master. And a host
 * that is master and becomes critical changes from master to critical whatever stood between, once: `seenSinceRole`
 * keeps what it has been since it was last seen in its role.
 */
import { isRanked, isRole } from "./status.ts";
import type { Status } from "./result.ts";
import type { StatusPattern } from "./configuration.ts";
import type { Role, Standing, State } from "./state.ts";

export interface Change {
  readonly isRole: boolean;
  readonly from: Status;
  readonly to: Status;
  /** For a change of status: the role that is held while it changes, if the status was not seen since the role was. */
  readonly leavesRole: Role | null;
}

/** Nothing was reported yet. */
export function unknownStanding(nowMs: number): Standing {
  return {
    status: "unknown",
    sinceMs: nowMs,
    previous: null,
    role: null,
    roleSinceMs: nowMs,
    roleOrder: 0,
    seenSinceRole: [],
  };
}

/**
 * What is unknown at the end of learning, because it was silent or said so, is known to be that: what it becomes next is a
 * change. What comes later, or is still being confirmed then, is found whenever it is confirmed.
 */
export function learnUnknown(standing: Standing, { sinceMs, isOver }: State["learning"]): Standing {
  const isLearned = isOver && standing.previous === null && standing.sinceMs <= sinceMs;
  return isLearned ? { ...standing, previous: standing.status } : standing;
}

/** `role`: what is confirmed now; null: nothing new is known of it. `order` is used if the role is confirmed anew. */
export function advance(
  standing: Standing,
  seen: { readonly status: Status; readonly role: Role | null },
  nowMs: number,
  order: number,
): { readonly standing: Standing; readonly changes: readonly Change[] } {
  const changes: Change[] = [];
  let next = standing;
  if (seen.role !== null && seen.role !== standing.role) {
    if (standing.role !== null) changes.push({ isRole: true, from: standing.role, to: seen.role, leavesRole: null });
    next = { ...next, role: seen.role, roleSinceMs: nowMs, roleOrder: order, seenSinceRole: [] };
  }
  if (seen.status !== standing.status) {
    const isSeen = isRole(seen.status) || isTakenForSeen(next.seenSinceRole, seen.status);
    const leavesRole = isSeen ? null : next.role;
    changes.push({ isRole: false, from: standing.status, to: seen.status, leavesRole });
    const seenSinceRole = isRole(seen.status)
      ? []
      : [...next.seenSinceRole, ...(leavesRole === null ? [] : [seen.status])];
    next = { ...next, status: seen.status, sinceMs: nowMs, previous: standing.status, seenSinceRole };
  }
  return { standing: next, changes };
}

/**
 * Identifiers that only a report knows, and that one role is left for. A report that names ever new ones must not fill the
 * table. Those beyond count as seen: a rule for one of them does not fire, which is safer than that it fires twice. The
 * statuses that have a rank are always told apart.
 */
export const identifiersSeenMax = 64;

function isTakenForSeen(seen: readonly Status[], status: Status): boolean {
  return (
    seen.includes(status) ||
    (!isRanked(status) && seen.filter((other) => !isRanked(other)).length >= identifiersSeenMax)
  );
}

/** Whether a change is one from `from` to `to`. The cases, in order:
 *
 *     role to role        a change of role
 *     role to status      the status is new since the role was last seen, whatever stood between
 *     any to role         the role, or the status, becomes it
 *     all others          the status changes directly from the one to the other
 */
export function isChangeBetween(change: Change, from: StatusPattern, to: StatusPattern): boolean {
  const fromRole = from.kind === "status" && isRole(from.status);
  const toRole = to.kind === "status" && isRole(to.status);
  if (fromRole && toRole) return change.isRole && change.from === from.status && change.to === to.status;
  if (fromRole && to.kind === "status")
    return !change.isRole && change.to === to.status && change.leavesRole === from.status;
  if (from.kind === "any" && toRole) return change.to === to.status;
  return !change.isRole && matches(from, change.from) && matches(to, change.to);
}

function matches(pattern: StatusPattern, status: Status): boolean {
  return pattern.kind === "any" || pattern.status === status;
}
