/**
 * The journal's promise, tried at every step of the disk: what was answered "remembered" is there, once, in order and
 * unchanged, after any crash and any single failure, and nothing is there that was never appended.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry, Record } from "../../src/core/record.ts";
import type { Disk } from "../../src/store/disk.ts";
import { openJournal } from "../../src/store/open-journal.ts";
import type { CrashKind, DiskStep, Fault, SimulatedDisk } from "../world/disk.ts";
import { seededRandom } from "../world/random.ts";
import { folder, newDisk, open, readAll, remember, smallLimits, wallMs, unfinishedRun } from "./journal-world.ts";
import { action, daemonStart, note, runEnd, runStart, stepEnd, stepStart } from "./samples.ts";

/** Long enough for several files of the small limits. */
const groups: readonly (readonly Record[])[] = [
  [daemonStart("boot-1"), note("one")],
  [runStart([action(["a"]), action(["b"])]), stepStart({ step: 1 }, 1_000)],
  [stepEnd({ step: 1 }, { next: "done" })],
  [note("x".repeat(700))],
  [stepStart({ step: 2 }, 1_020)],
  [note("y".repeat(1_200)), note("z".repeat(500))],
  [stepEnd({ step: 2 }, { next: "done" }), runEnd()],
  [note("end")],
];

/** What one or more daemons were told about their entries. */
interface Told {
  readonly remembered: Entry[];
  /** All that was ever appended. */
  readonly attempted: Map<number, Entry[]>;
}

const nothingTold = (): Told => ({ remembered: [], attempted: new Map() });

/** A daemon's life: opens the journal and appends the groups. False: it was refused. */
async function lifeOf(disk: Disk, told: Told): Promise<boolean> {
  const opened = await openJournal(disk, { folder, wallMs, expectedSeq: null, limits: smallLimits });
  if (opened.kind === "refused") return false;
  const { journal } = opened;
  /** Not remembered yet; with the next success they are, late, unless they were too many. */
  let late: Entry[] = [];
  for (const group of groups) {
    group.forEach((record, index) => {
      const seq = journal.lastSeq + 1 + index;
      const entry: Entry = { ...record, seq, at: "2026-01-05T03:12:44.120Z" };
      told.attempted.set(seq, [...(told.attempted.get(seq) ?? []), entry]);
    });
    const appended = await journal.append(group, wallMs);
    if (appended.kind === "not-remembered") {
      late.push(...appended.entries);
      continue;
    }
    const isAllThere = !appended.notes.some((sentence) => /late, [1-9]\d* lost/.test(sentence));
    if (isAllThere) told.remembered.push(...late);
    told.remembered.push(...appended.entries);
    late = [];
  }
  await journal.close();
  return true;
}

/** Opens the journal as the next daemon does, and holds it to what was told. */
async function holdToPromise(disk: SimulatedDisk, told: Told, where: string): Promise<void> {
  const { journal, recovery } = await open(disk.mount());
  assert.equal(recovery.distrust, null, where);
  const { entries, gaps } = await readAll(disk.mount());
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  for (const entry of told.remembered) assert.deepEqual(bySeq.get(entry.seq), entry, where);
  let lastSeq = 0;
  for (const entry of entries) {
    assert.ok(entry.seq > lastSeq, `${where}: ${entry.seq} behind ${lastSeq}`);
    lastSeq = entry.seq;
    const attempted = told.attempted.get(entry.seq) ?? [];
    assert.ok(
      attempted.some((candidate) => isSame(candidate, entry)),
      `${where}: entry ${entry.seq} was never appended`,
    );
  }
  /** Entries that were never answered for may be known to have been there, and be lost with the end of a file put away. */
  assert.ok(journal.lastSeq >= lastSeq, where);
  const lastKnownSeq = journal.lastSeq;
  if (gaps.length === 0 && entries[0]?.seq === 1 && lastSeq === lastKnownSeq) {
    assert.deepEqual(recovery.run, unfinishedRun(entries), `${where}: the run is the one that the entries tell of`);
  }
  const [next] = await remember(journal, note("next"));
  assert.equal(next?.seq, lastKnownSeq + 1, where);
  await journal.close();
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function stepsOfLife(): Promise<number> {
  const disk = newDisk();
  await lifeOf(disk.mount(), nothingTold());
  return disk.steps;
}

function at(number: number, fault: Fault): (step: DiskStep) => Fault | null {
  return (step) => (step.number === number ? fault : null);
}

for (const how of ["kill", "power"] satisfies CrashKind[]) {
  void test(`a crash (${how}) before any step of the disk`, async () => {
    const steps = await stepsOfLife();
    assert.ok(steps > 40, "the life has enough steps to be worth it");
    const seeds = how === "kill" ? 1 : 5;
    for (let number = 0; number <= steps; number += 1) {
      for (let seed = 0; seed < seeds; seed += 1) {
        const disk = newDisk(number * seeds + seed);
        const told = nothingTold();
        disk.plan = at(number, { kind: "crash", how });
        const life = await disk.live((mounted) => lifeOf(mounted, told));
        assert.equal(life.kind, number < steps ? "crashed" : "done");
        if (life.kind === "done") disk.crash(how);
        disk.plan = (): null => null;
        await holdToPromise(disk, told, `step ${number}, seed ${seed}`);
      }
    }
  });
}

void test("a crash while what a crash left is mended", async () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const random = seededRandom(seed);
    const disk = newDisk(seed);
    const told = nothingTold();
    for (let life = 0; life < 6; life += 1) {
      const number = disk.steps + random.below(30);
      disk.plan = at(number, { kind: "crash", how: random.chance(0.5) ? "power" : "kill" });
      await disk.live((mounted) => lifeOf(mounted, told));
    }
    disk.plan = (): null => null;
    disk.crash("power");
    await holdToPromise(disk, told, `seed ${seed}`);
  }
});

