/**
 * A reload: what did not change, or has only another name, keeps state, counters and schedule. It changes no status that is
 * known and fires nothing: a `when` that is new and already true counts as seen, and fires when it becomes true again.
 */
import { sayCount } from "../base/count.ts";
import { checkOf } from "./grouped.ts";
import { clockKey } from "./evaluate.ts";
import { maintenanceOf } from "./holds.ts";
import { sayIdleMaintenance } from "./operate.ts";
import { isReported, newObservation } from "./observe.ts";
import { newProgress } from "./schedule.ts";
import { isLevel, noCause } from "./rules.ts";
import { forget } from "./forget.ts";
import { progressOf, record, setRule, type Turn } from "./turn.ts";
import type { Check, CheckKey, Configuration, Rule } from "./configuration.ts";
import type { Event } from "./event.ts";
import type { CheckProgress, Observation, RuleProgress, State } from "./state.ts";

export function reconfigure(turn: Turn, event: Extract<Event, { kind: "reconfigured" }>): void {
  const { configuration } = turn;
  const sentence = `configuration ${configuration.fingerprint} is in force: ${sayCount(configuration.checks.length, "check")}, ${sayCount(configuration.rules.length, "rule")}`;
  record(turn, { kind: "configured", generation: event.generation, fingerprint: configuration.fingerprint, sentence });
  reconfigureChecks(turn, event.before);
  reconfigureRules(turn, event.before);
  sayIdleMaintenance(turn);
}

function reconfigureChecks(turn: Turn, before: Configuration): void {
  takeOverRenamed(turn, before);
  const { state, configuration, nowMs } = turn;
  const progresses = configuration.checks.map((check): readonly [CheckKey, CheckProgress] => {
    const old = checkOf(before, check.key) ?? namedBefore(turn, before, check);
    const progress = state.checks[check.key];
    const isSame = old !== undefined && progress !== undefined && sameProgram(old, check);
    return [check.key, isSame ? sooner(progress, check, nowMs) : newProgress(nowMs)];
  });
  const checks: State["checks"] = Object.fromEntries(progresses);
  for (const [key, progress] of Object.entries(state.checks)) {
    if (progress.job !== null && checks[key]?.job !== progress.job)
      turn.effects.push({ kind: "stopCheck", job: progress.job });
  }
  for (const [key, observation] of Object.entries(state.observations)) {
    if (isReported(configuration, observation)) continue;
    const { source, standing } = observation;
    const why =
      source === key || checkOf(configuration, key) === undefined
        ? "is not in the configuration any more"
        : `is declared itself now, and not taken from ${source} any more`;
    forget(turn, observation, `${key} ${why}; its status was ${standing.status}`);
  }
  /** As after a start: the declared ones in their order, which prefers one metric over another, then what they reported on. */
  const declared = configuration.checks.map((check) => [check.key, newObservation(check, check.host, nowMs)] as const);
  const observations: State["observations"] = { ...Object.fromEntries(declared), ...turn.state.observations };
  const named = new Set([
    ...configuration.hosts,
    ...Object.values(observations).map((observation) => observation.host),
  ]);
  const hosts = Object.fromEntries(Object.entries(turn.state.hosts).filter(([host]) => named.has(host)));
  const { lastMaster: known } = turn.state;
  const lastMaster = known !== null && named.has(known) ? known : null;
  turn.state = { ...turn.state, checks, observations, hosts, lastMaster };
}

/** What is known of a check goes by its new name, if it has only got another. */
function takeOverRenamed(turn: Turn, before: Configuration): void {
  for (const check of turn.configuration.checks) {
    const old = namedBefore(turn, before, check);
    const progress = old === undefined ? undefined : turn.state.checks[old.key];
    const observation = old === undefined ? undefined : turn.state.observations[old.key];
    if (old === undefined || progress === undefined || observation === undefined) continue;
    const { [old.key]: _progress, ...checks } = turn.state.checks;
    const { [old.key]: _observation, ...observations } = turn.state.observations;
    const renamed: Observation = { ...observation, check: check.name, source: check.key };
    turn.state = {
      ...turn.state,
      checks: { ...checks, [check.key]: progress },
      observations: { ...observations, [check.key]: renamed },
    };
    record(turn, { kind: "note", topic: "reload", sentence: `${old.key} is called ${check.key} from now on` });
  }
}

