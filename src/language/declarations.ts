/**
 * Who is there: the checks of checks.conf with their names, and the hosts that they are about. Everything that refers to a
 * host or a check by name is looked up here, in both files.
 */
import { checkName, type SettingsContext } from "./setting-values.ts";
import { mergeDefaults, noSettings, readSettings, type ReadSettings } from "./settings.ts";
import { constantText } from "./scope.ts";
import { isOcf } from "./ocf.ts";
import { didYouMean } from "./suggest.ts";
import { plainText, shownText } from "./words.ts";
import type { Owner } from "./option-table.ts";
import type { Command, ConditionTree, FileTree, Header, Section, SubjectTree, Word } from "./tree.ts";

export type CheckKind = "scheduled" | "resident" | "passive";

export interface DeclaredCheck {
  readonly name: string;
  readonly host: string;
  readonly kind: CheckKind;
  readonly command: Command;
  /** The words behind the script; null: one of them has a mistake that was told. */
  readonly words: readonly string[] | null;
  readonly own: ReadSettings;
  /** The section's. */
  readonly defaults: ReadSettings;
  /** Its line and its section's braces have no mistake, so its name and its host are what was meant. */
  readonly isWhole: boolean;
  /** Its host is known only because a condition names it. */
  readonly isGuessed: boolean;
}

export interface Declarations {
  readonly checks: readonly DeclaredCheck[];
  /** With at least one check, in the order of their first one. */
  readonly hosts: readonly string[];
  readonly byName: ReadonlyMap<string, readonly DeclaredCheck[]>;
  /** The same hosts, to look one up. */
  readonly hostNames: ReadonlySet<string>;
  readonly byHost: ReadonlyMap<string, readonly DeclaredCheck[]>;
  /** A check may report statuses that are not the language's. */
  readonly hasFreeStatuses: boolean;
  /** A check may report on hosts that no file names. */
  readonly hasReportedHosts: boolean;
}

/** Numbered hosts are so common that they need no declaration: `check_db_host2` is about host2. */
const numberedHost = /^host[0-9]+$/;

/** What stands in checks.conf before it is known whom each check is about. */
interface Found extends Omit<DeclaredCheck, "host" | "isGuessed"> {
  readonly sectionHost: string;
}

export function declare(checks: FileTree, actions: FileTree, context: SettingsContext): Declarations {
  const found = checks.sections.flatMap((section) => readSection(section, context));
  const names = new Set(found.map((check) => check.name));
  const certain = new Set(namedInChecks(found, context.scope.localHost));
  const named = new Set(certain);
  const guessed = new Set<string>();
  collectNamed(actions, named, guessed);
  for (const name of names) {
    named.delete(name);
    guessed.delete(name);
  }
  const declared = found.map((check) => giveHost(check, named, guessed));
  const byHost = groupBy(declared, (check) => check.host);
  return {
    checks: declared,
    hosts: [...byHost.keys()],
    hostNames: new Set(byHost.keys()),
    byHost,
    byName: groupBy(declared, (check) => check.name),
    hasFreeStatuses: declared.some((check) => statusesOf(check, null) === null),
    hasReportedHosts: declared.some((check) => dialectOf(check) === "report"),
  };
}

export function dialectOf(check: DeclaredCheck): "plugin" | "ocf" | "report" {
  const [script] = check.command.words;
  const isAgent = check.kind !== "passive" && script !== undefined && isOcf(shownText(script));
  return check.own.settings.dialect ?? check.defaults.settings.dialect ?? (isAgent ? "ocf" : "plugin");
}

/** What a check of a dialect can say; null: anything. Every check can be unknown. `isPromotable`: null is not known yet. */
export function statusesOf(check: DeclaredCheck, isPromotable: boolean | null): readonly string[] | null {
  if (check.kind === "passive") return null;
  switch (dialectOf(check)) {
    case "plugin":
      return ["ok", "warning", "critical", "unknown", "down", "master", "slave"];
    case "ocf":
      if (isPromotable === null) return ["ok", "slave", "master", "critical", "down", "unknown"];
      return [...(isPromotable ? ["slave", "master"] : ["ok"]), "critical", "down", "unknown"];
    case "report":
      return null;
  }
}

function readSection(section: Section, context: SettingsContext): readonly Found[] {
  const place = placeOf(section.header, context);
  if (place === null) return [];
  const { complaints } = context;
  const found: Found[] = [];
  let defaults = noSettings;
  let isMisplaced = false;
  for (const line of section.lines) {
    if (line.kind === "defaults") {
      if (found.length > 0 && !line.isBroken) {
        isMisplaced = true;
        complaints.add(
          "E312",
          line.span,
          "braces alone on a line are defaults for the section, and stand above its first check",
          "if they belong to one check, put them on its line",
        );
        continue;
      }
      const owners: readonly Owner[] = place.isPassive ? ["passive check"] : ["check", "resident check"];
      defaults = mergeDefaults(
        defaults,
        readSettings(line.options, { owners, isDefaults: true, what: "a check" }, context),
        complaints,
      );
      if (line.isBroken) defaults = { ...defaults, isWhole: false };
    } else if (line.kind === "command") found.push(readCheck(line, place, defaults, context));
  }
  if (section.lines.length === 0) {
    complaints.add(
      "E209",
      section.header.span,
      "there is no check in this section",
      "write one below, or remove the header",
    );
  }
  return isMisplaced ? found.map(inDoubt) : found;
}

/** Braces that stand where they cannot may have been meant for it. */
function inDoubt(check: Found): Found {
  return { ...check, isWhole: false, defaults: { ...check.defaults, isWhole: false } };
}

