/**
 * Options in braces -> their values. Every option is read by one function of its own; what is wrong with it is one
 * complaint, and the others still count.
 */
import { parseDuration } from "../base/duration.ts";
import { ownersOf, rowsOf, type Owner } from "./option-table.ts";
import { constantText, type Scope } from "./scope.ts";
import { didYouMean } from "./suggest.ts";
import { plainText, shownText } from "./words.ts";
import { notifyTopics, type Dialect, type NotifyTopic } from "../core/configuration.ts";
import type { Complaints } from "./complaints.ts";
import type { Option, Span, Word } from "./tree.ts";

/** What was set; nothing that was not. */
export interface Settings {
  readonly everyMs?: number;
  readonly timeoutMs?: number;
  /** `retry D` of a check. */
  readonly retryMs?: number;
  /** `retry N` of an action or a device. */
  readonly retries?: number;
  readonly rise?: number;
  readonly fall?: number;
  readonly staleMs?: number;
  readonly forHost?: string;
  readonly as?: string;
  readonly dialect?: Dialect;
  readonly isResident?: boolean;
  readonly isAdvisory?: boolean;
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cooldownMs?: number;
  readonly limit?: { readonly runs: number; readonly withinMs: number };
  readonly onFailure?: "stop" | "continue";
  readonly expect?: Extract<Option, { kind: "expect" }>;
  readonly isOnce?: boolean;
  readonly undo?: readonly Word[];
  readonly topics?: readonly NotifyTopic[];
}

export interface ReadSettings {
  readonly settings: Settings;
  /** Where each option stands, by its name. */
  readonly spans: ReadonlyMap<string, Span>;
}

export interface SettingsContext {
  readonly complaints: Complaints;
  readonly scope: Scope;
  userExists(name: string): boolean;
}

type Plain = Extract<Option, { kind: "plain" }>;
type Reader = (option: Plain, context: SettingsContext, before: Settings) => Settings | null;

/** A year of waiting is a mistake in the unit; timers of Node take 24 days. */
const durationMaxMs = 20 * 86_400_000;
const countMax = 1_000;

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
  const spans = new Map<string, Span>();
  const rows = rowsOf(place.owners);
  const allowed = new Set(rows.filter((row) => row.isDefault || !place.isDefaults).map((row) => row.name));
  for (const option of joinTopics(options, place.owners)) {
    const name = option.kind === "expect" ? "expect" : shownText(option.name);
    const nameSpan =
      option.kind === "expect" ? { start: option.span.start, end: option.span.start + 6 } : option.name.span;
    if (!allowed.has(name)) {
      refuse(name, nameSpan, option, { ...place, known: [...allowed] }, context.complaints);
      continue;
    }
    if (spans.has(name) && name !== "env") {
      context.complaints.add("E302", nameSpan, `\`${name}\` is given twice`, "leave one of the two out");
      continue;
    }
    spans.set(name, option.span);
    if (option.kind === "expect") {
      settings = { ...settings, expect: option };
      continue;
    }
    const reader = readerOf(name, place.owners);
    const read = reader(option, context, settings);
    if (read !== null) settings = { ...settings, ...read };
  }
  return { settings, spans };
}

