/**
 * From results to confirmed statuses. A result is believed when it was seen often enough: `fall` times in a row for a
 * worse status, `rise` times for a better or an equally good one. Of several worse statuses in a row the mildest is
 * believed: it, or worse, was seen every time.
 *
 * A result that is too old is not believed at all: the check is then `unknown`, and says since when it was silent.
 */
import { sayDuration } from "../base/duration.ts";
import { checkOf, observationsFrom } from "./grouped.ts";
import { edgesOf } from "./triggers.ts";
import { advance, learnUnknown, unknownStanding } from "./standing.ts";
import { isRole, rankOf } from "./status.ts";
import { record, setObservation, setObservations, type Turn } from "./turn.ts";
import { checkKey, type Check, type Configuration } from "./configuration.ts";
import type { Result, Status } from "./result.ts";
import type { Observation } from "./state.ts";

/** A result arrived. `before` is what was known of the check and the host that it speaks of; `atMs` when it was observed. */
export function observe(turn: Turn, check: Check, before: Observation, result: Result, atMs: number): void {
  /** It took so long that it comes too old: it is kept to be seen, and not believed. */
  if (turn.nowMs >= staleAtMs(turn, check, atMs)) {
    setObservation(turn, { ...before, latest: result, latestAtMs: atMs });
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
  setObservation(turn, learnedIfUnknown(turn, withStatus(turn, observation, status, why)));
}

/** Learning has ended: what is still being confirmed is not known yet, all else is. */
export function learnUnknowns(turn: Turn): void {
  const observations = Object.values(turn.state.observations);
  setObservations(
    turn,
    observations
      .map((observation) => learnedIfUnknown(turn, observation))
      .filter((learned, at) => learned !== observations[at]),
  );
}

function learnedIfUnknown({ state }: Turn, observation: Observation): Observation {
  if (observation.confirming.length > 0) return observation;
  const standing = learnUnknown(observation.standing, state.learning);
  return standing === observation.standing ? observation : { ...observation, standing };
}

/** Results that have become too old are no longer believed. Where all are silent, all become so in one turn. */
export function refreshStaleness(turn: Turn): void {
  const stale: Observation[] = [];
  for (const check of turn.configuration.checks) {
    for (const observation of observationsFrom(turn.state, check.key)) {
      if (observation.isStale || observation.latestAtMs === null) continue;
      if (turn.nowMs < staleAtMs(turn, check, observation.latestAtMs)) continue;
      const ageMs = turn.nowMs - observation.latestAtMs;
      const key = checkKey(observation.check, observation.host);
      const why = `the last result of ${key} is ${sayDuration(ageMs)} old (limit ${sayDuration(check.staleAfterMs)})`;
      const silent = withStatus(turn, { ...observation, isStale: true, confirming: [] }, "unknown", why);
      stale.push(learnedIfUnknown(turn, silent));
    }
  }
  setObservations(turn, stale);
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

/** The check of the configuration that it came from speaks of that host, and no check is declared that goes by its name. */
export function isReported(configuration: Configuration, { check: name, source, host }: Observation): boolean {
  const check = checkOf(configuration, source);
  const namesake = checkOf(configuration, checkKey(name, host));
  if (check === undefined || (namesake !== undefined && namesake !== check)) return false;
  return check.dialect === "report" || host === check.host;
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

/** Tells of the changes, and whom they trigger. */
function withStatus(turn: Turn, observation: Observation, status: Status, why: string): Observation {
  const { host, check } = observation;
  const role = isRole(status) ? status : null;
  const { standing, changes } = advance(observation.standing, { status, role }, turn.nowMs, turn.state.nextOrder);
  const isFound = observation.standing.previous === null;
  if (isFound && changes.length > 0) turn.found.add(checkKey(check, host));
  for (const change of changes) {
    if (!change.isRole) {
      const sentence = `${checkKey(check, host)}: ${change.from} -> ${change.to}: ${why}`;
      record(turn, { kind: "transition", host, check, isRole: false, from: change.from, to: change.to, sentence });
    }
    edgesOf(turn, { host, check, change, isFound });
  }
  return { ...observation, standing };
}