for (const errno of ["EIO", "ENOSPC"]) {
  void test(`any one step fails (${errno}), and the power after that`, async () => {
    const steps = await stepsOfLife();
    for (let number = 0; number < steps; number += 1) {
      const disk = newDisk(number);
      const told = nothingTold();
      let failed: DiskStep | null = null;
      disk.plan = (step): Fault | null => {
        if (step.number !== number) return null;
        failed = step;
        return { kind: "fail", errno };
      };
      const isOpened = await lifeOf(disk.mount(), told);
      const where = `step ${number}, ${JSON.stringify(failed)}`;
      if (isOpened) assert.equal(told.remembered.length, groups.flat().length, `${where}: all was remembered, if late`);
      disk.crash("power");
      await holdToPromise(disk, told, where);
    }
  });

  void test(`the disk fails (${errno}) from any step on for a while`, async () => {
    const steps = await stepsOfLife();
    for (let number = 0; number < steps; number += 1) {
      const disk = newDisk(number);
      const told = nothingTold();
      disk.plan = ({ number: now, kind }): Fault | null =>
        now >= number && now < number + 12 && kind !== "read" ? { kind: "fail", errno } : null;
      await lifeOf(disk.mount(), told);
      disk.plan = (): null => null;
      disk.crash("power");
      await holdToPromise(disk, told, `from step ${number} on`);
    }
  });
}

void test("what only looks written, because a sync failed before the daemon was killed, is not built upon", async () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const disk = newDisk(seed);
    const first = await open(disk.mount());
    await remember(first.journal, note("durable"));
    disk.plan = ({ kind }): Fault | null => (kind === "sync" ? { kind: "fail", errno: "EIO" } : null);
    assert.equal((await first.journal.append([note("only looks so")], wallMs)).kind, "not-remembered");
    disk.plan = (): null => null;
    disk.crash("kill");
    const second = await open(disk.mount());
    assert.equal(second.journal.lastSeq, 2, "the next daemon reads it");
    const [third] = await remember(second.journal, note("behind it"));
    disk.crash("power");
    const { recovery } = await open(disk.mount());
    assert.equal(recovery.distrust, null, `seed ${seed}`);
    assert.deepEqual((await readAll(disk.mount())).entries.at(-1), third, `seed ${seed}`);
  }
});

void test("failures and crashes at random, life after life", async () => {
  for (let seed = 0; seed < 300; seed += 1) {
    const random = seededRandom(seed);
    const disk = newDisk(seed);
    const told = nothingTold();
    disk.plan = ({ kind }): Fault | null => {
      if (random.chance(0.01)) return { kind: "crash", how: random.chance(0.5) ? "power" : "kill" };
      if (kind === "read" || !random.chance(0.05)) return null;
      return { kind: "fail", errno: random.chance(0.5) ? "EIO" : "ENOSPC" };
    };
    for (let life = 0; life < 4; life += 1) {
      await disk.live((mounted) => lifeOf(mounted, told));
      disk.crash(random.chance(0.5) ? "power" : "kill");
    }
    disk.plan = (): null => null;
    await holdToPromise(disk, told, `seed ${seed}`);
  }
});