/** Two lines of section defaults are one; what both set is told. */
export function mergeDefaults(before: ReadSettings, after: ReadSettings, complaints: Complaints): ReadSettings {
  for (const [name, span] of after.spans) {
    if (!before.spans.has(name) || name === "env") continue;
    complaints.add("E302", span, `\`${name}\` is already set for this section`, "leave one of the two out");
  }
  const env = { ...before.settings.env, ...after.settings.env };
  const settings = { ...before.settings, ...after.settings, ...(Object.keys(env).length > 0 ? { env } : {}) };
  return { settings, spans: new Map([...before.spans, ...after.spans]) };
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
      didYouMean(name, place.known) ?? `the options of ${place.what} are ${place.known.join(", ")}`;
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

function readerOf(name: string, owners: readonly Owner[]): Reader {
  switch (name) {
    case "every":
      return duration((everyMs) => ({ everyMs }), { minMs: 10 });
    case "timeout":
      return duration((timeoutMs) => ({ timeoutMs }), { minMs: 10 });
    case "retry":
      return owners.includes("check")
        ? duration((retryMs) => ({ retryMs }), { minMs: 10 })
        : count((retries) => ({ retries }), { min: 0 });
    case "rise":
      return count((rise) => ({ rise }), { min: 1 });
    case "fall":
      return count((fall) => ({ fall }), { min: 1 });
    case "stale":
      return duration((staleMs) => ({ staleMs }), { minMs: 10 });
    case "for":
      return nameReader("HOST", (forHost) => ({ forHost }));
    case "as":
      return nameReader("NAME", (as) => ({ as }));
    case "dialect":
      return choice(["plugin", "ocf", "report"] as const, (dialect) => ({ dialect }));
    case "resident":
      return flag({ isResident: true });
    case "advisory":
      return flag({ isAdvisory: true });
    case "once":
      return flag({ isOnce: true });
    case "cooldown":
      return duration((cooldownMs) => ({ cooldownMs }), { minMs: 0 });
    case "user":
      return readUser;
    case "env":
      return readEnv;
    case "limit":
      return readLimit;
    case "undo":
      return readUndo;
    default:
      return owners.includes("notifier") ? readTopics : readOnFailure;
  }
}

function duration(into: (durationMs: number) => Settings, { minMs }: { readonly minMs: number }): Reader {
  return (option, { complaints }) => {
    const value = oneValue(option, complaints, "a duration, such as `5s` or `2m`");
    if (value === null) return null;
    const durationMs = readDuration(value, { name: shownText(option.name), minMs }, complaints);
    return durationMs === null ? null : into(durationMs);
  };
}

/** The duration that a word says; `name`: what it is for. */
export function readDuration(
  word: Word,
  of: { readonly name: string; readonly minMs: number },
  complaints: Complaints,
): number | null {
  const text = shownText(word);
  const durationMs = parseDuration(text);
  if (durationMs === null) {
    complaints.add(
      "E306",
      word.span,
      `\`${of.name}\` wants a duration, and \`${text}\` is none`,
      hintForDuration(text),
    );
    return null;
  }
  if (durationMs < of.minMs || durationMs > durationMaxMs) {
    const bound = durationMs < of.minMs ? `shorter than ${of.minMs}ms` : "longer than 20d";
    complaints.add("E308", word.span, `\`${of.name}\` cannot be ${bound}`, null);
    return null;
  }
  return durationMs;
}

function hintForDuration(text: string): string {
  if (/^\d+(?:\.\d+)?$/.test(text)) return `say the unit: \`${text}s\` for seconds, \`${text}ms\` for milliseconds`;
  const match = /^(\d+)([A-Za-z]+)$/.exec(text);
  const [, amount = "", unit = ""] = match ?? [];
  const units: Readonly<Record<string, string>> = {
    sec: "s",
    secs: "s",
    second: "s",
    seconds: "s",
    min: "m",
    mins: "m",
    minute: "m",
    minutes: "m",
    hour: "h",
    hours: "h",
    hr: "h",
    day: "d",
    days: "d",
    msec: "ms",
  };
  const meant = units[unit.toLowerCase()] ?? (unit !== unit.toLowerCase() ? unit.toLowerCase() : undefined);
  if (meant !== undefined) return `write \`${amount}${meant}\``;
  return "durations are a number and one of ms, s, m, h, d, without a blank: `500ms`, `2s`, `5m`, `1h`, `1d`";
}

function count(into: (count: number) => Settings, { min }: { readonly min: number }): Reader {
  return (option, { complaints }) => {
    const value = oneValue(option, complaints, "a whole number");
    if (value === null) return null;
    const number = readCount(value, { name: shownText(option.name), min }, complaints);
    return number === null ? null : into(number);
  };
}

export function readCount(
  word: Word,
  of: { readonly name: string; readonly min: number },
  complaints: Complaints,
): number | null {
  const text = shownText(word);
  if (!/^\d{1,9}$/.test(text)) {
    const hint = parseDuration(text) === null ? null : `\`${of.name}\` counts, it does not last`;
    complaints.add("E307", word.span, `\`${of.name}\` wants a whole number, and \`${text}\` is none`, hint);
    return null;
  }
  const number = Number(text);
  if (number < of.min || number > countMax) {
    complaints.add("E308", word.span, `\`${of.name}\` is a number from ${of.min} to ${countMax}`, null);
    return null;
  }
  return number;
}

const namePattern = /^[A-Za-z0-9._:-]{1,253}$/;

function nameReader(what: string, into: (name: string) => Settings): Reader {
  return (option, { complaints, scope }) => {
    const value = oneValue(option, complaints, what === "HOST" ? "a host" : "a name");
    if (value === null) return null;
    const text = constantText(value, scope, complaints);
    if (text === null || !checkName(text, value.span, complaints)) return null;
    return into(text === "local" && what === "HOST" ? scope.localHost : text);
  };
}

/** Complains if it cannot be the name of a host, check or rule. */
export function checkName(text: string, span: Span, complaints: Complaints): boolean {
  if (namePattern.test(text)) return true;
  const message =
    text.length > 253
      ? "this name has more than 253 characters"
      : `\`${text}\` cannot be a name: letters, digits and \`. _ : -\` make a name`;
  complaints.add("E313", span, message, null);
  return false;
}

function choice<Choice extends string>(choices: readonly Choice[], into: (chosen: Choice) => Settings): Reader {
  return (option, { complaints }) => {
    const value = oneValue(option, complaints, choices.map((other) => `\`${other}\``).join(" or "));
    if (value === null) return null;
    const text = shownText(value);
    const chosen = choices.find((other) => other === text);
    if (chosen !== undefined) return into(chosen);
    const message = `\`${shownText(option.name)}\` is one of ${choices.join(", ")}, and not \`${text}\``;
    complaints.add("E309", value.span, message, () => didYouMean(text, choices));
    return null;
  };
}

function flag(into: Settings): Reader {
  return (option, { complaints }) => {
    const [value] = option.values;
    if (value === undefined) return into;
    complaints.add("E305", value.span, `\`${shownText(option.name)}\` takes no value`, hintForExtra(value));
    return into;
  };
}

/** The value of an option that takes exactly one. */
function oneValue(option: Plain, complaints: Complaints, wanted: string): Word | null {
  const [value, extra] = option.values;
  const name = shownText(option.name);
  if (value === undefined) {
    complaints.add("E304", option.name.span, `\`${name}\` needs ${wanted}`, null);
    return null;
  }
  if (extra === undefined) return value;
  if (shownText(value) === "=") {
    const hint = `write \`${name} ${shownText(extra)}\``;
    complaints.add("E211", value.span, "there is no `=` between an option and its value", hint);
    return null;
  }
  const joined = `${shownText(value)}${shownText(extra)}`;
  const hint = parseDuration(joined) !== null ? `write \`${joined}\`, without a blank` : hintForExtra(extra);
  complaints.add("E305", extra.span, `\`${name}\` takes one value, and here is a second one`, hint);
  return null;
}

function hintForExtra(extra: Word): string | null {
  const text = shownText(extra);
  if (ownersOf(text).length > 0) return `options are separated by commas: put one before \`${text}\``;
  return text.endsWith(";") || text === ";" ? "options are separated by commas" : null;
}

const readUser: Reader = (option, context) => {
  const value = oneValue(option, context.complaints, "the name of a user");
  if (value === null) return null;
  const user = constantText(value, context.scope, context.complaints);
  if (user === null) return null;
  if (context.userExists(user)) return { user };
  context.complaints.add(
    "E311",
    value.span,
    `there is no user \`${user}\` on this host`,
    "make the user first, or leave the option out to run as the daemon does",
  );
  return null;
};

const readEnv: Reader = (option, { complaints, scope }, before) => {
  if (option.values.length === 0) {
    complaints.add("E304", option.name.span, "`env` needs NAME=VALUE", null);
    return null;
  }
  const env: Record<string, string> = { ...before.env };
  for (const word of option.values) {
    const text = constantText(word, scope, complaints);
    if (text === null) continue;
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      complaints.add(
        "E310",
        word.span,
        `\`env\` wants NAME=VALUE, and \`${text}\` is not that`,
        'write it without blanks around `=`, and in quotes if the value has blanks: `env "GREETING=good night"`',
      );
      return null;
    }
    env[name] = value;
  }
  return { env };
};

