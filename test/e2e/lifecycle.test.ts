/**
 * Starting, stopping and reloading: one daemon on a root, an end in good order that leaves nothing behind, and
 * configurations that change under it without anything else changing.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { isAlive } from "../host/proc.ts";
import { noteDown, RealDaemon, runProgram } from "./real-daemon.ts";
import { assertSame } from "./times.ts";
import { twoSlaves } from "./two-hosts.ts";

/** Between TERM and KILL, and then some for two busy cores. */
const endWithinMs = 2_000 + 2_000;

void test("started twice: the second says who runs, and ends with 4", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\n" });
  const { code, stderr } = await runProgram(join(daemon.root, "bin/failoverd"), []);
  assert.equal(code, 4);
  assert.match(stderr, new RegExp(`failoverd runs here already, as pid ${daemon.pid}: `));
  assert.equal((await daemon.status()).daemon.pid, daemon.pid);
  await daemon.report("role", "host1", "master");
  await daemon.entry("run-end");
  assert.deepEqual(daemon.done(), ["[one]"], "the first goes on");
});

void test("started five times at once, after kill -9: exactly one runs", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\n" });
  await daemon.end("SIGKILL");
  const env = { ...process.env, E2E_ROOT: daemon.root };
  const all = Array.from({ length: 5 }, () => spawn(join(daemon.root, "bin/failoverd"), [], { stdio: "ignore", env }));
  const codes: (number | null)[] = [];
  for (const child of all) child.on("exit", (code) => codes.push(code));
  const pid = await daemon.until("one of them to answer, and four to end", async () => {
    const client = await daemon.connect();
    const answer = await client?.ask("status").catch(() => null);
    client?.close();
    return codes.length === 4 ? (answer?.result?.daemon.pid ?? null) : null;
  });
  assert.deepEqual(codes, [4, 4, 4, 4]);
  const [one] = all.filter(({ exitCode }) => exitCode === null);
  assert.equal(one?.pid, pid);
  one?.kill("SIGTERM");
  await once(one ?? all[0] ?? process, "exit");
});

void test("a socket that a killed daemon's child still holds for a moment is waited for", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\n" });
  await daemon.end("SIGKILL");
  const path = join(daemon.root, "var/failoverd.sock");
  rmSync(path);
  /** Takes one connection and is gone. */
  const holder = createServer((socket) => {
    socket.destroy();
    holder.close();
  });
  holder.listen(path);
  await once(holder, "listening");
  await daemon.start();
  assert.equal((await daemon.ctl("status")).code, 0);
});

const busy = {
  "checks.conf": `[local]
{ every 100ms, timeout 1m }
check_fine
check_hung
check_stubborn
watch_host1 { resident }
`,
  "actions.conf": "[slave_to_master]\none\n",
  checks: {
    check_fine: "echo OK",
    check_hung: "sleep 1000 & sleep 1000",
    check_stubborn: "trap '' TERM\nwhile :; do sleep 1; done",
    watch_host1: "echo SLAVE; sleep 1000",
  },
  actions: { one: noteDown },
};

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  void test(`${signal} in the middle of everything: an end in order, and nothing left`, async (t) => {
    const daemon = new RealDaemon(busy);
    t.after(() => daemon.close());
    await daemon.start();
    await daemon.check("watch_host1", "is a slave", ({ status }) => status === "slave");
    await daemon.checkedAgain("check_fine");
    assert.ok(daemon.left().length >= 5);
    const sinceMs = performance.now();
    daemon.kill(signal);
    assert.deepEqual(await daemon.end(signal), { code: 0, signal: null }, "a second signal changes nothing");
    assert.ok(performance.now() - sinceMs < endWithinMs, `${performance.now() - sinceMs} ms`);
    assert.deepEqual(daemon.commandsLeft(), []);
    const left = readdirSync(join(daemon.root, "var")).filter((name) => /\.sock|\.pid/.test(name));
    assert.deepEqual(left, [], "no socket and no lock");
    assert.match(daemon.readFile("var/journal.ndjson"), new RegExp(`"kind":"daemon-stop".*${signal}`));
  });
}

