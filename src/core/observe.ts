/**
 * From results to confirmed statuses. A result is believed when it was seen often enough: `fall` times in a row for a
 * worse status, `rise` times for a better or an equally good one. Of several worse statuses in a row the mildest is
 * believed: it, or worse, was seen every time.
 *
 * A result that is too old is not believed at all: the check is then `unknown`, and says since when it was silent.
 */
import { sayDuration } from "../base/duration.ts";
import { edgesOf } from "./triggers.ts";
import { advance, unknownStanding } from "./standing.ts";
import { isRole, rankOf } from "./status.ts";
import { record, setObservation, type Turn } from "./turn.ts";
import { checkKey, type Check, type CheckKey } from "./configuration.ts";
import type { Result, Status } from "./result.ts";
import type { Observation } from "./state.ts";

/** A result arrived. `before` is what was known of the check and the host that it speaks of; `atMs` when it was observed. */
export function observe(turn: Turn, check: Check, before: Observation, result: Result, atMs: number): void {
  const key = checkKey(before.check, before.host);
  /** It took so long that it comes too old: it is kept to be seen, and not believed. */
  if (turn.nowMs >= staleAtMs(turn, check, atMs)) {
    setObservation(turn, key, { ...before, latest: result, latestAtMs: atMs });
    return;
  }
  const { status, confirming } = confirm(before, result.status, check);
  const observation: Observation = { ...before, confirming, latest: result, latestAtMs: atMs, isStale: false };
  const said = result.output === "" ? result.status : result.output;
  const isWorse = rankOf(status) > rankOf(before.standing.status);
  const why =
    status === result.status
      ? `${check.name} says ${said}`
      : `at ${isWorse ? "least" : "most"} that bad ${isWorse ? check.fall : check.rise} times in a row, now ${said}`;
  setStatus(turn, key, observation, status, why);
}

/** Results that have become too old are no longer believed. */
export function refreshStaleness(turn: Turn): void {
  for (const check of turn.configuration.checks) {
    for (const [key, observation] of observationsOf(turn, check)) {
      if (observation.isStale || observation.latestAtMs === null) continue;
      if (turn.nowMs < staleAtMs(turn, check, observation.latestAtMs)) continue;
      const ageMs = turn.nowMs - observation.latestAtMs;
      const why = `the last result of ${key} is ${sayDuration(ageMs)} old (limit ${sayDuration(check.staleAfterMs)})`;
      setStatus(turn, key, { ...observation, isStale: true, confirming: [] }, "unknown", why);
    }
  }
}

/**
 * When a result becomes too old. A daemon that was stopped or suspended gives the checks that it runs their time once more:
 * what is the same when it looks again has not changed. Until then it is not believed either, because it is not fresh.
 */
export function staleAtMs(turn: Pick<Turn, "state">, check: Check, latestAtMs: number): number {
  const isOwn = check.run.kind !== "passive";
  const sinceMs = isOwn ? Math.max(latestAtMs, turn.state.learning.sinceMs) : latestAtMs;
  return sinceMs + check.staleAfterMs + 1;
}

/** What a declared check reports on: its own host, and for a report those hosts that it named. */
export function observationsOf(turn: Pick<Turn, "state">, check: Check): readonly (readonly [CheckKey, Observation])[] {
  if (check.dialect !== "report") {
    const own = turn.state.observations[check.key];
    return own === undefined ? [] : [[check.key, own]];
  }
  return Object.entries(turn.state.observations).filter(([, observation]) => isReportedBy(check, observation));
}

export function isReportedBy(check: Check, observation: Observation): boolean {
  return observation.source === check.key && (check.dialect === "report" || observation.host === check.host);
}

export function newObservation(check: Check, host: string, nowMs: number): Observation {
  const standing = unknownStanding(nowMs);
  return {
    check: check.name,
    host,
    source: check.key,
    standing,
    confirming: [],
    latest: null,
    latestAtMs: null,
    isStale: false,
  };
}

/** The confirmed status after one more result, and what is still being confirmed. */
export function confirm(
  observation: Pick<Observation, "standing" | "confirming">,
  status: Status,
  limits: { readonly rise: number; readonly fall: number },
): { readonly status: Status; readonly confirming: readonly Status[] } {
  const confirmed = observation.standing.status;
  if (status === confirmed) return { status: confirmed, confirming: [] };
  const isWorse = (other: Status): boolean => rankOf(other) > rankOf(confirmed);
  const row = [...observation.confirming, status];
  const start = row.findLastIndex((other) => isWorse(other) !== isWorse(status)) + 1;
  const inARow = row.slice(start);
  const needed = isWorse(status) ? limits.fall : limits.rise;
  if (inARow.length < needed) return { status: confirmed, confirming: inARow };
  const believed = inARow.slice(-needed).reduce((one, later) => {
    const isBelieved = isWorse(status) ? rankOf(later) <= rankOf(one) : rankOf(later) >= rankOf(one);
    return isBelieved ? later : one;
  });
  return { status: believed, confirming: inARow.slice(inARow.lastIndexOf(believed) + 1) };
}

function setStatus(turn: Turn, key: CheckKey, observation: Observation, status: Status, why: string): void {
  const role = isRole(status) ? status : null;
  const { standing, changes } = advance(observation.standing, { status, role }, turn.nowMs, turn.state.nextOrder);
  setObservation(turn, key, { ...observation, standing });
  for (const change of changes) {
    const { host, check } = observation;
    if (!change.isRole) {
      const sentence = `${key}: ${change.from} -> ${change.to}: ${why}`;
      record(turn, { kind: "transition", host, check, isRole: false, from: change.from, to: change.to, sentence });
    }
    edgesOf(turn, { host, check, change, before: observation.standing });
  }
}
