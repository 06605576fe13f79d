/**
 * Looks for planted bugs: `node .build/test/world/find-planted.js [NAME…]`. Plays worlds until an invariant finds each; one
 * line of JSON a bug.
 */
import { planted } from "./planted/planted.ts";
import { playWorld } from "./player.ts";
import { ruleSets } from "./rule-sets.ts";

/** Long enough for some failovers. */
const days = 0.08;

export interface Found {
  readonly name: string;
  /** Null: not found in as many worlds as it may take. */
  readonly world: number | null;
  readonly foundBy: number | null;
  readonly sentence: string;
}

const names = process.argv.slice(2);
for (const bug of planted) {
  if (names.length > 0 && !names.includes(bug.name)) continue;
  let found: Found = { name: bug.name, world: null, foundBy: null, sentence: "" };
  const at = ruleSets.findIndex((ruleSet) => ruleSet.name === bug.ruleSet);
  for (let world = 1; world <= bug.worldsMax && found.world === null; world += 1) {
    const seed = at < 0 ? world : world * ruleSets.length + at;
    const { failure } = await playWorld({
      seed,
      days,
      spoilt: bug.spoil(),
      ...(bug.trouble === undefined ? {} : { trouble: bug.trouble }),
    });
    if (failure !== null) found = { ...found, world, foundBy: failure.number, sentence: failure.sentence };
  }
  const cpuMs = Math.round(process.cpuUsage().user / 1_000);
  console.log(JSON.stringify({ ...found, cpuMs }));
}