/** The check that is gone, and did for that host what this new one does. One that reports on many is not looked for. */
function namedBefore({ configuration }: Turn, before: Configuration, check: Check): Check | undefined {
  if (check.run.kind === "passive" || check.dialect === "report" || checkOf(before, check.key) !== undefined) return;
  return before.checks.find(
    (old) => old.host === check.host && sameProgram(old, check) && checkOf(configuration, old.key) === undefined,
  );
}

/** What is run and how; a change of limits alone is no reason to begin anew. */
function sameProgram(a: Check, b: Check): boolean {
  if (a.run.kind === "passive" || b.run.kind === "passive") return a.run.kind === b.run.kind;
  return (
    a.run.kind === b.run.kind &&
    JSON.stringify(a.run.program) === JSON.stringify(b.run.program) &&
    a.dialect === b.dialect &&
    a.isPromotable === b.isPromotable
  );
}

/** A shorter interval counts from now, a longer one from the next start. */
function sooner(progress: CheckProgress, check: Check, nowMs: number): CheckProgress {
  if (check.run.kind !== "scheduled") return progress;
  return { ...progress, nextAtMs: Math.min(progress.nextAtMs, nowMs + check.run.everyMs) };
}

function reconfigureRules(turn: Turn, before: Configuration): void {
  /** The beginnings of the clocks' keys, before and now, of rules with another name. */
  const renamed: (readonly [old: string, now: string])[] = [];
  const rules = turn.configuration.rules.map((rule): readonly [string, RuleProgress] => {
    const old = predecessorOf(turn, before, rule);
    if (old !== undefined && old.name !== rule.name) renamed.push([clockKey(old.name, ""), clockKey(rule.name, "")]);
    const progress = progressOf(turn, old?.name ?? rule.name);
    return [rule.name, sameTrigger(old, rule) ? progress : { ...progress, trueSinceMs: null, hasFired: false }];
  });
  const clocks = Object.entries(turn.state.clocks).map(([key, clock]) => {
    const [old = "", now = ""] = renamed.find(([prefix]) => key.startsWith(prefix)) ?? [];
    return [now + key.slice(old.length), clock] as const;
  });
  turn.state = { ...turn.state, rules: Object.fromEntries(rules), clocks: Object.fromEntries(clocks) };
}

/**
 * What the rule was before the reload: that of its name; or one that is gone, of which it is but a new name. A run in progress
 * ends under the name that it began with.
 */
function predecessorOf({ configuration, state }: Turn, before: Configuration, rule: Rule): Rule | undefined {
  const isGone = ({ name }: Rule): boolean =>
    state.run?.rule !== name && !configuration.rules.some((other) => other.name === name);
  return (
    before.rules.find((other) => other.name === rule.name) ??
    before.rules.find((other) => isGone(other) && withoutName(other) === withoutName(rule))
  );
}

function withoutName(rule: Rule): string {
  return JSON.stringify({ ...rule, name: "" }, (key, value: unknown) => (key === "place" ? null : value));
}

function sameTrigger(a: Rule | undefined, b: Rule): boolean {
  return a !== undefined && JSON.stringify(a.trigger) === JSON.stringify(b.trigger);
}

/**
 * A `when` that is true, and was not before the reload, counts as seen. One that was true under its old words as well goes on:
 * what had fired has fired, and what was still held or counting fires when nothing holds it back any more. Unless only the
 * reload lets it go: maintenance is of a name.
 */
export function passOver(turn: Turn, before: Configuration, known: State): void {
  const past: Turn = { ...turn, configuration: before, state: known };
  for (const rule of turn.configuration.rules) {
    if (rule.trigger.kind !== "condition" || !isLevel(turn, rule, rule.trigger.when)) continue;
    const old = predecessorOf(turn, before, rule);
    const wasTrue = old?.trigger.kind === "condition" && isLevel(past, old, old.trigger.when);
    const hadFired = old !== undefined && progressOf(past, old.name).hasFired;
    const isLetGo =
      old !== undefined && maintenanceOf(past, old, null) !== null && maintenanceOf(turn, rule, null) === null;
    if (wasTrue && !isLetGo && (sameTrigger(old, rule) || !hadFired)) continue;
    setRule(turn, rule.name, { hasFired: true });
    if (!hadFired)
      record(turn, {
        kind: "dropped",
        rule: rule.name,
        cause: noCause,
        hold: "reload",
        hasWaited: false,
        sentence: sayPassedOver(rule),
      });
  }
}

function sayPassedOver({ name }: Rule): string {
  return `${name} dropped: its "when" is true already, which is what the reload made of it, and no change; it fires when it was false in between, or by failoverctl run ${name}`;
}
