/** Actions, run for real: their launchers, their files, their ends by force, and their lives without a daemon. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Outcome } from "../../src/core/result.ts";
import { isRunning, readProcess } from "../../src/host/process-identity.ts";
import { stepLogBytesMax, stepOutputBytesMax } from "../../src/host/processes.ts";
import { isAlive, processesWith, readProc, until } from "./proc.ts";
import { Remote } from "./remote.ts";
import { command, makeFolder, Stage, withoutAge } from "./stage.ts";

const key = { run: 7, name: "1" };

const endings: readonly { name: string; given: string; want: Outcome; output: string }[] = [
  { name: "ends well", given: "echo a; echo b >&2", want: { kind: "exited", code: 0 }, output: "a\nb\n" },
  { name: "fails", given: "echo no; exit 3", want: { kind: "exited", code: 3 }, output: "no\n" },
  {
    name: "reads its input, which is empty",
    given: "cat; echo end",
    want: { kind: "exited", code: 0 },
    output: "end\n",
  },
  { name: "ends with 127 itself", given: "echo ran; exit 127", want: { kind: "exited", code: 127 }, output: "ran\n" },
  { name: "says nothing", given: ":", want: { kind: "exited", code: 0 }, output: "" },
  {
    name: "ends its own group when it tidies up",
    given: "trap '' TERM; kill 0; echo tidy",
    want: { kind: "exited", code: 0 },
    output: "tidy\n",
  },
];

void test("a step's end, output and files", async (context) => {
  const stage = new Stage(context);
  for (const [index, { name, given, want, output }] of endings.entries()) {
    const launcher = await stage.launcherReady();
    const step = { run: 7, name: String(index) };
    stage.processes.startStep(step, command(stage.script(`action${index}`, given)), null);
    const ended = await stage.stepEnded(step);
    assert.deepEqual(
      { outcome: ended.outcome, output: ended.output, dropped: ended.droppedBytes },
      { outcome: want, output, dropped: 0 },
      name,
    );
    assert.equal(readFileSync(join(stage.varFolder, "runs/7", `${index}.log`), "utf8"), output, name);
    assert.deepEqual(withoutAge(stage.processes.findStep(step, launcher)), { outcome: want, output }, name);
  }
  assert.deepEqual(statSync(join(stage.varFolder, "runs/7/0.log")).mode & 0o777, 0o600);
});

void test("a step killed by a signal says so", async (context) => {
  const stage = new Stage(context);
  const ended = await stage.step(key, command(stage.script("crash", "kill -SEGV $$")));
  assert.deepEqual(ended.outcome, { kind: "killed", signal: "SIGSEGV" });
});

void test("the launcher is known before the step, and the step runs under it", async (context) => {
  const stage = new Stage(context);
  const launcher = await stage.launcherReady();
  assert.ok(isRunning(launcher));
  assert.deepEqual(readProcess(launcher.pid)?.identity, launcher);
  stage.processes.startStep(key, command(stage.script("parent", "echo $PPID")), null);
  assert.equal((await stage.stepEnded(key)).output, `${launcher.pid}\n`);
  const next = await stage.launcherReady();
  assert.notEqual(next.pid, launcher.pid);
});

void test("words, quotes and newlines arrive as they are", async (context) => {
  const stage = new Stage(context);
  const words = ["", "it's", "$HOME `id` \\", "new\nline", "漢字😀ЁЂ", '"'];
  const ended = await stage.step(key, {
    argv: [stage.script("print", `printf '<%s>' "$K" "$@"`), ...words],
    env: { K: "v'\n$" },
    user: null,
  });
  assert.equal(ended.output, ["v'\n$", ...words].map((word) => `<${word}>`).join(""));
});

void test("a secret on standard input arrives whole, and is nowhere else", async (context) => {
  const stage = new Stage(context);
  const secret = `password=s3cret-${process.pid}\n`;
  const go = join(stage.folder, "go");
  const seen = join(stage.folder, "seen");
  const script = stage.script(
    "agent",
    `echo $$ >${seen}; while [ ! -e ${go} ]; do sleep 0.02; done; cat | wc -c; echo done`,
  );
  const launcher = await stage.launcherReady();
  stage.processes.startStep(key, command(script), `action=off\n${secret}`);
  await until(() => existsSync(seen) && readFileSync(seen, "utf8").endsWith("\n"), "the agent runs");
  for (const pid of readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)) {
    assert.equal(readProc(pid, "cmdline").includes(secret.trim()), false, `cmdline of ${pid}`);
    assert.equal(readProc(pid, "environ").includes(secret.trim()), false, `environ of ${pid}`);
  }
  writeFileSync(go, "");
  const ended = await stage.stepEnded(key);
  assert.match(ended.output, new RegExp(`^ *${11 + secret.length}\\ndone\\n$`));
  assert.equal(isAlive(launcher.pid), false);
  assert.deepEqual(filesWith(stage.varFolder, secret.trim()), []);
});

void test("what a step leaves running lives on, and does not keep the step running", async (context) => {
  const stage = new Stage(context);
  const pidFile = join(stage.folder, "pid");
  for (const [name, given] of Object.entries({ group: "sleep 1000 &", session: "setsid sleep 1000 &" })) {
    const ended = await stage.step(
      { run: 7, name },
      command(stage.script("start", `${given}\necho $! >${pidFile}; echo started`)),
    );
    assert.deepEqual(ended.outcome, { kind: "exited", code: 0 }, name);
    assert.equal(ended.output, "started\n");
    const pid = Number(readFileSync(pidFile, "utf8"));
    assert.ok(isAlive(pid), name);
    process.kill(pid, "SIGKILL");
  }
});

/** `READY` says that it may be killed. */
const stubborn: readonly { name: string; given: string; want: Outcome; within: [number, number] }[] = [
  { name: "at once", given: "READY; sleep 1000", want: { kind: "killed", signal: "SIGTERM" }, within: [0, 1_000] },
  {
    name: "when it has tidied up",
    given: "trap 'echo tidied; exit 5' TERM; READY; while :; do sleep 0.05; done",
    want: { kind: "exited", code: 5 },
    within: [0, 1_500],
  },
  {
    name: "never",
    given: "trap '' TERM; READY; while :; do sleep 0.05; done",
    want: { kind: "killed", signal: "SIGKILL" },
    within: [1_900, 3_500],
  },
  {
    name: "at once, but its child never",
    given: `sh -c 'trap "" TERM; READY; while :; do sleep 0.05; done' & wait`,
    want: { kind: "killed", signal: "SIGTERM" },
    within: [1_900, 3_500],
  },
];

