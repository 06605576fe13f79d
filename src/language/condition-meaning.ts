/**
 * A condition's tree -> the condition that the core judges: names become hosts and checks, words become numbers, and what
 * refers to nothing is told.
 */
import { checkVariable, meantVariable, type Scope } from "./scope.ts";
import { readCount, readDuration } from "./setting-values.ts";
import { didYouMean } from "./suggest.ts";
import { plainText, shownText, soleVariable } from "./words.ts";
import { readStatuses } from "./statuses.ts";
import { readQuantityWord } from "./quantities.ts";
import { isName } from "../core/host-name.ts";
import { sayCondition } from "../core/condition-text.ts";
import type { Complaints } from "./complaints.ts";
import type { Declarations } from "./declarations.ts";
import type { ConditionTree, PopulationTree, Span, SubjectTree, Word } from "./tree.ts";
import type { Condition, HostReference, Population, Subject } from "../core/condition.ts";

export interface ConditionContext {
  readonly scope: Scope;
  readonly declarations: Declarations;
  readonly complaints: Complaints;
}

/** null: something in it has no meaning, which is told; the other parts are looked at all the same. */
export function readCondition(tree: ConditionTree, context: ConditionContext): Condition | null {
  switch (tree.kind) {
    case "or":
    case "and": {
      const { kind } = tree;
      const parts = tree.parts.map((part) => readCondition(part, context));
      return parts.every((part) => part !== null) ? { kind, parts } : null;
    }
    case "not": {
      const part = readCondition(tree.part, context);
      return part === null ? null : { kind: "not", part };
    }
    case "for":
      return readFor(tree, context);
    case "is":
    case "was": {
      const subject = readSubject(tree.subject, context);
      const statuses = readStatuses(tree.statuses, subject, context);
      if (subject === null || statuses === null) return null;
      if (tree.kind === "was") return { kind: "was", subject, statuses };
      return { kind: "is", subject, isNegated: tree.isNegated, statuses };
    }
    case "metric":
    case "range":
      return readMeasure(tree, context);
    case "quantified": {
      const over = readPopulation(tree.over, context);
      const statuses = readStatuses(tree.statuses, over, context);
      if (over === null || statuses === null) return null;
      return { kind: "quantified", quantifier: tree.quantifier, over, isNegated: tree.isNegated, statuses };
    }
    case "count": {
      const over = readPopulation(tree.over, context);
      const statuses = readStatuses(tree.statuses, over, context);
      const count = readCount(tree.count, { name: "count", min: 0 }, context.complaints);
      if (over === null || statuses === null || count === null) return null;
      return { kind: "count", over, statuses, comparison: tree.comparison, count };
    }
  }
}

function readFor(tree: Extract<ConditionTree, { kind: "for" }>, context: ConditionContext): Condition | null {
  const part = readCondition(tree.part, context);
  const durationMs = readDuration(tree.duration, { name: "for", minMs: 1 }, context.complaints);
  if (part === null || durationMs === null) return null;
  return { kind: "for", part, durationMs, key: sayCondition({ kind: "for", part, durationMs, key: "" }) };
}

function readMeasure(
  tree: Extract<ConditionTree, { kind: "metric" | "range" }>,
  context: ConditionContext,
): Condition | null {
  const { complaints } = context;
  const subject = readSubject(tree.subject, context);
  const metric = plainText(tree.metric);
  if (metric === null)
    complaints.add("E314", tree.metric.span, "a metric is named by its label; a variable cannot stand here", null);
  if (tree.kind === "metric") {
    const quantity = readQuantityWord(tree.quantity, complaints);
    if (subject === null || metric === null || quantity === null) return null;
    return { kind: "metric", metric, subject, comparison: tree.comparison, quantity };
  }
  const range = shownText(tree.range);
  if (range !== "warning" && range !== "critical") {
    complaints.add(
      "E309",
      tree.range.span,
      `a metric has a warning and a critical range, and no \`${range}\` range`,
      () => didYouMean(range, ["warning", "critical"]),
    );
    return null;
  }
  return subject === null || metric === null ? null : { kind: "range", metric, subject, range };
}

function readPopulation(tree: PopulationTree, context: ConditionContext): Population | null {
  if (tree.kind === "hosts") return { kind: "hosts" };
  const on = tree.on === null ? null : readHost(tree.on, context);
  if (tree.on !== null && on === null) return null;
  if (tree.name === null) return { kind: "checks", check: null, on };
  const check = readCheckName(tree.name, on, context);
  return check === null ? null : { kind: "checks", check, on };
}

/** `HOST`, `CHECK`, `%VARIABLE%`, `CHECK on HOST`. */
export function readSubject(tree: SubjectTree, context: ConditionContext): Subject | null {
  const { declarations, complaints, scope } = context;
  if (tree.on !== null) {
    const on = readHost(tree.on, context);
    const check = readCheckName(tree.name, on, context);
    return on === null || check === null ? null : { kind: "check", check, on };
  }
  if (soleVariable(tree.name) !== null) return readHost(tree.name, context);
  const name = plainText(tree.name);
  if (name === null) {
    complaints.add("E314", tree.name.span, "a variable stands for a whole name, not for a part of one", null);
    return null;
  }
  if (name === "local" || declarations.hostNames.has(name)) return readHost(tree.name, context);
  const checks = declarations.byName.get(name) ?? [];
  if (checks.length === 1) return { kind: "check", check: name, on: null };
  if (checks.length > 1) {
    const hosts = [...new Set(checks.map((check) => check.host))];
    const [first = scope.localHost] = hosts;
    const hint = `say which: \`${name} on ${first}\`, or \`any ${name}\`, or \`all ${name}\``;
    complaints.add("E602", tree.name.span, `${name} runs for ${sayList(hosts)}`, hint);
    return null;
  }
  if (refuseForVariable(name, tree.name, context)) return null;
  if (declarations.hasReportedHosts) return readHost(tree.name, context);
  refuseUnknown(name, tree.name.span, context);
  return null;
}

