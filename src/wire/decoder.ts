/**
 * Bytes -> JSON values, one a line, as they come: for both ends of a connection. Every limit is held before the line is
 * read as JSON, and whatever is wrong is one answer, after which the next line is read as if nothing had been.
 *
 * Memory: at most one line of the limit, whatever is sent and in whatever pieces.
 */
import { LineCutter } from "../base/line-cutter.ts";
import { printable } from "../base/terminal-text.ts";
import type { WireError } from "./error.ts";

export interface DecoderLimits {
  /** Without the newline. */
  readonly lineBytesMax: number;
  /** Objects and lists within one another. */
  readonly depthMax: number;
}

/** What a client may send: the longest request is a report, with some KiB of output and metrics. */
export const requestLimits: DecoderLimits = { lineBytesMax: 64 * 1024, depthMax: 16 };

/** What a client takes as an answer: a page of history, or a status of many checks. */
export const responseLimits: DecoderLimits = { lineBytesMax: 16 * 1024 * 1024, depthMax: 64 };

export type Decoded =
  { readonly kind: "value"; readonly value: unknown } | { readonly kind: "bad"; readonly error: WireError };

/** One for each connection. */
export class Decoder {
  readonly #limits: DecoderLimits;
  readonly #cutter: LineCutter;

  constructor(limits: DecoderLimits) {
    this.#limits = limits;
    this.#cutter = new LineCutter(limits.lineBytesMax);
  }

  /** A line has begun and is not finished: what a client that is slow, or gone, leaves. */
  get isInLine(): boolean {
    return this.#cutter.isInLine;
  }

  /** Takes the next bytes and yields what is complete with them. To be iterated to its end. Blank lines are passed over. */
  *push(chunk: Uint8Array): Generator<Decoded, void> {
    for (const line of this.#cutter.push(chunk)) {
      if (line.kind === "too-long") {
        yield bad(`the line is longer than ${this.#limits.lineBytesMax} bytes, and is passed over to its end`);
      } else if (!isBlank(line.bytes)) {
        yield decodeLine(line.bytes, this.#limits.depthMax);
      }
    }
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function decodeLine(bytes: Uint8Array, depthMax: number): Decoded {
  if (bytes.includes(0)) return bad("the line holds a NUL byte");
  if (depthOf(bytes) > depthMax) return bad(`the line is nested more than ${depthMax} deep`);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return bad("the line is not UTF-8");
  }
  try {
    const value: unknown = JSON.parse(text);
    return { kind: "value", value };
  } catch {
    return bad(`the line is not JSON: it begins with ${printable(JSON.stringify(text.slice(0, 40)))}`);
  }
}

function bad(message: string): Decoded {
  return { kind: "bad", error: { name: "parse", message } };
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

/** How deep brackets outside of strings are nested; right for JSON, and of no meaning for what is none. */
function depthOf(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (isInString) {
      if (byte === backslash) at += 1;
      else if (byte === quote) isInString = false;
    } else if (byte === quote) isInString = true;
    else if (byte === openBrace || byte === openBracket) deepest = Math.max(deepest, (depth += 1));
    else if (byte === closeBrace || byte === closeBracket) depth -= 1;
  }
  return deepest;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