for (const { name, given, want, within } of stubborn) {
  void test(`a step that is killed has ended when all of it has: it ends ${name}`, async (context) => {
    const stage = new Stage(context);
    const ready = join(stage.folder, "ready");
    const mark = `${stage.folder}/action`;
    await stage.launcherReady();
    stage.processes.startStep(
      key,
      { argv: [stage.script("action", given.replace("READY", `: >${ready}`))], env: { MARK: mark }, user: null },
      null,
    );
    await until(() => existsSync(ready), "the step runs");
    const startMs = performance.now();
    stage.processes.killStep(key);
    stage.processes.killStep(key);
    const ended = await stage.stepEnded(key);
    const tookMs = performance.now() - startMs;
    assert.deepEqual(ended.outcome, want);
    assert.ok(tookMs >= within[0] && tookMs <= within[1], `it took ${tookMs} ms`);
    await until(() => processesWith(mark).length === 0, "nothing of it is left", 300);
  });
}

void test("a launcher that is killed from outside: the step is lost, and nothing of it goes on", async (context) => {
  const stage = new Stage(context);
  const ready = join(stage.folder, "ready");
  const launcher = await stage.launcherReady();
  stage.processes.startStep(key, command(stage.script("action", `echo begun; echo $$ >${ready}; sleep 1000`)), null);
  await until(() => existsSync(ready) && readFileSync(ready, "utf8").endsWith("\n"), "the step runs");
  process.kill(launcher.pid, "SIGKILL");
  const ended = await stage.stepEnded(key);
  assert.equal(ended.outcome.kind, "lost");
  assert.equal(ended.output, "begun\n");
  await until(() => !isAlive(Number(readFileSync(ready, "utf8"))), "the action is gone");
});

void test("a waiting launcher that is killed is said and replaced; a step in between is not started", async (context) => {
  const stage = new Stage(context);
  const first = await stage.launcherReady();
  process.kill(first.pid, "SIGKILL");
  const failed = await stage.when("launcher-failed", () => true);
  assert.equal(failed.reason, `the waiting launcher (pid ${first.pid}) was ended by SIGKILL`);
  stage.processes.startStep(key, command("/bin/true"), null);
  const ended = await stage.stepEnded(key);
  assert.equal(ended.outcome.kind, "not-started");
  const again = await stage.step({ run: 7, name: "2" }, command("/bin/true"));
  assert.deepEqual(again.outcome, { kind: "exited", code: 0 });
});

void test("a step without a launcher is a programmer's error", async (context) => {
  const stage = new Stage(context);
  assert.throws(() => stage.processes.startStep(key, command("/bin/true"), null), /without a launcher/);
  await stage.launcherReady();
});

