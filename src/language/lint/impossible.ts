/**
 * Whether a condition can never be true, as far as that follows from its words alone. A subject has one status at a time;
 * there are only so many hosts. What is not seen to be impossible is taken for possible.
 */
import { saySubject } from "../../core/condition-text.ts";
import type { Comparison, Condition } from "../../core/condition.ts";

/** How many there are to count; null if reports may bring more. */
export interface Numbers {
  readonly hosts: number;
  readonly checks: (name: string | null, host: string | null) => number;
}

export function isImpossible(condition: Condition, numbers: Numbers | null): boolean {
  switch (condition.kind) {
    case "or":
      return condition.parts.every((part) => isImpossible(part, numbers));
    case "and":
      return condition.parts.some((part) => isImpossible(part, numbers)) || contradicts(condition.parts);
    case "for":
      return isImpossible(condition.part, numbers);
    case "count":
      return numbers !== null && !canCount(condition, numbers);
    case "not":
    case "is":
    case "was":
    case "metric":
    case "range":
    case "quantified":
      return false;
  }
}

/** Whether the parts, which all have to be true at once, leave a subject no status. */
function contradicts(parts: readonly Condition[]): boolean {
  const left = new Map<string, ReadonlySet<string>>();
  const excluded = new Map<string, Set<string>>();
  for (const part of flatten(parts)) {
    const { predicate, isNegated } = part;
    const key = saySubject(predicate.subject);
    if (isNegated) {
      excluded.set(key, new Set([...(excluded.get(key) ?? []), ...predicate.statuses]));
      continue;
    }
    const before = left.get(key);
    left.set(key, new Set(predicate.statuses.filter((status) => before === undefined || before.has(status))));
  }
  return [...left].some(([key, statuses]) => [...statuses].every((status) => excluded.get(key)?.has(status) === true));
}

type Is = Extract<Condition, { kind: "is" }>;

function flatten(parts: readonly Condition[]): readonly { readonly predicate: Is; readonly isNegated: boolean }[] {
  return parts.flatMap((part) => {
    if (part.kind === "and") return flatten(part.parts);
    if (part.kind === "for") return flatten([part.part]);
    if (part.kind === "is") return [{ predicate: part, isNegated: part.isNegated }];
    if (part.kind === "not" && part.part.kind === "is")
      return [{ predicate: part.part, isNegated: !part.part.isNegated }];
    return [];
  });
}

function canCount(condition: Extract<Condition, { kind: "count" }>, numbers: Numbers): boolean {
  const { over, comparison, count } = condition;
  const host = over.kind === "checks" && over.on?.kind === "host" ? over.on.host : null;
  const most = over.kind === "hosts" ? numbers.hosts : numbers.checks(over.check, host);
  return [0, most, count - 1, count, count + 1].some(
    (value) => value >= 0 && value <= most && holds(value, comparison, count),
  );
}

function holds(value: number, comparison: Comparison, count: number): boolean {
  switch (comparison) {
    case "<":
      return value < count;
    case "<=":
      return value <= count;
    case ">":
      return value > count;
    case ">=":
      return value >= count;
    case "=":
      return value === count;
    case "!=":
      return value !== count;
  }
}
