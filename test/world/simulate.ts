/**
 * Plays worlds: `npm run simulate -- --seed N [--seeds M] [--days D] [--verbose] [--keep-going] [--jobs J]`. One seed, or
 * many in a row; ends at the first whose promises are broken, with the seed, what was broken and what led to it, and
 * exit 1. `--seed N --days D` alone plays the same world again, to the letter.
 */
import { availableParallelism } from "node:os";
import { readOptions, refuseWords } from "../options.ts";
import { playWorld } from "./player.ts";
import { startWorker, type Worker } from "./worker.ts";
import type { Outcome } from "./world.ts";

const usage = `usage: npm run simulate -- [OPTION …]
  --seed N         the first seed (1)
  --seeds M        how many, one after the other (1)
  --days D         how long each world is played, in days of its own (1)
  --jobs J         how many processes share the seeds (one for each core)
  --verbose        print what happens
  --keep-going     go on behind a world whose promises are broken
  --no-daemon      only what befalls the world, and no daemon in it`;

const { values, positionals } = readOptions(usage, {
  seed: { type: "string", default: "1" },
  seeds: { type: "string", default: "1" },
  days: { type: "string", default: "1" },
  jobs: { type: "string", default: String(availableParallelism()) },
  verbose: { type: "boolean", default: false },
  "keep-going": { type: "boolean", default: false },
  /** What befalls the world alone, and no daemon in it. */
  "no-daemon": { type: "boolean", default: false },
  /** For workers: every so many seeds, outcomes as lines of JSON. */
  stride: { type: "string", default: "1" },
  json: { type: "boolean", default: false },
});
refuseWords(positionals);

const plan = { seed: Number(values.seed), seeds: Number(values.seeds), days: Number(values.days) };
const isDaemonless = values["no-daemon"];
const jobs = Math.min(Number(values.jobs), plan.seeds);
const sum = { worlds: 0, days: 0, turns: 0, runs: 0, lives: 0, broken: 0, lostWrites: 0, cpuSeconds: 0 };

if (jobs > 1 && !values.verbose && !values.json && !isDaemonless) await playTogether();
else await playHere();
process.exitCode = sum.broken === 0 ? 0 : 1;
if (!values.json) tellSum();

async function playHere(): Promise<void> {
  const stride = Number(values.stride);
  for (let index = 0; index < plan.seeds && (sum.broken === 0 || values["keep-going"]); index += 1) {
    const before = process.cpuUsage();
    const onLine = values.verbose ? (line: string): void => console.log(line) : (): void => {};
    const outcome = await playWorld({ seed: plan.seed + index * stride, days: plan.days, onLine, isDaemonless });
    const { user, system } = process.cpuUsage(before);
    const cpuSeconds = (user + system) / 1_000_000;
    if (values.json) console.log(JSON.stringify({ ...outcome, cpuSeconds }));
    take(outcome, cpuSeconds);
  }
}

/** Shares the seeds out among processes; the first that is broken ends them all. */
async function playTogether(): Promise<void> {
  const workers: Worker[] = [];
  for (let job = 0; job < jobs; job += 1) {
    const seeds = Math.ceil((plan.seeds - job) / jobs);
    const share = ["--seed", plan.seed + job, "--seeds", seeds, "--stride", jobs, "--days", plan.days];
    const going = values["keep-going"] ? ["--keep-going"] : [];
    const worker = startWorker(import.meta.url, [...share.map(String), ...going, "--json"], (outcome) => {
      take(outcome, outcome.cpuSeconds);
      if (outcome.failure !== null && !values["keep-going"]) for (const other of workers) other.end();
    });
    workers.push(worker);
  }
  const failures = await Promise.all(workers.map((worker) => worker.ended));
  for (const failure of failures) if (failure !== null) throw new Error(failure);
}

function take(outcome: Outcome, cpuSeconds: number): void {
  sum.worlds += 1;
  sum.days += outcome.days;
  sum.turns += outcome.turns;
  sum.runs += outcome.runs;
  sum.lives += outcome.lives;
  sum.lostWrites += outcome.lostWrites;
  sum.cpuSeconds += cpuSeconds;
  if (plan.seeds === 1 && !values.json)
    console.log(`seed ${outcome.seed} (${outcome.ruleSet}): history ${outcome.digest}`);
  if (outcome.failure === null) return;
  sum.broken += 1;
  if (!values.json) tellFailure(outcome);
}

function tellFailure({ seed, failure, ruleSet, digest }: Outcome): void {
  if (failure === null) return;
  if (!values["keep-going"] && !values.verbose) for (const line of failure.tail) console.log(line);
  console.log(`seed ${seed} (${ruleSet}, history ${digest}): ${failure.sentence}`);
  if (!values["keep-going"]) console.log(`again: npm run simulate -- --seed ${seed} --days ${plan.days} --verbose`);
}

function tellSum(): void {
  const { worlds, days, turns, runs, lives, broken, lostWrites, cpuSeconds } = sum;
  const speed = (days / cpuSeconds).toFixed(2);
  console.log(
    `${worlds} worlds, ${days.toFixed(1)} days: ${turns} turns, ${runs} runs, ${lives} lives of the daemon, ` +
      `${lostWrites} writes lost, ${broken} broken; ${speed} days a second and core`,
  );
}
