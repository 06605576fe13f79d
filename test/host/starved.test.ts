/** A machine that has no more processes, handles or programs to give: said as that, without a flood, and over when it is. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { errnoOf } from "../../src/host/errno.ts";
import { endGroup, signalGroup } from "../../src/host/process-group.ts";
import { isGroupRunning, membersOf, readProcess, type GroupMembers } from "../../src/host/process-identity.ts";
import { isAlive, until } from "./proc.ts";
import { Remote } from "./remote.ts";
import { command, makeFolder, Stage } from "./stage.ts";
import { skipWithout } from "../checks/needs.ts";

const nobody = 65_534;
const skip = skipWithout({ isRoot: true });

void test("no more processes", { skip }, async (context) => {
  const folder = makeFolder(context);
  chownSync(folder, nobody, nobody);
  mkdirSync(join(folder, "var"), { mode: 0o700 });
  chownSync(join(folder, "var"), nobody, nobody);
  const daemon = new Remote(context, folder, ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"]);
  const launcher = await daemon.launcherReady();
  daemon.call("startCheck", 1, command("/bin/sh", "-c", "echo $PPID"), 5_000);
  const runner = Number((await daemon.checkEnded(1)).output.stdout);

  limitProcesses(daemon.pid, "1");
  limitProcesses(runner, "1");
  limitProcesses(launcher.pid, "1");
  for (const job of [2, 3]) {
    daemon.call("startCheck", job, command("/bin/true"), 5_000);
    const { outcome } = await daemon.checkEnded(job);
    assert.equal(outcome.kind === "not-started" ? outcome.errno : outcome.kind, "EAGAIN", JSON.stringify(outcome));
  }
  const key = { run: 1, name: "1" };
  daemon.call("startStep", key, command("/bin/true"), null);
  const { outcome } = await daemon.stepEnded(key);
  assert.equal(outcome.kind === "not-started" ? outcome.errno : outcome.kind, "EAGAIN", JSON.stringify(outcome));
  const failed = await daemon.when("launcher-failed");
  assert.equal(failed.errno, "EAGAIN");
  assert.match(failed.reason, /no launcher for the next action could be started: resource temporarily unavailable/);

  limitProcesses(daemon.pid, "4096");
  await daemon.launcherReady();
  assert.ok(daemon.events.filter((event) => event.kind === "launcher-failed").length < 10, "tries are spaced");
  daemon.call("startCheck", 4, command("/bin/true"), 5_000);
  const again = await daemon.checkEnded(4);
  assert.deepEqual(again.outcome, { kind: "exited", code: 0 });
});

void test("no space: checks run, actions run and are heard of, and what is lost is said", { skip }, async (context) => {
  const folder = makeFolder(context);
  mkdirSync(join(folder, "var"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "failoverd-test", join(folder, "var")]);
  if (mounted.status !== 0) {
    context.skip("no file system can be mounted here");
    return;
  }
  const stage = new Stage(context, { folder });
  try {
    assert.throws(() => writeFileSync(join(folder, "var/full"), new Uint8Array(4_000_000)), /ENOSPC/);
    const check = await stage.check(command("/bin/echo", "said"));
    assert.equal(check.output.stdout, "said\n");
    const strict = stage.script("strict", "set -e; echo said; echo and on; exit 3");
    const step = await stage.step({ run: 1, name: "1" }, command(strict));
    assert.deepEqual(step.outcome, { kind: "exited", code: 3 });
    assert.match(
      step.output,
      /^\[failoverd: what it printed is lost, \S+1\.log could not be written: the disk is full\]\n$/,
    );
  } finally {
    await stage.processes.close();
    spawnSync("umount", [join(folder, "var")]);
  }
});

void test("a step that cannot be killed is not said to have ended", { skip }, async (context) => {
  const folder = makeFolder(context);
  chownSync(folder, nobody, nobody);
  mkdirSync(join(folder, "var"), { mode: 0o700 });
  chownSync(join(folder, "var"), nobody, nobody);
  /** What is root's is nobody's to kill, as little as what hangs in the kernel is anybody's. */
  const become = join(folder, "become");
  copyFileSync(whichSetpriv(), become);
  chmodSync(become, 0o4755);
  const daemon = new Remote(context, folder, ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"]);
  await daemon.launcherReady();
  const key = { run: 1, name: "1" };
  daemon.call(
    "startStep",
    key,
    command(become, "--reuid=0", "/bin/sh", "-c", `echo $$ >${folder}/pid; sleep 1000`),
    null,
  );
  const pidFile = join(folder, "pid");
  await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n"), "the step runs");
  const pid = Number(readFileSync(pidFile, "utf8"));
  const group = readProcess(pid)?.group ?? 0;
  context.after(() => signalGroup(group, "SIGKILL"));
  daemon.call("killStep", key);
  const { outcome } = await daemon.stepEnded(key);
  const reason = outcome.kind === "lost" ? outcome.reason : outcome.kind;
  const want = `^pid .*\\b${pid}\\b.* lives on 8 s after SIGKILL and may still do what it was told; given up$`;
  assert.match(reason, new RegExp(want));
  assert.ok(isAlive(pid));
});

