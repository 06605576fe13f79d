/**
 * Judges a condition: true, false, or unknown. One walk serves the rules, `expect` and `explain`: every node carries the
 * sentence that says why, made only when somebody reads it.
 *
 * Unknown is what keeps a broken script from promoting anything. A subject whose status is `unknown`, or that was not
 * observed since `freshSinceMs`, makes every predicate about it unknown, negated or not; only `is unknown` is then true.
 * Unknown spreads as in Kleene's logic: `false and unknown` is false, `true or unknown` is true, all else is unknown.
 */
import { isAlert, parseRange } from "../base/range.ts";
import { readQuantity } from "../base/quantity.ts";
import { sayDuration } from "../base/duration.ts";
import { sayCondition, sayHost, sayQuantity, saySubject } from "./condition-text.ts";
import {
  ageOf,
  factOf,
  factOfHost,
  factOfObservation,
  isFresh,
  oldest,
  resolve,
  sayObservation,
  type Fact,
  type Surroundings,
} from "./facts.ts";
import { observationsOn } from "./grouped.ts";
import { hostsOf } from "./hosts.ts";
import { checkKey } from "./configuration.ts";
import type { Comparison, Condition, Population, Quantity, Subject } from "./condition.ts";
import type { Metric, Status } from "./result.ts";
import type { Observation } from "./state.ts";

export type Truth = "true" | "false" | "unknown";

export interface Judgement {
  readonly truth: Truth;
  readonly condition: Condition;
  /** Why, with the present values and ages. */
  readonly because: () => string;
  /** Of the oldest result that it rests on; null: on none, or it has parts, which have their own. */
  readonly ageMs: () => number | null;
  readonly parts: readonly Judgement[];
}

export function judge(condition: Condition, around: Surroundings): Judgement {
  switch (condition.kind) {
    case "or":
      return combine(condition, condition.parts, around, "true");
    case "and":
      return combine(condition, condition.parts, around, "false");
    case "not": {
      const part = judge(condition.part, around);
      return { truth: negate(part.truth), condition, because: part.because, ageMs: noAge, parts: [part] };
    }
    case "for":
      return judgeFor(condition, around);
    case "is": {
      const fact = factOf(condition.subject, around);
      const truth = truthOfStatus(fact, condition.statuses, condition.isNegated);
      return leaf(condition, truth, () => fact.sentence(), fact.ageMs);
    }
    case "was": {
      const fact = factOf(condition.subject, around);
      /** What is known now was something else before. */
      const isKnown = fact.isFresh && fact.standing?.status !== "unknown";
      const before = isKnown ? (fact.standing?.previous ?? null) : null;
      if (before === null) return leaf(condition, "unknown", () => fact.sentence(), fact.ageMs);
      const truth = truthOf(condition.statuses.includes(before));
      return leaf(condition, truth, () => `${fact.name} was ${before} before`, fact.ageMs);
    }
    case "metric":
    case "range":
      return judgeMetric(condition, around);
    case "quantified":
      return judgeQuantified(condition, around);
    case "count":
      return judgeCount(condition, around);
  }
}

function leaf(condition: Condition, truth: Truth, because: () => string, ageMs: () => number | null): Judgement {
  return { truth, condition, because, ageMs, parts: [] };
}

const noAge = (): null => null;

function truthOf(isTrue: boolean): Truth {
  return isTrue ? "true" : "false";
}

function negate(truth: Truth): Truth {
  if (truth === "unknown") return "unknown";
  return truth === "true" ? "false" : "true";
}

/** `decisive`: the truth that one part gives to the whole. All parts are judged, because their clocks run. */
function combine(
  condition: Condition,
  conditions: readonly Condition[],
  around: Surroundings,
  decisive: "true" | "false",
): Judgement {
  const parts = conditions.map((part) => judge(part, around));
  const deciding = parts.find((part) => part.truth === decisive) ?? parts.find((part) => part.truth === "unknown");
  const truth = deciding?.truth ?? negate(decisive);
  const because = (): string => deciding?.because() ?? parts.map((part) => part.because()).join(", ");
  return { truth, condition, because, ageMs: noAge, parts };
}

/** Of a rule's `for`, among the clocks. */
export function clockKey(owner: string, condition: string): string {
  return `${owner}: ${condition}`;
}

