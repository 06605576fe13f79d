/** Conditions judged by what the daemon may believe: only as far as it takes to say that one is true. Three values, as in Kleene's logic. */
import type { Condition, HostReference } from "../../src/core/condition.ts";
import type { Status } from "../../src/core/result.ts";
import type { Beliefs } from "./beliefs.ts";

/** Null: not known. */
export type Truth = boolean | null;

type Known = Pick<
  Beliefs,
  "hosts" | "hostStatus" | "isHostFresh" | "hostStatusesSince" | "checkStatus" | "isFresh" | "lagBytes" | "learnSinceMs"
>;

export interface Question {
  readonly beliefs: Known;
  /** What a run has bound: `MASTER` to a host. */
  readonly variables: { readonly [name: string]: string };
  readonly nowMs: number;
}

export function isTrue(condition: Condition, question: Question): Truth {
  switch (condition.kind) {
    case "or":
      return anyOf(condition.parts.map((part) => isTrue(part, question)));
    case "and":
      return allOf(condition.parts.map((part) => isTrue(part, question)));
    case "not":
      return negate(isTrue(condition.part, question));
    case "for":
      return hasBeenTrue(condition, question);
    case "is": {
      const status = statusOf(condition.subject, question);
      return status === null ? null : condition.statuses.includes(status) !== condition.isNegated;
    }
    case "quantified": {
      const truths = question.beliefs.hosts().map((host) => {
        const status = freshStatus(host, question);
        return status === null ? null : condition.statuses.includes(status) !== condition.isNegated;
      });
      return condition.quantifier === "all" ? allOf(truths) : anyOf(truths);
    }
    case "count": {
      const statuses = question.beliefs.hosts().map((host) => freshStatus(host, question));
      const count = statuses.filter((status) => status !== null && condition.statuses.includes(status)).length;
      return condition.comparison === ">=" ? count >= condition.count : null;
    }
    case "metric": {
      const host = hostOf(condition.subject, question);
      const lag = host === null ? null : question.beliefs.lagBytes(host);
      if (lag === null || condition.quantity.kind !== "bytes" || condition.comparison !== "<") return null;
      return lag < condition.quantity.bytes;
    }
    case "was":
    case "range":
      return null;
  }
}

/** At each moment since its duration began the statuses that it speaks of were such that it was true. */
function hasBeenTrue(condition: Extract<Condition, { kind: "for" }>, question: Question): Truth {
  const { beliefs, nowMs } = question;
  /** In microseconds, as the machine's clock: a difference may be rounded to just below one. */
  const sinceMs = Math.round((nowMs - condition.durationMs) * 1_000) / 1_000;
  if (sinceMs < beliefs.learnSinceMs) return false;
  const now = isTrue(condition.part, question);
  if (now !== true) return now;
  return hostsIn(condition.part, question).every((host) => {
    const statuses = beliefs.hostStatusesSince(host, sinceMs);
    return statuses.every(
      (status) => isTrue(condition.part, { ...question, beliefs: asIf(beliefs, host, status) }) !== false,
    );
  });
}

/** The beliefs with one host believed to be something else. */
function asIf(beliefs: Known, host: string, status: Status): Known {
  return {
    hosts: () => beliefs.hosts(),
    hostStatus: (other) => (other === host ? status : beliefs.hostStatus(other)),
    isHostFresh: (other) => other === host || beliefs.isHostFresh(other),
    hostStatusesSince: (other, sinceMs) => beliefs.hostStatusesSince(other, sinceMs),
    checkStatus: (check, other) => beliefs.checkStatus(check, other),
    isFresh: (key) => beliefs.isFresh(key),
    lagBytes: (other) => beliefs.lagBytes(other),
    learnSinceMs: beliefs.learnSinceMs,
  };
}

function hostsIn(condition: Condition, question: Question): readonly string[] {
  switch (condition.kind) {
    case "or":
    case "and":
      return condition.parts.flatMap((part) => hostsIn(part, question));
    case "not":
    case "for":
      return hostsIn(condition.part, question);
    case "quantified":
    case "count":
      return question.beliefs.hosts();
    case "is":
    case "was":
    case "metric":
    case "range": {
      const host = hostOf(condition.subject, question);
      return host === null || condition.subject.kind === "check" ? [] : [host];
    }
  }
}

type Subject = Extract<Condition, { kind: "is" }>["subject"];

function statusOf(subject: Subject, question: Question): Status | null {
  const host = hostOf(subject, question);
  if (host === null) return null;
  if (subject.kind !== "check") return freshStatus(host, question);
  if (!question.beliefs.isFresh(`${subject.check} on ${host}`)) return null;
  return known(question.beliefs.checkStatus(subject.check, host));
}

function freshStatus(host: string, { beliefs }: Question): Status | null {
  return beliefs.isHostFresh(host) ? known(beliefs.hostStatus(host)) : null;
}

function known(status: Status): Status | null {
  return status === "unknown" ? null : status;
}

function hostOf(subject: Subject, question: Question): string | null {
  const reference: HostReference | null = subject.kind === "check" ? subject.on : subject;
  if (reference === null) return null;
  return reference.kind === "host" ? reference.host : (question.variables[reference.variable] ?? null);
}

function negate(truth: Truth): Truth {
  return truth === null ? null : !truth;
}

function allOf(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(null) ? null : true;
}

function anyOf(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  return truths.includes(null) ? null : false;
}
