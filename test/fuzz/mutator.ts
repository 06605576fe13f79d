/**
 * Bytes that are almost right: a piece of the corpus with a few things done to it that break parsers. All chance comes from
 * the seeded generator, so a seed is an input.
 */
import type { Random } from "../world/random.ts";

/** Longer inputs say nothing that shorter ones do not, and cost time. This is longer than a request may be. */
const inputBytesMax = 80 * 1024;

const changesMax = 6;

/** Numbers at the edges of what numbers can be, and what text and terminals stumble over. */
const awkward = [
  "",
  "0",
  "-1",
  "9007199254740993",
  "1e999",
  "-0",
  "NaN",
  "null",
  "true",
  "[]",
  "{}",
  '""',
  "\n",
  "\r\n",
  "\0",
  "\u001b[31m",
  "\ud83e\uddad",
  "\u202e",
  "__proto__",
  "constructor",
].map((text) => new TextEncoder().encode(text));

/** `words`: what the input's own language is made of. */
export function mutate(
  random: Random,
  corpus: readonly Uint8Array[],
  words: readonly string[],
): Uint8Array<ArrayBuffer> {
  let bytes = Buffer.from(random.chance(0.02) ? noise(random) : pick(random, corpus));
  const changes = 1 + random.below(changesMax);
  for (let count = 0; count < changes; count += 1) {
    bytes = Buffer.from(change(random, bytes, { corpus, words }));
    if (bytes.length > inputBytesMax) bytes = bytes.subarray(0, inputBytesMax);
  }
  return Uint8Array.from(bytes);
}

function change(
  random: Random,
  bytes: Uint8Array,
  from: { readonly corpus: readonly Uint8Array[]; readonly words: readonly string[] },
): Uint8Array {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + random.below(random.chance(0.8) ? 16 : bytes.length + 1));
  const piece = bytes.subarray(at, end);
  switch (random.below(8)) {
    case 0: {
      const flipped = Uint8Array.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
      return flipped;
    }
    case 1:
      return put(bytes, at, end, new Uint8Array(0));
    case 2:
      return put(bytes, at, at, piece);
    case 3:
      return put(bytes, at, end, pick(random, awkward));
    case 4:
      return put(bytes, at, random.chance(0.5) ? at : end, new TextEncoder().encode(pick(random, from.words)));
    case 5: {
      const other = pick(random, from.corpus);
      const start = random.below(other.length + 1);
      return put(bytes, at, end, other.subarray(start, start + random.below(other.length - start + 1)));
    }
    case 6:
      return bytes.subarray(0, at);
    default:
      return put(bytes, at, at, Buffer.alloc(1 + random.below(random.chance(0.9) ? 64 : 20_000), piece.at(0) ?? 0x5b));
  }
}

/** What is in a JSON document where it should not be. */
const awkwardValues: readonly unknown[] = [null, -1, 0, 1.5, 2 ** 53, "", "x", "__proto__", true, [], [null], {}];

/** A document with one value in it, at any depth, replaced or left out. */
export function spoil(random: Random, value: unknown): unknown {
  if (typeof value !== "object" || value === null || random.chance(0.3)) return pick(random, awkwardValues);
  const entries = Object.entries(value);
  const at = random.below(entries.length + 1);
  const spoilt = entries.flatMap(([name, item], index): [string, unknown][] =>
    index !== at ? [[name, item]] : random.chance(0.2) ? [] : [[name, spoil(random, item)]],
  );
  return Array.isArray(value) ? spoilt.map(([, item]) => item) : Object.fromEntries(spoilt);
}

function put(bytes: Uint8Array, at: number, end: number, instead: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, at), instead, bytes.subarray(end)]);
}

function noise(random: Random): Uint8Array {
  return Uint8Array.from({ length: random.below(400) }, () => random.below(256));
}

export function pick<T>(random: Random, from: readonly T[]): T {
  const picked = from[random.below(from.length)];
  if (picked === undefined) throw new Error("there is nothing to pick from");
  return picked;
}
