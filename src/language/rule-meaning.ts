/** Sections of actions.conf that are rules -> rules: a trigger, a guard, an ordered list of actions. */
import { readAction, settingsContext, type RuleContext } from "./action-meaning.ts";
import { readCheckName, readCondition, readHost, refuseUnknown, type ConditionContext } from "./condition-meaning.ts";
import { isName } from "../core/host-name.ts";
import { isMeantOtherwise, meantClause } from "./scripts.ts";
import { checkName } from "./setting-values.ts";
import { mergeDefaults, noSettings, readSettings, type ReadSettings } from "./settings.ts";
import { isStatus, refuseStatus } from "./statuses.ts";
import { lineOf } from "./source.ts";
import { plainText, shownText, soleVariable } from "./words.ts";
import type { BuiltInVariable, Scope } from "./scope.ts";
import type { Clause, Command, Header, Section, Span, Word } from "./tree.ts";
import type { Condition } from "../core/condition.ts";
import type { Rule, StatusPattern, Trigger } from "../core/configuration.ts";

export type RuleHeader = Extract<Header, { kind: "transition" | "rule" | "split_brain" | "on_failure" }>;

/** A rule beside what it was read from, for the linter. */
export interface ReadRule {
  readonly rule: Rule;
  readonly header: RuleHeader;
  readonly section: Section;
  readonly settings: ReadSettings;
  /** As many as the rule has actions. */
  readonly commands: readonly Command[];
  readonly when: Clause | null;
  readonly guard: Clause | null;
}

const alwaysBound: readonly BuiltInVariable[] = ["MASTER", "SLAVE", "LOCAL", "RULE", "RUN"];

export function ruleName(header: RuleHeader): string {
  switch (header.kind) {
    case "rule":
      return shownText(header.name);
    case "split_brain":
    case "on_failure":
      return header.kind;
    case "transition": {
      const of = header.of === null ? "" : ` of ${shownText(header.of)}`;
      const on = header.on === null ? "" : ` on ${shownText(header.on)}`;
      return `${shownText(header.name)}${of}${on}`;
    }
  }
}

/** null: something in it has no meaning, which is told. */
export function readRule(section: Section, header: RuleHeader, context: RuleContext): ReadRule | null {
  const { complaints } = context;
  const scope = scopeOf(header, context);
  const name = ruleName(header);
  const isNamed = header.kind !== "rule" || checkRuleName(header.name, name, context);
  const parts = sortLines(section, header, { ...context, scope });
  const trigger = readTrigger(header, parts.when, { ...context, scope });
  const guard = parts.guard?.condition === undefined ? null : readClause(parts.guard, { ...context, scope });
  const { settings } = parts.defaults;
  const actions = parts.commands.map((command) => readAction(command, settings, { ...context, scope }));
  if (!isNamed || trigger === null || guard === "broken" || parts.isBroken) return null;
  if (!actions.every((action) => action !== null)) return null;
  const place = { file: complaints.source.name, line: lineOf(complaints.source, header.span.start) };
  const { cooldownMs = 0, limit = null } = settings;
  const rule: Rule = { name, place, trigger, guard, actions, cooldownMs, limit };
  return {
    rule,
    header,
    section,
    settings: parts.defaults,
    commands: parts.commands,
    when: parts.when,
    guard: parts.guard,
  };
}

function scopeOf(header: RuleHeader, context: RuleContext): Scope {
  const bound = new Set<BuiltInVariable>(alwaysBound);
  if (header.kind === "transition" || header.kind === "split_brain") bound.add("HOST");
  if (header.kind === "transition") {
    bound.add("FROM").add("TO");
    const of = header.of === null ? null : plainText(header.of);
    if (header.on !== null || (of !== null && of !== "local" && !context.declarations.hostNames.has(of)))
      bound.add("CHECK");
  }
  const { constants, used } = context;
  return {
    localHost: context.surroundings.localHost,
    constants,
    bound,
    where: `\`[${shownHeader(header)}]\``,
    remedy: "set it in `[vars]`",
    used,
  };
}

function shownHeader(header: RuleHeader): string {
  return header.kind === "rule" ? `rule ${ruleName(header)}` : ruleName(header);
}

