/** Actions that outlive their daemon: the next one finds out what became of them, and ends what nobody can account for. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isRunning } from "../../src/host/process-identity.ts";
import { isAlive, until } from "./proc.ts";
import { Remote } from "./remote.ts";
import { command, makeFolder, Stage, withoutAge } from "./stage.ts";

const key = { run: 7, name: "1" };

void test("a daemon that is killed: its step goes on to its end, and the next daemon hears of it", async (context) => {
  const folder = makeFolder(context);
  const go = join(folder, "go");
  const script = join(folder, "action");
  writeFileSync(
    script,
    `#!/bin/sh\necho begun; cat; : >${folder}/begun\nwhile [ ! -e ${go} ]; do sleep 0.02; done\necho ended; exit 6\n`,
    { mode: 0o755 },
  );
  const daemon = new Remote(context, folder);
  const launcher = await daemon.launcherReady();
  daemon.call("startStep", key, command(script), "given\n");
  await until(() => existsSync(join(folder, "begun")), "the step runs");
  await daemon.kill();
  assert.ok(isRunning(launcher), "the step outlives its daemon");

  const stage = new Stage(context, { folder });
  assert.equal(stage.processes.findStep(key, launcher), "running");
  stage.processes.awaitStep(key, launcher);
  writeFileSync(go, "");
  const ended = await stage.stepEnded(key);
  assert.deepEqual(ended.outcome, { kind: "exited", code: 6 });
  assert.equal(ended.output, "begun\ngiven\nended\n");
  await until(() => !isRunning(launcher), "the launcher ends");
  const { outcome, output } = ended;
  assert.deepEqual(withoutAge(stage.processes.findStep(key, launcher)), { outcome, output });
});

void test("a step of an earlier daemon can be killed, and its death without a word is seen", async (context) => {
  const folder = makeFolder(context);
  const script = join(folder, "action");
  writeFileSync(script, `#!/bin/sh\n: >${folder}/begun\ntrap '' TERM; while :; do sleep 0.02; done\n`, { mode: 0o755 });
  for (const [name, want] of [
    ["kill", "killed"],
    ["death", "lost"],
  ] as const) {
    rmSync(join(folder, "begun"), { force: true });
    const daemon = new Remote(context, folder);
    const launcher = await daemon.launcherReady();
    daemon.call("startStep", key, command(script), null);
    await until(() => existsSync(join(folder, "begun")), "the step runs");
    await daemon.kill();
    const stage = new Stage(context, { folder });
    stage.processes.awaitStep(key, launcher);
    if (name === "kill") stage.processes.killStep(key);
    else process.kill(-launcher.pid, "SIGKILL");
    const ended = await stage.stepEnded(key);
    assert.equal(ended.outcome.kind, want);
    assert.equal(stage.processes.findStep(key, launcher), "in-doubt");
    await stage.processes.close();
  }
});

void test("a launcher that was killed together with its daemon: what it has left is ended, and the step is lost", async (context) => {
  const folder = makeFolder(context);
  const script = join(folder, "action");
  writeFileSync(script, `#!/bin/sh\ntrap '' TERM; echo $$ >${folder}/pid; while :; do sleep 0.05; done\n`, {
    mode: 0o755,
  });
  for (const isKilled of [false, true]) {
    rmSync(join(folder, "pid"), { force: true });
    const daemon = new Remote(context, folder);
    const launcher = await daemon.launcherReady();
    daemon.call("startStep", key, command(script), null);
    const pidFile = join(folder, "pid");
    await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n"), "the step runs");
    const pid = Number(readFileSync(pidFile, "utf8"));
    await daemon.kill();
    process.kill(launcher.pid, "SIGKILL");
    await until(() => !isRunning(launcher), "the launcher is gone");
    assert.ok(isAlive(pid), "its command is not");

    const stage = new Stage(context, { folder });
    assert.equal(stage.processes.findStep(key, launcher), "running");
    const other = { ...launcher, startTicks: launcher.startTicks - 1 };
    assert.equal(stage.processes.findStep({ run: 8, name: "1" }, { pid: 0, startTicks: 0 }), "in-doubt");
    stage.processes.awaitStep(key, launcher);
    if (isKilled) stage.processes.killStep(key);
    const ended = await stage.stepEnded(key);
    assert.equal(isAlive(pid), false, "it has ended when that is told");
    const reason = `its launcher (pid ${launcher.pid}) is gone and left no exit code; what it had started is ended`;
    assert.deepEqual(ended.outcome, isKilled ? { kind: "killed", signal: "SIGKILL" } : { kind: "lost", reason });
    assert.equal(stage.processes.findStep(key, launcher), "in-doubt");
    assert.equal(stage.processes.findStep(key, other), "in-doubt");
    await stage.processes.close();
  }
});

void test("a daemon that dies before it gave the command: nothing was started, and that is in doubt", async (context) => {
  const folder = makeFolder(context);
  const daemon = new Remote(context, folder);
  const launcher = await daemon.launcherReady();
  assert.ok(isRunning(launcher));
  await daemon.kill();
  await until(() => !isRunning(launcher), "the launcher ends by itself");
  const stage = new Stage(context, { folder });
  assert.equal(stage.processes.findStep(key, launcher), "in-doubt");
  assert.equal(existsSync(join(folder, "var/runs")), false);
});
