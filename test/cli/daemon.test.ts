/** The commands against a real daemon, from its start to after its end. Waits are for what the daemon says, not for time. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { install, type Ended } from "./programs.ts";

const installed = install();
const ctl = installed.failoverctl;
let daemon: ChildProcess | null = null;

/** Long enough for the slowest machine; nothing waits so long when all is well. */
const patienceMs = 20_000;

const checksConf = [
  "[local]",
  "{ every 100ms, timeout 2s, rise 1, fall 1 }",
  `role ${installed.root}/role1 { as db }`,
  `role ${installed.root}/role2 { as db, for host2 }`,
  "[passive]",
  "backup { for host2 }",
  "",
].join("\n");

before(async () => {
  installed.put("checks/role", '#!/bin/sh\ncat "$1"\n');
  installed.put("actions/plumb", '#!/bin/sh\necho "plumbed $1"; echo "and more" >&2\n');
  installed.put("conf/checks.conf", checksConf);
  installed.put("conf/actions.conf", "[slave_to_master]\nplumb %MASTER%\n");
  installed.put("role1", "MASTER one\n");
  installed.put("role2", "SLAVE two\n");
  daemon = spawn(join(installed.root, "bin/failoverd"), ["--name", "host1"], { stdio: "ignore" });
  await until("report taken", async () => (await ctl("report", "backup", "ok")).code === 0);
  await until("learned", async () => /"learned": true/.test((await ctl("--json", "status")).stdout));
});

after(async () => {
  if (daemon?.exitCode === null && daemon.kill("SIGKILL")) await once(daemon, "exit");
  installed.remove();
});

void test("status shows what is known", async () => {
  const { stdout, stderr, code } = await ctl("status");
  assert.deepEqual([stderr, code], ["", 0]);
  assert.match(stdout, /^failoverd \d.*, pid \d+, runs for /);
  assert.match(stdout, /^host1 +master +master +\d/m);
  assert.match(stdout, /^db +host2 +slave +[\d.]+ m?s +SLAVE two$/m);
  assert.match(stdout, /^slave_to_master +armed$/m);
  assert.match(stdout, /^backup +host2 +ok +[\d.]+ m?s/m);
});

void test("status --json has the shape that is promised", async () => {
  const { stdout } = await ctl("--json", "status");
  const { daemon: facts, hosts, checks, rules, run, maintenance } = parse(stdout);
  assert.deepEqual([typeof facts, run, maintenance], ["object", null, []]);
  assert.ok(Array.isArray(hosts) && Array.isArray(checks) && Array.isArray(rules));
});

void test("report and its refusals", async () => {
  assert.deepEqual(await brief(ctl("report", "backup", "ok", "done in 3 s")), [0, "backup on host2: ok\n", ""]);
  assert.deepEqual(await brief(ctl("report", "nosuch", "ok")), [
    4,
    "",
    "failoverctl: there is no passive check nosuch in checks.conf\n",
  ]);
  assert.deepEqual((await brief(ctl("report", "db", "ok"))).slice(0, 2), [4, ""]);
  const wrong = await ctl("report", "backup", "not a status");
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /expected a status: one word/);
  for (const length of [9_000, 70_000]) {
    const long = await ctl("report", "backup", "ok", "x".repeat(length));
    assert.equal(long.code, 0);
    assert.equal(long.stderr, `failoverctl: TEXT has ${length} characters, and only its first 8128 are sent\n`);
  }
  assert.equal((await ctl("report", "x".repeat(70_000), "ok")).code, 2);
  const json = await ctl("--json", "report", "backup", "ok");
  assert.deepEqual(parse(json.stdout), { sentence: "backup on host2: ok" });
});

