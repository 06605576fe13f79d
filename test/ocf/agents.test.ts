/**
 * Real resource agents under a real daemon, as checks and as actions: what they answer becomes a status, what they remember
 * in the cluster is remembered for them, and how their actions end is said in OCF's words and in their own.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { skipWithout } from "../checks/needs.ts";
import { RealDaemon, type EntryOf } from "../e2e/real-daemon.ts";

const skip = skipWithout({
  programs: {
    "/usr/lib/ocf/resource.d/pacemaker/Stateful": "pacemaker-resource-agents",
    "/usr/lib/ocf/resource.d/heartbeat/Dummy": "resource-agents",
    "/usr/sbin/fence_dummy": "fence-agents",
  },
});

/** STATE is a file of this test's own; the agent keeps in it what it is. */
const checksConf = (root: string): string => `[local]
{ every 200ms, timeout 5s, stale 20s, rise 1, fall 1 }
ocf:pacemaker:Stateful state=${root}/db.state  { as db }
ocf:heartbeat:Dummy state=${root}/app.state    { as app, advisory }
`;

async function withDaemon(
  actionsConf: (root: string) => string,
  live: (daemon: RealDaemon) => Promise<void>,
): Promise<void> {
  const daemon = new RealDaemon({});
  daemon.write({ "checks.conf": checksConf(daemon.root), "actions.conf": actionsConf(daemon.root) });
  try {
    await daemon.start({ words: ["--name", "host1"] });
    await daemon.learned();
    await live(daemon);
  } finally {
    await daemon.close();
  }
}

/** Runs a rule by hand and waits for its end. */
async function run(daemon: RealDaemon, rule: string): Promise<EntryOf<"run-end">> {
  const fromSeq = (daemon.entries.at(-1)?.seq ?? 0) + 1;
  const { error } = await daemon.client.ask("run", { rule, isDryRun: false });
  assert.equal(error, undefined);
  return daemon.entry("run-end", (entry) => entry.rule === rule, fromSeq);
}

const stepsOf = (daemon: RealDaemon, runNumber: number): readonly string[] =>
  daemon
    .entriesOf("step-end")
    .filter((entry) => entry.run === runNumber)
    .map(
      ({ command, outcome, next }) =>
        `${command.join(" ").replaceAll(daemon.root, "ROOT")}: ${outcome.kind === "exited" ? outcome.code : outcome.kind}, ${next}`,
    );

const statusOf = async (daemon: RealDaemon, name: string): Promise<string | undefined> =>
  (await daemon.status()).checks.find(({ check }) => check === name)?.status;

/** The attributes that agents have set, with their lifetime: name -> value. */
function attributesOf(daemon: RealDaemon, lifetime: string): Readonly<Record<string, string>> {
  const folder = join(daemon.root, "var/ocf", lifetime);
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8").trim()]));
}

void test("an agent's whole life: down, slave, master, slave, down", { skip }, async () => {
  const rules = (root: string): string => {
    const agent = (action: string): string => `ocf:pacemaker:Stateful ${action} state=${root}/db.state`;
    return `[rule up]
when db is down
${agent("start")}
${agent("notify")} notify_delay=0 CRM_meta_notify_promote_uname=%LOCAL%
${agent("promote")}  { expect db is master within 20s }
${agent("monitor")}
[rule back]
when db is critical
${agent("demote")}   { expect db is slave within 20s }
${agent("monitor")}
[rule off]
when db is critical
${agent("stop")}     { expect db is down within 20s }
`;
  };
  await withDaemon(rules, async (daemon) => {
    const up = await daemon.entry("run-end", ({ rule }) => rule === "up");
    assert.equal(up.outcome, "done", up.sentence);
    assert.deepEqual(stepsOf(daemon, up.run), [
      "ocf:pacemaker:Stateful start state=ROOT/db.state: 0, done",
      "ocf:pacemaker:Stateful notify state=ROOT/db.state notify_delay=0: 0, done",
      "ocf:pacemaker:Stateful promote state=ROOT/db.state: 0, expect",
      "ocf:pacemaker:Stateful monitor state=ROOT/db.state: 8, done",
    ]);
    /** The check of the host that it is on, and its promotion score, as the agent told the cluster. */
    assert.deepEqual(
      (await daemon.status()).hosts.map(({ host, status, role }) => [host, status, role]),
      [["host1", "master", "master"]],
    );
    assert.deepEqual(attributesOf(daemon, "reboot"), { "nodes,host1,master-db": "10" });
    assert.equal(statSync(join(daemon.root, "var/ocf")).mode & 0o777, 0o700);

    const back = await run(daemon, "back");
    assert.equal(back.outcome, "done", back.sentence);
    assert.deepEqual(stepsOf(daemon, back.run), [
      "ocf:pacemaker:Stateful demote state=ROOT/db.state: 0, expect",
      "ocf:pacemaker:Stateful monitor state=ROOT/db.state: 0, done",
    ]);
    assert.deepEqual(attributesOf(daemon, "reboot"), { "nodes,host1,master-db": "5" });
    /** Or it would be started again at once. */
    assert.equal((await daemon.ctl("maintenance", "on", "up")).code, 0);
    const off = await run(daemon, "off");
    assert.equal(off.outcome, "done", off.sentence);
    /** A check that was under way may have told the score once more behind the stop; none is, once it is seen as down. */
    const again = await run(daemon, "off");
    assert.equal(again.outcome, "done", again.sentence);
    assert.deepEqual(attributesOf(daemon, "reboot"), {});
    /** No agent missed a tool of the cluster. */
    const printed = daemon.entriesOf("step-end").map(({ output }) => output);
    assert.deepEqual(
      printed.filter((output) => /crm_|not found/.test(output)),
      [],
    );
  });
});

