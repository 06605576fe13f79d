/**
 * var/ is removed under a daemon that runs: by a tidy colleague, a cleaner of temporary files, an unmount. Nothing fires
 * for it, the failover goes on, the folder is made again with all that is in it, and that is said.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isAlive } from "../host/proc.ts";
import { noteDown, RealDaemon, runProgram } from "./real-daemon.ts";
import { twoSlaves } from "./two-hosts.ts";

const removals: readonly { readonly name: string; readonly said: RegExp; readonly remove: (folder: string) => void }[] =
  [
    {
      name: "the folder",
      said: /var(\/journal\.ndjson)? was removed/,
      remove: removeFolder,
    },
    {
      name: "all that is in it",
      said: /var\/journal\.ndjson was removed/,
      remove: (folder) =>
        readdirSync(folder).forEach((name) => rmSync(join(folder, name), { recursive: true, force: true })),
    },
  ];

for (const { name, said, remove } of removals) {
  void test(`the state folder is removed while the daemon runs (${name}): no failover for it, and one in spite of it`, async (t) => {
    const daemon = new RealDaemon({
      "checks.conf": "[local]\n{ every 50ms, timeout 5s, fall 1 }\ncheck_host1\ncheck_host2\n",
      "actions.conf":
        "[slave_to_master]\none %MASTER%\ntwo\n[any_to_critical]\nbad\n[any_to_down]\nbad\n[any_to_ok]\nbad\n",
      checks: { check_host1: `cat "$E2E_ROOT/host1"`, check_host2: `cat "$E2E_ROOT/host2"` },
      actions: { one: noteDown, two: noteDown, bad: noteDown },
    });
    t.after(() => daemon.close());
    const folder = join(daemon.root, "var");
    daemon.writeFile("host1", "MASTER");
    daemon.writeFile("host2", "SLAVE");
    await daemon.start();
    await daemon.learned();

    remove(folder);
    const { sentence } = await daemon.entry("note", ({ topic }) => topic === "var");
    assert.match(sentence, said);
    assert.match(sentence, /was removed while failoverd runs.*made again.*what was written before is lost/);
    await daemon.check("check_host1", "is master", ({ status }) => status === "master");
    await daemon.check("check_host2", "is slave", ({ status }) => status === "slave");
    await Promise.all([daemon.checkedAgain("check_host1"), daemon.checkedAgain("check_host2")]);
    assert.deepEqual(daemon.done(), [], "nothing fires for it");
    assert.equal(statSync(folder).mode & 0o777, 0o700);

    daemon.writeFile("host1", "SLAVE");
    daemon.writeFile("host2", "MASTER");
    assert.equal((await daemon.entry("run-end")).outcome, "done");
    assert.deepEqual(daemon.done(), ["[one][host2]", "[two]"]);
    assert.equal(daemon.readFile("var/runs/1/1.exit"), "0\n");
    await daemon.until("failoverctl to find the daemon", async () =>
      (await daemon.ctl("status")).code === 0 ? 0 : null,
    );
    const second = await runProgram(join(daemon.root, "bin/failoverd"), []);
    assert.equal(second.code, 4, second.stderr);

    const last = daemon.entriesOf("run-end").at(-1)?.seq ?? 0;
    await daemon.tableSaved();
    await daemon.end("SIGKILL");
    await daemon.start();
    const restarted = await daemon.entry("daemon-start", ({ pid }) => pid === daemon.pid);
    assert.ok(restarted.isRestored && restarted.seq > last, restarted.sentence);
    assert.equal((await daemon.status()).daemon.distrust, null);
    await daemon.learned();
    await Promise.all([daemon.checkedAgain("check_host1"), daemon.checkedAgain("check_host2")]);
    assert.deepEqual(daemon.done(), ["[one][host2]", "[two]"]);
  });
}

void test("the folder is removed and cannot be made again: that is said, the failover goes on, and it is made when it can be", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\ntwo\n" });
  const folder = join(daemon.root, "var");
  renameSync(folder, `${folder}.away`);
  writeFileSync(folder, "of a tidy colleague");
  for (const said of [
    /var cannot be made again: .*not a directory.*; acting all the same/,
    /CANNOT REMEMBER: .*; acting all the same/,
  ])
    await daemon.until(`${said} to be said`, () => Promise.resolve(said.test(daemon.stderr) || null));
  /** Who is connected still is. */
  await daemon.report("role", "host1", "master");
  assert.equal((await daemon.entry("run-end")).outcome, "done");
  assert.deepEqual(daemon.done(), ["[one]", "[two]"]);

  rmSync(folder);
  await daemon.until("failoverctl to find the daemon", async () =>
    (await daemon.ctl("status")).code === 0 ? 0 : null,
  );
  await daemon.until("the run to be remembered", async () =>
    (await daemon.ctl("--json", "history")).stdout.includes('"kind":"run-end"') ? 0 : null,
  );
  assert.equal((await daemon.status()).daemon.notRemembered, null);
});

void test("the folder is removed, and another daemon is started on it meanwhile: the first one ends and says why", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\n" });
  const first = daemon.pid;
  daemon.kill("SIGSTOP");
  removeFolder(join(daemon.root, "var"));
  const second = spawn(join(daemon.root, "bin/failoverd"), {
    stdio: "ignore",
    env: { ...process.env, E2E_ROOT: daemon.root },
  });
  await daemon.until("the second to answer", async () => {
    const client = await daemon.connect();
    const answer = await client?.ask("status").catch(() => null);
    client?.close();
    return answer?.result?.daemon.pid === second.pid || null;
  });
  daemon.kill("SIGCONT");
  assert.deepEqual(await daemon.ended(), { code: 4, signal: null });
  assert.match(daemon.stderr, new RegExp(`another failoverd \\(pid ${second.pid}\\) runs on it by now: this one ends`));
  const { stdout } = await daemon.ctl("--json", "status");
  assert.match(stdout, new RegExp(`"pid": ?${second.pid}\\b`));
  assert.ok(!isAlive(first));
});

/** Out of the way first: who uses it goes on writing, and a folder that is written to is not to be emptied. */
function removeFolder(folder: string): void {
  renameSync(folder, `${folder}.removed`);
  rmSync(`${folder}.removed`, { recursive: true });
}
