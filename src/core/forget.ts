/**
 * What only a report has named is known as long as something of it is: the host goes with the last observation of it. A host
 * that is declared stays. So reports that name ever new hosts leave no more behind than one check may report on.
 */
import { checkKey } from "./configuration.ts";
import { observationsOn } from "./grouped.ts";
import { standingOf } from "./hosts.ts";
import { record, type Turn } from "./turn.ts";
import type { Observation } from "./state.ts";

/** `why`: the sentence of its record. */
export function forget(turn: Turn, { check, host }: Observation, why: string): void {
  const { state, configuration } = turn;
  record(turn, { kind: "check-removed", check, host, sentence: why });
  turn.state = { ...state, observations: without(state.observations, checkKey(check, host)) };
  if (configuration.hosts.includes(host) || observationsOn(turn.state, host).length > 0) return;
  const isMaster = standingOf(state, host)?.role === "master";
  const lastMaster = state.lastMaster === host ? null : state.lastMaster;
  turn.state = { ...turn.state, hosts: without(state.hosts, host), lastMaster };
  if (!isMaster) return;
  const sentence = `${host}: no longer taken for the master: nothing that is known speaks of it any more`;
  record(turn, { kind: "transition", host, check: null, isRole: true, from: "master", to: "none", sentence });
}

function without<T>(map: Readonly<{ [name: string]: T }>, name: string): Readonly<{ [name: string]: T }> {
  return Object.fromEntries(Object.entries(map).filter(([other]) => other !== name));
}
