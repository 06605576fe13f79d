/** What can go wrong with when a rule fires: W02, W04, W12, W17. */
import { lineOf, type Source } from "../source.ts";
import { sayCondition, saySubject } from "../../core/condition-text.ts";
import { variablesIn } from "../../core/evaluate.ts";
import { whyImpossible, type Around, type Impossibility, type Numbers } from "./impossible.ts";
import type { Linted, Warning } from "./linted.ts";
import type { ReadRule } from "../rule-meaning.ts";
import type { Condition, Subject } from "../../core/condition.ts";
import type { StatusPattern, Trigger } from "../../core/configuration.ts";

export function* lintImpossible({ meaning, declarations }: Linted): Iterable<Warning> {
  const numbers: Numbers | null = declarations.hasReportedHosts
    ? null
    : {
        hosts: declarations.hosts.length,
        checks: (name, host) =>
          declarations.checks.filter(
            (check) => (name === null || check.name === name) && (host === null || check.host === host),
          ).length,
      };
  for (const read of meaning.rules) {
    const { header, when, guard } = read;
    const { trigger, guard: condition } = read.rule;
    const never = whyNeverFires(trigger, numbers);
    if (never !== null) {
      const span = when?.span ?? header.span;
      yield {
        file: "actions",
        code: "W02",
        span,
        message: `${never.reason}, so the rule never fires`,
        hint: never.hint,
      };
    } else if (condition !== null) {
      const place = { file: "actions", code: "W02", span: guard?.span ?? header.span } as const;
      const held = whyAlwaysHeld(trigger, condition, numbers);
      const never = whyNeverLong(trigger, condition);
      if (held !== null) yield { ...place, message: `${held.reason}, so the rule is always held`, hint: held.hint };
      else if (never !== null) yield { ...place, message: never.reason, hint: never.hint };
    }
  }
}

function whyNeverFires(trigger: Trigger, numbers: Numbers | null): Impossibility | null {
  if (trigger.kind === "condition") return whyImpossible(trigger.when, { numbers, sameAs: (subject) => subject });
  if (trigger.kind !== "transition" || !samePattern(trigger.from, trigger.to) || trigger.from.kind !== "status")
    return null;
  const { status } = trigger.from;
  return { reason: `nothing ever goes from ${status} to ${status}`, hint: null };
}

function whyAlwaysHeld(trigger: Trigger, guard: Condition, numbers: Numbers | null): Impossibility | null {
  const around: Around = { numbers, sameAs: (subject) => sameSubject(subject, trigger) };
  const alone = whyImpossible(guard, around);
  if (alone !== null) return alone;
  switch (trigger.kind) {
    case "condition": {
      const both = whyImpossible({ kind: "and", parts: [trigger.when, guard] }, around);
      return both === null ? null : { reason: `together with \`when\` this is never true: ${both.reason}`, hint: null };
    }
    case "transition":
    case "split-brain": {
      const given = trigger.kind === "transition" ? trigger.to : ({ kind: "status", status: "master" } as const);
      if (given.kind === "any") return null;
      const subject = subjectOf(trigger);
      const fact: Condition = { kind: "is", subject, isNegated: false, statuses: [given.status] };
      const both = whyImpossible({ kind: "and", parts: [fact, guard] }, around);
      const name = saySubject(subject);
      return both === null
        ? null
        : { reason: `this fires when ${name} has become ${given.status}, and ${both.reason}`, hint: null };
    }
    case "run-failed":
      return null;
  }
}

/** Whom the edge is about, as a guard would name it. */
function subjectOf(trigger: Extract<Trigger, { kind: "transition" | "split-brain" }>): Subject {
  if (trigger.kind === "transition" && trigger.check !== null)
    return {
      kind: "check",
      check: trigger.check,
      on: trigger.host === null ? null : { kind: "host", host: trigger.host },
    };
  if (trigger.kind === "transition" && trigger.host !== null) return { kind: "host", host: trigger.host };
  return { kind: "variable", variable: "HOST" };
}

/** One name for what is one where the rule fires. */
function sameSubject(subject: string, trigger: Trigger): string {
  if (trigger.kind !== "transition") return subject;
  const { check, host, to } = trigger;
  if (check !== null)
    return [check, `${check} on %HOST%`, `${check} on ${host ?? "%HOST%"}`].includes(subject) ? check : subject;
  const isNewMaster = to.kind === "status" && to.status === "master";
  return subject === host || (isNewMaster && subject === "%MASTER%") ? "%HOST%" : subject;
}

/** %HOST% is known at the moment of the edge only, and a clock about it would begin then. */
function whyNeverLong(trigger: Trigger, guard: Condition): Impossibility | null {
  if (trigger.kind !== "transition" && trigger.kind !== "split-brain") return null;
  switch (guard.kind) {
    case "or":
    case "and":
      return guard.parts.map((part) => whyNeverLong(trigger, part)).find((reason) => reason !== null) ?? null;
    case "not":
      return whyNeverLong(trigger, guard.part);
    case "for":
      if (!variablesIn(guard.part).includes("HOST")) return null;
      return {
        reason: `\`${sayCondition(guard)}\` is never true: %HOST% is known only when this fires, and \`for\` begins to count then`,
        hint: "use `[rule NAME]` and `when … for …`, which names the host",
      };
    case "is":
    case "was":
    case "metric":
    case "range":
    case "quantified":
    case "count":
      return null;
  }
}

/** Comparing every rule with every other one; nobody has written as many. */
const comparedMax = 500;

