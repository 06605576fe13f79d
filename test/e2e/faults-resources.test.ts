/**
 * What runs out in the middle of a failover: the disk below var/, and file descriptors. The failover goes on; what cannot be
 * remembered or started is said, and made up for when there is room again.
 */
import assert from "node:assert/strict";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { noteDown, RealDaemon } from "./real-daemon.ts";
import { fill, putVarOnSmallDisk } from "./small-disk.ts";

const files = {
  "checks.conf": "[passive]\n{ fall 1, stale 1h }\nrole { for host1 }\nrole { for host2 }\n",
  "actions.conf": "[slave_to_master]\none %MASTER%\ntwo\nthree\nfour\n",
  actions: { one: noteDown, two: noteDown, three: noteDown, four: noteDown },
};

async function bothSlaves(daemon: RealDaemon): Promise<void> {
  await daemon.report("role", "host1", "slave");
  await daemon.report("role", "host2", "slave");
  await daemon.learned();
}

void test("the disk fills up in the middle of a failover, and a daemon is killed and started on the full disk: both fail over", async (t) => {
  const fillUp = `${noteDown}; cat /dev/zero >"$E2E_ROOT/var/filler" 2>/dev/null; true`;
  const daemon = new RealDaemon({ ...files, actions: { ...files.actions, two: fillUp } });
  if (!putVarOnSmallDisk(t, daemon)) return;
  await daemon.start();
  await bothSlaves(daemon);
  await daemon.report("role", "host1", "master");
  assert.equal((await daemon.entry("run-end")).outcome, "done");
  assert.deepEqual(daemon.done(), ["[one][host1]", "[two]", "[three]", "[four]"]);
  await daemon.end("SIGKILL");

  daemon.write({ actions: { two: noteDown } });
  /** An earlier failover may have used up what was reserved, too. */
  rmSync(join(daemon.root, "var/journal.reserve"), { force: true });
  fill(join(daemon.root, "var/filler"));
  await daemon.start();
  await bothSlaves(daemon);
  await daemon.report("role", "host2", "master");
  await daemon.until("the second failover", () => Promise.resolve(daemon.done().length === 8 || null));
  assert.deepEqual(daemon.done().slice(4), ["[one][host2]", "[two]", "[three]", "[four]"]);
  await daemon.until("the run to end", async () => (await daemon.status()).run === null || null);
  const { notRemembered } = (await daemon.status()).daemon;
  assert.match(notRemembered ?? "", /no space left/i);
  assert.match(daemon.stderr, /CANNOT REMEMBER: .*no space left.*; acting all the same/i);

  rmSync(join(daemon.root, "var/filler"));
  await daemon.until("all to be remembered", async () => {
    await daemon.report("role", "host2", "slave");
    return (await daemon.status()).daemon.notRemembered === null || null;
  });
  await daemon.end();
  const { stdout } = await daemon.ctl("--json", "history");
  assert.equal([...stdout.matchAll(/"kind":"run-end"/g)].length, 2, "also what could not be written then");
});

void test("file descriptors are used up (ulimit -n 64): a run that needs one waits for it, and then is done in order", async (t) => {
  const daemon = new RealDaemon({
    ...files,
    "checks.conf": `${files["checks.conf"]}[local]\n{ every 100ms, timeout 5s, fall 1 }\ncheck_host1\ncheck_host2\n`,
    "actions.conf": `${files["actions.conf"]}[any_to_critical]\nbad\n[any_to_down]\nbad\n`,
    checks: { check_host1: "echo OK", check_host2: "echo OK" },
    actions: { ...files.actions, bad: noteDown },
  });
  t.after(() => daemon.close());
  renameSync(join(daemon.root, "bin/failoverd"), join(daemon.root, "bin/failoverd-itself"));
  daemon.writeFile("bin/failoverd", '#!/bin/sh\nulimit -n 64\nexec "$0-itself" "$@"\n', 0o755);
  await daemon.start();
  await bothSlaves(daemon);

  const clients = await Promise.all(Array.from({ length: 100 }, () => daemon.connect()));
  await daemon.report("role", "host1", "master");
  await daemon.entry("step-end", ({ step }) => step === 1);
  const note = await daemon.entry("note", ({ topic }) => topic === "launcher");
  assert.match(note.sentence, /no process could be forked for the next step: .*too many open files.*; trying again/i);
  for (const client of clients) client?.close();
  assert.equal((await daemon.entry("run-end")).outcome, "done");
  assert.deepEqual(daemon.done(), ["[one][host1]", "[two]", "[three]", "[four]"]);
  await daemon.checkedAgain("check_host1");
  assert.equal(daemon.entriesOf("run-start").length, 1, "no check was called bad for it");
});
