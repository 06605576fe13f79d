/**
 * A sealed line: one JSON object on one line, whose last field is a checksum over all bytes before it:
 *
 *     {"seq":7,"at":"2026-01-05T03:12:44.120Z","kind":"learned",…,"sum":"0f3a9c41"}
 *
 * The table, and every line of the journal, is one. The seal's place and length are fixed, so it is found without reading
 * the JSON, and what was changed, torn or cut short is never read as JSON at all. All versions of our files are sealed so.
 */
import { crc32c, printChecksum } from "../base/checksum.ts";

/** `,"sum":"0f3a9c41"}` */
const sealBytes = 18;
const sealPattern = /^,"sum":"([0-9a-f]{8})"\}$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** An object with at least one field -> its sealed line, the newline included. `undefined` fields are left out, as JSON does. */
export function sealLine(fields: Readonly<{ [name: string]: unknown }>): Uint8Array {
  const body = encoder.encode(JSON.stringify(fields).slice(0, -1));
  const line = new Uint8Array(body.length + sealBytes + 1);
  line.set(body);
  line.set(encoder.encode(`,"sum":"${printChecksum(crc32c(body))}"}\n`), body.length);
  return line;
}

export type Unsealed =
  | { readonly kind: "intact"; readonly value: unknown }
  /** No seal at its end: it was cut short, or written by something else. `value`: the JSON that it is all the same, if it is. */
  | { readonly kind: "unsealed"; readonly value: unknown }
  /** Sealed, and changed since. */
  | { readonly kind: "changed" };

/** A line without its newline -> what it holds, with the field `sum`. Never throws. */
export function unsealLine(line: Uint8Array): Unsealed {
  const bodyBytes = line.length - sealBytes;
  const seal = bodyBytes > 0 ? sealPattern.exec(decodeLatin(line.subarray(bodyBytes))) : null;
  if (seal === null) return { kind: "unsealed", value: parseJson(line) };
  if (printChecksum(crc32c(line.subarray(0, bodyBytes))) !== seal[1]) return { kind: "changed" };
  const value = parseJson(line);
  return value === undefined ? { kind: "changed" } : { kind: "intact", value };
}

/** Bytes as characters, one by one: enough for the seal, and never fails. */
function decodeLatin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** `undefined` if the bytes are not UTF-8 or not JSON. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