/** Names under which `failoverctl ack` knows something else. */
const otherMeanings: ReadonlyMap<string, string> = new Map([
  ["journal", "`failoverctl ack journal` is about the daemon's journal, so nothing could let the rule act again"],
  ["fence", "`failoverctl ack fence HOST` is about a host that a person has switched off"],
]);

function checkRuleName(word: Word, name: string, { complaints }: RuleContext): boolean {
  if (!checkName(name, word.span, complaints)) return false;
  const other = otherMeanings.get(name);
  if (other !== undefined) {
    const message = `a rule cannot be called \`${name}\`: ${other}`;
    complaints.add("E313", word.span, message, "give it another name");
    return false;
  }
  if (!/^.+_to_.+$/.test(name) && name !== "split_brain" && name !== "on_failure") return true;
  const message = `\`${name}\` is the name of another kind of section, so a rule cannot be called that`;
  complaints.add("E313", word.span, message, `give it another name, or write \`[${name}]\` if that is what is meant`);
  return false;
}

interface Parts {
  readonly defaults: ReadSettings;
  readonly when: Clause | null;
  readonly guard: Clause | null;
  readonly commands: readonly Command[];
  readonly isBroken: boolean;
}

function sortLines(section: Section, header: RuleHeader, context: RuleContext & ConditionContext): Parts {
  const { complaints } = context;
  let defaults: ReadSettings = noSettings;
  let when: Clause | null = null;
  let guard: Clause | null = null;
  let isBroken = false;
  let isBehindAction = false;
  const commands: Command[] = [];
  for (const line of section.lines) {
    switch (line.kind) {
      case "command":
        commands.push(line);
        isBroken ||= line.isBroken;
        isBehindAction ||= !(isMeantOtherwise(line.words) && isNoScript(line, context));
        break;
      case "defaults":
        if (isBehindAction && !line.isBroken) {
          complaints.add(
            "E312",
            line.span,
            "braces alone on a line are for the whole rule, and stand above its first action",
            "if they belong to one action, put them on its line",
          );
          isBroken = true;
          break;
        }
        isBroken ||= line.isBroken;
        defaults = mergeDefaults(
          defaults,
          readSettings(
            line.options,
            { owners: ["rule", "action", "fence action"], isDefaults: true, what: "a rule" },
            settingsContext(context),
          ),
          complaints,
        );
        break;
      case "when":
      case "if": {
        const before: Clause | null = line.kind === "when" ? when : guard;
        const refused = refuseClause(line, { header, before, isBehindAction }, context);
        if (refused) isBroken = true;
        else if (line.kind === "when") when = line;
        else guard = line;
        break;
      }
      case "assignment":
      case "unreadable":
        isBroken = true;
        break;
    }
  }
  if (section.lines.length === 0 || (commands.length === 0 && !isBroken && !hasBrokenClause(when, guard))) {
    complaints.add(
      "E209",
      header.span,
      "there is no action in this section",
      "write what it should do below, or remove the header",
    );
    isBroken = true;
  }
  if (
    header.kind === "rule" &&
    when === null &&
    !section.lines.some((line) => line.kind === "when" || line.kind === "unreadable") &&
    !commands.some((command) => meantClause(command.words) !== null && isNoScript(command, context)) &&
    commands.length > 0
  ) {
    complaints.add(
      "E502",
      header.span,
      `nothing says when \`${ruleName(header)}\` fires`,
      "write `when CONDITION` below its header, such as `when %MASTER% is critical or down for 5s`",
    );
    isBroken = true;
  }
  return { defaults, when, guard, commands, isBroken };
}

/** Which is told where it stands. */
function isNoScript({ words: [script] }: Command, { surroundings }: RuleContext): boolean {
  const name = script === undefined ? null : plainText(script);
  return name !== null && surroundings.findScript("actions", name, null).kind === "refused";
}

function hasBrokenClause(...clauses: readonly (Clause | null)[]): boolean {
  return clauses.some((clause) => clause !== null && clause.condition === null);
}