/**
 * A clock runs while its part is true, stops when that is false, and begins anew when it speaks of another host than it did.
 * One whose beginning was not seen (after a start, a stall, a silence) says for so long that it does not know, and not
 * that it is false: what had fired before the silence must not take its end for the beginning of another episode.
 */
function judgeFor(condition: Extract<Condition, { kind: "for" }>, around: Surroundings): Judgement {
  const part = judge(condition.part, around);
  const key = clockKey(around.owner, condition.key);
  if (part.truth === "false") around.clocks[key] = { kind: "stopped" };
  if (part.truth !== "true")
    return { truth: part.truth, condition, because: part.because, ageMs: noAge, parts: [part] };
  const about = variablesIn(condition.part)
    .map((variable) => around.hostOf(variable) ?? "")
    .join(" ");
  const before = around.state.clocks[key];
  const running = before?.kind === "running" && before.about === about ? before : null;
  const { sinceMs, isWhole } = running ?? { sinceMs: around.nowMs, isWhole: before !== undefined };
  around.clocks[key] = { kind: "running", sinceMs, about, isWhole };
  const forMs = around.nowMs - sinceMs;
  /** Judged by the moment that it asks to be woken at: a difference may be rounded to just below its time, there for ever. */
  const longAtMs = sinceMs + condition.durationMs;
  const isLong = around.nowMs >= longAtMs;
  if (!isLong) around.wakes.push(longAtMs);
  const because = (): string =>
    `${part.because()}; true for ${sayDuration(forMs)} (needs ${sayDuration(condition.durationMs)})`;
  return { truth: isLong ? "true" : isWhole ? "false" : "unknown", condition, because, ageMs: noAge, parts: [part] };
}

function truthOfStatus(fact: Fact, statuses: readonly Status[], isNegated: boolean): Truth {
  if (fact.isAwaited) return "unknown";
  const status = (fact.isFresh ? fact.standing?.status : null) ?? "unknown";
  if (status === "unknown") {
    if (!statuses.includes("unknown")) return "unknown";
    return truthOf(!isNegated);
  }
  return truthOf(statuses.includes(status) !== isNegated);
}

function judgeMetric(condition: Extract<Condition, { kind: "metric" | "range" }>, around: Surroundings): Judgement {
  const found = findMetric(condition.metric, condition.subject, around);
  if ("missing" in found) return leaf(condition, "unknown", () => found.missing, noAge);
  const { metric, observation } = found;
  const name = `${metric.label} of ${checkKey(observation.check, observation.host)}`;
  const { latestAtMs } = observation;
  const isKnown =
    latestAtMs !== null &&
    isFresh(observation, around) &&
    observation.standing.status !== "unknown" &&
    observation.latest?.status !== "unknown";
  const because = (): string => {
    const value = metric.value === null ? "undetermined" : `${metric.value}${metric.unit}`;
    const rest = isKnown
      ? `last result ${sayDuration(around.nowMs - latestAtMs)} ago`
      : `but ${sayObservation(observation, around)}`;
    return `${name} is ${value}, ${rest}`;
  };
  const ageMs = (): number | null => ageOf([observation], around);
  if (!isKnown || metric.value === null) return leaf(condition, "unknown", because, ageMs);
  if (condition.kind === "range") {
    const text = condition.range === "warning" ? metric.warn : metric.crit;
    const range = text === null ? null : parseRange(text);
    if (range === null) return leaf(condition, "unknown", () => `${name} has no ${condition.range} range`, ageMs);
    return leaf(condition, truthOf(isAlert(range, metric.value)), because, ageMs);
  }
  const values = comparable(metric, metric.value, condition.quantity);
  if (values === null)
    return leaf(
      condition,
      "unknown",
      () =>
        `${name} is ${metric.value}${metric.unit}, which cannot be compared with ${sayQuantity(condition.quantity)}`,
      ageMs,
    );
  return leaf(condition, truthOf(compare(values.left, condition.comparison, values.right)), because, ageMs);
}

