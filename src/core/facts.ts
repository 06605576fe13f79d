/**
 * What is known of a host or a check, as conditions ask for it: its status, whether that may be believed now, and the
 * sentence that says so. What is not fresh is not known, whatever it was.
 */
import { sayDuration } from "../base/duration.ts";
import { sayHost, saySubject } from "./condition-text.ts";
import { checkOf, observationsOn } from "./grouped.ts";
import { countingObservations, standingOf, takesPart } from "./hosts.ts";
import { isRole } from "./status.ts";
import { checkKey, type Configuration } from "./configuration.ts";
import type { HostReference, Subject } from "./condition.ts";
import type { Status } from "./result.ts";
import type { Clock, Observation, Standing, State } from "./state.ts";

export interface Surroundings {
  readonly configuration: Configuration;
  readonly state: State;
  readonly nowMs: number;
  /** Only what was observed since then counts. */
  readonly freshSinceMs: number;
  /** For an expectation: nor what is older than this, nor what the newest results no longer say. Null: no matter. */
  readonly newerThan: NewerThan | null;
  /** The host that a variable stands for now; null: none. */
  readonly hostOf: (variable: string) => string | null;
  /** The clocks of `for` as they are after this judgement; the caller keeps them. */
  readonly clocks: { [key: string]: Clock };
  /** Whose clocks: two rules with the same words measure each for itself. */
  readonly owner: string;
  /** When a `for` that is running will be true, if nothing changes. */
  readonly wakes: number[];
}

/** The daemon asks its own checks again behind a step; who reports by himself says it once, maybe while the step still runs. */
export interface NewerThan {
  readonly ownMs: number;
  readonly passiveMs: number;
}

/** What is known of one subject. */
export interface Fact {
  readonly name: string;
  readonly standing: Standing | null;
  readonly isFresh: boolean;
  /** An expectation waits for newer data on it: then it is not even known to be unknown. */
  readonly isAwaited: boolean;
  readonly sentence: () => string;
  /** Of the oldest of the results that its status rests on; null: there is none. */
  readonly ageMs: () => number | null;
}

/** The host or check that a condition speaks of. */
export function factOf(subject: Subject, around: Surroundings): Fact {
  if (subject.kind === "check") return factOfCheck(subject, around);
  const host = resolve(subject, around);
  if (host === null) return noFact(sayHost(subject), `no host is ${sayHost(subject)}`);
  return factOfHost(host, around, subject.kind === "variable" ? `${sayHost(subject)} (${host})` : host);
}

function noFact(name: string, sentence: string): Fact {
  return { name, standing: null, isFresh: false, isAwaited: false, sentence: () => sentence, ageMs: () => null };
}

/** `name`: how the condition calls it. */
export function factOfHost(host: string, around: Surroundings, name: string): Fact {
  const standing = standingOf(around.state, host);
  if (standing === undefined) return noFact(name, `nothing is known of ${name}`);
  const observations = countingObservations(around.configuration, around.state, host).filter((observation) =>
    takesPart(observation, around.state),
  );
  const support = supportOf(standing.status, observations);
  const old = support.filter((observation) => !isFresh(observation, around));
  const isHostFresh =
    standing.status === "critical" || standing.status === "down" ? old.length < support.length : old.length === 0;
  const sentence = (): string => {
    if (!isHostFresh || standing.status === "unknown") {
      const doubtful = old[0] ?? support.find((observation) => observation.standing.status === "unknown");
      if (doubtful !== undefined) return `${name} is ${standing.status}: ${sayObservation(doubtful, around)}`;
    }
    return `${name} is ${sayStanding(standing, around)}`;
  };
  const isAwaited = !isHostFresh && old.some((observation) => isAwaitedBy(observation, around));
  return { name, standing, isFresh: isHostFresh, isAwaited, sentence, ageMs: () => ageOf(support, around) };
}

function sayStanding({ status, sinceMs }: Standing, { nowMs }: Surroundings): string {
  return nowMs === sinceMs ? `${status} as of now` : `${status} for ${sayDuration(nowMs - sinceMs)}`;
}