/** True, with a complaint, if the clause cannot stand where it does. */
function refuseClause(
  clause: Clause,
  at: { readonly header: RuleHeader; readonly before: Clause | null; readonly isBehindAction: boolean },
  { complaints }: ConditionContext,
): boolean {
  const span: Span = { start: clause.span.start, end: clause.span.start + clause.kind.length };
  if (clause.kind === "when" && at.header.kind !== "rule") {
    complaints.add(
      "E504",
      span,
      `\`[${ruleName(at.header)}]\` says itself when it fires`,
      "use `if` for what has to be true besides, or `[rule NAME]` with `when`",
    );
    return true;
  }
  if (at.before !== null) {
    complaints.add("E503", span, `this rule has a second \`${clause.kind}\``, "join the two with `and`");
    return true;
  }
  if (!at.isBehindAction) return false;
  const message = `\`${clause.kind}\` is about the whole rule, and stands above its first action`;
  complaints.add("E505", span, message, "what only some actions need goes into a rule of its own");
  return true;
}

function readClause(clause: Clause, context: ConditionContext): Condition | "broken" {
  return clause.condition === null ? "broken" : (readCondition(clause.condition, context) ?? "broken");
}

/** null: it has no meaning, or there is none, which is told. */
function readTrigger(header: RuleHeader, when: Clause | null, context: ConditionContext): Trigger | null {
  switch (header.kind) {
    case "split_brain":
      return { kind: "split-brain" };
    case "on_failure":
      return { kind: "run-failed" };
    case "rule": {
      if (when === null) return null;
      const condition = readClause(when, context);
      return condition === "broken" ? null : { kind: "condition", when: condition };
    }
    case "transition":
      return readTransition(header, context);
  }
}

function readTransition(header: Extract<Header, { kind: "transition" }>, context: ConditionContext): Trigger | null {
  const { declarations, scope } = context;
  const sides = readSides(header.name, context);
  if (header.of === null) return sides === null ? null : { kind: "transition", ...sides, host: null, check: null };
  if (header.on !== null) {
    const on = readHost(header.on, context);
    const check = readCheckName(header.of, on, context);
    if (sides === null || on === null || check === null) return null;
    if (on.kind === "host") return { kind: "transition", ...sides, host: on.host, check };
    context.complaints.add("E314", header.on.span, "a header names its host; a variable cannot stand here", null);
    return null;
  }
  const name = plainText(header.of);
  if (name === null) {
    const hint =
      soleVariable(header.of) === null
        ? null
        : "write `[rule NAME]` and `when %MASTER% is …`, where variables are looked up anew each time";
    context.complaints.add(
      "E314",
      header.of.span,
      "a header names a host or a check; a variable cannot stand here",
      hint,
    );
    return null;
  }
  const host = name === "local" ? scope.localHost : name;
  if (declarations.byName.has(name))
    return sides === null ? null : { kind: "transition", ...sides, host: null, check: name };
  if (!declarations.hostNames.has(host) && !(declarations.hasReportedHosts && isName(host))) {
    refuseUnknown(name, header.of.span, context);
    return null;
  }
  return sides === null ? null : { kind: "transition", ...sides, host, check: null };
}

/** `slave_to_master` -> its two statuses. */
function readSides(
  word: Word,
  { declarations, complaints }: ConditionContext,
): { from: StatusPattern; to: StatusPattern } | null {
  const text = shownText(word);
  const [from, to, extra] = text.split("_to_");
  if (from === undefined || to === undefined || extra !== undefined) {
    complaints.add(
      "E607",
      word.span,
      `\`${text}\` can be taken apart in more than one way`,
      "use `[rule NAME]` with `when … is … ` instead",
    );
    return null;
  }
  const pattern = (status: string): StatusPattern | null => {
    if (status === "any") return { kind: "any" };
    if (isStatus(status, declarations)) return { kind: "status", status };
    return refuseStatus(
      status,
      { segments: [{ kind: "text", text: status }], span: sideSpan(word, text, status) },
      declarations,
      complaints,
    );
  };
  const [first, second] = [pattern(from), pattern(to)];
  return first === null || second === null ? null : { from: first, to: second };
}

function sideSpan(word: Word, text: string, side: string): Span {
  const start = word.span.start + (text.startsWith(`${side}_to_`) ? 0 : text.length - side.length);
  return { start, end: start + side.length };
}
