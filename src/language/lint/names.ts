/** What is named and not used, or used and hardly named: W08, W09, W13. And a timeout longer than its interval, W07. */
import { sayDuration } from "../../base/duration.ts";
import type { Linted, Warning } from "./linted.ts";
import type { Condition, HostReference } from "../../core/condition.ts";

export function* lintChecks(linted: Linted): Iterable<Warning> {
  const uses = collectUses(linted);
  for (const { check, declared } of linted.checks) {
    const span = declared.command.words[0]?.span ?? declared.command.span;
    if (check.run.kind === "scheduled" && check.run.timeoutMs > check.run.everyMs) {
      const { timeoutMs, everyMs } = check.run;
      const message = `this may take ${sayDuration(timeoutMs)}, and should run every ${sayDuration(everyMs)}: while it takes longer, runs are left out`;
      yield {
        file: "checks",
        code: "W07",
        span: declared.own.spans.get("timeout") ?? span,
        message,
        hint: "make `timeout` shorter or `every` longer",
      };
    }
    if (check.isAdvisory && linted.meaning.rules.length > 0 && !isUsed(check.name, check.host, uses)) {
      const message = `${check.name} is advisory and no rule asks for it, so nothing ever comes of it but its line in \`status\``;
      yield {
        file: "checks",
        code: "W08",
        span,
        message,
        hint: "use it in a condition, or let it count by leaving `advisory` out",
      };
    }
    if (declared.isGuessed) {
      const message = `\`${check.host}\` is taken for a host, because a condition asks for it and ${check.name} ends with it`;
      yield {
        file: "checks",
        code: "W13",
        span,
        message,
        hint: `if it is a host, say so: \`{ for ${check.host} }\`; if the check is meant, write \`${check.name}\` in the condition`,
      };
    }
  }
}

export function* lintVariables({ meaning }: Linted): Iterable<Warning> {
  for (const { name, span } of meaning.variables) {
    if (meaning.usedVariables.has(name)) continue;
    yield {
      file: "actions",
      code: "W09",
      span,
      message: `nothing uses %${name}%`,
      hint: "remove it, or look for the place where it is misspelt",
    };
  }
}

interface Uses {
  /** By name, on whatever host. */
  readonly checks: Set<string>;
  /** `any check on HOST`. */
  readonly hosts: Set<string>;
  areAll: boolean;
}

function isUsed(check: string, host: string, uses: Uses): boolean {
  return uses.areAll || uses.checks.has(check) || uses.hosts.has(host);
}

function collectUses({ configuration }: Linted): Uses {
  const uses: Uses = { checks: new Set(), hosts: new Set(), areAll: false };
  for (const { trigger, guard, actions } of configuration.rules) {
    if (trigger.kind === "transition" && trigger.check !== null) uses.checks.add(trigger.check);
    if (trigger.kind === "condition") collect(trigger.when, uses);
    if (guard !== null) collect(guard, uses);
    for (const { options } of actions) if (options.expect !== null) collect(options.expect.condition, uses);
  }
  return uses;
}

function collect(condition: Condition, uses: Uses): void {
  switch (condition.kind) {
    case "or":
    case "and":
      condition.parts.forEach((part) => collect(part, uses));
      return;
    case "not":
    case "for":
      collect(condition.part, uses);
      return;
    case "is":
    case "was":
      if (condition.subject.kind === "check") uses.checks.add(condition.subject.check);
      return;
    case "metric":
    case "range":
      if (condition.subject.kind === "check") uses.checks.add(condition.subject.check);
      // A metric of a host comes from whichever of its checks reports it.
      else addHost(condition.subject, uses);
      return;
    case "quantified":
    case "count": {
      const { over } = condition;
      if (over.kind === "hosts") return;
      if (over.check !== null) uses.checks.add(over.check);
      else if (over.on === null) uses.areAll = true;
      else addHost(over.on, uses);
      return;
    }
  }
}

function addHost(reference: HostReference, uses: Uses): void {
  if (reference.kind === "host") uses.hosts.add(reference.host);
  else uses.areAll = true;
}
