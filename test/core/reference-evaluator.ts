/**
 * A second evaluator, as naive as can be, to hold the real one against. It knows a little world of its own instead of the
 * daemon's state, truths are numbers (0 false, ½ unknown, 1 true), a count tries every way in which the unknown could be, and a
 * `for` keeps no clock but looks back at all that was.
 */
import type { Comparison, Condition, HostReference, Population, Subject } from "../../src/core/condition.ts";
import type { Status } from "../../src/core/result.ts";

export interface LittleCheck {
  readonly name: string;
  readonly host: string;
  readonly status: Status;
  /** Observed late enough to be believed. */
  readonly isFresh: boolean;
  readonly isAdvisory: boolean;
  /** In bytes. */
  readonly lag: number | null;
  /** The thresholds that it prints beside the lag. */
  readonly ranges: { readonly warning: LittleRange | null; readonly critical: LittleRange | null };
}

/** No end: null. `isAlertInside`: it is where the alert is. */
export interface LittleRange {
  readonly low: number | null;
  readonly high: number | null;
  readonly isAlertInside: boolean;
}

export interface Moment {
  readonly atMs: number;
  readonly world: LittleWorld;
}

export interface LittleWorld {
  readonly hosts: readonly string[];
  readonly checks: readonly LittleCheck[];
  readonly variables: ReadonlyMap<string, string>;
  readonly before: ReadonlyMap<string, Status>;
}

type Number3 = 0 | 0.5 | 1;

/** What it is now; the past is what a `for` looks back at. */
export function refer(condition: Condition, now: Moment, past: readonly Moment[] = []): Number3 {
  const { world } = now;
  switch (condition.kind) {
    case "or":
      return most(condition.parts.map((part) => refer(part, now, past)));
    case "and":
      return least(condition.parts.map((part) => refer(part, now, past)));
    case "not":
      return opposite(refer(condition.part, now, past));
    case "for":
      return referFor(condition, now, past);
    case "is": {
      const status = statusOf(condition.subject, world);
      const plain = among(status, condition.statuses);
      return condition.isNegated ? opposite(plain) : plain;
    }
    case "was": {
      const before = beforeOf(condition.subject, world);
      return before === null ? 0.5 : among(before, condition.statuses, false);
    }
    case "metric": {
      const lag = reporterOf(condition.subject, world)?.lag ?? null;
      if (lag === null || condition.quantity.kind !== "bytes") return 0.5;
      return holds(lag, condition.comparison, condition.quantity.bytes) ? 1 : 0;
    }
    case "range": {
      const check = reporterOf(condition.subject, world);
      const range = check?.ranges[condition.range] ?? null;
      if (check === null || check.lag === null || range === null) return 0.5;
      const isBelow = range.low !== null && check.lag < range.low;
      const isAbove = range.high !== null && check.lag > range.high;
      return (isBelow || isAbove) !== range.isAlertInside ? 1 : 0;
    }
    case "quantified": {
      const each = population(condition.over, world).map((status) => {
        const plain = among(status, condition.statuses);
        return condition.isNegated ? opposite(plain) : plain;
      });
      if (each.length === 0) return 0.5;
      return condition.quantifier === "all" ? least(each) : most(each);
    }
    case "count": {
      let ways: readonly number[] = [0];
      for (const status of population(condition.over, world)) {
        const one = among(status, condition.statuses);
        const steps = one === 0.5 ? [0, 1] : [one];
        ways = ways.flatMap((way) => steps.map((step) => way + step));
      }
      const outcomes = new Set(ways.map((way) => holds(way, condition.comparison, condition.count)));
      return outcomes.size === 2 ? 0.5 : outcomes.has(true) ? 1 : 0;
    }
  }
}

/**
 * As long as it was true without a break, and of the same hosts. Where the moment before that was not known, nobody knows
 * for how long it had been true already.
 */
function referFor(condition: Extract<Condition, { kind: "for" }>, now: Moment, past: readonly Moment[]): Number3 {
  const truth = refer(condition.part, now, past);
  if (truth !== 1) return truth;
  let sinceMs = now.atMs;
  for (let left = past.length; ; left -= 1) {
    const before = past[left - 1];
    const then = before === undefined ? 0.5 : refer(condition.part, before, past.slice(0, left - 1));
    const isSame =
      before !== undefined && hostsMeant(condition.part, before.world) === hostsMeant(condition.part, now.world);
    if (then === 1 && isSame) {
      sinceMs = before.atMs;
      continue;
    }
    if (now.atMs - sinceMs >= condition.durationMs) return 1;
    return then === 0.5 ? 0.5 : 0;
  }
}

/** The hosts that the variables in a condition stand for. */
function hostsMeant(condition: Condition, { variables }: LittleWorld): string {
  const named = [...JSON.stringify(condition).matchAll(/"variable":"(\w+)"/g)].map(([, name = ""]) => name);
  return named.map((name) => variables.get(name) ?? "").join();
}

