/**
 * Why a condition can never be true, as far as that follows from its words alone: a subject has one status at a time, and there
 * are only so many hosts. What is not seen to be impossible is taken for possible.
 */
import { saySubject } from "../../core/condition-text.ts";
import type { Comparison, Condition, Subject } from "../../core/condition.ts";
import type { Status } from "../../core/result.ts";

/** How many there are to count. */
export interface Numbers {
  readonly hosts: number;
  readonly checks: (name: string | null, host: string | null) => number;
}

export interface Around {
  /** null if reports may bring more. */
  readonly numbers: Numbers | null;
  /** One name for subjects that are one where the rule fires: `%HOST%` and the host that its header names. */
  readonly sameAs: (subject: string) => string;
}

/** `reason` is a sentence that goes on with `, so …`. */
export interface Impossibility {
  readonly reason: string;
  readonly hint: string | null;
}

export function whyImpossible(condition: Condition, around: Around): Impossibility | null {
  switch (condition.kind) {
    case "or": {
      const reasons = condition.parts.map((part) => whyImpossible(part, around));
      return reasons.every((reason) => reason !== null) ? (reasons[0] ?? null) : null;
    }
    case "and":
      return (
        condition.parts.map((part) => whyImpossible(part, around)).find((reason) => reason !== null) ??
        whyContradictory(condition.parts, around)
      );
    case "for":
      return whyImpossible(condition.part, around);
    case "count":
      return around.numbers === null ? null : whyNeverCounted(condition, around.numbers);
    case "not":
    case "is":
    case "was":
    case "metric":
    case "range":
    case "quantified":
      return null;
  }
}

interface Claim {
  /** null: every host. */
  readonly subject: Subject | null;
  readonly statuses: readonly Status[];
  readonly isNegated: boolean;
}

/** What the parts, which all have to be true at once, leave a subject no status by. */
function whyContradictory(parts: readonly Condition[], around: Around): Impossibility | null {
  const claims = parts.flatMap(claimsOf);
  /** About any host that there is: what is said of all of them is held against each that is named, and against itself. */
  const everyHost = around.numbers === null ? [] : claims.filter((claim) => claim.subject === null);
  const bySubject = new Map<string, readonly Claim[]>(everyHost.length === 0 ? [] : [["", everyHost]]);
  for (const claim of claims) {
    if (claim.subject === null) continue;
    const key = around.sameAs(saySubject(claim.subject));
    const before = bySubject.get(key) ?? (claim.subject.kind === "check" ? [] : everyHost);
    bySubject.set(key, [...before, claim]);
  }
  for (const ofSubject of bySubject.values()) {
    const subject = ofSubject.at(-1)?.subject ?? null;
    const reason = whyNoStatus(subject === null ? null : saySubject(subject), ofSubject);
    if (reason !== null) return reason;
  }
  return null;
}

/** `subject: null`: whatever host. */
function whyNoStatus(subject: string | null, claims: readonly Claim[]): Impossibility | null {
  const [first, ...rest] = claims.toSorted((a, b) => Number(a.isNegated) - Number(b.isNegated));
  if (first === undefined || first.isNegated) return null;
  let left = first.statuses;
  for (const claim of rest) {
    left = left.filter((status) => isAllowed(status, claim));
    if (left.length > 0) continue;
    /** The one that is at odds with it, or all, if only together they are. */
    const other = claims.find((each) => !each.isNegated && !each.statuses.some((status) => isAllowed(status, claim)));
    const odd = other === undefined ? claims : claims.filter((each) => each === other || each === claim);
    const reason = `${subject ?? "a host"} cannot be ${odd.map(sayStatuses).join(" and ")} at once`;
    if (odd.some((each) => each.isNegated || each.subject === null)) return { reason, hint: null };
    const statuses = new Set(odd.flatMap((each) => each.statuses));
    return { reason, hint: `did you mean \`${subject} is ${[...statuses].join(" or ")}\`?` };
  }
  return null;
}

function isAllowed(status: Status, { statuses, isNegated }: Claim): boolean {
  // Of what is unknown nothing is true but that it is unknown.
  return isNegated ? status !== "unknown" && !statuses.includes(status) : statuses.includes(status);
}

function sayStatuses({ statuses, isNegated }: Claim): string {
  if (isNegated && statuses.length > 1) return `neither ${statuses.join(" nor ")}`;
  return `${isNegated ? "not " : ""}${statuses.join(" or ")}`;
}

function claimsOf(condition: Condition): readonly Claim[] {
  switch (condition.kind) {
    case "and":
      return condition.parts.flatMap(claimsOf);
    case "for":
      return claimsOf(condition.part);
    case "is":
      return [condition];
    case "quantified":
      return condition.quantifier === "all" && condition.over.kind === "hosts" ? [{ ...condition, subject: null }] : [];
    case "not": {
      const { part } = condition;
      if (part.kind === "is") return [{ ...part, isNegated: !part.isNegated }];
      if (part.kind === "quantified" && part.quantifier === "any" && part.over.kind === "hosts")
        return [{ ...part, subject: null, isNegated: !part.isNegated }];
      return [];
    }
    case "or":
    case "was":
    case "metric":
    case "range":
    case "count":
      return [];
  }
}

function whyNeverCounted(condition: Extract<Condition, { kind: "count" }>, numbers: Numbers): Impossibility | null {
  const { over, comparison, count } = condition;
  const host = over.kind === "checks" && over.on?.kind === "host" ? over.on.host : null;
  const most = over.kind === "hosts" ? numbers.hosts : numbers.checks(over.check, host);
  const canBe = [0, most, count - 1, count, count + 1].some(
    (value) => value >= 0 && value <= most && holds(value, comparison, count),
  );
  if (canBe) return null;
  const what = over.kind === "hosts" ? "host" : "check";
  const reason = `a count of ${most} ${what}${most === 1 ? "" : "s"} is never ${comparison} ${count}`;
  return { reason, hint: null };
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
