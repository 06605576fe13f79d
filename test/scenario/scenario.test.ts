/**
 * Golden histories: what the daemon does, decides and says in each situation, to the letter. `UPDATE_GOLDEN=1` writes
 * them anew; the difference is then read as if by whoever is on call.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../root.ts";
import { checkInvariants } from "./invariants.ts";
import { readScenario, writeGolden } from "./scenario-file.ts";
import { ScenarioRunner } from "./scenario-runner.ts";

const folder = join(repositoryRoot, "test/scenario");
const isUpdating = process.env["UPDATE_GOLDEN"] === "1";

for (const file of readdirSync(folder).filter((name) => name.endsWith(".txt"))) {
  void test(`the history of ${file.replace(".txt", "")}`, () => {
    const path = join(folder, file);
    const scenario = readScenario(path);
    const history = new ScenarioRunner(checkInvariants()).play(scenario.lines);
    if (isUpdating) writeGolden(path, scenario, history);
    else assert.equal(history, scenario.golden);
  });
}
