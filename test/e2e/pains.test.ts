/**
 * What hurts users of the tools that there are, each shown to be otherwise here, with real processes. Each test is named
 * for the pain. (Others of them are in the files beside: overlapping hooks, bad reloads, checks that cannot run.)
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { readProcess } from "../../src/host/process-identity.ts";
import { readProc, until } from "../host/proc.ts";
import { noteDown, RealDaemon } from "./real-daemon.ts";
import { twoSlaves } from "./two-hosts.ts";

const waits = `${noteDown}; while [ ! -e "$E2E_ROOT/go" ]; do sleep 0.02; done`;

void test("a flash of master at boot: what is found at the start fires nothing", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[local]\n{ every 50ms, timeout 2s }\ncheck_host1\ncheck_host2\n",
    "actions.conf":
      "[slave_to_master]\none\n[any_to_master]\none\n[unknown_to_master]\none\n[any_to_any of host1]\none\n[any_to_slave]\none\n",
    checks: { check_host1: "echo MASTER", check_host2: "echo SLAVE" },
    actions: { one: noteDown },
  });
  t.after(() => daemon.close());
  for (let start = 0; start < 3; start += 1) {
    await daemon.start();
    await daemon.learned();
    await Promise.all([daemon.checkedAgain("check_host1"), daemon.checkedAgain("check_host2")]);
    assert.deepEqual(daemon.entriesOf("run-start"), []);
    await daemon.end(start === 0 ? "SIGKILL" : "SIGTERM");
  }
  assert.deepEqual(daemon.done(), []);
});

void test("a hung hook hangs the daemon: while an action hangs, all else goes on", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[local]\ncheck_host1 { every 20ms, timeout 2s }\n[passive]\nrole { for host2 }\n",
    "actions.conf": "[slave_to_master]\none { timeout 1h }\ntwo\n",
    checks: { check_host1: `cat "$E2E_ROOT/role"` },
    actions: { one: waits, two: noteDown },
  });
  t.after(() => daemon.close());
  daemon.writeFile("role", "SLAVE");
  await daemon.start();
  await daemon.report("role", "host2", "slave");
  await daemon.learned();
  daemon.writeFile("role", "MASTER");
  await daemon.entry("step-start");
  const sinceMs = performance.now();
  for (let round = 0; round < 10; round += 1) await daemon.checkedAgain("check_host1");
  assert.equal((await daemon.ctl("status")).code, 0);
  assert.ok(performance.now() - sinceMs < 5_000);
  assert.equal((await daemon.ctl("reload")).code, 0);
  daemon.writeFile("go", "");
  assert.equal((await daemon.entry("run-end")).outcome, "done");
});

void test("a new event kills a hook that is running: here it waits, and is looked at again", async (t) => {
  const daemon = await twoSlaves(t, {
    actionsConf: "[slave_to_master]\none %MASTER%\ntwo\n[any_to_critical]\nthree %HOST%\n",
    scripts: { one: waits },
  });
  await daemon.report("role", "host1", "master");
  await daemon.entry("step-start");
  await daemon.report("role", "host2", "critical");
  const waiting = await daemon.entry("waiting");
  assert.match(waiting.sentence, /any_to_critical waits for run 1 of slave_to_master to end: host2: slave -> critical/);
  const { rules } = await daemon.status();
  assert.deepEqual(
    rules.map(({ rule, state }) => `${rule} ${state}`),
    ["slave_to_master running", "any_to_critical waiting"],
  );
  daemon.writeFile("go", "");
  await daemon.entry("run-end", ({ run }) => run === 2);
  assert.deepEqual(daemon.done(), ["[one][host1]", "[two]", "[three][host2]"]);
});

void test("after a brief split nobody puts the address back: a `when` is a level, and a split is a trigger", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf":
      "[passive]\n{ fall 1, stale 1h }\nrole { for host1 }\nrole { for host2 }\naddress { for host1, advisory }\n",
    "actions.conf":
      "[rule address_lost]\nwhen role on host1 is master and address on host1 is not ok\none %MASTER%\n[split_brain]\ntwo\n",
    actions: { one: noteDown, two: noteDown },
  });
  t.after(() => daemon.close());
  await daemon.start();
  await daemon.report("role", "host1", "master");
  await daemon.report("role", "host2", "slave");
  await daemon.report("address", "host1", "ok");
  await daemon.learned();
  await daemon.report("role", "host2", "master");
  await daemon.report("role", "host1", "master");
  const split = await daemon.entry("split-brain");
  assert.deepEqual(split.hosts.toSorted(), ["host1", "host2"]);
  assert.deepEqual((await daemon.status()).splitBrain.toSorted(), ["host1", "host2"]);
  assert.match((await daemon.ctl("status")).stdout, /split.brain/i);
  await daemon.entry("run-end");
  await daemon.report("role", "host2", "slave");
  await daemon.entry("split-brain-over");
  await daemon.report("address", "host1", "critical", "it is gone");
  await daemon.entry("run-end", ({ rule }) => rule === "address_lost");
  assert.deepEqual(daemon.done(), ["[two]", "[one][host1]"]);
});

void test("flapping: a limit blocks the rule until somebody has looked, a cooldown holds it", async (t) => {
  const daemon = await twoSlaves(t, {
    actionsConf:
      "[slave_to_master of host1]\n{ limit 2 per 1h }\none\n[slave_to_master of host2]\n{ cooldown 1h }\ntwo\n",
  });
  const flap = async (host: string): Promise<void> => {
    await daemon.report("role", host, "master");
    await daemon.report("role", host, "slave");
  };
  for (let run = 1; run <= 2; run += 1) {
    await flap("host1");
    await daemon.entry("run-end", (entry) => entry.run === run);
  }
  await flap("host1");
  const blocked = await daemon.entry("blocked");
  assert.match(blocked.sentence, /2 times.*failoverctl ack slave_to_master of host1/);
  await daemon.until("the status to say so", async () => {
    const { rules } = await daemon.status();
    return rules[0]?.state === "blocked" || null;
  });
  assert.equal((await daemon.ctl("ack", "slave_to_master", "of", "host1")).code, 0);
  await flap("host1");
  await daemon.entry("run-end", ({ run }) => run === 3);

  await flap("host2");
  await daemon.entry("run-end", ({ run }) => run === 4);
  await flap("host2");
  const dropped = await daemon.entry("dropped", ({ hold }) => hold === "cooldown");
  assert.match(dropped.sentence, /cooling down, its last run ended .* ago \(cooldown 1 h|cooldown 60 min\)/);
  assert.deepEqual(daemon.done(), ["[one]", "[one]", "[one]", "[two]"]);
});

void test("stale data read as health: it is unknown, with its age and limit, and a rule that needs it is held", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[passive]\nbackup { for host2, stale 300ms }\nrole { for host1, fall 1, stale 1h }\n",
    "actions.conf": "[rule lost]\nwhen host1 is critical\nif backup on host2 is ok\none\n",
    actions: { one: noteDown },
  });
  t.after(() => daemon.close());
  await daemon.start();
  await daemon.report("backup", "host2", "ok", "finished");
  await daemon.report("role", "host1", "ok");
  await daemon.learned();
  const check = await daemon.check("backup", "is stale", ({ isStale }) => isStale);
  assert.equal(check.status, "unknown");
  await daemon.report("role", "host1", "critical");
  const held = await daemon.entry("held", ({ rule }) => rule === "lost");
  assert.match(held.sentence, /lost held: .*backup on host2 is stale, last result [\d.]+ m?s ago \(limit 300 ms\)/);
  assert.deepEqual(daemon.done(), []);
  await daemon.report("backup", "host2", "ok");
  await daemon.entry("run-end");
  assert.deepEqual(daemon.done(), ["[one]"]);
});

/** Longer than the daemon may be away before all that it knows is old. */
const pauseMs = 2_500;