void test("a log that floods stays short, and says what is missing", async (context) => {
  const stage = new Stage(context);
  const stop = join(stage.folder, "stop");
  const log = join(stage.varFolder, "runs/7/1.log");
  await stage.launcherReady();
  const flood = `echo first; while [ ! -e ${stop} ]; do head -c 4000000 /dev/zero | tr '\\0' x; sleep 0.02; done; echo last`;
  stage.processes.startStep(key, command(stage.script("flood", flood)), null);
  let largest = 0;
  let cuts = 0;
  let before = 0;
  await until(
    () => {
      const size = existsSync(log) ? statSync(log).size : 0;
      if (size < before) cuts += 1;
      before = size;
      largest = Math.max(largest, size);
      return cuts >= 2;
    },
    "it was cut twice",
    30_000,
  );
  writeFileSync(stop, "");
  const ended = await stage.stepEnded(key);
  assert.deepEqual(ended.outcome, { kind: "exited", code: 0 });
  assert.ok(ended.droppedBytes > stepLogBytesMax, `${ended.droppedBytes} dropped`);
  assert.ok(largest < 8 * stepLogBytesMax, `${largest} at most`);
  const text = readFileSync(log, "utf8");
  assert.ok(text.startsWith("first\n") && text.endsWith("last\n"));
  assert.match(text, /\[failoverd: \d+ bytes dropped here/);
  assert.equal(Buffer.byteLength(ended.output), stepOutputBytesMax);
});

void test("a disk that takes no files does not stop a step", async (context) => {
  const stage = new Stage(context);
  writeFileSync(join(stage.varFolder, "runs"), "no folder");
  const done = join(stage.folder, "done");
  const ended = await stage.step(key, command(stage.script("action", `echo said; : >${done}; exit 4`)));
  assert.deepEqual(ended.outcome, { kind: "exited", code: 4 });
  assert.match(ended.output, /what it printed is lost, .*1\.log could not be written: /);
  assert.ok(existsSync(done));
});

void test("a pid that was used again is not taken for the step", async (context) => {
  const stage = new Stage(context);
  const other = { ...(readProcess(process.pid)?.identity ?? { pid: 0, startTicks: 0 }) };
  assert.equal(stage.processes.findStep(key, { ...other, startTicks: other.startTicks - 1 }), "in-doubt");
  assert.equal(stage.processes.findStep(key, other), "running");
});

void test("an exit file that is not whole counts for nothing", async (context) => {
  const stage = new Stage(context);
  mkdirSync(join(stage.varFolder, "runs/7"), { recursive: true });
  const gone = { pid: 1, startTicks: -1 };
  for (const [text, want] of Object.entries({
    "": "in-doubt",
    "1": "in-doubt",
    "x\n": "in-doubt",
    "1\n2\n": "in-doubt",
  })) {
    writeFileSync(join(stage.varFolder, "runs/7/1.exit"), text);
    assert.equal(stage.processes.findStep(key, gone), want, JSON.stringify(text));
  }
  writeFileSync(join(stage.varFolder, "runs/7/1.exit"), "143\n");
  utimesSync(join(stage.varFolder, "runs/7/1.exit"), 0, Date.now() / 1_000 - 100);
  const want = { outcome: { kind: "killed", signal: "SIGTERM" }, output: "" };
  const found = stage.processes.findStep(key, gone);
  assert.deepEqual(withoutAge(found), want);
  const agoMs = typeof found === "string" ? NaN : found.endedAgoMs;
  assert.ok(agoMs > 99_900 && agoMs < 110_000, `${agoMs} ms ago`);
});

void test("what an earlier daemon left hanging of checks is ended by the next", async (context) => {
  const folder = makeFolder(context);
  const check = join(folder, "check");
  writeFileSync(check, `#!/bin/sh\necho $$ >${folder}/pid\ntrap '' TERM HUP; while :; do sleep 0.02; done\n`, {
    mode: 0o755,
  });
  const daemon = new Remote(context, folder);
  daemon.call("startCheck", 1, command(check), 600_000);
  await until(
    () => existsSync(join(folder, "pid")) && readFileSync(join(folder, "pid"), "utf8").endsWith("\n"),
    "the check runs",
  );
  const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
  await daemon.kill();
  assert.ok(isAlive(pid), "nobody has ended it");
  const stage = new Stage(context, { folder });
  await until(() => !isAlive(pid), "it is ended");
  assert.deepEqual(readdirSync(join(folder, "var/runners")), []);
  assert.deepEqual((await stage.check(command("/bin/true"))).outcome, { kind: "exited", code: 0 });
});

void test("close leaves a running step alone, and tells no more", async (context) => {
  const stage = new Stage(context);
  const go = join(stage.folder, "go");
  const launcher = await stage.launcherReady();
  stage.processes.startStep(
    key,
    command(stage.script("action", `while [ ! -e ${go} ]; do sleep 0.02; done; exit 8`)),
    null,
  );
  const waiting = await stage.launcherReady();
  await stage.processes.close();
  assert.equal(isRunning(waiting), false, "the waiting launcher is gone");
  assert.ok(isRunning(launcher), "the step is not");
  writeFileSync(go, "");
  await until(() => !isRunning(launcher), "it ends");
  assert.equal(readFileSync(join(stage.varFolder, "runs/7/1.exit"), "utf8"), "8\n");
  assert.equal(
    stage.events.some((event) => event.kind === "step-ended"),
    false,
  );
});

function filesWith(folder: string, text: string): readonly string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  return paths.filter((path) => statSync(path).isFile() && readFileSync(path, "utf8").includes(text));
}
