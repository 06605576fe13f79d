/** The log: its lines, what it leaves out and says so, a reader that sleeps; and the signals. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Clock } from "../../src/host/clock.ts";
import { createLogWriter } from "../../src/host/log-writer.ts";
import { createLog, repeatMs, sentencesPerKeyMax, type Log } from "../../src/host/log.ts";
import { listenToSignals } from "../../src/host/signals.ts";
import { until } from "./proc.ts";
import { makeFolder } from "./stage.ts";

interface Row {
  readonly name: string;
  readonly given: (log: Log, advance: (ms: number) => void) => void;
  /** Without the time. */
  readonly want: readonly string[];
}

const rows: readonly Row[] = [
  { name: "nothing", given: () => undefined, want: [] },
  {
    name: "levels and keys",
    given: (log) => {
      log.info("a", "one");
      log.warn("b", "two");
      log.error("c", "three");
    },
    want: ["info a: one", "warn b: two", "error c: three"],
  },
  {
    name: "control characters do not reach the terminal",
    given: (log) => log.info("a", "one\ntwo\u001b[31m"),
    want: ["info a: one\\x0atwo\\x1b[31m"],
  },
  {
    name: "the same sentence is counted, and said once more",
    given: (log, advance) => {
      for (let count = 0; count < 5; count += 1) log.warn("a", "again");
      log.warn("a", "other");
      advance(repeatMs);
      log.warn("a", "again");
    },
    want: ["warn a: again", "warn a: other", "warn a: again (again, 4 times in 10 s)", "warn a: again"],
  },
  {
    name: "the same sentence of another key or level is another one",
    given: (log) => {
      log.warn("a", "x");
      log.warn("b", "x");
      log.info("a", "x");
    },
    want: ["warn a: x", "warn b: x", "info a: x"],
  },
  {
    name: "a key that goes wild",
    given: (log, advance) => {
      for (let count = 0; count < sentencesPerKeyMax + 7; count += 1) log.info("a", `number ${count}`);
      log.info("b", "heard");
      advance(repeatMs);
    },
    want: [
      ...Array.from({ length: sentencesPerKeyMax }, (_, count) => `info a: number ${count}`),
      "info b: heard",
      "warn a: 7 more sentences were left out here",
    ],
  },
  {
    name: "the end says what was only counted",
    given: (log) => {
      log.info("a", "x");
      log.info("a", "x");
      log.flush();
      log.flush();
    },
    want: ["info a: x", "info a: x (again, 1 times in 10 s)"],
  },
];

void test("what is said, and what is only counted", () => {
  for (const { name, given, want } of rows) {
    const lines: string[] = [];
    const { clock, advance } = virtualClock();
    given(createLog({ format: "text", clock, write: (line) => lines.push(line) }), advance);
    assert.deepEqual(
      lines.map((line) => line.replace(/^\S+ /, "").replace(/\n$/, "")),
      want,
      name,
    );
  }
});

void test("lines for people and for machines", () => {
  const lines: string[] = [];
  const { clock } = virtualClock();
  createLog({ format: "text", clock, write: (line) => lines.push(line) }).info("a", "b");
  createLog({ format: "json", clock, write: (line) => lines.push(line) }).error("a", "b\n");
  assert.deepEqual(lines, [
    "2026-01-02T03:04:05.006Z info a: b\n",
    `{"at":"2026-01-02T03:04:05.006Z","level":"error","key":"a","sentence":"b\\n","again":0}\n`,
  ]);
});

void test("a file is written at once, and a full one harms nobody", (context) => {
  const path = join(makeFolder(context), "log");
  const file = openSync(path, "a");
  const { write } = createLogWriter(file);
  write("one\n");
  assert.equal(readFileSync(path, "utf8"), "one\n");
  closeSync(file);
  write("two\n");
  const full = openSync("/dev/full", "w");
  createLogWriter(full).write("three\n");
  closeSync(full);
});

void test("a reader that sleeps does not stop us, and is told what it missed", async () => {
  /** In a process of its own: it says on standard output when it is through, whatever becomes of its log. */
  const writer = new URL("../../src/host/log-writer.js", import.meta.url).href;
  const program = `
    const { createLogWriter } = await import(${JSON.stringify(writer)});
    const { write } = createLogWriter(2);
    for (let count = 0; count < 20000; count += 1) write("x".repeat(99) + "\\n");
    console.log("through");
    process.stdin.once("data", () => { write("last\\n"); process.stdin.destroy(); });
    setInterval(() => undefined, 1e6);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "pipe"] });
  try {
    await once(child.stdout, "data");
    let heard = "";
    child.stderr.on("data", (bytes) => (heard += String(bytes)));
    await until(() => heard.length > 200_000, "what waited is read");
    await until(() => readAll(heard), "all of it");
    child.stdin.write("go\n");
    await until(() => heard.endsWith("last\n"), "it is heard again");
    const dropped = Number(/(\d+) lines of the log were dropped here/.exec(heard)?.[1]);
    const lines = heard.split("\n").filter((line) => line.startsWith("xxx")).length;
    assert.equal(lines + dropped, 20_000);
    assert.ok(dropped > 10_000);
  } finally {
    child.kill("SIGKILL");
  }

  function readAll(heard: string): boolean {
    return heard.length % 100 === 0 && heard.length >= 256_000;
  }
});

void test("a reader that has gone does not end us", async () => {
  const writer = new URL("../../src/host/log-writer.js", import.meta.url).href;
  const program = `
    const { createLogWriter } = await import(${JSON.stringify(writer)});
    const { write } = createLogWriter(2);
    process.stdin.on("data", () => { write("nobody hears\\n"); setImmediate(() => console.log("alive")); });
    console.log("ready");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "pipe"] });
  try {
    await once(child.stdout, "data");
    child.stderr.destroy();
    for (let count = 0; count < 3; count += 1) {
      child.stdin.write("go\n");
      const [said] = await once(child.stdout, "data");
      assert.equal(String(said), "alive\n");
    }
  } finally {
    child.kill("SIGKILL");
  }
});

void test("signals: what comes before somebody reloads is done when somebody does, the first stop counts", async () => {
  const signals = listenToSignals();
  let reloadCount = 0;
  process.kill(process.pid, "SIGHUP");
  process.kill(process.pid, "SIGTERM");
  assert.equal(await signals.whenStopped, "SIGTERM");
  signals.onReload(() => (reloadCount += 1));
  await until(() => reloadCount === 1, "the reload that came early");
  process.kill(process.pid, "SIGHUP");
  await until(() => reloadCount === 2, "another reload");
  process.kill(process.pid, "SIGINT");
  process.kill(process.pid, "SIGHUP");
  await until(() => reloadCount === 3, "the last reload");
  assert.equal(signals.stoppedBy(), "SIGTERM");
  signals.forget();
  for (const signal of ["SIGHUP", "SIGTERM", "SIGINT"]) assert.equal(process.listenerCount(signal), 0);
});

function virtualClock(): { readonly clock: Clock; readonly advance: (ms: number) => void } {
  let nowMs = 0;
  const timers = new Map<() => void, number>();
  const clock: Clock = {
    nowMs: () => nowMs,
    bootMs: () => nowMs,
    wallMs: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6) + nowMs,
    callAt: (atMs, callback) => {
      timers.set(callback, atMs);
      return () => timers.delete(callback);
    },
  };
  const advance = (ms: number): void => {
    nowMs += ms;
    for (const [callback, atMs] of timers) {
      if (atMs > nowMs) continue;
      timers.delete(callback);
      callback();
    }
  };
  return { clock, advance };
}
