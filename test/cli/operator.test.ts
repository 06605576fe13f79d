/** What an operator does with a real daemon: asks why, runs by hand, watches, and lets it be watched. */
import assert from "node:assert/strict";
import { spawn, spawnSync, type SpawnSyncReturns, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { install } from "./programs.ts";
import { hasTerminal, runOnTerminal } from "./pseudo-terminal.ts";

const installed = install();
const ctl = installed.failoverctl;
const program = join(installed.root, "bin/failoverctl");
let daemon: ChildProcess | null = null;

/** Long enough for the slowest machine; nothing waits so long when all is well. */
const patienceMs = 20_000;

const onTerminal = { skip: hasTerminal ? false : "there is no script(1) to make a terminal with" };

before(async () => {
  installed.put("checks/role", '#!/bin/sh\ncat "$1"\n');
  installed.put("actions/say", '#!/bin/sh\necho "$@"\n');
  installed.put("actions/fail", "#!/bin/sh\necho no >&2\nexit 7\n");
  installed.put("role1", "MASTER one\n");
  installed.put("role2", "SLAVE two | lag=48MB\n");
  installed.put(
    "conf/checks.conf",
    `[local]
{ every 100ms, timeout 2s, stale 10s, rise 1, fall 1 }
role ${installed.root}/role1 { as db, for host1 }
role ${installed.root}/role2 { as db, for host2 }
[passive]
backup { for host2, stale 1h }
`,
  );
  installed.put(
    "conf/actions.conf",
    `[rule standby_behind]
when %SLAVE% is slave for 1h
if lag of %SLAVE% < 16MB
say "two words" %SLAVE%

[rule broken]
when backup on host2 is critical
{ limit 1 per 1d }
fail

[slave_to_master]
say %MASTER%
`,
  );
  await startDaemon();
});

after(async () => {
  await stopDaemon();
  installed.remove();
});

void test("explain: a tree with truth, values and ages, and what holds the rule", async () => {
  const { stdout, stderr, code } = await ctl("explain", "standby_behind");
  assert.deepEqual([stderr, code], ["", 0]);
  assert.match(stdout, /^standby_behind is armed\n\nwhen (false|unknown) +%SLAVE% is slave for 1h\n/);
  assert.match(stdout, /^if {3}false +lag of %SLAVE% < 16MB\n +lag of db on host2 is 48MB, .*last result .* ago$/m);
  assert.match(stdout, /^If it were triggered now, it would be held back: its guard .* is false: lag of db on host2 /m);
});

void test("explain: an edge, JSON, and a name that is misspelt", async () => {
  assert.match((await ctl("explain", "slave_to_master")).stdout, /^on {3}false +a host goes from slave to master$/m);
  const json: Readonly<Record<string, unknown>> = JSON.parse((await ctl("--json", "explain", "broken")).stdout);
  assert.deepEqual(Object.keys(json).toSorted(), ["failure", "hold", "parts", "reason", "rule", "state"]);
  const misspelt = await ctl("explain", "brokne");
  assert.equal(misspelt.code, 4);
  assert.equal(misspelt.stderr, "failoverctl: there is no rule brokne; did you mean broken?\n");
  const other = await ctl("--json", "explain", "x");
  assert.match(other.stdout, /"hint":"the rules are standby_behind, broken, slave_to_master"/);
});

void test("run --dry-run shows the bound commands, and what would hold the rule", async () => {
  const { stdout, code } = await ctl("run", "standby_behind", "--dry-run");
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^standby_behind would start, in order:\n {2}1 {2}say 'two words' host2\nBy itself it would be held back now: its guard /,
  );
  const json = await ctl("--json", "run", "standby_behind", "--dry-run");
  assert.match(json.stdout, /"commands":\[\["say","two words","host2"\]\]/);
  assert.doesNotMatch((await ctl("history")).stdout, /run-start/);
});

void test("run without a terminal needs --yes", async () => {
  const { stderr, code } = await ctl("run", "standby_behind");
  assert.equal(code, 2);
  assert.match(stderr, /nothing was started: there is no terminal to ask on; --yes starts it without asking\n$/);
  assert.equal(
    (await ctl("run", "standby_behin", "--yes")).stderr,
    "failoverctl: there is no rule standby_behin; did you mean standby_behind?\n",
  );
});

