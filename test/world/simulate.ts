/**
 * Plays worlds: `node .build/test/world/simulate.js --seed N [--seeds M] [--days D] [--verbose]`. One seed, or many in a row;
 * ends at the first whose promises are broken, with the seed, what was broken and what led to it, and exit 1.
 */
import { parseArgs } from "node:util";
import { playWorld } from "./player.ts";
import type { Outcome } from "./world.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    days: { type: "string", default: "1" },
    step: { type: "string", default: "1" },
    verbose: { type: "boolean", default: false },
    "keep-going": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const first = Number(values.seed);
const count = Number(values.seeds);
const days = Number(values.days);
const stride = Number(values.step);

const beganAt = process.cpuUsage();
let failures = 0;
let turns = 0;
let runs = 0;
let lives = 0;
let played = 0;
for (let index = 0; index < count; index += 1) {
  const seed = first + index * stride;
  const onLine = values.verbose ? (line: string): void => console.log(line) : (): void => {};
  const outcome = await playWorld({ seed, days, onLine });
  played += 1;
  turns += outcome.turns;
  runs += outcome.runs;
  lives += outcome.lives;
  if (values.json) console.log(JSON.stringify(outcome));
  if (outcome.failure === null) continue;
  failures += 1;
  if (!values.json) tellFailure(outcome);
  if (!values["keep-going"]) break;
}
const used = process.cpuUsage(beganAt);
const seconds = (used.user + used.system) / 1_000_000;
if (!values.json) {
  const sum = `${played} worlds of ${days} days: ${turns} turns, ${runs} runs, ${lives} lives of the daemon, ${failures} broken`;
  console.log(`${sum}; ${((played * days) / seconds).toFixed(2)} days a second of CPU`);
}
process.exitCode = failures === 0 ? 0 : 1;

function tellFailure({ seed, failure, ruleSet, digest }: Outcome): void {
  if (failure === null) return;
  if (!values["keep-going"] && !values.verbose) for (const line of failure.tail) console.log(line);
  console.log(`seed ${seed} (${ruleSet}, history ${digest}): ${failure.sentence}`);
}
