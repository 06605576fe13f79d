/**
 * Files that another version of failoverd wrote. The first format is version 1, and every later failoverd reads it: what lies in
 * `first-format/` was written by 0.1.0 and is never made anew. That a newer one's are left alone is the store's own test.
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../root.ts";
import { noteDown, RealDaemon } from "./real-daemon.ts";

const past = join(repositoryRoot, "test/e2e/first-format");

void test("files of the first failoverd are read, and gone on with: history, maintenance, numbers of runs", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[passive]\n{ fall 1, stale 1h }\nrole { for host1 }\nrole { for host2 }\n",
    "actions.conf": "[slave_to_master]\none\n",
    actions: { one: noteDown },
  });
  t.after(() => daemon.close());
  const folder = join(daemon.root, "var");
  mkdirSync(folder, { mode: 0o700 });
  copyFileSync(join(past, "journal.ndjson"), join(folder, "journal.ndjson"));
  copyFileSync(join(past, "table.bin"), join(folder, "table.json"));
  await daemon.start();
  const { sentence } = await daemon.entry("daemon-start", ({ pid }) => pid === daemon.pid);
  assert.match(
    sentence,
    /the state table (is \S+ \S+ old|was written in another boot of this machine), everything begins unknown/,
  );
  assert.deepEqual(
    readdirSync(folder).filter((name) => /damaged|newer/.test(name)),
    [],
  );
  assert.equal((await daemon.status()).daemon.distrust, null);
  assert.match((await daemon.ctl("history", "--run", "1")).stdout, /slave_to_master, run 1: done in/);
  assert.match((await daemon.entry("maintenance-off")).sentence, /maintenance of everything is over/, "its time is");

  await daemon.report("role", "host1", "slave");
  await daemon.report("role", "host2", "slave");
  await daemon.learned();
  await daemon.report("role", "host1", "master");
  assert.equal((await daemon.entry("run-end", ({ run }) => run === 2)).outcome, "done");
});
