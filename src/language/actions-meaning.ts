/** Everything in actions.conf -> rules, fences, notifiers and variables. */
import { builtInNames, isBuiltIn, type Scope } from "./scope.ts";
import { readCommand } from "./command-meaning.ts";
import { isKnownHost } from "./condition-meaning.ts";
import { fencingTimeMs, readDevices, type ReadDevice } from "./fence-meaning.ts";
import { readRule, ruleName, type ReadRule, type RuleHeader } from "./rule-meaning.ts";
import type { RuleContext } from "./action-meaning.ts";
import { readPlainSection, type PlainSection } from "./plain-section.ts";
import { lineOf } from "./source.ts";
import { plainText, shownText } from "./words.ts";
import { notifyTopics, type Fence, type Notifier } from "../core/configuration.ts";
import type { Complaints } from "./complaints.ts";
import type { Declarations } from "./declarations.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Command, FileTree, Header, Section, Span } from "./tree.ts";

export interface ReadVariable {
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

export interface ReadFence {
  readonly host: string;
  readonly header: Header;
  readonly devices: readonly ReadDevice[];
}

export interface ReadNotifier {
  readonly notifier: Notifier;
  readonly command: Command;
}

export interface Actions {
  readonly rules: readonly ReadRule[];
  readonly fences: readonly ReadFence[];
  readonly notifiers: readonly ReadNotifier[];
  readonly variables: readonly ReadVariable[];
  /** Names of variables that something uses. */
  readonly usedVariables: ReadonlySet<string>;
}

interface Context {
  readonly surroundings: Surroundings;
  readonly declarations: Declarations;
  readonly complaints: Complaints;
}

/** A notifier is told of events of all kinds: what has no value in one of them is empty there. */
const everything = new Set(builtInNames);

export function readActions(tree: FileTree, variables: readonly ReadVariable[], context: Context): Actions {
  const { localHost } = context.surroundings;
  const constants = new Map([["LOCAL", localHost], ...variables.map(({ name, value }) => [name, value] as const)]);
  const used = new Set<string>();
  const scope: Scope = {
    localHost,
    constants,
    bound: new Set(["LOCAL"]),
    where: "this section",
    remedy: "set it in `[vars]`",
    used,
  };
  const fences = readFences(tree, scope, context);
  const deviceTimes = fences.map((fence) => fencingTimeMs(fence.devices.map(({ device }) => device)));
  const fencingMs = Math.max(30_000, ...deviceTimes);
  const rules = readRules(tree, { ...context, constants, used, fencingMs });
  const notifiers = tree.sections
    .filter((section) => section.header.kind === "notify")
    .flatMap((section) => readNotifiers(section, { ...scope, bound: everything, where: "`[notify]`" }, context));
  return { rules, fences, notifiers, variables, usedVariables: used };
}

/** `[vars]`, before everything else: the order of the sections does not matter. */
export function readVariables(tree: FileTree, complaints: Complaints): readonly ReadVariable[] {
  const variables = new Map<string, ReadVariable>();
  for (const { header, lines } of tree.sections) {
    if (header.kind !== "vars") continue;
    if (lines.length === 0)
      complaints.add("E209", header.span, "there is no variable in this section", "write `NAME = value` below");
    for (const line of lines) {
      if (line.kind === "assignment") readVariable(line, variables, complaints);
      else if (line.kind !== "unreadable" && !(line.kind === "command" && line.isBroken)) {
        complaints.add("E207", line.span, "expected `NAME = value` in `[vars]`");
      }
    }
  }
  return [...variables.values()];
}

function readVariable(
  line: Extract<Section["lines"][number], { kind: "assignment" }>,
  variables: Map<string, ReadVariable>,
  complaints: Complaints,
): void {
  const name = shownText(line.name);
  const { span } = line.name;
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name)) {
    const hint = /^%.*%$/.test(name) ? `write it without percent signs: \`${name.slice(1, -1)} = …\`` : null;
    complaints.add(
      "E313",
      span,
      `\`${name}\` cannot be the name of a variable: letters, digits and \`_\` make one`,
      hint,
    );
    return;
  }
  if (isBuiltIn(name)) {
    complaints.add(
      "E507",
      span,
      `%${name}% is given its value by failoverd, and this would hide it`,
      "choose another name",
    );
    return;
  }
  const before = variables.get(name);
  if (before !== undefined) {
    const where = lineOf(complaints.source, before.span.start);
    complaints.add("E506", span, `${name} was already set, in line ${where}`, "leave one of the two out");
    return;
  }
  if (line.value === null) {
    variables.set(name, { name, value: "", span });
    return;
  }
  const value = plainText(line.value);
  if (value === null) {
    complaints.add(
      "E314",
      line.value.span,
      "the value of a variable is plain text, without other variables",
      "for percent signs write `%%`, or put the value in '…'",
    );
  }
  variables.set(name, { name, value: value ?? "", span });
}

