/**
 * `npm run test:real [-- --runs N] [CASE …]`: plays the cases (all, or those whose names hold one of the words), several times
 * each, and prints what they took, and what the first run of each had to say. Exit code 1 if anything was not as it has to be.
 */
import { readOptions } from "../options.ts";
import { skipWithoutLab } from "./needs.ts";
import { allCases, play } from "./played.ts";
import type { Measured } from "./scene.ts";
import { tableOf, type Row } from "./table.ts";

const usage = `usage: npm run test:real -- [--runs N] [WORD …]
  --runs N   how often each case is played (5)
  WORD       only cases with that in their name`;

const { values, positionals } = readOptions(usage, { runs: { type: "string", default: "5" } });
const runs = Number(values.runs);
const asked = allCases.filter(({ service, name }) => {
  const whole = `${service} ${name}`;
  return positionals.length === 0 || positionals.some((word) => whole.includes(word));
});
const reason = skipWithoutLab();
if (reason !== false) console.log(`skipped: ${reason}`);
else process.exit(await playAll());

async function playAll(): Promise<number> {
  const startedMs = performance.now();
  const rows: Row[] = [];
  const remarks: string[] = [];
  const failures: string[] = [];
  for (const one of asked) {
    const name = `${one.service} ${one.name}`;
    const measured: Measured[] = [];
    for (let run = 1; run <= runs; run += 1) {
      process.stderr.write(`${name} ${run}/${runs}\n`);
      try {
        const played = await play(one);
        measured.push(played.measured);
        if (run === 1) remarks.push(...played.remarks.map((remark) => `${name}: ${remark}`));
      } catch (error) {
        failures.push(`${name} ${run}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (measured.length > 0) rows.push({ name, runs: measured });
  }
  for (const line of [...tableOf(rows), "", ...remarks]) console.log(line);
  for (const failure of failures) console.error(`\nFAILED ${failure}`);
  console.log(
    `\n${runs * asked.length} runs, ${failures.length} failed, in ${Math.round((performance.now() - startedMs) / 1_000)} s`,
  );
  return failures.length === 0 ? 0 : 1;
}
