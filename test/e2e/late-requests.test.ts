/**
 * What was asked of a daemon that was stopped, by somebody who has given up since: people have been told that it does not answer,
 * so it must not be done later.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { connectDaemon } from "../../src/cli/client.ts";
import { realClock } from "../../src/host/clock.ts";
import type { RealDaemon } from "./real-daemon.ts";
import { twoSlaves } from "./two-hosts.ts";

const actionsConf = "[slave_to_master]\none\n";

void test("a daemon that was stopped does not do what it was asked for when whoever asked has given up", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  daemon.kill("SIGSTOP");
  const connection = await connectDaemon([join(daemon.root, "var/failoverd.sock")], 200);
  assert.ok(connection.kind === "connected");
  const lost = await connection.client.ask("maintenance", { on: true, scope: "*" });
  assert.ok(lost.kind === "lost");
  assert.match(lost.sentence, /is there but does not answer within 200 ms: .*; it will not begin with what it was/);
  assert.match(lost.next ?? "", new RegExp(`\`kill -CONT ${daemon.pid}\` lets it go on`));
  daemon.kill("SIGCONT");
  const later = await daemon.ctl("maintenance", "off");
  assert.match(later.stderr, /there is no maintenance of everything/);
  assert.deepEqual(daemon.entriesOf("maintenance-on"), []);
});

void test("what is asked on the wire with a time that is over is refused, and with one to come, or none, it is done", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const nowMs = realClock.bootMs();
  assert.deepEqual(await ask(daemon, "maintenance", { on: true, scope: "*" }, nowMs - 1), {
    code: -32_004,
    message: "its turn came when whoever asked had given up: nothing was done",
  });
  assert.equal((await ask(daemon, "reload", {}, nowMs - 1))?.code, -32_004);
  assert.deepEqual(daemon.entriesOf("maintenance-on"), []);
  assert.equal((await daemon.status()).daemon.configuration.generation, 1, "nothing was reloaded");
  assert.equal(await ask(daemon, "maintenance", { on: true, scope: "*" }, nowMs + 60_000), undefined);
  assert.equal(await ask(daemon, "maintenance", { on: false, scope: "*" }, null), undefined);
  await daemon.entry("maintenance-off");
});

void test("a daemon that hangs: history reads its files, a change will not be done, and both say what to do", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  daemon.kill("SIGSTOP");
  const [history, change] = await Promise.all([
    daemon.ctl("history", "--limit", "1"),
    daemon.ctl("maintenance", "on", "--for", "1h"),
  ]);
  daemon.kill("SIGCONT");
  const whatToDo = new RegExp(`\\\`ps -o stat,wchan:30 -p ${daemon.pid}\\\` says what it waits for`);
  assert.equal(history.code, 0);
  assert.match(history.stdout, / learned /);
  assert.match(history.stderr, whatToDo);
  assert.match(history.stderr, /; this is what its journal says\n$/);
  assert.equal(change.code, 3);
  assert.match(change.stderr, whatToDo);
  assert.match((await daemon.ctl("maintenance")).stdout, /^nothing is in maintenance\n$/);
  assert.deepEqual(daemon.entriesOf("maintenance-on"), []);
});

/** The error that it is answered with, if it is. */
async function ask(
  daemon: RealDaemon,
  method: string,
  params: object,
  expiresAtBootMs: number | null,
): Promise<{ readonly code: number; readonly message: string } | undefined> {
  const until = expiresAtBootMs === null ? {} : { expiresAtBootMs };
  const client = await daemon.connect();
  assert.ok(client !== null);
  const answer = await client.say(`${JSON.stringify({ jsonrpc: "2.0", id: "x", method, params, ...until })}\n`);
  client.close();
  return answer.error;
}