void test("a pause swaps roles: a daemon that was stopped looks again before it acts, and then acts once", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[local]\n{ every 50ms, timeout 5s }\ncheck_host1\ncheck_host2\n",
    "actions.conf": "[slave_to_master]\none %MASTER%\n[rule lost]\nwhen host2 is not slave for 1s\ntwo\n",
    checks: { check_host1: `cat "$E2E_ROOT/host1"`, check_host2: `cat "$E2E_ROOT/host2"` },
    actions: { one: noteDown, two: noteDown },
  });
  t.after(() => daemon.close());
  daemon.writeFile("host1", "SLAVE");
  daemon.writeFile("host2", "SLAVE");
  await daemon.start();
  await daemon.learned();
  daemon.kill("SIGSTOP");
  daemon.writeFile("host1", "MASTER");
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  daemon.kill("SIGCONT");
  const stalled = await daemon.entry("stalled");
  assert.ok(stalled.gapMs >= 2_000 && stalled.gapMs < 60_000);
  const learned = await daemon.entry("learned", () => true, stalled.seq);
  const run = await daemon.entry("run-start");
  assert.ok(run.seq > learned.seq);
  await daemon.entry("run-end");
  await Promise.all([daemon.checkedAgain("check_host1"), daemon.checkedAgain("check_host2")]);
  assert.deepEqual(daemon.done(), ["[one][host1]"]);
});

void test("maintenance that is forgotten: it has an end and a reason, and what it held is not made up for", async (t) => {
  const daemon = await twoSlaves(t, {
    actionsConf: "[slave_to_master]\none\n[rule lead]\nwhen host2 is master\ntwo\n",
  });
  assert.equal((await daemon.ctl("maintenance", "on", "--for", "5s", "--reason", "kernel update")).code, 0);
  const on = await daemon.entry("maintenance-on");
  const [maintenance] = (await daemon.status()).maintenance;
  assert.equal(maintenance?.reason, "kernel update");
  assert.ok(Math.abs(Date.parse(maintenance.until ?? "") - Date.parse(on.at) - 5_000) < 200);
  assert.match((await daemon.ctl("status")).stdout, /maintenance.*kernel update/is);
  await daemon.report("role", "host1", "master");
  const dropped = await daemon.entry("dropped", ({ hold }) => hold === "maintenance");
  assert.match(dropped.sentence, /host1: slave -> master, but .*kernel update/);
  await daemon.report("role", "host1", "slave");
  await daemon.report("role", "host2", "master");
  await daemon.entry("held", ({ rule, hold }) => rule === "lead" && hold === "maintenance");
  const off = await daemon.entry("maintenance-off");
  const run = await daemon.entry("run-start");
  assert.equal(run.rule, "lead");
  assert.ok(run.seq > off.seq);
  await daemon.entry("run-end");
  assert.deepEqual(daemon.done(), ["[two]"]);
});

