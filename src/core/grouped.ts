/**
 * What every event is asked again: which check a key means, and what was observed of a host or by a check. Without this a
 * daemon with a thousand checks would go through all of them for each of them, at each result.
 *
 * A configuration and a state's observations are replaced and never changed in place, so what was once grouped of one of them
 * stays true, and is forgotten together with it. A group that one more result does not touch is the same array as before.
 */
import { checkKey, type Check, type CheckKey, type Configuration } from "./configuration.ts";
import type { Observation, State } from "./state.ts";

const checksByKey = new WeakMap<Configuration["checks"], ReadonlyMap<CheckKey, Check>>();

export function checkOf({ checks }: Pick<Configuration, "checks">, key: CheckKey): Check | undefined {
  let byKey = checksByKey.get(checks);
  if (byKey === undefined) {
    byKey = new Map(checks.map((check) => [check.key, check]));
    checksByKey.set(checks, byKey);
  }
  return byKey.get(key);
}

type Observations = State["observations"];
type Groups = ReadonlyMap<string, readonly Observation[]>;

/** Both in the order of the observations. */
interface Grouped {
  readonly byHost: Groups;
  readonly bySource: Groups;
}

const groupings = new WeakMap<Observations, Grouped>();
const none: readonly Observation[] = [];

/** Of every check that speaks of it. */
export function observationsOn({ observations }: Pick<State, "observations">, host: string): readonly Observation[] {
  return grouped(observations).byHost.get(host) ?? none;
}

/** Of every host that the check of that key has spoken of. */
export function observationsFrom(
  { observations }: Pick<State, "observations">,
  source: CheckKey,
): readonly Observation[] {
  return grouped(observations).bySource.get(source) ?? none;
}

/** In the order in which they were first observed. */
export function observedHosts({ observations }: Pick<State, "observations">): Iterable<string> {
  return grouped(observations).byHost.keys();
}

/** With one that is new, or that takes the place of what was observed of the same check and host before. */
export function withObservation(observations: Observations, observation: Observation): Observations {
  const after = { ...observations, [checkKey(observation.check, observation.host)]: observation };
  const { byHost, bySource } = grouped(observations);
  groupings.set(after, {
    byHost: withMember(byHost, observation.host, observation),
    bySource: withMember(bySource, observation.source, observation),
  });
  return after;
}

function withMember(groups: Groups, name: string, member: Observation): Groups {
  const group = groups.get(name) ?? none;
  const at = group.findIndex(({ check, host }) => check === member.check && host === member.host);
  return new Map(groups).set(name, at === -1 ? [...group, member] : group.with(at, member));
}

function grouped(observations: Observations): Grouped {
  const known = groupings.get(observations);
  if (known !== undefined) return known;
  const all = Object.values(observations);
  const made = { byHost: groupBy(all, ({ host }) => host), bySource: groupBy(all, ({ source }) => source) };
  groupings.set(observations, made);
  return made;
}

function groupBy(observations: readonly Observation[], nameOf: (observation: Observation) => string): Groups {
  const groups = new Map<string, Observation[]>();
  for (const observation of observations) {
    const group = groups.get(nameOf(observation));
    if (group === undefined) groups.set(nameOf(observation), [observation]);
    else group.push(observation);
  }
  return groups;
}
