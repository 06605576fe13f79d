/**
 * From the checks of a host to the host: its status, its role, and whether two are master at once.
 *
 * Status: `down` or `critical` if a check that counts says so; else the role if the role checks agree, `conflict` if they
 * do not; else the worst of the rest. A check that never reported does not take part while others have.
 */
import { ownOf } from "../base/own.ts";
import { checkOf, observationsOn, observedHosts } from "./grouped.ts";
import { edgesOf, trigger } from "./triggers.ts";
import { advance, learnUnknown, unknownStanding } from "./standing.ts";
import { isRole, rankOf } from "./status.ts";
import { record, setHost, type Turn } from "./turn.ts";
import { checkKey, type Configuration } from "./configuration.ts";
import type { Status } from "./result.ts";
import type { Cause } from "./run.ts";
import type { Observation, Role, Standing, State } from "./state.ts";

/** Brings every host into line with its checks. */
export function deriveHosts(turn: Turn): void {
  for (const host of hostsOf(turn)) if (!isDerived(turn, host)) deriveHost(turn, host);
  retireSilentMasters(turn);
  watchForSplitBrain(turn);
}

/** Declared hosts in their order, then those that reports have named. */
export function hostsOf(turn: Pick<Turn, "configuration" | "state">): readonly string[] {
  return [...new Set([...turn.configuration.hosts, ...observedHosts(turn.state)])];
}

/** The observations that make a host's status: advisory checks do not. */
export function countingObservations(configuration: Configuration, state: State, host: string): readonly Observation[] {
  return observationsOn(state, host).filter(({ source }) => checkOf(configuration, source)?.isAdvisory === false);
}

/**
 * A check that is new since learning (a reload brought it, a report named it) changes nothing before it is confirmed. One
 * that was there at the start takes part from the beginning, as unknown.
 */
export function takesPart({ standing, confirming, latestAtMs }: Observation, state: State): boolean {
  const isNew = standing.previous === null && standing.sinceMs > state.learning.sinceMs;
  return !isNew || (latestAtMs !== null && confirming.length === 0);
}

/** A report may name any host. */
export function standingOf(state: State, host: string): Standing | undefined {
  return ownOf(state.hosts, host);
}

/** All that a host is derived from, when that last came out as what it was already. */
interface Derived {
  readonly checks: Configuration["checks"];
  readonly learning: State["learning"];
  readonly standing: Standing;
}

/** By the host's observations, which are another array as soon as one of them is another. */
const derivedOf = new WeakMap<readonly Observation[], Derived>();

/** What comes out of the same comes out the same: of a thousand hosts one result concerns one. */
function isDerived({ configuration, state }: Turn, host: string): boolean {
  const derived = derivedOf.get(observationsOn(state, host));
  return (
    derived?.standing === standingOf(state, host) &&
    derived?.checks === configuration.checks &&
    derived.learning === state.learning
  );
}

function deriveHost(turn: Turn, host: string): void {
  const known = standingOf(turn.state, host);
  const before = known ?? unknownStanding(turn.nowMs);
  const counting = countingObservations(turn.configuration, turn.state, host);
  const reported = counting.filter(
    (observation) => observation.latestAtMs !== null && takesPart(observation, turn.state),
  );
  const agreed = agreedRole(reported);
  const status = hostStatus(reported, agreed);
  const isLost = agreed === "master" && isOutlived(before, agreed, reported);
  const role = agreed === "conflict" || isLost ? null : agreed;
  const { standing: advanced, changes } = advance(before, { status, role }, turn.nowMs, turn.state.nextOrder);
  const isUnsure = counting.some((observation) => observation.standing.previous === null);
  const standing = isUnsure ? advanced : learnUnknown(advanced, turn.state.learning);
  if (standing === known) {
    const { configuration, state } = turn;
    derivedOf.set(observationsOn(state, host), { checks: configuration.checks, learning: state.learning, standing });
    return;
  }
  setHost(turn, host, standing);
  /** Nothing was known of it, or what one of its checks said first has made it so. A role that changes was known. */
  const isFound = before.previous === null || counting.some(({ check }) => turn.found.has(checkKey(check, host)));
  for (const change of changes) {
    const { isRole: isChangeOfRole, from, to } = change;
    /** Where status and role change alike, the status says all: one change is told once. */
    const isToldByStatus =
      isChangeOfRole && changes.some((other) => !other.isRole && other.from === from && other.to === to);
    const sentence = `${host}: ${isChangeOfRole ? "role " : ""}${from} -> ${to}: ${because(reported, status)}`;
    const outlived = isLost && !isChangeOfRole && to === "master" ? ({ isOutlived: true } as const) : {};
    if (!isToldByStatus)
      record(turn, { kind: "transition", host, check: null, isRole: isChangeOfRole, from, to, ...outlived, sentence });
    edgesOf(turn, { host, check: null, change, isFound: !isChangeOfRole && isFound });
  }
  if (standing.role !== before.role) {
    const isSilent = before.roleOrder > 0 && changes.length === 0;
    if (before.role === null && standing.role !== null && isSilent) sayRegained(turn, host, standing.role);
    confirmRole(turn, host, standing);
  }
}

