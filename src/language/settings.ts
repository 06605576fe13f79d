/**
 * Options in braces -> their values. Every option is read by one function of its own; what is wrong with it is one
 * complaint, and the others still count.
 */
import { ownersOf, rowsOf, type Owner } from "./option-table.ts";
import { readerOf, type Plain, type Settings, type SettingsContext } from "./setting-values.ts";
import { didYouMean } from "./suggest.ts";
import { shownText } from "./words.ts";
import type { Complaints } from "./complaints.ts";
import type { Option, Span } from "./tree.ts";

export interface ReadSettings {
  readonly settings: Settings;
  /** Where each option stands, by its name. */
  readonly spans: ReadonlyMap<string, Span>;
  /** Nothing in them was refused: what they do not say, they do not mean, and what follows from it may be complained of. */
  readonly isWhole: boolean;
}

export const noSettings: ReadSettings = { settings: {}, spans: new Map(), isWhole: true };

/**
 * Reads the options of one line. `owners`: to whom they may belong; `isDefaults`: they stand in a section's braces, where
 * each line takes what is for it.
 */
export function readSettings(
  options: readonly Option[],
  place: { readonly owners: readonly Owner[]; readonly isDefaults: boolean; readonly what: string },
  context: SettingsContext,
): ReadSettings {
  let settings: Settings = {};
  let isWhole = true;
  const spans = new Map<string, Span>();
  const rows = rowsOf(place.owners);
  const allowed = new Set(rows.filter((row) => row.isDefault || !place.isDefaults).map((row) => row.name));
  for (const option of joinTopics(options, place.owners)) {
    const name = option.kind === "expect" ? "expect" : shownText(option.name);
    const nameSpan =
      option.kind === "expect" ? { start: option.span.start, end: option.span.start + 6 } : option.name.span;
    if (!allowed.has(name)) {
      refuse(name, nameSpan, option, { ...place, known: [...allowed] }, context.complaints);
      isWhole = false;
      continue;
    }
    if (spans.has(name) && name !== "env") {
      context.complaints.add("E302", nameSpan, `\`${name}\` is given twice`, "leave one of the two out");
      isWhole = false;
      continue;
    }
    spans.set(name, option.span);
    if (option.kind === "expect") {
      settings = { ...settings, expect: option };
      continue;
    }
    const reader = readerOf(name, place.owners);
    const read = reader(option, context, settings);
    if (read === null) isWhole = false;
    else settings = { ...settings, ...read };
  }
  return { settings, spans, isWhole };
}

/** What a line sets, over what its section sets; only their environments add up. */
export function overlay(defaults: Settings, own: Settings): Settings {
  const env = { ...defaults.env, ...own.env };
  return { ...defaults, ...own, ...(Object.keys(env).length > 0 ? { env } : {}) };
}

/** Two lines of section defaults are one; what both set is told. */
export function mergeDefaults(before: ReadSettings, after: ReadSettings, complaints: Complaints): ReadSettings {
  const twice = [...after.spans].filter(([name]) => before.spans.has(name) && name !== "env");
  for (const [name, span] of twice)
    complaints.add("E302", span, `\`${name}\` is already set for this section`, "leave one of the two out");
  return {
    settings: overlay(before.settings, after.settings),
    spans: new Map([...before.spans, ...after.spans]),
    isWhole: before.isWhole && after.isWhole && twice.length === 0,
  };
}

/** `{ on run, fence }`: what stands behind `on run` up to the next option belongs to it. */
function joinTopics(options: readonly Option[], owners: readonly Owner[]): readonly Option[] {
  if (!owners.includes("notifier")) return options;
  const joined: Option[] = [];
  let topics: Plain | null = null;
  for (const option of options) {
    const isOption =
      option.kind === "expect" || ownersOf(shownText(option.name)).includes("notifier") || option.values.length > 0;
    if (topics !== null && !isOption && option.kind === "plain") {
      const { name, values }: Plain = topics;
      topics = {
        kind: "plain",
        name,
        values: [...values, option.name],
        span: { start: topics.span.start, end: option.span.end },
      };
      joined[joined.length - 1] = topics;
      continue;
    }
    topics = option.kind === "plain" && shownText(option.name) === "on" ? option : null;
    joined.push(option);
  }
  return joined;
}

function refuse(
  name: string,
  span: Span,
  option: Option,
  place: {
    readonly known: readonly string[];
    readonly what: string;
    readonly isDefaults: boolean;
    readonly owners: readonly Owner[];
  },
  complaints: Complaints,
): void {
  const equals = name.indexOf("=");
  const setting = equals > 0 ? name.slice(0, equals) : name.endsWith(":") ? name.slice(0, -1) : null;
  if (setting !== null && place.known.includes(setting)) {
    const value =
      equals > 0
        ? name.slice(equals + 1)
        : option.kind === "plain"
          ? option.values[0] === undefined
            ? ""
            : shownText(option.values[0])
          : "";
    complaints.add("E211", span, "an option and its value are separated by a blank", `write \`${setting} ${value}\``);
    return;
  }
  const owners = ownersOf(name);
  if (owners.length === 0) {
    const meant = (): string =>
      meantOnFailure(name, option, place.known) ??
      didYouMean(name, place.known) ??
      `the options of ${place.what} are ${place.known.join(", ")}`;
    complaints.add("E301", span, `\`${name}\` is not an option of ${place.what}`, meant);
    return;
  }
  if (place.isDefaults && rowsOf(place.owners).some((row) => row.name === name)) {
    complaints.add(
      "E303",
      span,
      `\`${name}\` cannot be set for a whole section`,
      "put it behind the command that it is for",
    );
    return;
  }
  const message = `\`${name}\` is not an option of ${place.what}, but of ${sayOwners(owners, place.owners)}`;
  complaints.add("E303", span, message, hintForOwner(name, owners, place.owners));
}

/** `on_failure continue`: the option has two words. */
function meantOnFailure(name: string, option: Option, known: readonly string[]): string | null {
  if (!/^on[_-]?failure$/i.test(name) || !known.includes("on") || option.kind !== "plain") return null;
  const verb = option.values.map(shownText).find((text) => text === "stop" || text === "continue");
  return `did you mean \`on failure ${verb ?? "continue"}\`?`;
}

const inChecks: ReadonlySet<Owner> = new Set(["check", "resident check", "passive check"]);

/** Of all owners those that can stand in the same file, if there are any. */
function sayOwners(owners: readonly Owner[], here: readonly Owner[]): string {
  const isHere = here.some((owner) => inChecks.has(owner));
  const near = owners.filter((owner) => inChecks.has(owner) === isHere);
  const said = new Set(near.length > 0 ? near : owners);
  if (said.has("action")) said.delete("fence action");
  if (said.has("check")) said.delete("resident check");
  return [...said].map((owner) => (/^[aeiou]/.test(owner) ? `an ${owner}` : `a ${owner}`)).join(" or ");
}

function hintForOwner(name: string, owners: readonly Owner[], here: readonly Owner[]): string | null {
  if (here.includes("resident check") && !here.includes("check"))
    return "a resident check says itself when something changed";
  if (here.includes("passive check")) return "nothing is run for a passive check: others report it";
  return owners.includes("rule") ? `put \`{ ${name} … }\` on a line of its own, above the rule's actions` : null;
}
