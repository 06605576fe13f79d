/**
 * One turn of `step`: the state as it becomes, and the effects as they are wanted, in order. The parts of the core take a
 * turn and replace its state; outside of `step` nobody ever sees one.
 */
import { ownOf } from "../base/own.ts";
import { withObservation } from "./grouped.ts";
import { checkKey, type CheckKey, type Configuration, type NotifyTopic } from "./configuration.ts";
import type { Effect } from "./effect.ts";
import type { Record } from "./record.ts";
import type { Cause } from "./run.ts";
import type { CheckProgress, Clock, Observation, RuleProgress, Standing, State } from "./state.ts";

export interface Turn {
  readonly configuration: Configuration;
  readonly nowMs: number;
  state: State;
  readonly effects: Effect[];
  /** Edges seen in this turn, in order: rules that want to fire. */
  readonly edges: { readonly rule: string; readonly cause: Cause; readonly isLearned: boolean }[];
  /** Checks whose first status was confirmed in this turn: it was found, and nobody saw it begin. */
  readonly found: Set<CheckKey>;
  /** The clocks of every `for` that was judged in this turn; they become the state's. */
  readonly clocks: { [key: string]: Clock };
  /** Moments at which something that was judged in this turn may come out otherwise. */
  readonly wakes: number[];
  /** Nothing may be triggered by what changes: a reload. */
  readonly isSilent: boolean;
}

/** In which nothing has happened yet. */
export function beginTurn(configuration: Configuration, state: State, nowMs: number): Turn {
  return {
    configuration,
    nowMs,
    state,
    effects: [],
    edges: [],
    found: new Set(),
    clocks: {},
    wakes: [],
    isSilent: false,
  };
}

/** What `[notify]` is told of each kind of record; kinds that are not here are told to nobody. */
const topics: Readonly<Partial<{ [kind in Record["kind"]]: NotifyTopic }>> = {
  "daemon-start": "daemon",
  "daemon-stop": "daemon",
  transition: "transition",
  "split-brain": "split_brain",
  "split-brain-over": "split_brain",
  held: "hold",
  dropped: "hold",
  blocked: "blocked",
  "run-start": "run",
  "run-end": "run",
  "in-doubt": "run",
  abandoned: "run",
  awaiting: "fence",
};

export function record(turn: Turn, entry: Record): void {
  turn.effects.push({ kind: "record", record: entry });
  const isFence =
    entry.kind === "step-end" && entry.command[0] === "fence" && (entry.next === "done" || entry.next === "failed");
  const topic = isFence ? "fence" : topics[entry.kind];
  if (topic !== undefined) turn.effects.push({ kind: "notify", topic, record: entry });
}

export function note(turn: Turn, topic: string, sentence: string): void {
  record(turn, { kind: "note", topic, sentence });
}

export function setCheck(turn: Turn, key: CheckKey, progress: CheckProgress): void {
  setChecks(turn, [[key, progress]]);
}

/** Many at once: the map is copied once. */
export function setChecks(turn: Turn, changed: readonly (readonly [CheckKey, CheckProgress])[]): void {
  if (changed.length === 0) return;
  turn.state = { ...turn.state, checks: { ...turn.state.checks, ...Object.fromEntries(changed) } };
}

export function setObservation(turn: Turn, observation: Observation): void {
  turn.state = { ...turn.state, observations: withObservation(turn.state.observations, observation) };
}

/** Many at once: the map is copied once. */
export function setObservations(turn: Turn, changed: readonly Observation[]): void {
  if (changed.length === 0) return;
  const entries = changed.map((observation) => [checkKey(observation.check, observation.host), observation] as const);
  turn.state = { ...turn.state, observations: { ...turn.state.observations, ...Object.fromEntries(entries) } };
}

export function setHost(turn: Turn, host: string, standing: Standing): void {
  turn.state = { ...turn.state, hosts: { ...turn.state.hosts, [host]: standing } };
}

export function setRule(turn: Turn, rule: string, change: Partial<RuleProgress>): void {
  turn.state = { ...turn.state, rules: { ...turn.state.rules, [rule]: { ...progressOf(turn, rule), ...change } } };
}

/** What is known of a rule; one that a reload brings begins anew. */
export function progressOf({ state }: Pick<Turn, "state">, rule: string): RuleProgress {
  return ownOf(state.rules, rule) ?? newRule;
}

export const newRule: RuleProgress = {
  hasFired: false,
  trueSinceMs: null,
  hold: null,
  blocked: null,
  runStartsMs: [],
  lastRunEndMs: null,
  failure: null,
};