void test("a step that runs goes on when the daemon is stopped, and the next daemon ends its run", async (t) => {
  const waits = `${noteDown}; while [ ! -e "$E2E_ROOT/go" ]; do sleep 0.02; done`;
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\ntwo\n", scripts: { one: waits } });
  await daemon.report("role", "host1", "master");
  await daemon.until("one to run", () => Promise.resolve(daemon.done().length === 1 || null));
  const [{ launcher }] = [await daemon.entry("step-start")];
  assert.deepEqual(await daemon.end(), { code: 0, signal: null });
  assert.ok(isAlive(launcher.pid));
  assert.deepEqual(
    daemon.commandsLeft().filter((command) => !/^sleep|actions\/one|failoverd-launcher/.test(command)),
    [],
  );
  await daemon.start();
  daemon.writeFile("go", "");
  assert.equal((await daemon.entry("run-end")).outcome, "done");
  assert.deepEqual(daemon.done(), ["[one]", "[two]"]);
});

interface Asked {
  readonly name: string;
  readonly ask: (daemon: RealDaemon) => Promise<unknown>;
}

const ways: readonly Asked[] = [
  { name: "SIGHUP", ask: (daemon) => Promise.resolve(daemon.kill("SIGHUP")) },
  { name: "failoverctl reload", ask: async (daemon) => assert.equal((await daemon.ctl("reload")).code, 0) },
];

for (const { name, ask } of ways) {
  void test(`a reload changes no status and fires nothing: ${name}`, async (t) => {
    const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\n" });
    await daemon.report("role", "host1", "master");
    await daemon.entry("run-end");
    const before = await daemon.status();
    daemon.write({
      "actions.conf": "[slave_to_master]\ntwo\n[any_to_master]\nthree\n[rule lead]\nwhen host1 is master\nfour\n",
    });
    await ask(daemon);
    const { generation } = await daemon.entry("configured", (entry) => entry.generation === 2);
    const after = await daemon.status();
    assert.equal(after.daemon.configuration.generation, generation);
    assert.notEqual(after.daemon.configuration.fingerprint, before.daemon.configuration.fingerprint);
    assert.deepEqual(
      after.rules.map(({ rule }) => rule),
      ["slave_to_master", "any_to_master", "lead"],
    );
    assertSame(after.hosts, before.hosts);
    assertSame(after.checks, before.checks);
    /** Later turns fire nothing either: only what changes does. */
    await daemon.report("role", "host1", "master");
    await daemon.report("role", "host2", "slave");
    assert.deepEqual(daemon.done(), ["[one]"]);
    await daemon.report("role", "host1", "slave");
    await daemon.report("role", "host1", "master");
    await daemon.entry("run-end", ({ run }) => run === 4);
    assert.deepEqual(daemon.done().toSorted(), ["[four]", "[one]", "[three]", "[two]"]);
  });
}