void test("run --wait tells every step, and its exit code is the run's", async () => {
  const done = await ctl("run", "standby_behind", "--yes", "--wait");
  assert.equal(done.code, 0, done.stderr);
  assert.match(
    done.stdout,
    /run-start .*by hand\n[^]*step-end .*exit 0 [^]*\| two words host2\n[^]*run-end .* done in [^\n]*\n$/,
  );
  const failed = await ctl("--json", "run", "broken", "--yes", "--wait");
  assert.equal(failed.code, 1);
  const ends = failed.stdout.trimEnd().split("\n").map(parse);
  assert.deepEqual(
    ends.map(({ kind }) => kind),
    ["run-start", "step-start", "step-end", "run-end"],
  );
  for (const { ms } of ends) assert.ok(ms === undefined || Number.isInteger(ms), "times are whole milliseconds");
});

void test("run asks on a terminal, and a no starts nothing", onTerminal, async () => {
  const no = runOnTerminal([program, "run", "standby_behind"]);
  await no.until(/Start this now\? \[y\/N\]/);
  no.type("n\r");
  assert.equal(await no.ended(), 1);
  assert.match(no.shown(), /nothing was started/);
  const yes = runOnTerminal([program, "run", "standby_behind", "--wait"]);
  await yes.until(/Start this now\? \[y\/N\]/);
  yes.type("y\r");
  assert.equal(await yes.ended(), 0);
  assert.match(yes.shown(), /run-end/);
});