function readFences(tree: FileTree, scope: Scope, context: Context): readonly ReadFence[] {
  const { surroundings, declarations, complaints } = context;
  const fences = new Map<string, ReadFence>();
  for (const section of tree.sections) {
    const { header } = section;
    if (header.kind !== "fence") continue;
    const name = plainText(header.host);
    if (name === null) {
      complaints.add("E314", header.host.span, "a header names its host; a variable cannot stand here", null);
      continue;
    }
    const host = name === "local" ? surroundings.localHost : name;
    const isKnown = isKnownHost(host, header.host.span, { scope, declarations, complaints });
    const devices = readDevices(section, {
      scope: { ...scope, where: `\`[fence ${name}]\`` },
      surroundings,
      complaints,
      userExists: (user) => surroundings.userExists(user),
    });
    const before = fences.get(host);
    if (before !== undefined) {
      const where = lineOf(complaints.source, before.header.span.start);
      complaints.add(
        "E509",
        header.span,
        `the devices of ${host} stand already in line ${where}`,
        "put all of them into one section, in the order in which they are to be tried",
      );
    } else if (isKnown) fences.set(host, { host, header, devices });
  }
  return [...fences.values()];
}

export function fencesOf(actions: Actions): readonly Fence[] {
  return actions.fences.map(({ host, devices }) => ({ host, devices: devices.map(({ device }) => device) }));
}

function readRules(tree: FileTree, context: RuleContext): readonly ReadRule[] {
  const seen = new Map<string, RuleHeader>();
  const rules: ReadRule[] = [];
  for (const section of tree.sections) {
    const { header } = section;
    if (
      header.kind !== "transition" &&
      header.kind !== "rule" &&
      header.kind !== "split_brain" &&
      header.kind !== "on_failure"
    )
      continue;
    const name = ruleName(header);
    const before = seen.get(name);
    if (before === undefined) seen.set(name, header);
    else {
      const where = lineOf(context.complaints.source, before.span.start);
      const hint =
        header.kind === "rule" ? "give one of them another name" : "put all actions into one section, in their order";
      context.complaints.add("E501", header.span, `there is already a section \`${name}\`, in line ${where}`, hint);
    }
    const rule = readRule(section, header, context);
    if (rule !== null && before === undefined) rules.push(rule);
  }
  return rules;
}

const notifySection: PlainSection = {
  title: "[notify]",
  line: "command",
  owner: "notifier",
  hints: {
    empty: "write one below, such as `notify_mail root@localhost`",
    condition: "say with `on` what a notifier is told of: `{ on run, fence }`",
  },
};

function readNotifiers(section: Section, scope: Scope, context: Context): readonly ReadNotifier[] {
  const { surroundings, declarations, complaints } = context;
  const settingsContext = { complaints, scope, userExists: (user: string) => surroundings.userExists(user) };
  return readPlainSection(section, notifySection, settingsContext).flatMap(({ command: line, settings }) => {
    const command = readCommand(line.words, settings, { scope, surroundings, declarations, complaints });
    if (command === null) return [];
    const place = { file: complaints.source.name, line: lineOf(complaints.source, line.span.start) };
    const { topics = notifyTopics, timeoutMs = 30_000 } = settings;
    return [{ notifier: { command, topics, timeoutMs, place }, command: line }];
  });
}