void test("history --follow tells a failover as it happens", async () => {
  const follower = spawn(join(installed.root, "bin/failoverctl"), ["history", "--follow", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kinds: unknown[] = [];
  const signal = AbortSignal.timeout(patienceMs);
  const lines = createInterface({ input: follower.stdout, signal });
  let isTurned = false;
  for await (const line of lines) {
    const { kind, command, run } = parse(line);
    if (run !== undefined) kinds.push(kind);
    if (!isTurned) {
      isTurned = true;
      installed.put("role1", "SLAVE one\n");
      installed.put("role2", "MASTER two\n");
    }
    if (kind === "step-end") assert.deepEqual(command, ["plumb", "host2"]);
    if (kind === "run-end") break;
  }
  assert.deepEqual(kinds, ["run-start", "step-start", "step-end", "run-end"]);
  follower.kill();
  if (follower.exitCode === null && follower.signalCode === null) await once(follower, "exit");
});

void test("history shows the run with what it printed", async () => {
  const { stdout, code } = await ctl("history", "--run", "1");
  assert.equal(code, 0);
  assert.match(
    stdout,
    /step-end +slave_to_master, run 1, step 1 of 1: plumb host2: exit 0 after .*\n +\| plumbed host2\n +\| and more\n/,
  );
  const limited = await ctl("history", "--run", "1", "--limit", "1");
  assert.match(limited.stdout, /^\S+ \S+ +run-end +slave_to_master, run 1: done/);
  const none = await ctl("history", "--since", "2999-01-01");
  assert.deepEqual(await brief(Promise.resolve(none)), [0, "", ""]);
});

void test("maintenance on and off", async () => {
  const on = await ctl("maintenance", "on", "--for", "2h", "--reason", "kernel");
  assert.match(on.stdout, /^maintenance of everything for 2 h: kernel/);
  assert.match((await ctl("status")).stdout, /^everything +until \d{4}-.* +kernel$/m);
  assert.match(
    (await ctl("maintenance")).stdout,
    /^MAINTENANCE +UNTIL +REASON *\neverything +until \d{4}-.* +kernel\n$/,
  );
  const { stdout } = await ctl("--json", "maintenance");
  assert.match(stdout, /^\{"maintenance":\[\{"scope":"\*","until":".*","reason":"kernel"\}\]\}\n$/);
  assert.equal((await ctl("maintenance", "off")).code, 0);
  assert.deepEqual(await brief(ctl("maintenance")), [0, "nothing is in maintenance\n", ""]);
  assert.deepEqual(await brief(ctl("maintenance", "off")), [
    4,
    "",
    "failoverctl: there is no maintenance of everything; nothing is in maintenance\n",
  ]);
  assert.deepEqual(await brief(ctl("maintenance", "on", "db", "on", "hots1")), [
    4,
    "",
    "failoverctl: there is no host, check or rule db on hots1 that could be in maintenance; did you mean db on host1?\n",
  ]);
});

void test("reload: what is new is in force, and what is wrong is shown and refused", async () => {
  installed.put("conf/checks.conf", `${checksConf}another { for host2 }\n`);
  assert.deepEqual((await ctl("reload")).code, 0);
  assert.match((await ctl("status")).stdout, /^another +host2 +unknown/m);
  installed.put("conf/checks.conf", `${checksConf}[oops\n`);
  const refused = await ctl("reload");
  assert.equal(refused.code, 4);
  assert.match(refused.stderr, /^checks\.conf:7:1: error: .*\n {2}\[oops\n {2}\^/);
  assert.match(
    (await ctl("status")).stdout,
    /^! the last reload was refused, and the configuration in force is the one before: checks\.conf:7:1/m,
  );
});

void test("ack, resume and abandon are refused where there is nothing to be done", async () => {
  assert.deepEqual(await brief(ctl("ack", "slave_to_master")), [
    4,
    "",
    "failoverctl: slave_to_master is not blocked; nothing waits to be acknowledged\n",
  ]);
  assert.deepEqual(await brief(ctl("ack", "slave_to_mastre")), [
    4,
    "",
    "failoverctl: there is no rule slave_to_mastre; did you mean slave_to_master?\n",
  ]);
  assert.deepEqual(await brief(ctl("resume", "9")), [4, "", "failoverctl: run 9 is not in progress\n"]);
  assert.deepEqual(await brief(ctl("abandon", "9")), [4, "", "failoverctl: run 9 is not in progress\n"]);
});

void test("a killed daemon is not taken for a living one", async () => {
  assert.ok(daemon?.kill("SIGKILL"));
  if (daemon !== null && daemon.signalCode === null) await once(daemon, "exit");
  const text = await ctl("status");
  assert.equal(text.code, 3);
  assert.match(
    text.stderr,
    /^failoverctl: no daemon answers at .* \(connection refused\); start it with: \S+\/bin\/failoverd --name host1\n/,
  );
  assert.match(text.stdout, /^failoverd does not answer\. What it knew .* ago:\n/);
  assert.match(text.stdout, /^db +host2 +master \(stale\)/m);
  const json = await ctl("--json", "status");
  assert.equal(json.code, 3);
  assert.match(json.stdout, /"running": false/);
  const history = await ctl("history", "--run", "1", "--json");
  assert.equal(history.code, 0);
  assert.equal(history.stdout.trimEnd().split("\n").length, 4);
});

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = AbortSignal.timeout(patienceMs);
  while (!(await isSo())) {
    assert.ok(!deadline.aborted, `waited ${patienceMs} ms in vain: ${what}`);
    assert.equal(daemon?.exitCode, null, "the daemon has ended");
    await sleep(50);
  }
}

async function brief(ended: Promise<Ended>): Promise<readonly [number | null, string, string]> {
  const { code, stdout, stderr } = await ended;
  return [code, stdout, stderr];
}

function parse(text: string): Readonly<Record<string, unknown>> {
  const read: Readonly<Record<string, unknown>> = JSON.parse(text);
  return read;
}
