/** What is ended by force: in time, whole, and without harm to others. And what ends although nobody wanted it to. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { killAfterMs } from "../../src/host/processes.ts";
import { createProcesses } from "../../src/host/real-processes.ts";
import { isAlive, processesWith, until } from "./proc.ts";
import { command, makeFolder, Stage } from "./stage.ts";

/** A timeout of 300 ms here; what the system may add. */
const timeoutMs = 300;
const slackMs = 700;

const hangers: readonly { name: string; given: string; isStubborn: boolean }[] = [
  { name: "it waits", given: "sleep 1000", isStubborn: false },
  { name: "its child waits, and it waits for the child", given: "sh -c 'sleep 1000; :' ; :", isStubborn: false },
  { name: "it ignores TERM", given: "trap '' TERM; while :; do sleep 0.1; done", isStubborn: true },
  {
    name: "its grandchildren ignore TERM",
    given: "sh -c 'trap \"\" TERM; (while :; do sleep 0.1; done) & while :; do sleep 0.1; done' & wait",
    isStubborn: true,
  },
  { name: "it prints without end", given: "yes", isStubborn: false },
  { name: "it is stopped", given: "kill -STOP $$", isStubborn: false },
];

for (const { name, given, isStubborn } of hangers) {
  void test(`a check that hangs is ended with all that it started: ${name}`, async (context) => {
    const stage = new Stage(context);
    /** Handed down to all that it starts. */
    const mark = `${stage.folder}/hang`;
    const path = stage.script("hang", `echo before\n${given}`);
    const startMs = performance.now();
    const ended = await stage.check({ argv: [path], env: { MARK: mark }, user: null }, timeoutMs);
    assert.deepEqual(ended.outcome, { kind: "timed-out", afterMs: timeoutMs });
    assert.match(ended.output.stdout, /^(before\n|y\n)/);
    assert.ok(ended.durationMs >= timeoutMs);
    await until(() => processesWith(mark).length === 0, "all are gone", timeoutMs + killAfterMs + slackMs);
    const tookMs = performance.now() - startMs;
    const limitMs = timeoutMs + slackMs + (isStubborn ? killAfterMs : 0);
    assert.ok(tookMs < limitMs, `it took ${tookMs} ms`);
    assert.deepEqual((await stage.check(command("/bin/true"))).outcome, { kind: "exited", code: 0 });
  });
}

void test("what it does on TERM is heard, and it has its time for that", async (context) => {
  const stage = new Stage(context);
  const path = stage.script(
    "tidy",
    "trap 'sleep 0.2; echo tidied; exit 3' TERM; echo start; while :; do sleep 0.05; done",
  );
  const ended = await stage.check(command(path), timeoutMs);
  assert.deepEqual(ended.outcome, { kind: "timed-out", afterMs: timeoutMs });
  assert.match(ended.output.stdout, /^start\ntidied\n$/);
});

void test("many hang, and the others run on time", async (context) => {
  const stage = new Stage(context, { runnersMax: 8 });
  const hung = [1, 2, 3, 4].map(() => stage.check(command("/bin/sleep", "1000"), 1_000));
  for (let count = 0; count < 20; count += 1) {
    assert.deepEqual((await stage.check(command("/bin/true"))).outcome, { kind: "exited", code: 0 });
  }
  const first = stage.events.filter((event) => event.kind === "check-ended").slice(0, 20);
  assert.ok(first.every((event) => event.outcome.kind === "exited"));
  for (const ended of await Promise.all(hung)) assert.equal(ended.outcome.kind, "timed-out");
});

void test("when all runners hang, the line moves on as they are replaced", async (context) => {
  const stage = new Stage(context, { runnersMax: 2 });
  const checks = [1, 2, 3, 4, 5].map(() => stage.check(command("/bin/sleep", "1000"), 200));
  const last = stage.check(command("/bin/echo", "last"));
  for (const ended of await Promise.all(checks)) assert.equal(ended.outcome.kind, "timed-out");
  assert.equal((await last).output.stdout, "last\n");
});

