/**
 * What a rule speaks of, so that maintenance of it holds the rule: the hosts and checks of its trigger, its conditions and
 * its fences, and every check that one of those hosts' status rests on. A disk check in maintenance must not be what a
 * failover is made of.
 */
import { observationsOn } from "./grouped.ts";
import { countingObservations, hostsOf } from "./hosts.ts";
import { hostOf, variablesUsed } from "./variables.ts";
import { checkKey, type Rule } from "./configuration.ts";
import type { Condition, HostReference, Population, Subject } from "./condition.ts";
import type { Cause } from "./run.ts";
import type { Turn } from "./turn.ts";

interface Touching {
  readonly known: Pick<Turn, "configuration" | "state">;
  readonly cause: Cause | null;
  readonly touched: Set<string>;
}

/** Names of hosts, names of checks, and keys of checks. */
export function touchedBy(known: Touching["known"], rule: Rule, cause: Cause | null): ReadonlySet<string> {
  const touching: Touching = { known, cause, touched: new Set() };
  for (const variable of variablesUsed(rule)) addHost(touching, hostOf(known, variable, cause));
  for (const condition of conditionsOf(rule)) addCondition(touching, condition);
  for (const action of rule.actions) {
    const [first] = action.kind === "fence" ? action.host : [];
    if (typeof first === "string") addHost(touching, first);
  }
  if (cause !== null && cause.check !== null) addChecks(touching, cause.check, cause.host);
  else if (cause !== null) for (const host of [cause.host, ...(cause.others ?? [])]) addHost(touching, host);
  return touching.touched;
}

/** The hosts and checks that a condition speaks of now, by the same names. */
export function spokenOfBy(known: Touching["known"], condition: Condition): ReadonlySet<string> {
  const touching: Touching = { known, cause: null, touched: new Set() };
  addCondition(touching, condition);
  return touching.touched;
}

function conditionsOf(rule: Rule): readonly Condition[] {
  const { trigger, guard } = rule;
  const expected = rule.actions.map((action) => action.options.expect?.condition ?? null);
  return [trigger.kind === "condition" ? trigger.when : null, guard, ...expected].filter((part) => part !== null);
}

function addHost({ known, touched }: Touching, host: string | null): void {
  if (host === null) return;
  touched.add(host);
  for (const { check } of countingObservations(known.configuration, known.state, host))
    touched.add(check).add(checkKey(check, host));
}

/** `check: null`: all of them; `host: null`: wherever they are. */
function addChecks({ known, touched }: Touching, check: string | null, host: string | null): void {
  for (const other of host === null ? Object.values(known.state.observations) : observationsOn(known.state, host)) {
    if (check !== null && other.check !== check) continue;
    touched.add(other.check).add(checkKey(other.check, other.host)).add(other.host);
  }
}

function addCondition(touching: Touching, condition: Condition): void {
  switch (condition.kind) {
    case "or":
    case "and":
      for (const part of condition.parts) addCondition(touching, part);
      return;
    case "not":
    case "for":
      addCondition(touching, condition.part);
      return;
    case "is":
    case "was":
    case "metric":
    case "range":
      addSubject(touching, condition.subject);
      return;
    case "quantified":
    case "count":
      addPopulation(touching, condition.over);
      return;
  }
}

function addSubject(touching: Touching, subject: Subject): void {
  if (subject.kind === "check") addChecksOn(touching, subject.check, subject.on);
  else addHost(touching, hostNamed(touching, subject));
}

function addPopulation(touching: Touching, over: Population): void {
  if (over.kind === "checks") addChecksOn(touching, over.check, over.on);
  else for (const host of hostsOf(touching.known)) addHost(touching, host);
}

/** A variable that stands for no host now touches none. */
function addChecksOn(touching: Touching, check: string | null, on: HostReference | null): void {
  const host = on === null ? null : hostNamed(touching, on);
  if (on === null || host !== null) addChecks(touching, check, host);
}

function hostNamed({ known, cause }: Touching, reference: HostReference): string | null {
  return reference.kind === "host" ? reference.host : hostOf(known, reference.variable, cause);
}
