/**
 * Safety and liveness over some hundred worlds, an hour of trouble each; and that a world is the same world wherever and
 * whenever it is played. `SEED` and `WORLDS` choose others; `npm run simulate` plays longer ones.
 *
 * Where the world or the core has changed, `UPDATE_GOLDEN=1 npm test -- world/simulate` writes golden.json anew.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../root.ts";
import { ruleSets } from "./rule-sets.ts";
import { startWorker, type Played } from "./worker.ts";

const first = Number(process.env["SEED"] ?? 1);
const worlds = Number(process.env["WORLDS"] ?? 240);
const days = 0.04;

const program = new URL("./simulate.js", import.meta.url).href;

async function play(words: readonly string[]): Promise<readonly Played[]> {
  const played: Played[] = [];
  const failure = await startWorker(program, [...words, "--json"], (outcome) => played.push(outcome)).ended;
  assert.equal(failure, null);
  return played;
}

async function playAll(seed: number, seeds: number): Promise<readonly Played[]> {
  const jobs = Math.max(1, Math.min(availableParallelism(), 4));
  const shares = Array.from({ length: jobs }, (_, job) => {
    const share = ["--seed", seed + job, "--seeds", Math.ceil((seeds - job) / jobs), "--stride", jobs, "--days", days];
    return play(share.map(String));
  });
  return (await Promise.all(shares)).flat();
}

void test(`${worlds} worlds of an hour: what is promised is kept under faults, and all is well again when they end`, async (t) => {
  const played = await playAll(first, worlds);
  for (const { seed, failure } of played) {
    if (failure === null) continue;
    assert.fail(`${failure.tail.join("\n")}\nseed ${seed}: npm run simulate -- --seed ${seed} --days ${days}`);
  }
  assert.equal(played.length, worlds);
  assert.deepEqual(new Set(played.map(({ ruleSet }) => ruleSet)).size, ruleSets.length);
  const sum = (of: (one: Played) => number): number => played.map(of).reduce((a, b) => a + b, 0);
  /** Worlds in which nothing happens would keep every promise. */
  assert.ok(sum(({ runs }) => runs) > worlds, "a world has a run or more");
  assert.ok(sum(({ lives }) => lives) > 2 * worlds, "a daemon dies more than once");
  t.diagnostic(
    `${sum(({ turns }) => turns)} turns, ${sum(({ runs }) => runs)} runs, ${sum(({ lives }) => lives)} lives`,
  );
});

void test("the same seed is the same world, to the letter, in another process", async () => {
  const seeds = ["--seed", "1", "--seeds", String(ruleSets.length), "--days", "0.02"];
  const [one, other] = await Promise.all([play(seeds), play(seeds)]);
  assert.deepEqual(
    one.map(({ seed, digest, turns }) => ({ seed, digest, turns })),
    other.map(({ seed, digest, turns }) => ({ seed, digest, turns })),
  );
  assert.equal(new Set(one.map(({ digest }) => digest)).size, ruleSets.length);
});

/**
 * On every machine and every version of Node: what befalls the worlds without a daemon, to the letter, and what a daemon
 * does in them, by the kinds of what happens and their times, because its sentences may change.
 */
void test("what befalls the worlds, and what the daemon does in them, is as it was", async () => {
  const path = join(repositoryRoot, "test/world/golden.json");
  const [empty, lived] = await Promise.all([
    play(["--seed", "1", "--seeds", String(2 * ruleSets.length), "--days", "1", "--no-daemon"]),
    play(["--seed", "1", "--seeds", String(ruleSets.length), "--days", "0.1"]),
  ]);
  const golden = {
    withoutDaemon: Object.fromEntries(empty.map(({ seed, ruleSet, digest }) => [`${seed} ${ruleSet}`, digest])),
    withDaemon: Object.fromEntries(
      lived.map(({ seed, ruleSet, turns, runs, lives, kindsDigest }) => [
        `${seed} ${ruleSet}`,
        { turns, runs, lives, kindsDigest },
      ]),
    ),
  };
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, `${JSON.stringify(golden, null, 2)}\n`);
  assert.deepEqual(golden, JSON.parse(readFileSync(path, "utf8")), "UPDATE_GOLDEN=1 if that is meant");
});
