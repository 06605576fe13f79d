/** What can go wrong inside of a condition: a status that cannot come, W03, and a `for` that means less than it seems, W14. */
import { printCondition } from "../print-syntax.ts";
import { shownText } from "../words.ts";
import { statusesOf, type DeclaredCheck, type Declarations } from "../declarations.ts";
import type { Linted, Warning } from "./linted.ts";
import type { ConditionTree, Span, Word } from "../tree.ts";
import type { Condition, HostReference, Population, Subject } from "../../core/condition.ts";

/** The declarations, and which of their checks are of agents that can be promoted. */
interface Looked extends Declarations {
  readonly promotable: ReadonlySet<DeclaredCheck>;
}

export function* lintConditions({ meaning, declarations: declared, checks }: Linted): Iterable<Warning> {
  const promotable = checks.filter(({ check }) => check.isPromotable);
  const declarations: Looked = { ...declared, promotable: new Set(promotable.map((each) => each.declared)) };
  for (const { rule, header, when, guard, commands } of meaning.rules) {
    if (rule.trigger.kind === "transition" && header.kind === "transition") {
      const { check, host, from, to } = rule.trigger;
      const on: HostReference | null = host === null ? null : { kind: "host", host };
      const of: Subject | null = check === null ? on : { kind: "check", check, on };
      const [fromText = "", toText = ""] = shownText(header.name).split("_to_");
      const { start, end } = header.name.span;
      const sides = [
        { side: from, span: { start, end: start + fromText.length } },
        { side: to, span: { start: end - toText.length, end } },
      ];
      for (const { side, span } of sides)
        if (side.kind === "status") yield* lintStatus(side.status, span, of, declarations);
    }
    if (rule.trigger.kind === "condition" && when?.condition)
      yield* lintTree(when.condition, rule.trigger.when, declarations);
    if (rule.guard !== null && guard?.condition) yield* lintTree(guard.condition, rule.guard, declarations);
    for (const [index, action] of rule.actions.entries()) {
      const option = commands[index]?.options.find((other) => other.kind === "expect");
      if (option?.kind !== "expect" || action.options.expect === null) continue;
      yield* lintTree(option.condition, action.options.expect.condition, declarations);
    }
  }
}

/** Tree and meaning have the same shape. */
function* lintTree(tree: ConditionTree, condition: Condition, declarations: Looked): Iterable<Warning> {
  switch (tree.kind) {
    case "or":
    case "and": {
      if (condition.kind !== tree.kind) return;
      for (const [index, part] of tree.parts.entries()) {
        const meant = condition.parts[index];
        if (meant !== undefined) yield* lintTree(part, meant, declarations);
      }
      yield* lintLastFor(tree);
      return;
    }
    case "not":
      if (condition.kind !== "not") return;
      yield* lintTree(tree.part, condition.part, declarations);
      if (tree.part.kind === "for" && !tree.part.isGrouped)
        yield warnFor(tree.part, `(not ${printCondition(tree.part.part)}) for ${shownText(tree.part.duration)}`);
      return;
    case "for":
      if (condition.kind === "for") yield* lintTree(tree.part, condition.part, declarations);
      return;
    case "is":
    case "was":
      if (condition.kind === "is" || condition.kind === "was")
        yield* lintStatuses(tree.statuses, condition.subject, declarations);
      return;
    case "quantified":
    case "count":
      if (condition.kind === "quantified" || condition.kind === "count")
        yield* lintStatuses(tree.statuses, condition.over, declarations);
      return;
    case "metric":
    case "range":
      return;
  }
}

/** `a and b for 5s`: its `for` is about `b`, and reads as if it were about both. */
function* lintLastFor(tree: Extract<ConditionTree, { kind: "or" | "and" }>): Iterable<Warning> {
  const last = tree.parts.at(-1);
  if (last?.kind !== "for" || last.isGrouped || last.part.kind === "or" || last.part.kind === "and") return;
  if (tree.parts.some((part) => part !== last && part.kind === "for")) return;
  const before = tree.parts.slice(0, -1).map(printCondition);
  yield warnFor(
    last,
    `(${[...before, printCondition(last.part)].join(` ${tree.kind} `)}) for ${shownText(last.duration)}`,
  );
}

function warnFor(tree: Extract<ConditionTree, { kind: "for" }>, whole: string): Warning {
  const part = printCondition(tree.part);
  const duration = shownText(tree.duration);
  const span = { start: tree.part.span.end + 1, end: tree.span.end };
  const message = `this \`for ${duration}\` is about \`${part}\` only`;
  return {
    file: "actions",
    code: "W14",
    span,
    message,
    hint: `write \`${whole}\` if all of it has to last, or \`(${part} for ${duration})\` if not`,
  };
}

function* lintStatuses(words: readonly Word[], of: Subject | Population, declarations: Looked): Iterable<Warning> {
  for (const word of words) yield* lintStatus(shownText(word), word.span, of, declarations);
}

/** `of: null`: any host. */
function* lintStatus(
  status: string,
  span: Span,
  of: Subject | Population | null,
  declarations: Looked,
): Iterable<Warning> {
  if (declarations.hasReportedHosts || declarations.hasFreeStatuses) return;
  const { names, statuses } = possibleStatuses(of, declarations);
  if (statuses.has(status)) return;
  const [only = ""] = names;
  const who = names.length === 1 ? `${only} cannot report` : `none of the checks meant here can report`;
  const hint = `it can be ${[...statuses].join(", ")}`;
  yield { file: "actions", code: "W03", span, message: `${who} \`${status}\`, so this is never true`, hint };
}

interface Possible {
  /** Of the checks that are meant. */
  readonly names: readonly string[];
  readonly statuses: ReadonlySet<string>;
}

/** By what is meant; of the declarations that are being looked at. */
const known = new WeakMap<Looked, Map<string, Possible>>();

function possibleStatuses(of: Subject | Population | null, declarations: Looked): Possible {
  const cache = known.get(declarations) ?? new Map<string, Possible>();
  known.set(declarations, cache);
  const key = JSON.stringify(of);
  const cached = cache.get(key);
  if (cached !== undefined) return cached;
  const checks = checksMeant(of, declarations);
  const isAboutHost = of === null || of.kind === "host" || of.kind === "variable" || of.kind === "hosts";
  const statuses = new Set<string>(["unknown"]);
  for (const check of checks)
    for (const status of statusesOf(check, declarations.promotable.has(check)) ?? []) statuses.add(status);
  if (isAboutHost && checks.length > 1) statuses.add("conflict");
  const possible = { names: [...new Set(checks.map((check) => check.name))], statuses };
  cache.set(key, possible);
  return possible;
}

/** Of a host, only the checks that count for it. */
function checksMeant(of: Subject | Population | null, declarations: Looked): readonly DeclaredCheck[] {
  if (of === null || of.kind === "hosts" || of.kind === "variable") return declarations.checks.filter(isCounting);
  if (of.kind === "host") return (declarations.byHost.get(of.host) ?? []).filter(isCounting);
  const ofName = of.check === null ? declarations.checks : (declarations.byName.get(of.check) ?? []);
  return ofName.filter((check) => isOn(check, of.on));
}

function isOn(check: DeclaredCheck, on: HostReference | null): boolean {
  return on?.kind !== "host" || check.host === on.host;
}

function isCounting(check: DeclaredCheck): boolean {
  return check.own.settings.isAdvisory !== true && check.defaults.settings.isAdvisory !== true;
}