export function* lintDoubles({ meaning }: Linted, source: Source): Iterable<Warning> {
  const seen: ReadRule[] = [];
  const byEvent = new Map<string, ReadRule>();
  for (const rule of meaning.rules.slice(0, comparedMax)) {
    const { trigger } = rule.rule;
    const events = eventsOf(trigger);
    const same = events.map((event) => byEvent.get(event)).find((other) => other !== undefined);
    const first = seen.find((other) => overlap(other.rule.trigger, trigger)) ?? same;
    seen.push(rule);
    for (const event of events) if (!byEvent.has(event)) byEvent.set(event, rule);
    if (first === undefined) continue;
    const message = `this fires on the same as \`${first.rule.name}\` in line ${lineOf(source, first.header.span.start)}; both run, one after the other`;
    yield {
      file: "actions",
      code: "W04",
      span: rule.header.span,
      message,
      hint: "put all actions into one section, or make the triggers exclude each other",
    };
  }
}

/** Two edges that one change can be. */
function overlap(a: Trigger, b: Trigger): boolean {
  if (a.kind !== "transition" || b.kind !== "transition" || a.check !== b.check) return false;
  const isSameHost = a.host === null || b.host === null || a.host === b.host;
  return isSameHost && patternsMeet(a.from, b.from) && patternsMeet(a.to, b.to);
}

/**
 * What a rule fires on, a status of a subject each, where that follows from its words alone; how long it has to last does not
 * count. An edge of whatever host is wider than any of them, and is meant so.
 */
function eventsOf(trigger: Trigger): readonly string[] {
  switch (trigger.kind) {
    case "condition":
      return eventsOfCondition(trigger.when);
    case "transition": {
      const { check, host, from, to } = trigger;
      if (to.kind === "any") return [];
      const subjects = check === null ? [host] : [check, host === null ? null : `${check} on ${host}`];
      const isOfMaster = check === null && from.kind === "status" && from.status === "master";
      const named = [...subjects, isOfMaster ? "%MASTER%" : null].filter((subject) => subject !== null);
      return named.map((subject) => `${subject} is ${to.status}`);
    }
    case "split-brain":
    case "run-failed":
      return [];
  }
}

function eventsOfCondition(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case "for":
      return eventsOfCondition(condition.part);
    case "or":
      return condition.parts.flatMap(eventsOfCondition);
    case "is":
      if (condition.isNegated) return [sayCondition(withSortedStatuses(condition))];
      return condition.statuses.map((status) => `${saySubject(condition.subject)} is ${status}`);
    case "and":
      return [
        condition.parts
          .map((part) => eventsOfCondition(part).toSorted().join(" or "))
          .toSorted()
          .join(" and "),
      ];
    case "not":
    case "was":
    case "metric":
    case "range":
    case "quantified":
    case "count":
      return [sayCondition(withSortedStatuses(condition))];
  }
}

function withSortedStatuses(condition: Condition): Condition {
  return "statuses" in condition ? { ...condition, statuses: condition.statuses.toSorted() } : condition;
}

function patternsMeet(a: StatusPattern, b: StatusPattern): boolean {
  return a.kind === "any" || b.kind === "any" || a.status === b.status;
}

function samePattern(a: StatusPattern, b: StatusPattern): boolean {
  return a.kind === "status" && b.kind === "status" && a.status === b.status;
}

/** Rules, but none that any loss of a master could fire. */
export function* lintNoMaster({ meaning }: Linted): Iterable<Warning> {
  const rules = meaning.rules.filter(({ rule }) => rule.trigger.kind !== "run-failed");
  const [first] = rules;
  if (first === undefined || rules.some(({ rule }) => caresForMaster(rule.trigger))) return;
  const message = "no rule fires when the master is lost";
  yield {
    file: "actions",
    code: "W12",
    span: first.header.span,
    message,
    hint: "add one: `[rule NAME]` with `when %MASTER% is critical or down for 5s`",
  };
}

/** A file of which the first half was written is read as well as a whole one. */
export function* lintNoRule({ meaning, hasActionsFile }: Linted): Iterable<Warning> {
  if (meaning.rules.length > 0) return;
  const [what, hint] = hasActionsFile
    ? ["rule in actions.conf", "if that is meant, say so in it: `# lint: allow W17` and why"]
    : ["actions.conf", null];
  const message = `there is no ${what}, so failoverd looks on and never acts`;
  yield { file: "actions", code: "W17", span: null, message, hint };
}

const bad = ["critical", "down", "unknown", "conflict"];

function caresForMaster(trigger: Trigger): boolean {
  switch (trigger.kind) {
    case "transition": {
      const sides = [trigger.from, trigger.to].map((side) => (side.kind === "any" ? null : side.status));
      return (
        sides.includes("master") ||
        (trigger.check === null && sides[1] !== undefined && (sides[1] === null || bad.includes(sides[1])))
      );
    }
    case "condition":
      return speaksOfMaster(trigger.when);
    case "split-brain":
    case "run-failed":
      return false;
  }
}

function speaksOfMaster(condition: Condition): boolean {
  switch (condition.kind) {
    case "or":
    case "and":
      return condition.parts.some(speaksOfMaster);
    case "not":
    case "for":
      return speaksOfMaster(condition.part);
    case "is":
    case "was":
    case "metric":
    case "range": {
      const { subject } = condition;
      const about = subject.kind === "check" ? subject.on : subject;
      if (about?.kind === "variable" && about.variable === "MASTER") return true;
      if (condition.kind !== "is" && condition.kind !== "was") return false;
      return (
        condition.statuses.includes("master") ||
        (subject.kind !== "check" && condition.statuses.some((status) => bad.includes(status)))
      );
    }
    case "quantified":
    case "count": {
      const { over, statuses } = condition;
      if (over.kind === "checks" && over.on?.kind === "variable" && over.on.variable === "MASTER") return true;
      return statuses.includes("master") || (over.kind === "hosts" && statuses.some((status) => bad.includes(status)));
    }
  }
}