/** It never ceased to say so, and is believed again. Nothing changed that could trigger anything. */
function sayRegained(turn: Turn, host: string, role: Role): void {
  const sentence = `${host}: taken for the ${role} again: it still says so`;
  record(turn, { kind: "transition", host, check: null, isRole: true, from: "none", to: role, sentence });
}

/** The role that the role checks agree on; null if none says one. */
function agreedRole(observations: readonly Observation[]): Role | "conflict" | null {
  const roles = new Set(observations.map((observation) => observation.standing.status).filter(isRole));
  if (roles.size === 2) return "conflict";
  return [...roles][0] ?? null;
}

/** The host lost its role to another since its checks last said so: what they said before does not give it back. */
function isOutlived(before: Standing, role: Role | null, observations: readonly Observation[]): boolean {
  const isRetired = before.role === null && before.roleOrder > 0;
  return (
    isRetired &&
    !observations.some(
      ({ standing, latest, latestAtMs }) =>
        standing.status === role && latest?.status === role && latestAtMs !== null && latestAtMs >= before.roleSinceMs,
    )
  );
}

function hostStatus(observations: readonly Observation[], role: Role | "conflict" | null): Status {
  const statuses = observations.map((observation) => observation.standing.status);
  if (statuses.includes("down")) return "down";
  if (statuses.includes("critical")) return "critical";
  if (role !== null) return role;
  return statuses.toSorted((a, b) => rankOf(b) - rankOf(a))[0] ?? "unknown";
}

function because(observations: readonly Observation[], status: Status): string {
  const cause = observations.find((observation) => observation.standing.status === status);
  if (status === "conflict") {
    const roles = observations.filter((observation) => isRole(observation.standing.status));
    return roles.map((observation) => `${observation.check} says ${observation.standing.status}`).join(", ");
  }
  if (cause === undefined) return "no check has reported";
  const latest = cause.latest?.status === status ? cause.latest.output : "";
  const output = cause.isStale ? "stale" : latest;
  return output === "" ? `${cause.check} is ${status}` : `${cause.check} is ${status}: ${output}`;
}

/** A host that is confirmed master takes the role from one that does not say any more that it is: that was only remembered. */
function confirmRole(turn: Turn, host: string, standing: Standing): void {
  turn.state = { ...turn.state, nextOrder: turn.state.nextOrder + 1 };
  if (standing.role !== "master") return;
  turn.state = { ...turn.state, lastMaster: host };
  for (const other of mastersBefore(turn, standing)) {
    const isSwitching = countingObservations(turn.configuration, turn.state, other.host).some(
      ({ standing: { status }, latest }) => status === "master" && latest !== null && isRole(latest.status),
    );
    if (!isSwitching) retire(turn, other, host);
  }
}

/** Two were master, and one of them says nothing of its role any more: the one that was confirmed last is the master. */
function retireSilentMasters(turn: Turn): void {
  const master = masterOf(turn.state);
  const standing = master === null ? undefined : standingOf(turn.state, master);
  if (master === null || standing?.role !== "master") return;
  for (const other of mastersBefore(turn, standing)) {
    const counting = countingObservations(turn.configuration, turn.state, other.host);
    if (!counting.some((observation) => isRole(observation.standing.status))) retire(turn, other, master);
  }
}

