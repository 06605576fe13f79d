/**
 * A reload: what did not change keeps state, counters and schedule. It changes no status that is known and fires nothing:
 * a `when` that is new and already true counts as seen, and fires when it becomes true again.
 */
import { sayCount } from "../base/count.ts";
import { checkOf } from "./grouped.ts";
import { isReported, newObservation } from "./observe.ts";
import { newProgress } from "./schedule.ts";
import { isLevel } from "./rules.ts";
import { forget } from "./forget.ts";
import { progressOf, record, setRule, type Turn } from "./turn.ts";
import type { Check, CheckKey, Configuration, Rule } from "./configuration.ts";
import type { Event } from "./event.ts";
import type { CheckProgress, RuleProgress, State } from "./state.ts";

export function reconfigure(turn: Turn, event: Extract<Event, { kind: "reconfigured" }>): void {
  const { configuration } = turn;
  const sentence = `configuration ${configuration.fingerprint} is in force: ${sayCount(configuration.checks.length, "check")}, ${sayCount(configuration.rules.length, "rule")}`;
  record(turn, { kind: "configured", generation: event.generation, fingerprint: configuration.fingerprint, sentence });
  reconfigureChecks(turn, event.before);
  reconfigureRules(turn, event.before);
}

function reconfigureChecks(turn: Turn, before: Configuration): void {
  const { state, configuration, nowMs } = turn;
  const progresses = configuration.checks.map((check): readonly [CheckKey, CheckProgress] => {
    const old = checkOf(before, check.key);
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
  const rules = turn.configuration.rules.map((rule): readonly [string, RuleProgress] => {
    const old = before.rules.find((other) => other.name === rule.name);
    const progress = progressOf(turn, rule.name);
    return [rule.name, sameTrigger(old, rule) ? progress : { ...progress, trueSinceMs: null, hasFired: false }];
  });
  turn.state = { ...turn.state, rules: Object.fromEntries(rules) };
}

function sameTrigger(a: Rule | undefined, b: Rule): boolean {
  return a !== undefined && JSON.stringify(a.trigger) === JSON.stringify(b.trigger);
}

/** A `when` that is true, and was not before the reload or is another than it was, counts as seen. */
export function passOver(turn: Turn, before: Configuration, known: State): void {
  for (const rule of turn.configuration.rules) {
    if (rule.trigger.kind !== "condition" || !isLevel(turn, rule, rule.trigger.when)) continue;
    const old = before.rules.find((other) => other.name === rule.name);
    const wasTrue =
      sameTrigger(old, rule) && isLevel({ ...turn, configuration: before, state: known }, rule, rule.trigger.when);
    if (!wasTrue) setRule(turn, rule.name, { hasFired: true });
  }
}
