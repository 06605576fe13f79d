/** The log's reader goes away, or is a terminal that somebody has stopped: failovers go on, and the end is in order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hasTerminal, runOnTerminal } from "../cli/pseudo-terminal.ts";
import { noteDown, RealDaemon } from "./real-daemon.ts";
import { twoSlaves } from "./two-hosts.ts";
import { WireClient } from "./wire-client.ts";
import { join } from "node:path";

const actionsConf = "[slave_to_master]\none\n";

void test("the reader of the log goes away: a failover goes on, and so does the daemon", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  daemon.loseLogReader();
  for (const host of ["host1", "host2"]) {
    await daemon.report("role", host, "master");
    await daemon.report("role", host, "slave");
  }
  await daemon.entry("run-end", ({ run }) => run === 2);
  assert.deepEqual(daemon.done(), ["[one]", "[one]"]);
  assert.deepEqual(await daemon.end(), { code: 0, signal: null });
});

void test("a terminal that is stopped stops nothing but what it shows", { skip: !hasTerminal }, async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[passive]\n{ fall 1, stale 1h }\nrole { for host1 }\n",
    "actions.conf": actionsConf,
    actions: { one: noteDown },
  });
  t.after(() => daemon.close());
  const terminal = runOnTerminal(["env", `E2E_ROOT=${daemon.root}`, join(daemon.root, "bin/failoverd")]);
  await terminal.until(/daemon-start: /);
  const client = await WireClient.connect(join(daemon.root, "var/failoverd.sock"));
  assert.ok(client !== null);
  terminal.type("\u0013");
  const report = async (status: string): Promise<void> => {
    const { error } = await client.ask("report", { check: "role", host: "host1", status });
    assert.equal(error, undefined);
  };
  await report("slave");
  const shown = terminal.shown().length;
  /** More than any terminal takes before it makes a writer wait. */
  for (let count = 0; count < 500; count += 1) {
    await report("master");
    await report("slave");
  }
  const { result } = await client.ask("status");
  assert.ok((result?.daemon.seq ?? 0) > 1_000);
  assert.ok(terminal.shown().length < shown + 100_000, "it was stopped");
  await daemon.until("the last of it to be done", () => Promise.resolve(daemon.done().length > 0 || null));
  terminal.type("\u0011");
  await terminal.until(/lines of the log were dropped|more sentences were left out/);
  const { result: history } = await client.ask("history", { limit: 1_000 });
  assert.deepEqual(
    history?.entries.filter(({ kind }) => kind === "stalled"),
    [],
  );
  terminal.type("\u0003");
  assert.equal(await terminal.ended(), 0);
  client.close();
});