const readLimit: Reader = (option, { complaints }) => {
  const [runs, per, within, extra] = option.values;
  if (
    runs === undefined ||
    per === undefined ||
    shownText(per) !== "per" ||
    within === undefined ||
    extra !== undefined
  ) {
    complaints.add("E309", option.span, "`limit` is written as `limit 3 per 1d`: so many runs in so much time", null);
    return null;
  }
  const count = readCount(runs, { name: "limit", min: 1 }, complaints);
  const withinMs = readDuration(within, { name: "limit", minMs: 1_000 }, complaints);
  return count === null || withinMs === null ? null : { limit: { runs: count, withinMs } };
};

const readUndo: Reader = (option, { complaints }) => {
  if (option.values.length > 0) return { undo: option.values };
  complaints.add("E304", option.name.span, "`undo` needs a command", 'write it in quotes: `undo "unplumb %VIP%"`');
  return null;
};

const readOnFailure: Reader = (option, { complaints }) => {
  const [failure, what, extra] = option.values;
  const verb = what === undefined ? "" : shownText(what);
  const isWellFormed = failure !== undefined && shownText(failure) === "failure" && extra === undefined;
  if (isWellFormed && (verb === "stop" || verb === "continue")) return { onFailure: verb };
  complaints.add("E309", option.span, "`on` is written as `on failure stop` or `on failure continue`", null);
  return null;
};

const readTopics: Reader = (option, { complaints }) => {
  if (option.values.length === 0) {
    complaints.add("E304", option.name.span, "`on` needs topics", `topics are ${notifyTopics.join(", ")}`);
    return null;
  }
  const topics: NotifyTopic[] = [];
  for (const word of option.values) {
    const text = plainText(word) ?? "";
    const topic = notifyTopics.find((other) => other === text);
    if (topic !== undefined) topics.push(topic);
    else {
      const hint = (): string => didYouMean(text, notifyTopics) ?? `topics are ${notifyTopics.join(", ")}`;
      complaints.add("E514", word.span, `nothing is told under the topic \`${shownText(word)}\``, hint);
    }
  }
  return { topics };
};