void test("an agent that cannot be promoted is ok, not slave", { skip }, async () => {
  const rules = (root: string): string => `[rule app_up]
when app is down
ocf:heartbeat:Dummy start state=${root}/app.state   { expect app is ok within 20s }
[rule app_off]
when app is critical
ocf:heartbeat:Dummy stop state=${root}/app.state
ocf:heartbeat:Dummy stop state=${root}/app.state
`;
  await withDaemon(rules, async (daemon) => {
    const up = await daemon.entry("run-end", ({ rule }) => rule === "app_up");
    assert.equal(up.outcome, "done", up.sentence);
    assert.equal(await statusOf(daemon, "app"), "ok");
    const off = await run(daemon, "app_off");
    assert.deepEqual(stepsOf(daemon, off.run), [
      "ocf:heartbeat:Dummy stop state=ROOT/app.state: 0, done",
      "ocf:heartbeat:Dummy stop state=ROOT/app.state: 0, done",
    ]);
  });
});

void test(
  "a stop that fails leaves the state unknown: nothing after it runs, and [on_failure] can fence",
  { skip },
  async () => {
    const rules = (root: string): string => `[rule take_off]
when db is critical
ocf:pacemaker:Stateful stop state=${root}/db.state
ocf:heartbeat:Dummy start state=${root}/app.state
[on_failure]
fence host1
[fence host1]
fence_dummy status_file=${root}/power
`;
    await withDaemon(rules, async (daemon) => {
      daemon.writeFile("db.state", "Promoted\n"); // this agent does not stop while it is promoted
      daemon.writeFile("power", "on");
      await daemon.check("db", "is master", ({ status }) => status === "master");
      const failed = await run(daemon, "take_off");
      assert.deepEqual(stepsOf(daemon, failed.run), ["ocf:pacemaker:Stateful stop state=ROOT/db.state: 8, failed"]);
      assert.match(
        failed.sentence,
        /FAILED: step 1: ocf:pacemaker:Stateful stop state=\S+ ended with exit 8: it runs as master: stop failed: the state of Stateful on host1 is unknown, it may still run: fence it$/,
      );
      const fenced = await daemon.entry("run-end", ({ rule }) => rule === "on_failure");
      assert.equal(fenced.outcome, "done", fenced.sentence);
      assert.equal(daemon.readFile("power"), "off");
    });
  },
);

void test("why an action failed is said in OCF's words and in the agent's own", { skip }, async () => {
  const rules = (root: string): string => `[rule look]
when db is critical and db is ok
ocf:pacemaker:Stateful monitor state=${root}/db.state   { on failure continue }
ocf:heartbeat:Dummy start state=/nowhere/at/all
`;
  await withDaemon(rules, async (daemon) => {
    daemon.writeFile("db.state.rc", "6");
    const { run: number } = await run(daemon, "look");
    const sentences = daemon.entriesOf("step-end").flatMap((entry) => (entry.run === number ? [entry.sentence] : []));
    assert.match(sentences[0] ?? "", /: exit 6 after .*: it is not configured: 6 GB redirected to \/dev\/null$/);
    assert.match(sentences[1] ?? "", /: exit \d+ after /);
    const check = await daemon.check("db", "is critical", ({ status }) => status === "critical");
    assert.match(check.output, /is not configured \(exit 6\): 6 GB redirected/);
  });
});
