/**
 * Looks for planted bugs: `node .build/test/world/find-planted.js [NAME…]`. Plays worlds until an invariant finds each; one
 * line of JSON a bug.
 */
import { planted } from "./planted.ts";
import { playWorld } from "./player.ts";

/** Long enough for some failovers. */
const days = 0.1;

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
  for (let seed = 1; seed <= bug.worldsMax && found.world === null; seed += 1) {
    const { failure } = await playWorld({ seed, days, spoilt: bug.spoil() });
    if (failure !== null) found = { ...found, world: seed, foundBy: failure.number, sentence: failure.sentence };
  }
  console.log(JSON.stringify(found));
}