void test("a check that is stopped says how it ended; one that waits in line never begins", async (context) => {
  const stage = new Stage(context, { runnersMax: 1 });
  const begun = join(stage.folder, "begun");
  const [first, second] = [stage.nextJob(), stage.nextJob()];
  stage.processes.startCheck(first, command(stage.script("long", `: >${begun}; exec sleep 1000`)), 60_000);
  stage.processes.startCheck(second, command("/bin/true"), 60_000);
  await until(() => existsSync(begun), "the check runs");
  stage.processes.stopCheck(second);
  const never = await stage.when("check-ended", (event) => event.job === second);
  assert.equal(never.outcome.kind === "not-started" ? never.outcome.errno : "", "ECANCELED");
  stage.processes.stopCheck(first);
  stage.processes.stopCheck(first);
  const stopped = await stage.when("check-ended", (event) => event.job === first);
  assert.deepEqual(stopped.outcome, { kind: "killed", signal: "SIGTERM" });
  assert.equal(stage.events.filter((event) => event.kind === "check-ended").length, 2);
});

void test("a runner that is killed from outside: its check is lost and ended, and the next one runs", async (context) => {
  const stage = new Stage(context, { runnersMax: 1 });
  const pids = join(stage.folder, "pids");
  const job = stage.nextJob();
  stage.processes.startCheck(
    job,
    command(stage.script("long", `echo half; echo $$ $PPID >${pids}; exec sleep 1000`)),
    60_000,
  );
  await until(() => existsSync(pids) && readFileSync(pids, "utf8").endsWith("\n"), "the check runs");
  const [check = 0, runner = 0] = readFileSync(pids, "utf8").split(" ").map(Number);
  process.kill(runner, "SIGKILL");
  const lost = await stage.when("check-ended", (event) => event.job === job);
  const reason = `the shell that ran it (pid ${runner}) was ended from outside by SIGKILL`;
  assert.deepEqual(lost.outcome, { kind: "lost", reason });
  assert.equal(lost.output.stdout, "half\n");
  await until(() => !isAlive(check), "the check is gone too");
  assert.deepEqual((await stage.check(command("/bin/true"))).outcome, { kind: "exited", code: 0 });
});

void test("an idle runner that is killed is replaced", async (context) => {
  const stage = new Stage(context, { runnersMax: 1 });
  const seen = await stage.check(command(stage.script("parent", "echo $PPID")));
  const runner = Number(seen.output.stdout);
  process.kill(runner, "SIGKILL");
  await until(() => !existsSync(`/proc/${runner}`), "it was noticed");
  const ended = await stage.check(command("/bin/true"));
  assert.deepEqual(ended.outcome, { kind: "exited", code: 0 });
});

void test("who hears of an end may stop and close all at once", async (context) => {
  const rows: readonly { name: string; given: string; timeoutMs: number }[] = [
    { name: "ends", given: "exit 0", timeoutMs: 10_000 },
    { name: "is ended", given: "sleep 1000", timeoutMs: 100 },
    { name: "loses its runner", given: "kill -KILL $PPID; sleep 1000", timeoutMs: 10_000 },
    { name: "leaves somebody behind", given: "sleep 1 &", timeoutMs: 10_000 },
  ];
  for (const { name, given, timeoutMs } of rows) {
    const folder = makeFolder(context);
    const path = join(folder, "check");
    writeFileSync(path, `#!/bin/sh\n${given}\n`, { mode: 0o755 });
    await new Promise<void>((resolve, reject) => {
      const processes = createProcesses({
        varFolder: folder,
        onEvent: (event) => {
          if (event.kind !== "check-ended") return;
          processes.stopCheck(event.job);
          processes.close().then(resolve, reject);
        },
      });
      processes.startCheck(1, command(path), timeoutMs);
    });
    assert.deepEqual(readdirSync(join(folder, "runners")), [], name);
  }
});

void test("at the end nothing is left, stubborn or not", async (context) => {
  const stage = new Stage(context);
  const stubborn = stage.script("stubborn", "trap '' TERM; : >$1; while :; do sleep 0.1; done");
  const marks = ["a", "b"].map((name) => join(stage.folder, name));
  for (const mark of marks) stage.processes.startCheck(stage.nextJob(), command(stubborn, mark), 60_000);
  stage.processes.startResident(stage.nextJob(), command(stubborn, join(stage.folder, "c")));
  await until(() => marks.every((mark) => existsSync(mark)), "they run");
  await stage.processes.close();
  assert.equal(stage.events.filter((event) => event.kind === "check-ended").length, 2);
  assert.equal(stage.events.filter((event) => event.kind === "resident-ended").length, 1);
  await until(() => processesWith(stage.folder).length === 0, "nothing of it is left");
});