/** The first fresh metric of that label, by the checks' declared order. */
function findMetric(
  label: string,
  subject: Subject,
  around: Surroundings,
): { metric: Metric; observation: Observation } | { missing: string } {
  const isCheck = subject.kind === "check";
  const reference = isCheck ? subject.on : subject;
  const host = reference === null ? null : resolve(reference, around);
  if (reference !== null && host === null) return { missing: `no host is ${sayHost(reference)}` };
  let found: { metric: Metric; observation: Observation } | null = null;
  for (const observation of observationsAt(host, around)) {
    if (isCheck && observation.check !== subject.check) continue;
    const metric = observation.latest?.metrics.find((other) => other.label === label);
    if (metric === undefined) continue;
    if (isFresh(observation, around)) return { metric, observation };
    found ??= { metric, observation };
  }
  return found ?? { missing: `no check reports ${label} of ${host ?? saySubject(subject)}` };
}

/** Both in the same base unit; null where that would be a guess. */
function comparable(metric: Metric, value: number, quantity: Quantity): { left: number; right: number } | null {
  if (quantity.kind === "number") return { left: value, right: quantity.value };
  const { value: left, dimension } = readQuantity(value, metric.unit);
  switch (quantity.kind) {
    case "bytes":
      return dimension === "bytes" ? { left, right: quantity.bytes } : null;
    case "duration":
      return dimension === "seconds" ? { left, right: quantity.ms / 1_000 } : null;
    case "percent":
      return dimension === "percent" ? { left, right: quantity.value } : null;
  }
}

function compare(left: number, comparison: Comparison, right: number): boolean {
  switch (comparison) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "=":
      return left === right;
    case "!=":
      return left !== right;
  }
}

function judgeQuantified(condition: Extract<Condition, { kind: "quantified" }>, around: Surroundings): Judgement {
  const facts = factsOf(condition.over, around);
  if (facts.length === 0)
    return leaf(condition, "unknown", () => `there is nothing to count in ${sayCondition(condition)}`, noAge);
  const truths = facts.map((fact) => truthOfStatus(fact, condition.statuses, condition.isNegated));
  const decisive = condition.quantifier === "all" ? "false" : "true";
  const at = truths.includes(decisive) ? truths.indexOf(decisive) : truths.indexOf("unknown");
  const because = (): string =>
    facts[at] === undefined ? facts.map((fact) => fact.sentence()).join(", ") : facts[at].sentence();
  return leaf(condition, truths[at] ?? negate(decisive), because, () => oldest(facts.map((fact) => fact.ageMs())));
}

/** True or false only if those that are unknown could not change it. */
function judgeCount(condition: Extract<Condition, { kind: "count" }>, around: Surroundings): Judgement {
  const facts = factsOf(condition.over, around);
  const truths = facts.map((fact) => truthOfStatus(fact, condition.statuses, false));
  const least = truths.filter((truth) => truth === "true").length;
  const most = least + truths.filter((truth) => truth === "unknown").length;
  const outcomes = new Set<boolean>();
  for (let count = least; count <= most; count += 1)
    outcomes.add(compare(count, condition.comparison, condition.count));
  const [only] = outcomes;
  const truth = outcomes.size === 1 && only !== undefined ? truthOf(only) : "unknown";
  const because = (): string =>
    `${least === most ? least : `${least} to ${most}`} of ${facts.length} are ${condition.statuses.join(" or ")}`;
  return leaf(condition, truth, because, () => oldest(facts.map((fact) => fact.ageMs())));
}

function factsOf(over: Population, around: Surroundings): readonly Fact[] {
  if (over.kind === "hosts") return hostsOf(around).map((host) => factOfHost(host, around, host));
  const host = over.on === null ? null : resolve(over.on, around);
  if (over.on !== null && host === null) return [];
  return observationsAt(host, around)
    .filter((observation) => over.check === null || observation.check === over.check)
    .map((observation) => factOfObservation(observation, around));
}

/** `host: null`: wherever they are. */
function observationsAt(host: string | null, { state }: Surroundings): readonly Observation[] {
  return host === null ? Object.values(state.observations) : observationsOn(state, host);
}

/** The variables that a condition speaks of, in order. */
export function variablesIn(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case "or":
    case "and":
      return condition.parts.flatMap(variablesIn);
    case "not":
    case "for":
      return variablesIn(condition.part);
    case "is":
    case "was":
    case "metric":
    case "range": {
      const reference = condition.subject.kind === "check" ? condition.subject.on : condition.subject;
      return reference?.kind === "variable" ? [reference.variable] : [];
    }
    case "quantified":
    case "count":
      return condition.over.kind === "checks" && condition.over.on?.kind === "variable"
        ? [condition.over.on.variable]
        : [];
  }
}