void test("a reload with errors keeps the old configuration, says why, and everywhere", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\n" });
  const before = await daemon.status();
  daemon.write({ "actions.conf": "[slave_to_master]\none\ntwoo\n  three { timeut 5s }\n" });
  const { code, stderr } = await daemon.ctl("reload");
  assert.equal(code, 4);
  assert.match(stderr, /actions\.conf:3:1: error: .*twoo/);
  assert.match(stderr, /^ *3 \| twoo$|^ *twoo\n *\^/m);
  assert.match(stderr, /actions\.conf:4:11: error: .*timeut/);
  assert.match(stderr, /did you mean `?timeout/);
  assert.match(stderr, /stays as it was/);
  const after = await daemon.status();
  assert.match(after.daemon.configuration.refused ?? "", /^actions\.conf:3:1: /);
  assert.equal(after.daemon.configuration.fingerprint, before.daemon.configuration.fingerprint);
  assert.match((await daemon.ctl("status")).stdout, /actions\.conf:3:1/);
  daemon.kill("SIGHUP");
  await daemon.until("the second refusal", () =>
    Promise.resolve(daemon.entriesOf("reload-refused").length === 2 || null),
  );
  await daemon.report("role", "host1", "master");
  await daemon.entry("run-end");
  assert.deepEqual(daemon.done(), ["[one]"], "the old rule acts");

  daemon.write({ "actions.conf": "[slave_to_master]\none\ntwo\n" });
  assert.equal((await daemon.ctl("reload")).code, 0);
  assert.equal((await daemon.status()).daemon.configuration.refused, null);
});

void test("a reload without actions.conf keeps the rules, one with nothing but comments lets them go", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\n" });
  const rulesOf = async (): Promise<readonly string[]> => (await daemon.status()).rules.map(({ rule }) => rule);
  const before = await rulesOf();
  assert.equal(before.length, 1);
  rmSync(join(daemon.root, "conf/actions.conf"));
  const { code, stderr } = await daemon.ctl("reload");
  assert.equal(code, 4);
  assert.match(stderr, /^actions\.conf: error: there is no \S+\/conf\/actions\.conf any more, .*\[E001\]$/m);
  assert.match(stderr, /stays as it was/);
  assert.deepEqual(await rulesOf(), before);
  assert.match((await daemon.status()).daemon.configuration.refused ?? "", /^actions\.conf: there is no /);

  daemon.write({ "actions.conf": "# lint: allow W17 this host only looks\n" });
  assert.equal((await daemon.ctl("reload")).code, 0);
  assert.deepEqual(await rulesOf(), []);
});

void test("a reload during a run: the run goes on as it began", async (t) => {
  const waits = `${noteDown}; while [ ! -e "$E2E_ROOT/go" ]; do sleep 0.02; done`;
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\ntwo %MASTER%\n", scripts: { one: waits } });
  await daemon.report("role", "host1", "master");
  await daemon.until("one to run", () => Promise.resolve(daemon.done().length === 1 || null));
  daemon.write({ "actions.conf": "[rule other]\nwhen host1 is down\nfour\n" });
  assert.equal((await daemon.ctl("reload")).code, 0);
  daemon.writeFile("go", "");
  assert.equal((await daemon.entry("run-end")).outcome, "done");
  assert.deepEqual(daemon.done(), ["[one]", "[two][host1]"]);
});

void test("a check that is taken out is ended, one that is put in is run, the others go on", async (t) => {
  const daemon = new RealDaemon(busy);
  t.after(() => daemon.close());
  await daemon.start();
  await daemon.checkedAgain("check_fine");
  const pidOf = (script: string): readonly string[] =>
    daemon.commandsLeft().filter((command) => command.includes(script));
  assert.equal(pidOf("watch_host1").length > 0 && pidOf("check_stubborn").length > 0, true);
  daemon.write({
    "checks.conf": "[local]\n{ every 100ms, timeout 1m }\ncheck_fine\ncheck_new\n",
    checks: { check_new: "echo MASTER" },
  });
  assert.equal((await daemon.ctl("reload")).code <= 1, true);
  await daemon.check("check_new", "is master", ({ status }) => status === "master");
  await daemon.checkedAgain("check_fine");
  await daemon.until("what was taken out to be ended", () =>
    Promise.resolve(["watch_host1", "check_hung", "check_stubborn"].every((name) => pidOf(name).length === 0) || null),
  );
  assert.deepEqual(
    (await daemon.status()).checks.map(({ check }) => check),
    ["check_fine", "check_new"],
  );
});

void test("where nothing can be written it does not start, and says what to do", async (t) => {
  const daemon = new RealDaemon(busy);
  t.after(() => daemon.close());
  /** Below /proc the system says ENOENT of a folder whose parent is there. */
  for (const folder of ["/dev/null/var", "/proc/none/var", "/proc/1/var"]) {
    const { code, stderr } = await runProgram(join(daemon.root, "bin/failoverd"), ["--var", folder]);
    assert.equal(code, 1, stderr);
    assert.ok(stderr.includes(`${folder}, where state and sockets are kept, cannot be made or written to (`), stderr);
    assert.match(stderr, /--var/);
  }
});

const isRoot = process.geteuid?.() === 0;

void test("a var/ that others can write to is refused by root, with what mends it", { skip: !isRoot }, async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\n" });
  await daemon.end();
  const folder = join(daemon.root, "var");
  for (const mode of [0o777, 0o1777, 0o702]) {
    chmodSync(folder, mode);
    const { code, stderr } = await runProgram(join(daemon.root, "bin/failoverd"), []);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /not started: .*var can be written to by .*run anything as root: chmod go-w .*var\n/);
  }
  chownSync(folder, 65_534, 65_534);
  const { code, stderr } = await runProgram(join(daemon.root, "bin/failoverd"), []);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /not started: .*var belongs to user 65534.*: chown root .*var\n/);
  chownSync(folder, 0, 0);
  chmodSync(folder, 0o2710);
  await daemon.start();
});

void test("without a configuration that is right it does not start, and leaves no lock behind", async (t) => {
  const daemon = new RealDaemon({ "checks.conf": "[local]\n", "actions.conf": "" });
  t.after(() => daemon.close());
  const { code, stderr } = await runProgram(join(daemon.root, "bin/failoverd"), []);
  assert.equal(code, 2);
  assert.match(stderr, /failoverctl check/);
  assert.equal(existsSync(join(daemon.root, "var/failoverd.pid")), false);
});

void test("a start that fails when its sockets are open ends, with the reason, and leaves nothing behind", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\n" });
  await daemon.end();
  rmSync(join(daemon.root, "var/runners"), { recursive: true });
  daemon.writeFile("var/runners", "");
  const { code, stderr } = await runProgram(join(daemon.root, "bin/failoverd"), []);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /the folder for the checks' output, .*var\/runners, could not be made/);
  for (const name of ["failoverd.pid", "failoverd.sock", "query.sock"])
    assert.equal(existsSync(join(daemon.root, "var", name)), false, name);
});

/** A daemon that is asking a resource agent, which answers when it is let: the middle of its start. */
async function inItsStart(t: TestContext): Promise<{ readonly daemon: RealDaemon; readonly started: Promise<void> }> {
  const daemon = new RealDaemon({ "checks.conf": "[local]\nocf:slow:agent\n", "actions.conf": "" });
  t.after(() => daemon.close());
  const metadata = '<resource-agent name="agent"><actions><action name="monitor"/></actions></resource-agent>';
  const agent = `: >"$E2E_ROOT/asked"; while [ ! -e "$E2E_ROOT/go" ]; do sleep 0.02; done; echo '${metadata}'`;
  daemon.writeFile("ocf/resource.d/slow/agent", `#!/bin/sh\n${agent}\n`, 0o755);
  const started = daemon.start({ env: { OCF_ROOT: join(daemon.root, "ocf") } });
  await daemon.until("the agent to be asked", () => Promise.resolve(existsSync(join(daemon.root, "asked")) || null));
  return { daemon, started };
}

void test("HUP in the middle of a start: the configuration is read again when it has started", async (t) => {
  const { daemon, started } = await inItsStart(t);
  daemon.kill("SIGHUP");
  daemon.writeFile("go", "");
  await started;
  await daemon.until(
    "the second configuration",
    async () => (await daemon.status()).daemon.configuration.generation === 2 || null,
  );
});

void test("TERM in the middle of a start: it ends in order", async (t) => {
  const { daemon, started } = await inItsStart(t);
  const failed = assert.rejects(started, /the daemon ended/);
  daemon.kill("SIGTERM");
  daemon.writeFile("go", "");
  await failed;
  assert.deepEqual(await daemon.ended(), { code: 0, signal: null });
  assert.equal(existsSync(join(daemon.root, "var/failoverd.pid")), false);
});
