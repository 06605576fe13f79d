/**
 * Fields of a JSON object that a stranger wrote, taken one by one with the type that is wanted. What is wrong becomes a
 * complaint that says what was expected and what was found; reading goes on with the value that an absent field has, so
 * that the reader is written as if all were well. Whoever asked looks at the complaints at the end.
 */
import { cleanLine, cutText } from "./text.ts";

/** A type by what a person would call it, and how to see that a value is of it. `undefined`: it is not. */
export interface Kind<T> {
  readonly expected: string;
  readonly read: (value: unknown) => T | undefined;
}

export type Complain = (sentence: string) => void;

/** The fields of an object, also of one with a field `__proto__`; `null` if the value is none. */
export function readFields(value: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return new Map<string, unknown>(Object.entries(value));
}

/** The field `name`, of a kind; `absent` if it is not there, or null, or (with a complaint) of another kind. */
export function takeField<T>(
  fields: ReadonlyMap<string, unknown>,
  name: string,
  { kind, absent, complain }: { readonly kind: Kind<T>; readonly absent: T; readonly complain: Complain },
): T {
  const found = fields.get(name);
  if (found === undefined || found === null) return absent;
  const value = kind.read(found);
  if (value !== undefined) return value;
  complain(`"${name}" is ${sayFound(found)}, expected ${kind.expected}`);
  return absent;
}

/** The same for a field that must be there. */
export function takeRequired<T>(
  fields: ReadonlyMap<string, unknown>,
  name: string,
  options: { readonly kind: Kind<T>; readonly absent: T; readonly complain: Complain },
): T {
  const found = fields.get(name);
  const isThere = found !== undefined && found !== null;
  if (!isThere) options.complain(`"${name}" is ${sayFound(found)}, expected ${options.kind.expected}`);
  return takeField(fields, name, options);
}

/** A value for a complaint: short, on one line, and never with a control character in it. */
export function sayFound(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (typeof value === "string") return JSON.stringify(cleanLine(cutText(value, 40)));
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return "an object";
}
