/** Checks that stay: their lines, their floods, and their ends. */
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { ProcessCommand } from "../../src/host/processes.ts";
import { checkOutputBytesMax } from "../../src/host/processes.ts";
import type { EventOf } from "./event-book.ts";
import { processesWith, until } from "./proc.ts";
import { command, Stage } from "./stage.ts";

void test("each line is told as it comes, while it runs", async (context) => {
  const stage = new Stage(context);
  const go = join(stage.folder, "go");
  const script = `echo one; printf 'tw'; while [ ! -e ${go} ]; do sleep 0.02; done; echo o; echo; echo bad >&2; printf half; exit 3`;
  const job = start(stage, command(stage.script("stay", script)));
  await stage.when("resident-line", (event) => event.line === "one");
  assert.equal(stage.events.filter((event) => event.kind === "resident-ended").length, 0);
  writeFileSync(go, "");
  const ended = await stage.when("resident-ended");
  assert.deepEqual(linesOf(stage, job), ["one", "two", "", "half"]);
  assert.deepEqual(ended.outcome, { kind: "exited", code: 3 });
  assert.deepEqual(ended.output, { stdout: "", stderr: "bad\n", droppedBytes: 0 });
});

void test("a line that is too long is cut, and the rest of it counted", async (context) => {
  const stage = new Stage(context);
  const script = stage.script("long", `head -c 200000 /dev/zero | tr '\\0' x; echo; echo next`);
  const job = start(stage, command(script));
  const ended = await stage.when("resident-ended");
  assert.deepEqual(linesOf(stage, job), ["x".repeat(checkOutputBytesMax), "next"]);
  assert.equal(ended.output.droppedBytes, 200_000 - checkOutputBytesMax);
});

void test("one that prints without end waits for us, not we for it", async (context) => {
  const stage = new Stage(context);
  const job = start(stage, command("/usr/bin/yes"));
  const startMs = performance.now();
  for (let count = 0; count < 10; count += 1) {
    assert.deepEqual((await stage.check(command("/bin/true"))).outcome, { kind: "exited", code: 0 });
  }
  await until(() => performance.now() - startMs > 1_000, "a second");
  stage.processes.stopCheck(job);
  await stage.when("resident-ended");
  const seconds = (performance.now() - startMs) / 1_000;
  const count = linesOf(stage, job).length;
  /** A burst, a thousand a second, and the last words of one that has ended. */
  assert.ok(count < 1_100 + seconds * 1_000 + 5_001, `${count} lines in ${seconds} s`);
});

void test("one that complains without end waits for us, too", async (context) => {
  const stage = new Stage(context);
  const startMs = performance.now();
  const job = start(stage, command(stage.script("moan", "exec yes >&2")));
  await until(() => performance.now() - startMs > 1_000, "a second");
  stage.processes.stopCheck(job);
  const { output } = await stage.when("resident-ended");
  const mebibytes = output.droppedBytes / 1024 / 1024;
  const seconds = (performance.now() - startMs) / 1_000;
  /** What stood in the pipe at its end, and some tens of KiB at the beginning. */
  assert.ok(mebibytes < seconds + 2, `${mebibytes} MiB read in ${seconds} s`);
});

void test("what it complained of last is kept", async (context) => {
  const stage = new Stage(context);
  start(stage, command(stage.script("moan", "seq 1 100000 >&2; exit 1")));
  const ended = await stage.when("resident-ended");
  assert.ok(ended.output.stderr.endsWith("99999\n100000\n"));
  assert.ok(ended.output.stderr.length <= 4_096);
  assert.equal(ended.output.stderr.length + ended.output.droppedBytes, 588_895);
});

void test("one that is stopped ends with all that it started, and says how", async (context) => {
  const stage = new Stage(context);
  const ready = join(stage.folder, "ready");
  const mark = `${stage.folder}/stay`;
  const script = stage.script("stay", `trap 'echo bye; exit 0' TERM; sleep 1000 & : >${ready}; wait`);
  const job = start(stage, { argv: [script], env: { MARK: mark }, user: null });
  await until(() => existsSync(ready), "it runs");
  stage.processes.stopCheck(job);
  const ended = await stage.when("resident-ended");
  assert.deepEqual(ended.outcome, { kind: "exited", code: 0 });
  assert.deepEqual(linesOf(stage, job), ["bye"]);
  await until(() => processesWith(mark).length === 0, "nothing is left");
});

void test("one that cannot be run, and one that is stopped before it began", async (context) => {
  const stage = new Stage(context);
  const missing = start(stage, command(join(stage.folder, "none")));
  const ended = await stage.when("resident-ended", (event) => event.job === missing);
  assert.equal(ended.outcome.kind === "not-started" ? ended.outcome.errno : "", "ENOENT");
  const stopped = start(stage, command("/bin/sleep", "1000"));
  stage.processes.stopCheck(stopped);
  const never = await stage.when("resident-ended", (event) => event.job === stopped);
  assert.equal(never.outcome.kind === "not-started" ? never.outcome.errno : "", "ECANCELED");
});

void test("it may open its output by name, and what it leaves behind is not heard", async (context) => {
  const stage = new Stage(context);
  const job = start(stage, command(stage.script("leave", "echo a >/dev/stdout; yes stray & exit 2")));
  const ended = await stage.when("resident-ended");
  assert.deepEqual(ended.outcome, { kind: "exited", code: 2 });
  assert.equal(linesOf(stage, job)[0], "a");
});

function start(stage: Stage, given: ProcessCommand): number {
  const job = stage.nextJob();
  stage.processes.startResident(job, given);
  return job;
}

function linesOf(stage: Stage, job: number): readonly string[] {
  const isLine = (event: { kind: string }): event is EventOf<"resident-line"> => event.kind === "resident-line";
  return stage.events
    .filter(isLine)
    .filter((event) => event.job === job)
    .map((event) => event.line);
}
