/** What keeps a rule from firing now, as a kind and a sentence with its numbers. Asked in the order in which it is told. */
import { sayCount } from "../base/count.ts";
import { sayDuration } from "../base/duration.ts";
import { sayCondition } from "./condition-text.ts";
import { judge } from "./evaluate.ts";
import { observationsFrom } from "./grouped.ts";
import { isFresh } from "./facts.ts";
import { around } from "./surroundings.ts";
import { progressOf, type Turn } from "./turn.ts";
import { touchedBy } from "./touched.ts";
import { bindVariables, missingVariable } from "./variables.ts";
import type { Rule } from "./configuration.ts";
import type { HoldKind } from "./hold.ts";
import type { Cause } from "./run.ts";
import type { Maintenance, RuleProgress } from "./state.ts";

export interface Hold {
  readonly kind: HoldKind;
  readonly sentence: string;
}

/** Null: it may fire, unless it is over its limit, which `rules.ts` turns into a block. */
export function holdOf(turn: Turn, rule: Rule, cause: Cause | null): Hold | null {
  return (
    learningHold(turn, rule) ??
    distrustHold(turn, rule) ??
    maintenanceHold(turn, rule, cause) ??
    blockedHold(turn, rule) ??
    cooldownHold(turn, rule) ??
    guardHold(turn, rule, cause) ??
    variableHold(turn, rule, cause) ??
    runHold(turn, rule)
  );
}

function hold(rule: Rule, kind: HoldKind, why: string): Hold {
  return { kind, sentence: `${rule.name} held: ${why}` };
}

function learningHold(turn: Turn, rule: Rule): Hold | null {
  if (turn.state.learning.isOver) return null;
  const counting = turn.configuration.checks.filter((check) => !check.isAdvisory);
  const waiting = unlearned(turn);
  const first = waiting.slice(0, 1).map((key) => `, ${key} first`);
  return hold(
    rule,
    "learning",
    `still learning, ${waiting.length} of ${sayCount(counting.length, "check")} ${waiting.length === 1 ? "has" : "have"} not reported yet${first.join("")}`,
  );
}

/** The checks that count and were not observed since learning began. */
export function unlearned(turn: Turn): readonly string[] {
  const known = { configuration: turn.configuration, freshSinceMs: turn.state.learning.sinceMs, newerThan: null };
  const isLearned = (key: string): boolean =>
    observationsFrom(turn.state, key).some((observation) => isFresh(observation, known));
  return turn.configuration.checks
    .filter((check) => !check.isAdvisory && !isLearned(check.key))
    .map((check) => check.key);
}

/** What keeps every trigger of the rule from firing anything, whatever it would be; null: nothing. */
export function standingHold(turn: Turn, rule: Rule): Hold | null {
  return learningHold(turn, rule) ?? distrustHold(turn, rule) ?? maintenanceHold(turn, rule, null);
}

function distrustHold(turn: Turn, rule: Rule): Hold | null {
  return turn.state.distrust === null ? null : hold(rule, "journal", turn.state.distrust);
}

export function maintenanceHold(turn: Turn, rule: Rule, cause: Cause | null): Hold | null {
  const covering = maintenanceOf(turn, rule, cause);
  if (covering === null) return null;
  const until =
    covering.untilMs === null
      ? "until it is switched off"
      : `for another ${sayDuration(covering.untilMs - turn.nowMs)}`;
  const reason = covering.reason === "" ? "" : `: ${covering.reason}`;
  return hold(
    rule,
    "maintenance",
    `maintenance of ${covering.scope === "*" ? "everything" : covering.scope} ${until}${reason}`,
  );
}

/** The maintenance that covers the rule: of everything, of the rule, of a host or check that it speaks of or rests on. */
export function maintenanceOf(turn: Turn, rule: Rule, cause: Cause | null): Maintenance | null {
  if (turn.state.maintenance.length === 0) return null;
  const touched = touchedBy(turn, rule, cause);
  return turn.state.maintenance.find(({ scope }) => scope === "*" || scope === rule.name || touched.has(scope)) ?? null;
}

function blockedHold(turn: Turn, rule: Rule): Hold | null {
  const sentence = sayBlocked(progressOf(turn, rule.name));
  return sentence === null ? null : { kind: "blocked", sentence };
}

/** Why the rule is blocked, and what whoever acknowledges that starts by it; null: it is not. */
export function sayBlocked({ blocked, trueSinceMs, hasFired }: RuleProgress): string | null {
  if (blocked === null) return null;
  if (trueSinceMs === null || hasFired) return blocked.sentence;
  return `${blocked.sentence}; its "when" is true now: ack starts it again, at once if nothing else holds it`;
}

function cooldownHold(turn: Turn, rule: Rule): Hold | null {
  const { lastRunEndMs: endMs } = progressOf(turn, rule.name);
  if (endMs === null || turn.nowMs >= endMs + rule.cooldownMs) return null;
  return hold(
    rule,
    "cooldown",
    `cooling down, its last run ended ${sayDuration(turn.nowMs - endMs)} ago (cooldown ${sayDuration(rule.cooldownMs)})`,
  );
}

/** More than `limit` allows: it was run so often within the time. */
export function isOverLimit(turn: Turn, rule: Rule): boolean {
  const { limit } = rule;
  if (limit === null) return false;
  const { runStartsMs } = progressOf(turn, rule.name);
  return runStartsMs.filter((startMs) => turn.nowMs - startMs < limit.withinMs).length >= limit.runs;
}

function guardHold(turn: Turn, rule: Rule, cause: Cause | null): Hold | null {
  if (rule.guard === null) return null;
  const judgement = judge(rule.guard, around(turn, { owner: rule.name, cause }));
  if (judgement.truth === "true") return null;
  const kind = judgement.truth === "false" ? "guard" : "stale";
  return hold(rule, kind, `its guard "if ${sayCondition(rule.guard)}" is ${judgement.truth}: ${judgement.because()}`);
}

/** An edge that lacks a variable fails its run and says so; a `when` can wait until it has one. */
function variableHold(turn: Turn, rule: Rule, cause: Cause | null): Hold | null {
  if (rule.trigger.kind !== "condition" || cause === null) return null;
  const missing = missingVariable(rule, bindVariables(turn, rule.name, turn.state.nextRun, cause));
  return missing === null ? null : hold(rule, "variable", missing);
}

function runHold(turn: Turn, rule: Rule): Hold | null {
  const { run } = turn.state;
  return run === null ? null : hold(rule, "run", `waiting for run ${run.run} of ${run.rule} to end`);
}
