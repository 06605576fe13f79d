/**
 * Random and mutated bytes for everything that reads what others wrote: FUZZ_SECONDS for each (2, if nothing is said), from a
 * small corpus, by a seed that is printed. An input that breaks something is put into test/fuzz/corpus, and is a case from
 * then on: `SEED=… FUZZ_SECONDS=0 FUZZ_ONLY=socket` makes it again.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../root.ts";
import { seededRandom } from "../world/random.ts";
import { mutate } from "./mutator.ts";
import { targets, type Target } from "./targets.ts";

const seconds = Number(process.env["FUZZ_SECONDS"] ?? 2);
const firstSeed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);
const only = process.env["FUZZ_ONLY"];

/** A seed makes the input again; what is shown of it is for the eye. */
const shownMax = 2_000;

/** One input takes a millisecond; what takes so long is not linear. */
const inputMsMax = 5_000;

for (const target of targets.filter(({ name }) => only === undefined || name === only)) {
  const corpus = readCorpus(target.name);

  void test(`${target.name}: the corpus itself`, async () => {
    assert.ok(corpus.length > 0);
    for (const bytes of corpus) await tryInput(target, corpus, bytes, 1);
  });

  void test(`${target.name}: random and mutated bytes for ${seconds} s (SEED=${firstSeed})`, async () => {
    const endMs = performance.now() + seconds * 1_000;
    let seed = firstSeed;
    do {
      const bytes = mutate(seededRandom(seed), corpus, target.words);
      await tryInput(target, corpus, bytes, seed);
      seed += 1;
    } while (performance.now() < endMs);
    assert.ok(seconds === 0 || seed - firstSeed > 10 * seconds, `${seed - firstSeed} inputs`);
  });
}

async function tryInput(target: Target, corpus: readonly Uint8Array[], bytes: Uint8Array, seed: number): Promise<void> {
  const sinceMs = performance.now();
  try {
    await target.read(bytes, { random: seededRandom(seed ^ 0x5eed), corpus });
  } catch (cause) {
    const again = `SEED=${seed} FUZZ_SECONDS=0 FUZZ_ONLY=${target.name}`;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `${again}: ${message}\nthe input: ${JSON.stringify(Buffer.from(bytes).toString("latin1")).slice(0, shownMax)}`,
      {
        cause,
      },
    );
  }
  const tookMs = performance.now() - sinceMs;
  assert.ok(tookMs < inputMsMax, `SEED=${seed} took ${tookMs} ms`);
}

function readCorpus(name: string): readonly Uint8Array[] {
  const folder = join(repositoryRoot, "test/fuzz/corpus", name);
  return readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file)));
}