void test("zombies and orphans: ten timeouts leave no grandchild and no zombie", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[local]\ncheck_hung { every 100ms, timeout 50ms, fall 1 }\ncheck_fine { every 50ms, timeout 2s }\n",
    "actions.conf": "[slave_to_master]\none\n",
    checks: {
      check_hung: `echo x >>"$E2E_ROOT/begun"; (sleep 1000; true) & sh -c 'sleep 1000; true' & wait`,
      check_fine: "(exit 0) & echo OK",
    },
    actions: { one: noteDown },
  });
  t.after(() => daemon.close());
  await daemon.start();
  await daemon.until("ten to have begun", () => Promise.resolve(daemon.readFile("begun").length >= 20 || null));
  /** The hung check is taken out, so that what is left now is what was left behind. */
  daemon.write({ "checks.conf": "[local]\ncheck_fine { every 50ms, timeout 2s }\n" });
  await daemon.ctl("reload");
  await daemon.until("nobody to be left", () =>
    Promise.resolve(daemon.commandsLeft().filter((command) => /sleep|check_hung/.test(command)).length === 0 || null),
  );
  await daemon.until("no zombie to be left", () => Promise.resolve(zombiesOf(daemon.pid).length === 0 || null));
});

/** Dead children that nobody has waited for. */
function zombiesOf(parent: number): readonly number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && new RegExp(`^PPid:\\s+${parent}$`, "m").test(readProc(pid, "status")))
    .filter((pid) => readProcess(pid)?.isDead === true);
}

void test("a missing interpreter counts as healthy, or as a dead master: it is unknown, with the reason", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[local]\n{ every 50ms, timeout 2s, fall 1 }\ncheck_host1\n",
    "actions.conf": "[master_to_critical]\none\n[master_to_down]\none\n",
    checks: { check_host1: "echo MASTER" },
    actions: { one: noteDown },
  });
  t.after(() => daemon.close());
  await daemon.start();
  await daemon.learned();
  daemon.write({ checks: { check_host1: "#!/usr/bin/no-such-shell\necho MASTER\n" } });
  const check = await daemon.check("check_host1", "is unknown", ({ status }) => status === "unknown");
  assert.match(check.output, /no-such-shell/);
  daemon.write({ checks: { check_host1: "exec no-such-program-here" } });
  const next = await daemon.check("check_host1", "is still unknown", ({ output }) =>
    output.includes("no-such-program-here"),
  );
  assert.equal(next.status, "unknown");
  assert.deepEqual(daemon.entriesOf("run-start"), []);
});

void test("a notifier in the way: one that hangs holds up nothing, and one that works is told", async (t) => {
  const daemon = await twoSlaves(t, {
    actionsConf: "[slave_to_master]\none\n[notify]\nthree { on run, timeout 200ms }\ntwo told { on run }\n",
    scripts: { three: "sleep 1000", two: `${noteDown}; cat >>"$E2E_ROOT/told"` },
  });
  const sinceMs = performance.now();
  await daemon.report("role", "host1", "master");
  const end = await daemon.entry("run-end");
  assert.ok(performance.now() - sinceMs < 2_000);
  assert.equal(end.outcome, "done");
  await daemon.until("the other to be told of the end", () =>
    Promise.resolve(daemon.readFile("told").includes('"run-end"') || null),
  );
  assert.match(daemon.readFile("told"), /"run-start"[^]*"run-end"/);
  const { sentence } = await daemon.entry("note", ({ topic }) => topic === "notify");
  assert.match(sentence, /actions\/three was ended after \d+ ms$/);
});

void test("a notifier that outlives the daemon's stop goes on to its own end, and may complain", async (t) => {
  const daemon = await twoSlaves(t, {
    actionsConf: "[slave_to_master]\none\n[notify]\nthree { on run }\n",
    scripts: {
      three: `echo asked >"$E2E_ROOT/asked"; while [ ! -e "$E2E_ROOT/go" ]; do sleep 0.02; done; echo oh >&2 && echo ah >&2; cat >>"$E2E_ROOT/told"`,
    },
  });
  await daemon.report("role", "host1", "master");
  await daemon.until("the notifier to run", () => Promise.resolve(daemon.readFile("asked") !== "" || null));
  await daemon.entry("run-end");
  assert.deepEqual(await daemon.end(), { code: 0, signal: null });
  daemon.writeFile("go", "");
  await until(() => daemon.readFile("told").includes('"run-start"'), "it to have read all that it was told");
  assert.match(daemon.readFile("var/notifier.log"), /^oh\nah\n/);
});
