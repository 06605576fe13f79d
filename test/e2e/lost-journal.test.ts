/** The journal and the table are gone, what the runs printed is not: no run is taken for one of before. */
import assert from "node:assert/strict";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { twoSlaves } from "./two-hosts.ts";

void test("runs are numbered behind those that have left something", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none %MASTER%\n" });
  await daemon.report("role", "host1", "master");
  await daemon.entry("run-end");
  await daemon.end("SIGKILL");
  const folder = join(daemon.root, "var");
  for (const name of readdirSync(folder)) if (/^(journal|table)/.test(name)) rmSync(join(folder, name));
  writeFileSync(join(folder, "runs/1/1.log"), "of another time\n");

  await daemon.start();
  await daemon.report("role", "host1", "slave");
  await daemon.report("role", "host2", "slave");
  await daemon.learned();
  await daemon.report("role", "host2", "master");
  const end = await daemon.entry("run-end");
  assert.equal(end.run, 2, end.sentence);
  assert.equal(daemon.readFile("var/runs/1/1.log"), "of another time\n");
  assert.equal(daemon.readFile("var/runs/2/1.exit"), "0\n");
});