/** The observations that a host's status rests on. */
function supportOf(status: Status, observations: readonly Observation[]): readonly Observation[] {
  if (status === "critical" || status === "down")
    return observations.filter((observation) => observation.standing.status === status);
  if (isRole(status)) return observations.filter((observation) => observation.standing.status === status);
  return observations;
}

function factOfCheck(subject: Extract<Subject, { kind: "check" }>, around: Surroundings): Fact {
  const host = subject.on === null ? null : resolve(subject.on, around);
  if (subject.on !== null && host === null) return noFact(saySubject(subject), `no host is ${sayHost(subject.on)}`);
  const observations = host === null ? Object.values(around.state.observations) : observationsOn(around.state, host);
  const observation = observations.find((other) => other.check === subject.check);
  const name = host === null ? subject.check : checkKey(subject.check, host);
  if (observation === undefined) return noFact(name, `there is no check ${name}`);
  return factOfObservation(observation, around);
}

export function factOfObservation(observation: Observation, around: Surroundings): Fact {
  return {
    name: checkKey(observation.check, observation.host),
    standing: observation.standing,
    isFresh: isFresh(observation, around),
    isAwaited: isAwaitedBy(observation, around),
    sentence: () => sayObservation(observation, around),
    ageMs: () => ageOf([observation], around),
  };
}

/** Of the oldest of their last results; null: none has reported. */
export function ageOf(observations: readonly Observation[], { nowMs }: Surroundings): number | null {
  return oldest(observations.map(({ latestAtMs }) => (latestAtMs === null ? null : Math.round(nowMs - latestAtMs))));
}

export function oldest(agesMs: readonly (number | null)[]): number | null {
  const known = agesMs.filter((ageMs) => ageMs !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function isAwaitedBy(observation: Observation, around: Surroundings): boolean {
  return around.newerThan !== null && !observation.isStale && !isFresh(observation, around);
}

/** A passive check speaks when it has something to say: until its limit, its word holds. */
export function isFresh(
  observation: Observation,
  around: Pick<Surroundings, "configuration" | "freshSinceMs" | "newerThan">,
): boolean {
  const { latestAtMs, isStale, confirming } = observation;
  if (latestAtMs === null || isStale) return false;
  const { newerThan } = around;
  if (newerThan !== null && (latestAtMs < newerThanMs(observation, newerThan, around) || confirming.length > 0))
    return false;
  return isPassive(observation, around) || latestAtMs >= around.freshSinceMs;
}

function newerThanMs(
  observation: Observation,
  newerThan: NewerThan,
  around: Pick<Surroundings, "configuration">,
): number {
  return isPassive(observation, around) ? newerThan.passiveMs : newerThan.ownMs;
}

function isPassive({ source }: Observation, { configuration }: Pick<Surroundings, "configuration">): boolean {
  return checkOf(configuration, source)?.run.kind === "passive";
}

export function sayObservation(observation: Observation, around: Surroundings): string {
  const name = checkKey(observation.check, observation.host);
  const { standing, latest, latestAtMs, confirming } = observation;
  if (latestAtMs === null) return `${name} has not reported yet`;
  const age = sayDuration(around.nowMs - latestAtMs);
  const check = checkOf(around.configuration, observation.source);
  /** What a check has reported is forgotten with it: there always is one, and so a limit. */
  if (observation.isStale)
    return `${name} is stale, last result ${age} ago (limit ${sayDuration(check?.staleAfterMs ?? 0)})`;
  const { newerThan } = around;
  if (newerThan !== null && latestAtMs >= newerThanMs(observation, newerThan, around) && confirming.length > 0)
    return `${name} is ${standing.status}, but now says ${confirming.at(-1)} (${confirming.length} in a row, not yet confirmed)`;
  if (!isFresh(observation, around)) return `${name} is to be observed again, last result ${age} ago`;
  const pending = confirming.length > 0 ? ` (${confirming.length} in a row, not yet confirmed)` : "";
  const reason = standing.status === "unknown" && latest !== null ? `: ${latest.output}${pending}` : "";
  return `${name} is ${sayStanding(standing, around)}, last result ${age} ago${reason}`;
}

export function resolve(reference: HostReference, around: Surroundings): string | null {
  return reference.kind === "host" ? reference.host : around.hostOf(reference.variable);
}
