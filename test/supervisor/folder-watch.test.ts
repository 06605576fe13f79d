/** What is said of a journal that is not where it was: that it was removed, only if it was. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { realDisk } from "../../src/host/files.ts";
import { takeInstanceLock } from "../../src/host/instance-lock.ts";
import type { Clock } from "../../src/host/clock.ts";
import type { Log } from "../../src/host/log.ts";
import type { Disk } from "../../src/store/disk.ts";
import { currentName } from "../../src/store/journal-files.ts";
import { openJournal } from "../../src/store/open-journal.ts";
import { watchFolder } from "../../src/supervisor/folder-watch.ts";
import { Memory } from "../../src/supervisor/memory.ts";
import { note } from "../store/samples.ts";

const full = { ok: false, errno: "ENOSPC", reason: "no space left on device" } as const;

/** Its time goes on when the test says so, to the next moment that somebody waits for. */
function clockByHand() {
  let nowMs = 0;
  const calls: { readonly atMs: number; readonly callback: () => void }[] = [];
  const arrived: (() => void)[] = [];
  const clock: Clock = {
    nowMs: () => nowMs,
    bootMs: () => nowMs,
    wallMs: () => nowMs,
    callAt: (atMs, callback) => {
      calls.push({ atMs, callback });
      arrived.shift()?.();
      return () => undefined;
    },
  };
  /** Resolves when whoever was called waits again. */
  const goOn = (): Promise<void> =>
    new Promise((resolve) => {
      arrived.push(resolve);
      const call = calls.shift();
      nowMs = call?.atMs ?? nowMs;
      call?.callback();
    });
  return { clock, goOn };
}

const rows: readonly {
  readonly name: string;
  /** What the disk takes of a new journal when it is opened, and later. */
  readonly begins: readonly [boolean, boolean];
  readonly remove: ((folder: string) => void) | null;
  readonly isSaid: boolean;
}[] = [
  { name: "nothing happens", begins: [true, true], remove: null, isSaid: false },
  {
    name: "the journal is removed",
    begins: [true, true],
    remove: (folder) => rmSync(join(folder, currentName)),
    isSaid: true,
  },
  {
    name: "the folder is removed",
    begins: [true, true],
    remove: (folder) => rmSync(folder, { recursive: true }),
    isSaid: true,
  },
  { name: "no journal could be begun on a disk that is full", begins: [false, false], remove: null, isSaid: false },
  {
    name: "the folder is removed, and the disk is full",
    begins: [false, false],
    remove: (folder) => rmSync(folder, { recursive: true }),
    isSaid: true,
  },
  { name: "one was put away, and the next could not be begun", begins: [true, false], remove: null, isSaid: false },
];

for (const { name, begins, remove, isSaid } of rows) {
  void test(`a journal that is missing: ${name}`, async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "failoverd-watch-"));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const varFolder = join(folder, "var");
    mkdirSync(varFolder);
    let [isTaken] = begins;
    /** A new journal gets its name by a rename. */
    const disk: Disk = {
      ...realDisk,
      rename: (path, toPath) =>
        isTaken || !toPath.endsWith(`/${currentName}`) ? realDisk.rename(path, toPath) : Promise.resolve(full),
    };
    const limits = {
      fileBytesMax: 512,
      rewrittenBytesMax: 512,
      keptBytesMax: 65_536,
      keptFilesMax: 9,
      damagedFilesMax: 1,
      reserveBytes: 512,
      pendingBytesMax: 65_536,
    };
    const opened = await openJournal(disk, { folder: varFolder, wallMs: 0, expectedSeq: null, limits });
    assert.ok(opened.kind === "opened");
    const said: string[] = [];
    const log: Log = {
      info: () => undefined,
      warn: () => undefined,
      error: (key, sentence) => void said.push(`${key}: ${sentence}`),
      flush: () => undefined,
    };
    const { clock, goOn } = clockByHand();
    const memory = new Memory({ disk, folder: varFolder, journal: opened.journal, clock, log });
    context.after(() => memory.close());
    const lock = takeInstanceLock(join(varFolder, "failoverd.pid"));
    assert.ok(lock.kind === "held");
    [, isTaken] = begins;
    if (begins[0] && !isTaken) {
      for (let count = 0; memory.notRemembered === null && count < 20; count += 1) await memory.remember([note("x")]);
      assert.notEqual(memory.notRemembered, null);
    }

    const watch = watchFolder({ folder: varFolder, lock, listeners: [], memory, clock, log });
    context.after(watch.end);
    remove?.(varFolder);
    for (let looks = 0; looks < 4; looks += 1) await goOn();
    assert.equal(memory.isBehind, isSaid);
    if (begins[1]) await memory.remember([note("later")]);
    else await memory.remember([]);
    const removed = said.filter((sentence) => sentence.includes(" was removed while failoverd runs"));
    assert.equal(removed.length, isSaid ? 1 : 0, said.join("\n"));
  });
}