/** Whose section it is; null: not one of checks.conf, which is told. */
function placeOf(header: Header, { complaints, scope }: SettingsContext): { host: string; isPassive: boolean } | null {
  if (header.kind !== "place") return null;
  const text = plainText(header.name) ?? "";
  if (text === "local" || text === scope.localHost) return { host: scope.localHost, isPassive: false };
  if (text === "passive") return { host: scope.localHost, isPassive: true };
  if (/^.+_to_.+$/.test(text) || ["notify", "vars", "split_brain", "on_failure", "rule", "fence"].includes(text)) {
    complaints.add(
      "E206",
      header.name.span,
      `\`[${text}]\` is a section of actions.conf`,
      "move it there; checks.conf has `[local]` and `[passive]`",
    );
    return null;
  }
  const small = text.toLowerCase();
  if (small === "local" || small === "passive") {
    const message = `there is no section \`[${text}]\`: its name is written in small letters`;
    complaints.add("E206", header.name.span, message, `write \`[${small}]\``);
    return { host: scope.localHost, isPassive: small === "passive" };
  }
  if (!checkName(shownText(header.name), header.name.span, complaints)) return null;
  const message = `checks in \`[${text}]\` would run on ${text}, and this host is ${scope.localHost}: checks on other hosts cannot be run yet`;
  const hint = `run failoverd on ${text} itself, or let ${text} report to a \`[passive]\` check here, or check it from here: \`[local]\` and \`{ for ${text} }\``;
  complaints.add("E403", header.name.span, message, () => didYouMean(text, ["local", "passive"]) ?? hint);
  return { host: text, isPassive: false };
}

function readCheck(
  command: Command,
  place: { readonly host: string; readonly isPassive: boolean },
  defaults: ReadSettings,
  context: SettingsContext,
): Found {
  const isResident = command.options.some((option) => option.kind === "plain" && shownText(option.name) === "resident");
  const kind: CheckKind = place.isPassive ? "passive" : isResident ? "resident" : "scheduled";
  const owner: Owner = kind === "scheduled" ? "check" : `${kind} check`;
  const what = `a${kind === "scheduled" ? "" : ` ${kind}`} check`;
  const own = readSettings(command.options, { owners: [owner], isDefaults: false, what }, context);
  const words = command.isBroken ? command.words.map(shownText) : constantWords(command.words, context);
  const script = words?.[0] ?? command.words.map(shownText)[0] ?? "";
  const name = own.settings.as ?? baseName(script);
  const isWhole = !command.isBroken && words !== null && own.isWhole && defaults.isWhole;
  return { name, kind, command, words, own, defaults, isWhole, sectionHost: place.host };
}

function constantWords(words: readonly Word[], { scope, complaints }: SettingsContext): readonly string[] | null {
  const texts = words.map((word) => constantText(word, scope, complaints));
  return texts.every((text) => text !== null) ? texts : null;
}

/** `/usr/lib/nagios/plugins/check_tcp` -> `check_tcp`; `ocf:heartbeat:pgsql` -> `pgsql`. */
function baseName(script: string): string {
  const last = isOcf(script) ? script.split(":").at(-1) : script.split("/").at(-1);
  return last ?? "";
}

function giveHost(check: Found, named: ReadonlySet<string>, guessed: ReadonlySet<string>): DeclaredCheck {
  const { sectionHost, ...rest } = check;
  const said = check.own.settings.forHost ?? check.defaults.settings.forHost;
  if (said !== undefined) return { ...rest, host: said, isGuessed: false };
  for (let at = check.name.indexOf("_"); at !== -1; at = check.name.indexOf("_", at + 1)) {
    const suffix = check.name.slice(at + 1);
    if (named.has(suffix) || numberedHost.test(suffix)) return { ...rest, host: suffix, isGuessed: false };
    if (guessed.has(suffix)) return { ...rest, host: suffix, isGuessed: true };
  }
  return { ...rest, host: sectionHost, isGuessed: false };
}

function* namedInChecks(found: readonly Found[], localHost: string): Iterable<string> {
  yield localHost;
  for (const check of found) {
    yield check.sectionHost;
    const said = check.own.settings.forHost ?? check.defaults.settings.forHost;
    if (said !== undefined) yield said;
  }
}

/** Hosts that actions.conf names: for certain, or where a check's name could stand as well. */
function collectNamed(actions: FileTree, named: Set<string>, guessed: Set<string>): void {
  const add = (to: Set<string>, word: Word | null): void => {
    const text = word === null ? null : plainText(word);
    if (text !== null && text !== "local") to.add(text);
  };
  const subject = ({ name, on }: Pick<SubjectTree, "name" | "on">): void => {
    if (on === null) add(guessed, name);
    else add(named, on);
  };
  const condition = (tree: ConditionTree): void => {
    switch (tree.kind) {
      case "or":
      case "and":
        return tree.parts.forEach(condition);
      case "not":
      case "for":
        return condition(tree.part);
      case "is":
      case "was":
      case "metric":
      case "range":
        return subject(tree.subject);
      case "quantified":
      case "count":
        return tree.over.kind === "checks" ? add(named, tree.over.on) : undefined;
    }
  };
  for (const { header, lines } of actions.sections) {
    if (header.kind === "fence") add(named, header.host);
    if (header.kind === "transition" && header.of !== null) {
      if (header.on === null) add(named, header.of);
      else add(named, header.on);
    }
    for (const line of lines) {
      if ((line.kind === "when" || line.kind === "if") && line.condition !== null) condition(line.condition);
      if (line.kind !== "command") continue;
      for (const option of line.options) if (option.kind === "expect") condition(option.condition);
    }
  }
}

/** Keys in the order of their first item. */
function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
