/**
 * Actions that make a master: W01, if nothing makes sure of the old one before, and W11, if nothing looks for the new one
 * afterwards. Both would make two masters, or not notice that there is none. And W23: where a rule fires because a host has
 * become master, that host is %MASTER%, and a fence of it takes the only master away.
 *
 * What is a promotion is guessed from names and words, and from what is expected of it; a guess too many costs a comment.
 */
import { isOcf } from "../ocf.ts";
import { shownCommand, spanOfAction, type Linted, type Warning } from "./linted.ts";
import type { Condition } from "../../core/condition.ts";
import type { Action, Template, Trigger } from "../../core/configuration.ts";

export function* lintPromotions({ meaning, configuration }: Linted): Iterable<Warning> {
  const known: Known = {
    constants: { ...configuration.variables, LOCAL: configuration.localHost },
    localHost: configuration.localHost,
    hosts: new Set(configuration.hosts),
  };
  for (const rule of meaning.rules) {
    const { trigger, actions } = rule.rule;
    const fenced = new Set<string>();
    for (const [index, action] of actions.entries()) {
      if (action.kind === "fence") fenced.add(sameHost(shownHost(action.host, known), trigger));
      if (!isPromotion(action)) continue;
      const span = spanOfAction(rule, index);
      const command = shownCommand(action);
      const promoted = promotedHost(action, known);
      const promotedAs = promoted === null ? null : sameHost(promoted, trigger);
      if (![...fenced].some((host) => host !== promotedAs)) {
        const why = fenced.size === 0 ? "nothing fences it before" : `the fence above is of ${promoted ?? ""} itself`;
        const message = `\`${command}\` makes a master while the old one may still be one: ${why}`;
        yield { file: "actions", code: "W01", span, message, hint: howToFence(trigger) };
      }
      if (action.options.expect === null) {
        const message = `nothing looks whether \`${command}\` has made a master`;
        const host = isAgent(action) ? "local" : (promoted ?? (isBecomingMaster(trigger) ? "%HOST%" : "%SLAVE%"));
        const hint = `say what the checks must show afterwards: \`{ expect ${host} is master within 30s }\``;
        yield { file: "actions", code: "W11", span, message, hint };
      }
    }
  }
}

/** Where what has just happened is that a host became master. */
export function* lintFencesOfMasters({ meaning, configuration }: Linted): Iterable<Warning> {
  const constants = { ...configuration.variables, LOCAL: configuration.localHost };
  for (const rule of meaning.rules) {
    const { trigger, actions } = rule.rule;
    if (!isBecomingMaster(trigger)) continue;
    for (const [index, action] of actions.entries()) {
      if (action.kind !== "fence" || sameHost(shownHost(action.host, { constants }), trigger) !== "%HOST%") continue;
      const span = rule.commands[index]?.words[1]?.span ?? spanOfAction(rule, index);
      const message = "this switches off the host that has just become master, which is why this rule fires";
      yield { file: "actions", code: "W23", span, message, hint: moveToRule("fence") };
    }
  }
}

function isBecomingMaster(trigger: Trigger): boolean {
  return trigger.kind === "transition" && trigger.to.kind === "status" && trigger.to.status === "master";
}

/** Under one name what is one host where the rule fires: a host that has become master is %HOST% and %MASTER%. */
function sameHost(shown: string, trigger: Trigger): string {
  if (trigger.kind !== "transition") return shown;
  if (shown === trigger.host || (shown === "%MASTER%" && isBecomingMaster(trigger))) return "%HOST%";
  return shown;
}

/** Which variable is the old master depends on what has just happened. */
function howToFence(trigger: Trigger): string {
  switch (trigger.kind) {
    case "condition":
      return "put `fence %MASTER%` above it";
    case "transition":
      if (isBecomingMaster(trigger)) return moveToRule("promote");
      return trigger.from.kind === "status" && trigger.from.status === "master"
        ? "put `fence %HOST%` above it"
        : "put `fence %MASTER%` above it";
    case "split-brain":
    case "run-failed":
      return moveToRule("promote");
  }
}

function moveToRule(what: string): string {
  return `${what} in a \`[rule NAME]\` with \`when %MASTER% is critical or down for 5s\`: there the old master is still %MASTER%, and can be fenced first`;
}

/** By its script's name, by what it is told, or by what is expected of it. */
function isPromotion(action: Action): action is Command {
  if (action.kind === "fence") return false;
  const { expect } = action.options;
  return isCalledPromotion(action) || (expect !== null && expectedMasters(expect.condition).length > 0);
}

/** Whether an action makes a master, by its script's name or by what it is told. */
export function isCalledPromotion(action: Action): boolean {
  if (action.kind === "fence") return false;
  const { words, program } = action.command;
  const name = program.split("/").at(-1) ?? "";
  return /promote|to_master/.test(name) || words.slice(1).some((word) => textOf(word) === "promote");
}

type Command = Extract<Action, { kind: "command" }>;

interface Known {
  readonly constants: Readonly<Record<string, string>>;
  readonly localHost: string;
  readonly hosts: ReadonlySet<string>;
}

/** A resource agent acts on this host only. */
function isAgent({ command }: Command): boolean {
  return isOcf(textOf(command.words[0] ?? []) ?? "");
}

/** As in the file, constants replaced; null: it does not say, or names several, none of which is the slave. */
function promotedHost(action: Command, known: Known): string | null {
  const { words } = action.command;
  if (isAgent(action)) return known.localHost;
  const expected = action.options.expect === null ? [] : expectedMasters(action.options.expect.condition);
  const said = expected.flatMap((host) => (host === null ? [] : [shownHost(host, known)]));
  const named = words.slice(1).map((word) => shownHost(word, known));
  const hosts = new Set((said.length > 0 ? said : named).filter((host) => isHost(host, known)));
  const [only = null] = hosts;
  if (hosts.has("%SLAVE%")) return "%SLAVE%";
  return hosts.size === 1 ? only : null;
}

function isHost(shown: string, { hosts }: Known): boolean {
  return hosts.has(shown) || shown === "%MASTER%" || shown === "%SLAVE%" || shown === "%HOST%";
}

/** What the condition says to be master, without a doubt; null: something that is no one host. */
function expectedMasters(condition: Condition): readonly (Template | null)[] {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.parts.flatMap(expectedMasters);
    case "for":
      return expectedMasters(condition.part);
    case "is": {
      const { subject, statuses, isNegated } = condition;
      if (isNegated || statuses.length !== 1 || statuses[0] !== "master") return [];
      const host = subject.kind === "check" ? subject.on : subject;
      if (host === null) return [null];
      return [host.kind === "host" ? [host.host] : [{ variable: host.variable }]];
    }
    case "quantified":
      return !condition.isNegated && condition.statuses.length === 1 && condition.statuses[0] === "master"
        ? [null]
        : [];
    case "count":
      return isAtLeastOne(condition) && condition.statuses.length === 1 && condition.statuses[0] === "master"
        ? [null]
        : [];
    case "not":
    case "was":
    case "metric":
    case "range":
      return [];
  }
}

function isAtLeastOne({ comparison, count }: Extract<Condition, { kind: "count" }>): boolean {
  return comparison === ">" || (count > 0 && (comparison === "=" || comparison === ">="));
}

function shownHost(template: Template, { constants }: Pick<Known, "constants">): string {
  const parts = template.map((part) =>
    typeof part === "string" ? part : (constants[part.variable] ?? `%${part.variable}%`),
  );
  return parts.join("");
}

/** null: it has variables. */
function textOf(template: Template): string | null {
  return template.every((part) => typeof part === "string") ? template.join("") : null;
}
