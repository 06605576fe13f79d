/** The journal while it is written: full disks, files that are put away, entries that are too long or too many. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Record } from "../../src/core/record.ts";
import { entryBytesMax } from "../../src/store/journal-format.ts";
import { journalLimits } from "../../src/store/journal-files.ts";
import type { SimulatedDisk } from "../world/disk.ts";
import {
  bytesOf,
  folder,
  journalPath,
  newDisk,
  open,
  readAll,
  remember,
  smallLimits,
  wallMs,
} from "./journal-world.ts";
import { action, note, runStart, stepStart } from "./samples.ts";

/** Somebody else's file takes all the space that is left. */
function fill(disk: SimulatedDisk, capacityBytes: number): void {
  disk.put("/var/other/file", new Uint8Array(Math.max(0, capacityBytes - disk.usedBytes)));
}

void test("a full disk: the reserved space is given up, then nothing is remembered, then what was kept is written late", async () => {
  const capacityBytes = 64 * 1_024;
  const disk = newDisk(1, capacityBytes);
  const { journal } = await open(disk.mount(), { limits: { ...smallLimits, fileBytesMax: 1024 * 1024 } });
  await remember(journal, note("before"));
  fill(disk, capacityBytes);

  const told: string[] = [];
  let count = 0;
  for (;;) {
    const appended = await journal.append([note(`entry ${count} ${"x".repeat(400)}`)], wallMs);
    told.push(...appended.notes);
    if (appended.kind === "not-remembered") {
      assert.match(appended.reason, /ENOSPC/);
      break;
    }
    count += 1;
  }
  assert.deepEqual(told, ["the disk is full: the journal goes on in the 16384 bytes that were reserved for it"]);
  assert.ok(count > 30, `${count} entries fit into the reserved space`);
  assert.equal(journal.durableSeq, count + 1);
  assert.equal(journal.lastSeq, count + 2);

  const second = await journal.append([note("still full")], wallMs);
  assert.equal(second.kind, "not-remembered");
  disk.take("/var/other/file");
  const third = await journal.append([note("there is space")], wallMs);
  assert.equal(third.kind, "remembered");
  assert.deepEqual(third.notes, ["the journal is written again: 2 entries late, 0 lost"]);
  assert.equal(journal.durableSeq, journal.lastSeq);

  disk.crash("power");
  const { entries, gaps } = await readAll(disk.mount());
  assert.deepEqual(gaps, []);
  assert.deepEqual(
    entries.map(({ seq }) => seq),
    Array.from({ length: count + 4 }, (_, index) => index + 1),
  );
});

void test("more than may be kept in memory is lost from its beginning, counted, and the run is known all the same", async () => {
  const disk = newDisk();
  const { journal } = await open(disk.mount());
  await remember(journal, note("before"));
  disk.plan = ({ kind }) => (kind === "write" ? { kind: "fail", errno: "EIO" } : null);
  const records: readonly Record[] = [
    runStart([action(["a"])]),
    stepStart({ step: 1 }, 1_000),
    ...Array.from({ length: 20 }, (_, index) => note(`entry ${index} ${"x".repeat(100)}`)),
  ];
  for (const record of records) assert.equal((await journal.append([record], wallMs)).kind, "not-remembered");
  disk.plan = (): null => null;
  const appended = await journal.append([note("after")], wallMs);
  const counted = /^the journal is written again: (\d+) entries late, (\d+) lost$/.exec(appended.notes.at(-1) ?? "");
  const [late, lost] = [Number(counted?.[1]), Number(counted?.[2])];
  assert.equal(late + lost, records.length);
  assert.ok(lost > 10 && late > 2, `${late} late, ${lost} lost`);
  disk.crash("power");

  const { recovery } = await open(disk.mount(), { expectedSeq: journal.durableSeq });
  assert.deepEqual([recovery.distrust, recovery.run?.phase.kind, recovery.lastRun], [null, "running", 7]);
  const { entries, gaps } = await readAll(disk.mount());
  assert.equal(entries.length, 1 + late + 1);
  assert.deepEqual(gaps, [`entries 2 to ${lost + 1} are missing`]);
});

void test("files are put away when they are full, and the oldest removed", async () => {
  const disk = newDisk();
  const limits = { ...smallLimits, keptBytesMax: 5 * smallLimits.fileBytesMax };
  const { journal } = await open(disk.mount(), { limits });
  for (let index = 1; index <= 200; index += 1) await remember(journal, note(`entry ${index} ${"x".repeat(80)}`));
  const files = disk.paths().filter((path) => path.endsWith(".ndjson"));
  assert.ok(files.length >= 5 && files.length <= 6, files.join());
  for (const path of files) assert.ok(bytesOf(disk, path).length <= limits.fileBytesMax, path);
  const { entries, gaps } = await readAll(disk.mount());
  assert.deepEqual(gaps, []);
  const [first] = entries;
  assert.ok(first !== undefined && first.seq > 100);
  assert.deepEqual(
    entries.map(({ seq }) => seq),
    Array.from({ length: 201 - first.seq }, (_, index) => first.seq + index),
  );
  const again = await open(disk.mount(), { limits });
  assert.equal(again.journal.lastSeq, 200);
});

void test("the default limits put away at 8 MiB and keep eight files", async () => {
  assert.deepEqual(
    [journalLimits.fileBytesMax, journalLimits.keptBytesMax / journalLimits.fileBytesMax, journalLimits.reserveBytes],
    [8 * 1024 * 1024, 8, 1024 * 1024],
  );
});

void test("a record that is too long leaves a note in its place", async () => {
  const disk = newDisk();
  const { journal } = await open(disk.mount(), { limits: journalLimits });
  const appended = await journal.append([note("x".repeat(entryBytesMax)), note("short")], wallMs);
  assert.match(appended.notes.join(), /^a note entry of \d+ bytes was not written: 524288 is the most$/);
  const { entries } = await readAll(disk.mount());
  assert.deepEqual(
    entries.map(({ seq, sentence }) => [seq, sentence]),
    [
      [1, appended.notes[0]],
      [2, "short"],
    ],
  );
});

void test("nothing to append is remembered without touching the disk", async () => {
  const disk = newDisk();
  const { journal } = await open(disk.mount());
  const { steps } = disk;
  assert.deepEqual(await journal.append([], wallMs), { kind: "remembered", entries: [], notes: [] });
  assert.equal(disk.steps, steps);
});

void test("a group is one write and one sync, whatever its size", async () => {
  const disk = newDisk();
  const { journal } = await open(disk.mount());
  const kinds: string[] = [];
  disk.plan = ({ kind, path }): null => {
    if (path === journalPath) kinds.push(kind);
    return null;
  };
  await remember(journal, note("one"), note("two"), note("three"));
  assert.deepEqual(kinds, ["write", "sync"]);
});

void test("nobody may append while somebody does: that is our own mistake, and ends the daemon", async () => {
  const disk = newDisk();
  const { journal } = await open(disk.mount());
  const first = journal.append([note("one")], wallMs);
  await assert.rejects(journal.append([note("two")], wallMs), { name: "InvariantError" });
  assert.equal((await first).kind, "remembered");
});

void test("wall clocks that are nowhere near now are written as dates all the same", async () => {
  const disk = newDisk();
  const { journal } = await open(disk.mount());
  for (const wall of [Number.NaN, -1, 0, 1e15, Infinity]) {
    const { entries } = await journal.append([note("when?")], wall);
    assert.match(entries[0]?.at ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
  assert.equal((await readAll(disk.mount())).entries.length, 5);
  assert.ok(disk.paths().includes(`${folder}/journal.reserve`));
});
