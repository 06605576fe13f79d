/**
 * From `unknown` to a type, once, at the edge: parsers of single values, and how they are put together to the shape of a
 * whole document. What does not fit is answered with a sentence that says where, what was expected and what was there:
 * `params.limit: expected a whole number from 1 to 1000, got "many"`.
 *
 * Fields that a shape does not name are left out of the answer, or refused, as the caller says.
 */
import { invariant } from "./invariant.ts";
import { printable } from "./terminal-text.ts";

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly sentence: string };

/** `at` names the place of the value in its document, for the sentence. */
export type Parser<T> = (value: unknown, at: string) => Parsed<T>;

export type ParsedBy<P> = P extends Parser<infer T> ? T : never;

function fits<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** The answer for a value that does not fit. `expected` continues "expected …". */
export function misfit(options: { at: string; expected: string; value: unknown }): Parsed<never> {
  return { ok: false, sentence: `${options.at}: expected ${options.expected}, got ${sayValue(options.value)}` };
}

/** A value for a sentence, on one line that no terminal obeys: its kind, or itself where it is short. */
function sayValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = printable(JSON.stringify(value) ?? typeof value);
  return text.length <= 80 ? text : `${text.slice(0, 60)}… (${text.length} characters)`;
}

export const parseBoolean: Parser<boolean> = (value, at) =>
  typeof value === "boolean" ? fits(value) : misfit({ at, expected: "true or false", value });

/** A finite number. */
export const parseNumber: Parser<number> = (value, at) =>
  typeof value === "number" && Number.isFinite(value) ? fits(value) : misfit({ at, expected: "a number", value });

/** A whole number within limits, both included. */
export function parseWholeNumber(limits: { min: number; max: number }): Parser<number> {
  return (value, at) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= limits.min && value <= limits.max
      ? fits(value)
      : misfit({ at, expected: `a whole number from ${limits.min} to ${limits.max}`, value });
}

export const parseString: Parser<string> = (value, at) =>
  typeof value === "string" ? fits(value) : misfit({ at, expected: "a string", value });

/** A string of at most `charactersMax` UTF-16 units that `pattern` fits; `expected` says in words what that is. */
export function parseText(options: { expected: string; charactersMax: number; pattern?: RegExp }): Parser<string> {
  return (value, at) => {
    if (typeof value !== "string") return misfit({ at, expected: options.expected, value });
    if (value.length > options.charactersMax) {
      const sentence = `${at}: expected at most ${options.charactersMax} characters, got ${value.length}`;
      return { ok: false, sentence };
    }
    if (options.pattern?.test(value) === false) return misfit({ at, expected: options.expected, value });
    return fits(value);
  };
}

export function parseOneOf<const T extends string>(words: readonly T[]): Parser<T> {
  return (value, at) => {
    const word = words.find((candidate) => candidate === value);
    if (word !== undefined) return fits(word);
    return misfit({ at, expected: words.map((candidate) => JSON.stringify(candidate)).join(" or "), value });
  };
}

export function parseOrNull<T>(parser: Parser<T>): Parser<T | null> {
  return (value, at) => (value === null ? fits(null) : parser(value, at));
}

export function parseListOf<T>(parser: Parser<T>, options: { itemsMax: number }): Parser<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) return misfit({ at, expected: "a list", value });
    if (value.length > options.itemsMax) {
      return { ok: false, sentence: `${at}: expected at most ${options.itemsMax} items, got ${value.length}` };
    }
    const items: T[] = [];
    for (const [index, item] of value.entries()) {
      const parsed = parser(item, `${at}[${index}]`);
      if (!parsed.ok) return parsed;
      items.push(parsed.value);
    }
    return fits(items);
  };
}

/** An object whose names are data: every value fits `parser`. */
export function parseMapOf<T>(parser: Parser<T>): Parser<Readonly<{ [name: string]: T }>> {
  return (value, at) => {
    if (!isObject(value)) return misfit({ at, expected: "an object", value });
    const entries: [string, T][] = [];
    for (const [name, item] of Object.entries(value)) {
      const parsed = parser(item, `${at}[${sayValue(name)}]`);
      if (!parsed.ok) return parsed;
      entries.push([name, parsed.value]);
    }
    return fits(Object.fromEntries(entries));
  };
}

/** Marks a field that may be left out; the answer then does not have it either. */
export interface Optional<T> {
  readonly optional: Parser<T>;
}

export function parseOptional<T>(parser: Parser<T>): Optional<T> {
  return { optional: parser };
}

export type Fields = Readonly<{ [name: string]: Parser<unknown> | Optional<unknown> }>;

export type ObjectOf<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Optional<unknown> ? never : K]: ParsedBy<F[K]>;
} & {
  readonly [K in keyof F as F[K] extends Optional<unknown> ? K : never]?: F[K] extends Optional<infer T> ? T : never;
};

/** An object with these fields. `others` says what happens to fields that are not named: a document's are left out, a request's are refused. */
export function parseObject<F extends Fields>(
  fields: F,
  options: { others: "ignored" | "refused" },
): Parser<ObjectOf<F>> {
  return (value, at) => {
    if (!isObject(value)) return misfit({ at, expected: "an object", value });
    if (options.others === "refused") {
      const other = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
      if (other !== undefined) return { ok: false, sentence: `${at}: ${sayUnknownField(other, Object.keys(fields))}` };
    }
    const entries: [string, unknown][] = [];
    for (const [name, field] of Object.entries(fields)) {
      const item = Object.hasOwn(value, name) ? value[name] : undefined;
      if (item === undefined && typeof field !== "function") continue;
      const parsed = (typeof field === "function" ? field : field.optional)(item, `${at}.${name}`);
      if (!parsed.ok) return parsed;
      entries.push([name, parsed.value]);
    }
    const object = Object.fromEntries(entries);
    invariant(hasFields(object, fields), "every field that is not optional was parsed");
    return fits(object);
  };
}

function hasFields<F extends Fields>(object: object, fields: F): object is ObjectOf<F> {
  return Object.entries(fields).every(([name, field]) => typeof field !== "function" || Object.hasOwn(object, name));
}

function sayUnknownField(name: string, known: readonly string[]): string {
  const fields = known.length === 0 ? "there are no fields" : `the fields are ${known.join(", ")}`;
  return `unknown field ${sayValue(name)}; ${fields}`;
}

/** A closed union: an object whose `kind` chooses its shape. */
export function parseKinds<T extends { readonly kind: string }>(shapes: {
  readonly [K in T["kind"]]: Parser<Extract<T, { readonly kind: K }>>;
}): Parser<T> {
  const parsers = new Map<string, Parser<T>>(Object.entries<Parser<T>>(shapes));
  return (value, at) => {
    if (!isObject(value)) return misfit({ at, expected: "an object", value });
    const kind = value["kind"];
    const parser = typeof kind === "string" ? parsers.get(kind) : undefined;
    if (parser !== undefined) return parser(value, at);
    return misfit({ at: `${at}.kind`, expected: `one of ${[...parsers.keys()].join(", ")}`, value: kind });
  };
}

export function isObject(value: unknown): value is Readonly<{ [name: string]: unknown }> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
