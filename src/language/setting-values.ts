/**
 * How the value of each option is read. What is wrong with it is one complaint, in the words of that option.
 */
import { parseDuration } from "../base/duration.ts";
import { ownersOf, type Owner } from "./option-table.ts";
import { constantText, type Scope } from "./scope.ts";
import { didYouMean } from "./suggest.ts";
import { isUnanswered, type Unanswered } from "./surroundings.ts";
import { plainText, shownText } from "./words.ts";
import { isName, nameCharactersMax } from "../core/host-name.ts";
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

export interface SettingsContext {
  readonly complaints: Complaints;
  readonly scope: Scope;
  userExists(name: string): boolean | Unanswered;
}

export type Plain = Extract<Option, { kind: "plain" }>;
export type Reader = (option: Plain, context: SettingsContext, before: Settings) => Settings | null;

/** A year of waiting is a mistake in the unit; timers of Node take 24 days. */
const durationMaxMs = 20 * 86_400_000;
const countMax = 1_000;

/** How the option of that name is read, by whom it belongs to. */
export function readerOf(name: string, owners: readonly Owner[]): Reader {
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
  if (isName(text)) return true;
  const message =
    text.length > nameCharactersMax
      ? `this name has more than ${nameCharactersMax} characters`
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
    const hint = hintForExtra(value) ?? `leave \`${shownText(value)}\` out`;
    complaints.add("E305", value.span, `\`${shownText(option.name)}\` takes no value`, hint);
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
  const exists = context.userExists(user);
  if (isUnanswered(exists)) {
    const message = `whether there is a user \`${user}\` on this host is not known: ${exists.why}`;
    context.complaints.add("E319", value.span, message, `look at what \`getent passwd ${user}\` prints`);
    return null;
  }
  if (exists) return { user };
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
  let env = before.env ?? {};
  for (const word of option.values) {
    const text = constantText(word, scope, complaints, "give it to the script as a word of the command instead");
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
    env = { ...env, [name]: value };
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
