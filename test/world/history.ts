/**
 * The history of a world: a line for everything that happens in it, kept as a hash, which says whether two are the same,
 * and a tail, which says what led to the end.
 */
import { createHash } from "node:crypto";
import type { Happening } from "./happening.ts";

/** Enough to see the last failover and what came before it. */
const tailLinesMax = 120;

export class History {
  readonly #hash = createHash("sha256");
  readonly #tail: string[] = [];
  readonly #onLine: (line: string) => void;
  lines = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  add(atMs: number, text: string): void {
    const line = `${printWorldTime(atMs)} ${text}`;
    this.#hash.update(line).update("\n");
    this.#tail.push(line);
    if (this.#tail.length > 2 * tailLinesMax) this.#tail.splice(0, tailLinesMax);
    this.lines += 1;
    this.#onLine(line);
  }

  tail(): readonly string[] {
    return this.#tail.slice(-tailLinesMax);
  }

  /** Ends it: 16 hexadecimal digits. */
  digest(): string {
    return this.#hash.digest("hex").slice(0, 16);
  }
}

/** When what kind of thing happened: the same whatever words it was told in. */
export class KindsDigest {
  readonly #hash = createHash("sha256");

  take(happening: Happening, atMs: number): void {
    if (happening.kind === "turn" || happening.kind === "said" || happening.kind === "look") return;
    const kind = happening.kind === "entry" ? happening.entry.kind : happening.kind;
    this.#hash.update(`${atMs} ${kind}\n`);
  }

  /** Ends it: 16 hexadecimal digits. */
  digest(): string {
    return this.#hash.digest("hex").slice(0, 16);
  }
}

/** `0 03:12:44.120`: day and time of the world. */
function printWorldTime(atMs: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const seconds = Math.floor(atMs / 1_000);
  const time = `${two(Math.floor(seconds / 3_600) % 24)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${Math.floor(seconds / 86_400)} ${time}.${String(atMs % 1_000).padStart(3, "0")}`;
}
