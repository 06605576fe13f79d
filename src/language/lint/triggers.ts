/** What can go wrong with when a rule fires: W02, W04, W12. */
import { lineOf, type Source } from "../source.ts";
import { sayCondition } from "../../core/condition-text.ts";
import { isImpossible, type Numbers } from "./impossible.ts";
import type { Linted, Warning } from "./linted.ts";
import type { ReadRule } from "../rule-meaning.ts";
import type { Condition } from "../../core/condition.ts";
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
  for (const { rule, header, when, guard } of meaning.rules) {
    const { trigger } = rule;
    if (trigger.kind === "transition" && samePattern(trigger.from, trigger.to) && trigger.from.kind === "status") {
      const message = `nothing ever goes from ${trigger.from.status} to ${trigger.from.status}, so this never fires`;
      yield { file: "actions", code: "W02", span: header.span, message, hint: null };
    }
    const conditions: Condition[] = trigger.kind === "condition" ? [trigger.when] : [];
    if (conditions.some((condition) => isImpossible(condition, numbers))) {
      yield {
        file: "actions",
        code: "W02",
        span: when?.span ?? header.span,
        message: "this can never be true, so the rule never fires",
        hint: null,
      };
    } else if (rule.guard !== null && isImpossible({ kind: "and", parts: [...conditions, rule.guard] }, numbers)) {
      const message =
        conditions.length === 0 || isImpossible(rule.guard, numbers)
          ? "this can never be true"
          : "this can never be true together with `when`";
      yield {
        file: "actions",
        code: "W02",
        span: guard?.span ?? header.span,
        message: `${message}, so the rule is always held`,
        hint: null,
      };
    }
  }
}

/** Comparing every rule with every other one; nobody has written as many. */
const comparedMax = 500;

export function* lintDoubles({ meaning }: Linted, source: Source): Iterable<Warning> {
  const seen: ReadRule[] = [];
  for (const rule of meaning.rules.slice(0, comparedMax)) {
    const first = seen.find((other) => overlap(other.rule.trigger, rule.rule.trigger));
    seen.push(rule);
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

function overlap(a: Trigger, b: Trigger): boolean {
  if (a.kind === "condition" && b.kind === "condition") return sayCondition(a.when) === sayCondition(b.when);
  if (a.kind !== "transition" || b.kind !== "transition" || a.check !== b.check) return false;
  const isSameHost = a.host === null || b.host === null || a.host === b.host;
  return isSameHost && patternsMeet(a.from, b.from) && patternsMeet(a.to, b.to);
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
