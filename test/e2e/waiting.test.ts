/** Whoever waits for a run, and does not see its end: what it is that goes on, and how to see and end it. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { RealDaemon } from "./real-daemon.ts";
import { twoSlaves } from "./two-hosts.ts";

/** `run` under `--wait`, which has shown that the step runs. */
async function waiting(t: TestContext): Promise<{ daemon: RealDaemon; ctl: ChildProcess; said: () => string }> {
  const daemon = await twoSlaves(t, {
    actionsConf: "[slave_to_master]\none\n",
    scripts: { one: `while [ ! -e "$E2E_ROOT/go" ]; do sleep 0.02; done` },
  });
  const words = ["run", "slave_to_master", "--yes", "--wait"];
  const ctl = spawn(join(daemon.root, "bin/failoverctl"), words, { stdio: ["ignore", "pipe", "pipe"] });
  let shown = "";
  let said = "";
  ctl.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
  ctl.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  await daemon.until("the step to be shown", () => Promise.resolve(/ step-start /.test(shown) || null));
  return { daemon, ctl, said: () => said };
}

void test("Ctrl-C under --wait ends the waiting, not the run, and says so", async (t) => {
  const { daemon, ctl, said } = await waiting(t);
  ctl.kill("SIGINT");
  assert.deepEqual(await once(ctl, "close"), [130, null]);
  assert.equal(
    said(),
    "failoverctl: run 1 goes on; `failoverctl abandon 1` ends it; `failoverctl history --run 1 --follow` shows it\n",
  );
  const unnamed = await daemon.ctl("abandon");
  assert.equal(unnamed.code, 2);
  assert.match(
    unnamed.stderr,
    /^failoverctl: RUN is the number .*; in progress is run 1 of slave_to_master \(running\)\n$/,
  );
  daemon.writeFile("go", "");
  assert.equal((await daemon.entry("run-end")).outcome, "done");
  assert.match((await daemon.ctl("resume")).stderr, /; no run is in progress\n$/);
});

void test("a daemon that is killed under --wait: the run was started, and 1 says that its end is not known", async (t) => {
  const { daemon, ctl, said } = await waiting(t);
  const closed = once(ctl, "close");
  await daemon.end("SIGKILL");
  assert.deepEqual(await closed, [1, null]);
  assert.match(
    said(),
    /; run 1 was started, and the daemon, or the next one, goes on with it: `failoverctl history --run 1`/,
  );
  daemon.writeFile("go", "");
  await daemon.start();
  assert.equal((await daemon.entry("run-end")).run, 1);
});