void test("plugin: one line, performance data, and the exit codes of plugins", async () => {
  const blocked = await ctl("plugin");
  assert.match(blocked.stdout, /^FAILOVERD WARNING: the rule broken is blocked until it is acknowledged \| /);
  assert.equal(blocked.code, 1);
  assert.equal((await ctl("ack", "broken")).code, 0);
  const well = await ctl("plugin");
  assert.equal(well.code, 0, well.stdout);
  assert.match(
    well.stdout,
    /^FAILOVERD OK: host1 is master, 2 hosts, 3 rules \| heartbeat=\d+\.\d{3}s;5;30;0( \w+=\d+;;;0)+\n$/,
  );
  assert.equal((await ctl("maintenance", "on", "host2")).code, 0);
  assert.equal((await ctl("plugin")).code, 0, "a maintenance that has just begun is none that was forgotten");
  const long = await ctl("plugin", "--maintenance", "1ms");
  assert.match(long.stdout, /^FAILOVERD WARNING: maintenance of host2 is on for /);
  assert.equal((await ctl("maintenance", "off", "host2")).code, 0);
  const late = await ctl("--json", "plugin", "--warning", "0ms", "--critical", "1h");
  assert.ok([0, 1].includes(late.code ?? -1));
  assert.match(late.stdout, /^\{"state":"/);
});

void test("watch in a pipe: the status, then every event, through the daemon's end and its next start", async () => {
  const watcher = spawn(program, ["--json", "watch"], { stdio: ["ignore", "pipe", "ignore"] });
  const lines = createInterface({ input: watcher.stdout, signal: AbortSignal.timeout(patienceMs) });
  const kinds: unknown[] = [];
  let isFirst = true;
  for await (const line of lines) {
    const { status, entry } = parse(line);
    if (isFirst) {
      assert.ok(status !== undefined, "the status comes first");
      isFirst = false;
      await stopDaemon();
      await startDaemon();
    }
    if (entry !== undefined) kinds.push(kindOf(entry));
    if (kinds.includes("learned")) break;
  }
  assert.deepEqual(
    kinds.filter((kind) => kind !== "transition"),
    ["daemon-stop", "daemon-start", "learned"],
  );
  watcher.kill("SIGINT");
  if (watcher.exitCode === null) await once(watcher, "exit");
  assert.equal(watcher.exitCode, 0);
});

void test("watch on a terminal draws, follows, ends on q and gives the screen back", onTerminal, async () => {
  const watcher = runOnTerminal([program, "watch"]);
  await watcher.until(/host1 +master[^]*LATELY/);
  assert.equal((await ctl("report", "backup", "warning", "seen live")).code, 0);
  await watcher.until(/^.{0,4}backup +host2 +ok, warning 1\/3 .*seen live/m);
  watcher.type("q");
  assert.equal(await watcher.ended(), 0);
  const [enter, leave] = ["\u001b[?1049h", "\u001b[?1049l"].map((sequence) => watcher.shown().lastIndexOf(sequence));
  assert.ok(enter !== undefined && leave !== undefined && enter !== -1 && leave > enter);
  assert.ok(watcher.shown().endsWith("\u001b[?1049l"), "nothing is written behind it");
});

void test("watch on a terminal ends on Ctrl-C and on TERM", onTerminal, async () => {
  const watcher = runOnTerminal([program, "watch"]);
  await watcher.until(/LATELY/);
  watcher.type("\u0003");
  assert.equal(await watcher.ended(), 0);
  assert.ok(watcher.shown().endsWith("\u001b[?1049l"));
});

void test("plugin: a daemon that is stopped is CRITICAL, and one that may not be asked is UNKNOWN", async () => {
  assert.ok(daemon?.kill("SIGSTOP"));
  const stopped = await ctl("plugin");
  daemon?.kill("SIGCONT");
  assert.match(stopped.stdout, /^FAILOVERD CRITICAL: the daemon at .* is there but does not answer within 5 s/);
  assert.equal(stopped.code, 2);
  const forbidden = asNobody(["plugin"]);
  assert.match(forbidden.stdout, /^FAILOVERD UNKNOWN: .*permission denied/);
  assert.equal(forbidden.status, 3);
});

void test("who may not ask is told so, and as whom to ask: that is no dead daemon", () => {
  const denied =
    /^failoverctl: this user may not ask a daemon at .*query\.sock \(permission denied\); ask as the user .*or as root\n$/;
  for (const words of [["status"], ["history"], ["reload"], ["run", "slave_to_master"], ["watch"]]) {
    const { status, stdout, stderr } = asNobody(words);
    assert.deepEqual([status, stdout], [4, ""], words.join(" "));
    assert.match(stderr, denied);
  }
  const { status, stdout } = asNobody(["--json", "status"]);
  assert.equal(status, 4);
  assert.match(stdout, /^\{"error":\{"name":"forbidden","message":"this user may not ask /);
});

/** As a user who may not look into `var/`; if this is not root, it is one that nobody may look into. */
function asNobody(words: readonly string[]): SpawnSyncReturns<string> {
  const isRoot = process.getuid?.() === 0;
  chmodSync(installed.root, 0o755);
  if (!isRoot) chmodSync(join(installed.root, "var"), 0);
  const ended = spawnSync(program, words, { encoding: "utf8", ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}) });
  chmodSync(join(installed.root, "var"), 0o700);
  return ended;
}

async function startDaemon(): Promise<void> {
  daemon = spawn(join(installed.root, "bin/failoverd"), ["--name", "host1"], { stdio: "ignore" });
  await until("report taken", async () => (await ctl("report", "backup", "ok")).code === 0);
  await until("learned", async () => /"learned": true/.test((await ctl("--json", "status")).stdout));
}

async function stopDaemon(): Promise<void> {
  if (daemon?.exitCode === null && daemon.kill("SIGTERM")) await once(daemon, "exit");
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = AbortSignal.timeout(patienceMs);
  while (!(await isSo())) {
    assert.ok(!deadline.aborted, `waited ${patienceMs} ms in vain: ${what}`);
    assert.equal(daemon?.exitCode, null, "the daemon has ended");
    await sleep(50);
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  const read: Readonly<Record<string, unknown>> = JSON.parse(text);
  return read;
}

function kindOf(entry: unknown): unknown {
  return typeof entry === "object" && entry !== null && "kind" in entry ? entry.kind : null;
}

void test(
  "help and complaints fit into a narrow terminal; one that does not know its size is as wide as most",
  { skip: !hasTerminal },
  async () => {
    /** Of all lines but examples, which are to be copied as they are. */
    const widest = async (columns: number, ...words: readonly string[]): Promise<number> => {
      const terminal = runOnTerminal([program, ...words], { columns });
      await terminal.ended();
      const lines = terminal
        .shown()
        .split(/\r?\n/)
        .filter((line) => !/^ +(failoverctl|bin\/)/.test(line));
      return Math.max(...lines.map((line) => line.length));
    };
    assert.ok((await widest(50, "help")) <= 50);
    assert.ok((await widest(50, "help", "plugin")) <= 50);
    const unknown = await widest(0, "help", "plugin");
    assert.ok(unknown > 60 && unknown <= 80, `${unknown} columns`);
    const check = runOnTerminal([program, "--conf", "/nowhere/that/is/there", "check"], { columns: 50 });
    await check.ended();
    assert.match(
      check.shown(),
      /^checks\.conf: error: there is no\r\n\/nowhere\/that\/is\/there\/checks\.conf \[E001\]\r\n/,
    );
  },
);
