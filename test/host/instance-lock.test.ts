/** The lock of a folder: who has it, and what a dead holder's is worth. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { takeInstanceLock, type HeldLock } from "../../src/host/instance-lock.ts";
import { readProcess } from "../../src/host/process-identity.ts";
import { makeFolder } from "./stage.ts";

function textOf({ pid, startTicks }: { readonly pid: number; readonly startTicks: number }): string {
  return `pid=${pid},startTicks=${startTicks}`;
}

const own = readProcess(process.pid)?.identity ?? { pid: 0, startTicks: 0 };

function hold(path: string): HeldLock {
  const lock = takeInstanceLock(path);
  assert.ok(lock.kind === "held");
  return lock;
}

/** A process that lives until the test is over. */
function livingOther(context: TestContext): { readonly pid: number; readonly startTicks: number } {
  const child = spawn("/bin/sleep", ["1000"], { stdio: "ignore" });
  context.after(() => child.kill("SIGKILL"));
  const found = readProcess(child.pid ?? 0)?.identity;
  assert.ok(found !== undefined);
  return found;
}

const rows: readonly {
  readonly name: string;
  /** What the lock says; null: it is gone. */
  readonly found: (context: TestContext) => string | null;
  readonly isTaken: boolean;
}[] = [
  { name: "it is gone", found: () => null, isTaken: false },
  { name: "it is there", found: () => textOf(own), isTaken: false },
  { name: "another has it, and lives", found: (context) => textOf(livingOther(context)), isTaken: true },
  {
    name: "another had it, and is dead",
    found: () => textOf({ pid: spawnSync("/bin/true").pid, startTicks: 1 }),
    isTaken: false,
  },
  {
    name: "another has the pid of who had it",
    found: (context) => textOf({ ...livingOther(context), startTicks: 1 }),
    isTaken: false,
  },
  { name: "it is not of our making", found: () => "nowhere", isTaken: false },
];

for (const { name, found, isTaken } of rows) {
  void test(`taken, and taken again: ${name}`, (context) => {
    const folder = makeFolder(context);
    const path = join(folder, "lock");
    const text = found(context);
    const put = (): void => {
      rmSync(path, { force: true });
      if (text !== null) symlinkSync(text, path);
    };
    put();
    const first = takeInstanceLock(path);
    assert.equal(first.kind, isTaken ? "taken" : "held");
    assert.equal(readlinkSync(path), isTaken ? text : textOf(own));

    rmSync(path);
    const lock = hold(path);
    put();
    const by = lock.retake();
    assert.equal(by === null ? null : textOf(by), isTaken ? text : null);
    assert.equal(readlinkSync(path), isTaken ? text : textOf(own));
    lock.release();
    assert.equal(existsSync(path) || readdirSync(folder).length > 0, isTaken);
  });
}
