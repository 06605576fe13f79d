/**
 * Every planted bug is found, within as many worlds as it may take, by an invariant that is there for it; and there is no
 * invariant that has no such bug. The table is printed.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { invariants } from "./invariants.ts";
import { planted } from "./planted/planted.ts";
import type { Found } from "./find-planted.ts";

const program = fileURLToPath(new URL("./find-planted.js", import.meta.url));

function find(names: readonly string[]): Promise<readonly Found[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--enable-source-maps", program, ...names], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.on("data", (bytes: Uint8Array) => {
      printed += new TextDecoder().decode(bytes);
    });
    child.on("error", reject);
    child.on("close", () => resolve(printed.trim().split("\n").map(parseFound)));
  });
}

/** Our own lines. */
function parseFound(line: string): Found {
  const found: Found = JSON.parse(line);
  return found;
}

void test("every planted bug is found", async (t) => {
  const names = planted.map(({ name }) => name);
  const halves = [0, 1].map((half) => find(names.filter((_, index) => index % 2 === half)));
  const found = new Map((await Promise.all(halves)).flat().map((one) => [one.name, one]));
  /** Each of them has something that it alone is there for. */
  for (const { number } of invariants)
    assert.ok(
      planted.some(({ foundBy }) => foundBy.length === 1 && foundBy[0] === number),
      `nothing is found by invariant ${number} alone`,
    );
  for (const { name, worldsMax, foundBy, sentence } of planted) {
    const one = found.get(name);
    t.diagnostic(
      `${name.padEnd(32)} world ${String(one?.world ?? "-").padStart(3)} of ${String(worldsMax).padStart(3)}, invariant ${one?.foundBy ?? "-"}: ${sentence}`,
    );
    assert.ok(one !== undefined && one.world !== null, `${name} was not found in ${worldsMax} worlds`);
    assert.ok(foundBy.includes(one.foundBy ?? -1), `${name} was found by invariant ${one.foundBy}: ${one.sentence}`);
  }
});