void test("no file handles left: what is being ended is taken to live on, and nothing is thrown", async (context) => {
  const folder = makeFolder(context);
  const child = spawn("/bin/sh", ["-c", `trap '' TERM; : >${folder}/ready; while :; do sleep 0.05; done`], {
    detached: true,
    stdio: "ignore",
  });
  const pid = child.pid ?? 0;
  context.after(() => signalGroup(pid, "SIGKILL"));
  await until(() => existsSync(join(folder, "ready")), "it runs");
  limitOwnHandles(256);
  context.after(() => limitOwnHandles(1_024));
  const handles: number[] = [];
  const takeAll = (): void => {
    try {
      for (;;) handles.push(openSync("/dev/null", "r"));
    } catch (error) {
      assert.equal(errnoOf(error), "EMFILE");
    }
  };
  assert.equal(membersOf(pid).isAll, true);
  takeAll();
  const whileFull = {
    members: membersOf(pid),
    isRunning: isGroupRunning(pid),
    isOtherRunning: isGroupRunning(2 ** 22),
  };
  const ended = new Promise<GroupMembers>((resolve) => endGroup(pid, resolve));
  const left = await ended.finally(() => handles.splice(0).forEach((handle) => closeSync(handle)));
  assert.deepEqual(whileFull, { members: { pids: [], isAll: false }, isRunning: true, isOtherRunning: true });
  assert.deepEqual(left, { pids: [], isAll: true });
});

void test("no mkfifo: the checks say so", async (context) => {
  const before = process.env["PATH"];
  process.env["PATH"] = "/nonexistent";
  context.after(() => (process.env["PATH"] = before));
  const stage = new Stage(context);
  const { outcome } = await stage.check(command("/bin/true"));
  assert.equal(outcome.kind, "not-started");
  assert.match(outcome.kind === "not-started" ? outcome.reason : "", /could not begin: .*mkfifo/);
});

/** prlimit(1), of its soft limit, as its own user. */
function limitProcesses(pid: number, most: string): void {
  const become = [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "--"];
  const done = spawnSync("setpriv", [...become, "prlimit", "--pid", String(pid), `--nproc=${most}:`]);
  assert.equal(done.status, 0, String(done.stderr));
}

function whichSetpriv(): string {
  return String(spawnSync("/bin/sh", ["-c", "command -v setpriv"]).stdout).trim();
}

/** The soft limit alone: it can be raised again. */
function limitOwnHandles(most: number): void {
  const done = spawnSync("prlimit", ["--pid", String(process.pid), `--nofile=${most}:`]);
  assert.equal(done.status, 0, String(done.stderr));
}