interface Master {
  readonly host: string;
  readonly standing: Standing;
}

function mastersBefore(turn: Turn, { roleOrder }: Standing): readonly Master[] {
  return Object.entries(turn.state.hosts)
    .filter(([, other]) => other.role === "master" && other.roleOrder < roleOrder)
    .map(([host, standing]) => ({ host, standing }));
}

function retire(turn: Turn, { host, standing }: Master, master: string): void {
  setHost(turn, host, { ...standing, role: null, roleSinceMs: turn.nowMs, seenSinceRole: [] });
  const sentence = `${host}: no longer taken for the master: ${master} was confirmed master after it, and ${host} does not say so any more`;
  record(turn, { kind: "transition", host, check: null, isRole: true, from: "master", to: "none", sentence });
}

/** The host that is seen to be master; if none is now, the last one that was. Of two, the one that became it later. */
export function masterOf(state: State): string | null {
  const masters = Object.entries(state.hosts).filter(([, standing]) => standing.role === "master");
  const seen = masters.filter(([, standing]) => standing.status === "master");
  const [youngest] = (seen.length === 0 ? masters : seen).toSorted(([, a], [, b]) => b.roleOrder - a.roleOrder);
  return youngest?.[0] ?? state.lastMaster;
}

/** When the host was last seen to be master by a check that still says so; null: it is not, or is only remembered. */
function claimsMaster(turn: Turn, host: string): number | null {
  const claimedAtMs = countingObservations(turn.configuration, turn.state, host)
    .filter(({ standing, latest }) => standing.status === "master" && latest?.status === "master")
    .map(({ latestAtMs }) => latestAtMs)
    .filter((atMs) => atMs !== null);
  return claimedAtMs.length === 0 ? null : Math.max(...claimedAtMs);
}

/**
 * Two masters at once. In a planned switchover the old master's last result may be older than the new one's first, so
 * each has to be seen as master after all of them became it; that takes one interval more and spares a false alarm. A host
 * of which one check says master and another does not yet has not become it: only the host's own role counts.
 */
function watchForSplitBrain(turn: Turn): void {
  const claims = Object.entries(turn.state.hosts)
    .flatMap(([host, standing]) => {
      const seenAtMs = standing.role === "master" ? claimsMaster(turn, host) : null;
      if (seenAtMs === null) return [];
      return [{ host, seenAtMs, becameAtMs: standing.roleSinceMs, roleOrder: standing.roleOrder }];
    })
    .toSorted((a, b) => a.becameAtMs - b.becameAtMs || a.roleOrder - b.roleOrder);
  const youngest = claims.at(-1);
  const allBecameAtMs = youngest?.becameAtMs ?? turn.nowMs;
  const isProven = claims.length > 1 && claims.every((claim) => claim === youngest || claim.seenAtMs >= allBecameAtMs);
  const before = turn.state.splitBrain;
  const hosts = claims.length < 2 ? [] : isProven ? claims.map((claim) => claim.host) : before;
  if (hosts.length === before.length && hosts.every((host) => before.includes(host))) return;
  turn.state = { ...turn.state, splitBrain: hosts };
  if (hosts.length === 0) {
    record(turn, {
      kind: "split-brain-over",
      hosts: before,
      sentence: `split brain is over: ${before.join(" and ")} are not master together any more`,
    });
    return;
  }
  record(turn, {
    kind: "split-brain",
    hosts,
    sentence: `SPLIT BRAIN: ${hosts.join(" and ")} are master at the same time`,
  });
  for (const rule of turn.configuration.rules) {
    if (rule.trigger.kind !== "split-brain") continue;
    trigger(turn, { rule: rule.name, cause: splitBrainCause(hosts), isLearned: true });
  }
}

/** `hosts` in the order in which they became master: two at least. */
export function splitBrainCause(hosts: readonly string[]): Cause {
  const others = hosts.slice(0, -1);
  /** There always is a last one, and so a host. */
  return { host: hosts.at(-1) ?? null, from: null, to: "master", check: null, failed: null, others };
}