/** What a host is, or `?` where that is not known. */
export function hostStatus(host: string, world: LittleWorld): Status {
  const counting = world.checks.filter((check) => check.host === host && !check.isAdvisory);
  const worst = worstOf(counting.map((check) => check.status));
  const roles = new Set(counting.map((check) => check.status).filter((status) => /^(master|slave)$/.test(status)));
  if (worst === "down" || worst === "critical") return worst;
  if (roles.size === 2) return "conflict";
  return [...roles][0] ?? worst;
}

/** Bad news is known by one fresh voice, a role by all who claim it, all else by everybody. */
export function isKnown(host: string, world: LittleWorld): boolean {
  const counting = world.checks.filter((check) => check.host === host && !check.isAdvisory);
  const status = hostStatus(host, world);
  const voices = counting.filter((check) => check.status === status);
  if (status === "down" || status === "critical") return voices.some((check) => check.isFresh);
  if (status === "master" || status === "slave") return voices.every((check) => check.isFresh);
  return counting.every((check) => check.isFresh);
}

export function worstOf(statuses: readonly Status[]): Status {
  for (const status of ["down", "critical", "unknown", "warning"]) if (statuses.includes(status)) return status;
  return statuses[0] ?? "unknown";
}

function statusOf(subject: Subject, world: LittleWorld): Status {
  if (subject.kind !== "check") {
    const host = hostNamed(subject, world);
    return host === null || !world.hosts.includes(host) || !isKnown(host, world) ? "unknown" : hostStatus(host, world);
  }
  const check = checkNamed(subject, world);
  return check === undefined || !check.isFresh ? "unknown" : check.status;
}

function beforeOf(subject: Subject, world: LittleWorld): Status | null {
  if (subject.kind !== "check") {
    const host = hostNamed(subject, world);
    return host === null || statusOf(subject, world) === "unknown" ? null : (world.before.get(host) ?? null);
  }
  const check = checkNamed(subject, world);
  return check === undefined || statusOf(subject, world) === "unknown"
    ? null
    : (world.before.get(`${check.name} on ${check.host}`) ?? null);
}

/** The first that is fresh and reports a lag; a check that is unknown reports nothing that counts. */
function reporterOf(subject: Subject, world: LittleWorld): LittleCheck | null {
  const reference = subject.kind === "check" ? subject.on : subject;
  const host = reference === null ? null : hostNamed(reference, world);
  if (reference !== null && host === null) return null;
  const reporting = world.checks.filter(
    (check) =>
      check.lag !== null &&
      (host === null || check.host === host) &&
      (subject.kind !== "check" || check.name === subject.check),
  );
  const found = reporting.find((check) => check.isFresh);
  return found === undefined || found.status === "unknown" ? null : found;
}

function population(over: Population, world: LittleWorld): readonly Status[] {
  if (over.kind === "hosts") return world.hosts.map((host) => statusOf({ kind: "host", host }, world));
  const host = over.on === null ? null : hostNamed(over.on, world);
  if (over.on !== null && host === null) return [];
  return world.checks
    .filter((check) => (host === null || check.host === host) && (over.check === null || check.name === over.check))
    .map((check) => (check.isFresh ? check.status : "unknown"));
}

function checkNamed(subject: Extract<Subject, { kind: "check" }>, world: LittleWorld): LittleCheck | undefined {
  const host = subject.on === null ? null : hostNamed(subject.on, world);
  if (subject.on !== null && host === null) return undefined;
  return world.checks.find((check) => check.name === subject.check && (host === null || check.host === host));
}

function hostNamed(reference: HostReference, world: LittleWorld): string | null {
  return reference.kind === "host" ? reference.host : (world.variables.get(reference.variable) ?? null);
}

/** `unknown` is only among statuses that have it; of anything else it is not known. */
function among(status: Status, statuses: readonly Status[], isPresent = true): Number3 {
  if (statuses.includes(status)) return 1;
  return status === "unknown" && isPresent ? 0.5 : 0;
}

function holds(left: number, comparison: Comparison, right: number): boolean {
  const answers = {
    "<": left < right,
    "<=": left <= right,
    ">": left > right,
    ">=": left >= right,
    "=": left === right,
    "!=": left !== right,
  };
  return answers[comparison];
}

function least(truths: readonly Number3[]): Number3 {
  return truths.includes(0) ? 0 : truths.includes(0.5) ? 0.5 : 1;
}

function most(truths: readonly Number3[]): Number3 {
  return truths.includes(1) ? 1 : truths.includes(0.5) ? 0.5 : 0;
}

function opposite(truth: Number3): Number3 {
  return truth === 0.5 ? 0.5 : truth === 0 ? 1 : 0;
}