/** Of a name that no host and no check has. */
export function refuseUnknown(name: string, span: Span, context: ConditionContext): void {
  const { declarations, complaints } = context;
  const hint = (): string | null =>
    populations.get(name) ??
    didYouMean(name, [...declarations.hosts, ...declarations.byName.keys()]) ??
    hintForUnknown(name, context);
  complaints.add("E601", span, `\`${name}\` is neither a host nor a check of checks.conf`, hint);
}

/** What stands behind `all` and `any`, written without them. */
const populations: ReadonlyMap<string, string> = new Map([
  ...["hosts", "host"].map((name) => [name, "say how many: `all hosts are …` or `any host is …`"] as const),
  ...["checks", "check"].map((name) => [name, "say how many: `all checks are …` or `any check is …`"] as const),
]);

function hintForUnknown(name: string, { declarations }: ConditionContext): string | null {
  const candidates = declarations.checks.filter((check) => check.name.endsWith(`_${name}`));
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return `did you mean \`${only.name}\`?`;
  if (declarations.hosts.length === 0) return null;
  return `hosts are ${sayList(declarations.hosts.slice(0, 10))}`;
}

/** A host by name, `local`, or a variable that stands for one. */
export function readHost(word: Word, context: ConditionContext): HostReference | null {
  const { scope, complaints } = context;
  const variable = soleVariable(word);
  if (variable !== null) return readHostVariable(variable, word.span, context);
  const name = plainText(word);
  if (name === null) {
    complaints.add("E314", word.span, "a variable stands for a whole name, not for a part of one", null);
    return null;
  }
  const host = name === "local" ? scope.localHost : name;
  if (!context.declarations.hostNames.has(host) && refuseForVariable(name, word, context)) return null;
  return isKnownHost(host, word.span, context) ? { kind: "host", host } : null;
}

/** True, with a complaint, for `MASTER` or `$MASTER` where `%MASTER%` is meant. */
function refuseForVariable(name: string, word: Word, { scope, complaints }: ConditionContext): boolean {
  const meant = meantVariable(name, scope);
  if (meant === null) return false;
  const message = `\`${name}\` is not a variable, and no host or check is called that`;
  complaints.add("E601", word.span, message, `did you mean \`${meant}\`?`);
  return true;
}

const hostVariables = new Set(["MASTER", "SLAVE", "HOST", "LOCAL"]);

function readHostVariable(variable: string, span: Span, context: ConditionContext): HostReference | null {
  const { scope, complaints } = context;
  if (!checkVariable(variable, span, scope, complaints)) return null;
  const constant = scope.constants.get(variable);
  if (constant !== undefined)
    return isKnownHost(constant, span, context, `%${variable}% is `) ? { kind: "host", host: constant } : null;
  if (hostVariables.has(variable)) return { kind: "variable", variable };
  complaints.add("E314", span, `%${variable}% does not stand for a host`, null);
  return null;
}

/** Complains of a host that no check is about. */
export function isKnownHost(host: string, span: Span, context: ConditionContext, prefix = ""): boolean {
  const { declarations, complaints } = context;
  if (declarations.hostNames.has(host)) return true;
  if (declarations.hasReportedHosts && isName(host)) return true;
  const hint = (): string =>
    didYouMean(host, declarations.hosts) ??
    (declarations.byName.has(host)
      ? `\`${host}\` is a check`
      : `a check is about it if it says so: \`{ for ${host} }\``);
  const said = prefix === "" ? "" : `${prefix}\`${host}\`, and `;
  complaints.add("E603", span, `${said}no check in checks.conf is about a host \`${host}\``, hint);
  return false;
}

/** A check that there is, on that host if one is given. */
export function readCheckName(word: Word, on: HostReference | null, context: ConditionContext): string | null {
  const { declarations, complaints } = context;
  const name = plainText(word);
  if (name === null) {
    complaints.add("E314", word.span, "a check is named, a variable cannot stand for it", null);
    return null;
  }
  const checks = declarations.byName.get(name);
  if (checks === undefined) {
    const hint = (): string | null =>
      didYouMean(name, declarations.byName.keys()) ??
      (declarations.hostNames.has(name) ? `\`${name}\` is a host` : null);
    complaints.add("E604", word.span, `there is no check \`${name}\` in checks.conf`, hint);
    return null;
  }
  if (on?.kind !== "host" || checks.some((check) => check.host === on.host) || declarations.hasReportedHosts)
    return name;
  const hosts = [...new Set(checks.map((check) => check.host))];
  complaints.add("E604", word.span, `${name} is not about ${on.host}, but about ${sayList(hosts)}`, null);
  return null;
}

export function sayList(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
