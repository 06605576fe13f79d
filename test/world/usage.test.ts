/** The programs that test say what they take, and what is wrong is one line. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../root.ts";

for (const program of ["world/simulate", "demo/demo", "real/main"]) {
  void test(program, () => {
    const run = (...words: readonly string[]): readonly [number | null, string, string] => {
      const path = join(repositoryRoot, ".build/test", `${program}.js`);
      const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...words], { encoding: "utf8" });
      return [status, stdout, stderr];
    };
    const [code, usage, nothing] = run("--help");
    assert.deepEqual([code, nothing], [0, ""]);
    assert.match(usage, /^usage: npm run \S+ -- \[/);
    assert.deepEqual(run("--nonsense"), [2, "", "Unknown option '--nonsense'; --help shows what there is\n"]);
  });
}
