/**
 * Variables: who is master, who is the best slave, and what a trigger brought along. Looked up anew wherever a condition is
 * judged; bound once when a run starts, and from then on a run's own.
 */
import { variablesIn } from "./evaluate.ts";
import { isFresh } from "./facts.ts";
import { countingObservations, hostsOf, masterOf, standingOf } from "./hosts.ts";
import type { Condition, HostReference, Subject } from "./condition.ts";
import type { Action, CommandTemplate, Configuration, Rule, Template } from "./configuration.ts";
import { sayCondition } from "./condition-text.ts";
import { invariant } from "../base/invariant.ts";
import { ownOf } from "../base/own.ts";
import type { BoundAction, BoundCommand, BoundOptions, Cause } from "./run.ts";
import type { State } from "./state.ts";

interface Known {
  readonly configuration: Configuration;
  readonly state: State;
}

/** The best slave: it is seen as slave, freshly; the first by declared order. */
export function slaveOf(known: Known): string | null {
  const around = { configuration: known.configuration, freshSinceMs: known.state.learning.sinceMs, newerThan: null };
  const isSlave = (host: string): boolean => {
    if (standingOf(known.state, host)?.status !== "slave") return false;
    const claims = countingObservations(known.configuration, known.state, host).filter(
      (observation) => observation.standing.status === "slave",
    );
    return claims.every((claim) => isFresh(claim, around));
  };
  return hostsOf(known).find(isSlave) ?? null;
}

/** The host that a variable stands for; null: none does, or it is not a host's name. */
export function hostOf(known: Known, variable: string, cause: Cause | null): string | null {
  switch (variable) {
    case "MASTER":
      return masterOf(known.state);
    case "SLAVE":
      return slaveOf(known);
    case "LOCAL":
      return known.configuration.localHost;
    case "HOST":
      return cause?.host ?? null;
    default:
      return ownOf(known.configuration.variables, variable) ?? null;
  }
}

/** The built-in ones; `[vars]` adds others. */
export const variableNames = ["MASTER", "SLAVE", "LOCAL", "HOST", "FROM", "TO", "CHECK", "RULE", "RUN"] as const;

/** All that have a value now; null values are left out. */
export function bindVariables(
  known: Known,
  rule: string,
  run: number,
  cause: Cause,
): { readonly [name: string]: string } {
  const values: { readonly [name: string]: string | null } = {
    ...known.configuration.variables,
    MASTER: masterOf(known.state),
    SLAVE: slaveOf(known),
    LOCAL: known.configuration.localHost,
    HOST: cause.host,
    FROM: cause.from,
    TO: cause.to,
    CHECK: cause.check,
    RULE: cause.failed?.rule ?? rule,
    RUN: String(cause.failed?.run ?? run),
  };
  const bound = Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  return Object.fromEntries(bound);
}

/** Every variable that a rule's actions use. */
export function variablesUsed(rule: Rule): readonly string[] {
  const ofTemplate = (template: Template): readonly string[] =>
    template.flatMap((part) => (typeof part === "string" ? [] : [part.variable]));
  const ofCommand = ({ words, env }: CommandTemplate): readonly string[] => [
    ...words.flatMap(ofTemplate),
    ...Object.values(env).flatMap((value) => (typeof value === "string" ? [] : ofTemplate(value))),
  ];
  const ofAction = (action: Action): readonly string[] => [
    ...(action.kind === "fence" ? ofTemplate(action.host) : ofCommand(action.command)),
    ...(action.options.undo === null ? [] : ofCommand(action.options.undo)),
    ...(action.options.expect === null ? [] : variablesIn(action.options.expect.condition)),
  ];
  return [...new Set(rule.actions.flatMap(ofAction))];
}

/** A sentence if a variable that the rule needs has no value now. */
export function missingVariable(rule: Rule, bound: { readonly [name: string]: string }): string | null {
  const missing = variablesUsed(rule).find((variable) => !Object.hasOwn(bound, variable));
  if (missing === undefined) return null;
  if (missing === "SLAVE") return "%SLAVE% has no value: no host is known to be a slave now";
  if (missing === "MASTER") return "%MASTER% has no value: no host was ever seen as master";
  return `%${missing}% has no value for what triggered this rule`;
}

/** Replaces every variable of an action. All that it uses must be bound. */
export function bindAction(
  action: Action,
  bound: { readonly [name: string]: string },
  configuration: Configuration,
): BoundAction {
  const options: BoundOptions = {
    ...action.options,
    expect: action.options.expect === null ? null : bindExpectation(action.options.expect, bound),
    undo: action.options.undo === null ? null : bindCommand(action.options.undo, bound),
  };
  if (action.kind === "command")
    return { kind: "command", command: bindCommand(action.command, bound), options, place: action.place };
  const host = bindTemplate(action.host, bound);
  const devices = configuration.fences.find((fence) => fence.host === host)?.devices ?? [];
  /** Behind a fence that was not proven nothing goes on, whatever else was said. */
  return { kind: "fence", verb: "off", host, devices, options: { ...options, onFailure: "stop" }, place: action.place };
}

export function bindCommand(command: CommandTemplate, bound: { readonly [name: string]: string }): BoundCommand {
  const env = Object.entries(command.env).map(([name, value]) => [
    name,
    typeof value === "string" ? value : bindTemplate(value, bound),
  ]);
  return { ...command, words: command.words.map((word) => bindTemplate(word, bound)), env: Object.fromEntries(env) };
}

function bindTemplate(template: Template, bound: { readonly [name: string]: string }): string {
  return template.map((part) => (typeof part === "string" ? part : valueOf(part.variable, bound))).join("");
}

function valueOf(variable: string, bound: { readonly [name: string]: string }): string {
  const value = ownOf(bound, variable);
  invariant(value !== undefined, `%${variable}% is bound before it is used`);
  return value;
}

function bindExpectation(
  expect: { condition: Condition; withinMs: number },
  bound: { readonly [name: string]: string },
): BoundOptions["expect"] {
  const condition = bindCondition(expect.condition, bound);
  return { condition, withinMs: expect.withinMs, text: sayCondition(condition) };
}

/** The condition with its variables replaced by the hosts that they are bound to. */
function bindCondition(condition: Condition, bound: { readonly [name: string]: string }): Condition {
  const host = (reference: HostReference): HostReference =>
    reference.kind === "host" ? reference : { kind: "host", host: valueOf(reference.variable, bound) };
  const subject = (of: Subject): Subject =>
    of.kind === "check" ? { ...of, on: of.on === null ? null : host(of.on) } : host(of);
  switch (condition.kind) {
    case "or":
    case "and":
      return { ...condition, parts: condition.parts.map((part) => bindCondition(part, bound)) };
    case "not":
    case "for":
      return { ...condition, part: bindCondition(condition.part, bound) };
    case "is":
    case "was":
    case "metric":
    case "range":
      return { ...condition, subject: subject(condition.subject) };
    case "quantified":
    case "count": {
      const { over } = condition;
      return over.kind === "hosts" || over.on === null
        ? condition
        : { ...condition, over: { ...over, on: host(over.on) } };
    }
  }
}
