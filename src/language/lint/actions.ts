/** What can go wrong in a rule's actions: W05, W06, W10, W21, W22. What makes a master is in `promotions.ts`. */
import { sayList } from "../condition-meaning.ts";
import { sayDuration } from "../../base/duration.ts";
import { sayCondition } from "../../core/condition-text.ts";
import { shownCommand, spanOfAction, type Linted, type Warning } from "./linted.ts";
import { isCalledPromotion } from "./promotions.ts";
import { isOcf } from "../ocf.ts";
import type { ReadRule } from "../rule-meaning.ts";
import type { Condition, Subject } from "../../core/condition.ts";
import type { Action, Configuration, Template, Trigger } from "../../core/configuration.ts";

export function* lintFences({ meaning, configuration }: Linted): Iterable<Warning> {
  const withDevice = new Set(
    configuration.fences.filter((fence) => fence.devices.length > 0).map((fence) => fence.host),
  );
  const constants = { ...configuration.variables, LOCAL: configuration.localHost };
  for (const rule of meaning.rules) {
    for (const [index, action] of rule.rule.actions.entries()) {
      if (action.kind !== "fence") continue;
      const span = rule.commands[index]?.words[1]?.span ?? spanOfAction(rule, index);
      const hosts = hostsMeant(action.host, constants, configuration);
      const missing = hosts.filter((host) => !withDevice.has(host));
      if (missing.length > 0) {
        const message = `${sayList(missing)} ${missing.length === 1 ? "has" : "have"} no fence device, so this will fail there, and nothing after it will run`;
        yield {
          file: "actions",
          code: "W06",
          span,
          message,
          hint: `write ${missing.map((host) => `\`[fence ${host}]\``).join(" and ")} with a device below`,
        };
      }
      for (const host of hosts) {
        const message = whyNotTried(action, host, configuration);
        const hint = "give the fence more time, or the devices less";
        if (message !== null) yield { file: "actions", code: "W22", span, message, hint };
      }
    }
    const fence = rule.rule.actions.findIndex((action) => action.kind === "fence");
    if (fence !== -1 && rule.rule.cooldownMs === 0 && rule.rule.limit === null) {
      const message = "nothing keeps this rule from switching off one host after the other";
      yield {
        file: "actions",
        code: "W10",
        span: spanOfAction(rule, fence),
        message,
        hint: "put `{ cooldown 10m, limit 3 per 1d }` above the rule's actions",
      };
    }
  }
}

/** The fence's own time is for all its devices together. */
function whyNotTried(
  { options }: Extract<Action, { kind: "fence" }>,
  host: string,
  { fences }: Pick<Configuration, "fences">,
): string | null {
  const devices = fences.find((fence) => fence.host === host)?.devices ?? [];
  let beforeMs = 0;
  for (const { agent, name, timeoutMs, retries } of devices) {
    if (agent === null) return null;
    if (beforeMs >= options.timeoutMs)
      return `the devices of ${host} above ${name} may take ${sayDuration(beforeMs)}, and this fence ends after ${sayDuration(options.timeoutMs)}`;
    beforeMs += timeoutMs * (retries + 1);
  }
  return null;
}

function hostsMeant(
  template: Template,
  constants: Readonly<Record<string, string>>,
  { hosts, checks }: Pick<Configuration, "hosts" | "checks">,
): readonly string[] {
  const [part] = template;
  if (typeof part === "string") return [part];
  const constant = part === undefined ? undefined : constants[part.variable];
  if (constant !== undefined) return [constant];
  if (part?.variable !== "MASTER" && part?.variable !== "SLAVE") return hosts;
  /** A host whose checks are all advisory has no role: a witness, for one. */
  return hosts.filter((host) => {
    const own = checks.filter((check) => check.host === host);
    return own.length === 0 || own.some((check) => !check.isAdvisory);
  });
}

/** After a resource agent's `stop` that failed nobody knows whether its service still runs, and the rest would start it elsewhere. */
export function* lintStops({ meaning }: Linted): Iterable<Warning> {
  for (const rule of meaning.rules) {
    const last = rule.rule.actions.length - 1;
    for (const [index, action] of rule.rule.actions.entries()) {
      if (action.kind !== "command" || index === last || action.options.onFailure === "stop") continue;
      const [[agent] = [], [verb] = []] = action.command.words;
      if (typeof agent !== "string" || !isOcf(agent) || verb !== "stop") continue;
      const message = `if \`${agent} stop\` fails, it may still run, and the actions below it run all the same`;
      const hint = "let the run fail there, and fence in `[on_failure]`";
      yield { file: "actions", code: "W21", span: spanOfAction(rule, index), message, hint };
    }
  }
}

/** A rule whose own success is what it fires on. */
export function* lintEchoes({ meaning }: Linted): Iterable<Warning> {
  for (const rule of meaning.rules) {
    const { trigger, actions } = rule.rule;
    const at = actions.findIndex((action) => isEcho(rule, trigger, action));
    if (at === -1) continue;
    const action = actions[at];
    const message = `what \`${action === undefined ? "" : shownCommand(action)}\` brings about is what this rule fires on`;
    yield {
      file: "actions",
      code: "W05",
      span: spanOfAction(rule, at),
      message,
      hint: "let the rule fire on what was lost, not on what it makes: `when %MASTER% is critical or down for 5s`",
    };
  }
}

function isEcho({ when }: ReadRule, trigger: Trigger, action: Action): boolean {
  const expected = action.options.expect?.condition ?? null;
  switch (trigger.kind) {
    case "transition": {
      if (trigger.to.kind === "any" || trigger.check !== null) return false;
      const { status } = trigger.to;
      if (status === "master" && isCalledPromotion(action)) return true;
      return expected !== null && states(expected, status, trigger.host);
    }
    case "condition":
      return when !== null && expected !== null && sayCondition(expected) === sayCondition(withoutFor(trigger.when));
    case "split-brain":
    case "run-failed":
      return false;
  }
}

function withoutFor(condition: Condition): Condition {
  return condition.kind === "for" ? condition.part : condition;
}

/** Whether a condition says, without a doubt, that the host has the status. */
function states(condition: Condition, status: string, host: string | null): boolean {
  const isAbout = (subject: Subject): boolean =>
    subject.kind === "variable" || (subject.kind === "host" && (host === null || subject.host === host));
  switch (condition.kind) {
    case "and":
      return condition.parts.some((part) => states(part, status, host));
    case "for":
      return states(condition.part, status, host);
    case "is":
      return (
        !condition.isNegated &&
        condition.statuses.length === 1 &&
        condition.statuses[0] === status &&
        isAbout(condition.subject)
      );
    case "or":
    case "not":
    case "was":
    case "metric":
    case "range":
    case "quantified":
    case "count":
      return false;
  }
}
