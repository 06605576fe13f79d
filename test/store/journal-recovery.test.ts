/** What the journal says after its files were torn, changed, lost or replaced between two daemons. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startedPhase } from "../../src/core/step-phase.ts";
import type { Record } from "../../src/core/record.ts";
import type { Run } from "../../src/core/run.ts";
import { sealLine } from "../../src/store/seal.ts";
import type { SimulatedDisk } from "../world/disk.ts";
import { acknowledged, action, daemonStart, note, runStart, stepEnd, stepStart } from "./samples.ts";
import {
  bytesOf,
  diskWith,
  folder,
  journalPath,
  newDisk,
  open,
  putText,
  readAll,
  remember,
  textOf,
  wallMs,
} from "./journal-world.ts";
import { journalLimits } from "../../src/store/journal-files.ts";
import { openJournal } from "../../src/store/open-journal.ts";

const groups: readonly (readonly Record[])[] = [
  [daemonStart("boot-1"), note("one")],
  [note("two")],
  [note("three, with ümlaut and 🦭")],
];

void test("a first start begins a journal, and a second one goes on in it", async () => {
  const disk = newDisk();
  const first = await open(disk.mount());
  assert.deepEqual(first.recovery, { run: null, lastRun: 0, runBootId: null, distrust: null, notes: [] });
  const entries = [
    ...(await remember(first.journal, daemonStart("boot-1"), note("one"))),
    ...(await remember(first.journal, note("two"))),
  ];
  assert.deepEqual(
    entries.map(({ seq, at }) => [seq, at]),
    [
      [1, "2026-01-05T03:12:44.120Z"],
      [2, "2026-01-05T03:12:44.120Z"],
      [3, "2026-01-05T03:12:44.120Z"],
    ],
  );
  disk.crash("kill");
  const second = await open(disk.mount(), { expectedSeq: 3 });
  assert.deepEqual(second.recovery, { run: null, lastRun: 0, runBootId: null, distrust: null, notes: [] });
  const [entry] = await remember(second.journal, note("three"));
  assert.deepEqual(await readAll(disk.mount()), { entries: [...entries, entry], gaps: [] });
});

void test("the boot of a run is that of its last record, and not that of the last daemon", async () => {
  const rows: readonly (readonly [readonly Record[], string])[] = [
    [[daemonStart("boot-1"), runStart([action(["plumb"])])], "boot-1"],
    [[daemonStart("boot-1"), runStart([action(["plumb"])]), daemonStart("boot-2")], "boot-1"],
    [
      [daemonStart("boot-1"), runStart([action(["plumb"])]), daemonStart("boot-2"), stepStart({ step: 1 }, 5)],
      "boot-2",
    ],
  ];
  for (const [records, runBootId] of rows) {
    const { recovery } = await open((await diskWith([records])).mount());
    assert.deepEqual([recovery.run?.run, recovery.runBootId], [7, runBootId]);
  }
});

void test("an entry that is torn at any byte is cut off, and said", async () => {
  const whole = await diskWith(groups);
  const bytes = bytesOf(whole, journalPath);
  const { entries } = await readAll(whole.mount());
  const lastLineAt = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
  for (let length = lastLineAt; length < bytes.length; length += 1) {
    const disk = newDisk();
    disk.put(journalPath, bytes.subarray(0, length));
    const { journal, recovery } = await open(disk.mount());
    assert.equal(recovery.distrust, null);
    assert.equal(recovery.notes.length, length === lastLineAt ? 0 : 1);
    const [entry] = await remember(journal, note("after the crash"));
    assert.deepEqual(await readAll(disk.mount()), { entries: [...entries.slice(0, -1), entry], gaps: [] });
  }
});

void test("a group whose first line was lost and whose last was not is torn, not damaged", async () => {
  const disk = await diskWith([[note("one")], [note("two"), note("three"), note("four")]]);
  const text = textOf(disk, journalPath);
  const from = text.indexOf('{"seq":2');
  const to = text.indexOf('{"seq":3') - 1;
  putText(disk, journalPath, text.slice(0, from) + "\0".repeat(to - from) + text.slice(to));
  const { journal, recovery } = await open(disk.mount());
  assert.equal(recovery.distrust, null);
  assert.match(recovery.notes.join(), /what a crash left/);
  await remember(journal, note("again"));
  const { entries, gaps } = await readAll(disk.mount());
  assert.deepEqual(
    [entries.map(({ seq, sentence }) => [seq, sentence]), gaps],
    [
      [
        [1, "one"],
        [2, "again"],
      ],
      [],
    ],
  );
});

for (const expectedSeq of [null, 4]) {
  const knows = expectedSeq === null ? "no table says what should be there" : "a table says what should be there";
  void test(`a bit that is flipped anywhere is never read as if it were right; ${knows}`, async () => {
    const whole = await diskWith(groups);
    const { entries } = await readAll(whole.mount());
    const bytes = bytesOf(whole, journalPath);
    const lastGroupAt = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
    for (let at = 0; at < bytes.length; at += 1) {
      const disk = newDisk();
      disk.put(journalPath, bytes);
      disk.flip(journalPath, at * 8 + (at % 8));
      const { recovery } = await open(disk.mount(), { expectedSeq });
      /** The end of a line of the group before the last: the two are one bad line then, as a crash may leave it. */
      const looksTorn = at >= lastGroupAt - 1;
      assert.equal(recovery.distrust !== null, !looksTorn || expectedSeq !== null, `byte ${at}: ${recovery.distrust}`);
      assert.equal(recovery.notes.length > 0, looksTorn, `byte ${at}: ${recovery.notes.join()}`);
      const read = await readAll(disk.mount());
      for (const entry of read.entries) assert.deepEqual(entry, entries[entry.seq - 1], `byte ${at}`);
      /** A newline that is gone makes one bad line of two good ones. */
      assert.ok(read.entries.length >= entries.length - 2, `byte ${at}`);
    }
  });
}

interface DamageRow {
  readonly name: string;
  readonly change: (disk: SimulatedDisk) => void;
  readonly expectedSeq?: number;
  readonly distrust: RegExp | null;
  readonly notes: RegExp | null;
  /** The numbers of the entries that can still be read. */
  readonly read: readonly number[];
  readonly nextSeq: number;
  readonly keptAs?: string;
}

const damagedName = `${folder}/journal.ndjson.damaged-1`;

const damageRows: readonly DamageRow[] = [
  {
    name: "a line changed",
    change: (disk) => putText(disk, journalPath, textOf(disk, journalPath).replace("two", "ten")),
    distrust:
      /^the journal cannot be trusted: journal\.ndjson \(kept as journal\.ndjson\.damaged-1\) is damaged at byte \d+ \(the line's checksum is wrong\)\. Look at it, then "failoverctl ack journal"$/,
    notes: null,
    read: [1, 2, 4],
    nextSeq: 5,
    keptAs: damagedName,
  },
  {
    name: "a sealed line at the end that says what cannot be",
    change: (disk) => {
      const lines = textOf(disk, journalPath).trimEnd().split("\n");
      const spoilt = { seq: 4, at: "2026-01-05T03:12:44.120Z", kind: "run-start", run: 1, sentence: "fires", group: 4 };
      const sealed = new TextDecoder().decode(sealLine(spoilt));
      putText(disk, journalPath, `${lines.slice(0, -1).join("\n")}\n${sealed}`);
    },
    distrust: /the line holds what cannot be: run-start\.rule: expected a string, got nothing/,
    notes: null,
    read: [1, 2, 3],
    nextSeq: 4,
    keptAs: damagedName,
  },
  {
    name: "a line taken out",
    change: (disk) => putText(disk, journalPath, textOf(disk, journalPath).replace(/\{"seq":3.*\n/, "")),
    distrust: /entry 3 should follow, and 4 does/,
    notes: null,
    read: [1, 2, 4],
    nextSeq: 5,
    keptAs: damagedName,
  },
  {
    name: "a line twice",
    change: (disk) => putText(disk, journalPath, textOf(disk, journalPath).replace(/(\{"seq":3.*\n)/, "$1$1")),
    distrust: /entry 4 should follow, and 3 does/,
    notes: null,
    read: [1, 2, 3, 4],
    nextSeq: 5,
    keptAs: damagedName,
  },
  {
    name: "the header lost",
    change: (disk) => putText(disk, journalPath, textOf(disk, journalPath).replace(/^.*\n/, "")),
    distrust: /is damaged at byte 0 \(it does not begin as a journal of failoverd does\)/,
    notes: null,
    read: [2, 3, 4],
    nextSeq: 5,
    keptAs: damagedName,
  },
  {
    name: "another program's file in its place",
    change: (disk) => putText(disk, journalPath, "Jan  5 03:12:44 host1 kernel: hello\n".repeat(10)),
    expectedSeq: 4,
    distrust: /is not a journal that can be read \(it does not begin.*; entries 1 to 4 are missing/,
    notes: null,
    read: [],
    nextSeq: 5,
    keptAs: damagedName,
  },
  {
    name: "a line without an end in its place",
    change: (disk) => disk.put(journalPath, new Uint8Array(3 * 1024 * 1024).fill(0x78)),
    distrust: /is not a journal that can be read \(the line is too long\)/,
    notes: null,
    read: [],
    nextSeq: 1,
    keptAs: damagedName,
  },
  {
    name: "the file emptied, and no table that knows better",
    change: (disk) => disk.put(journalPath, new Uint8Array(0)),
    distrust: null,
    notes: /journal\.ndjson was empty/,
    read: [],
    nextSeq: 1,
  },
  {
    name: "the file emptied, and a table that knows better",
    change: (disk) => disk.put(journalPath, new Uint8Array(0)),
    expectedSeq: 4,
    distrust: /: entries 1 to 4 are missing\./,
    notes: /journal\.ndjson was empty/,
    read: [],
    nextSeq: 5,
  },
  {
    name: "the file gone",
    change: (disk) => disk.take(journalPath),
    expectedSeq: 4,
    distrust: /: entries 1 to 4 are missing\./,
    notes: null,
    read: [],
    nextSeq: 5,
  },
  {
    name: "the last entry gone without a trace, though it was synced",
    change: (disk) => putText(disk, journalPath, textOf(disk, journalPath).replace(/\{"seq":4.*\n/, "")),
    expectedSeq: 4,
    distrust: /: entries 4 to 4 are missing\./,
    notes: null,
    read: [1, 2, 3],
    nextSeq: 5,
    keptAs: `${folder}/journal.1.ndjson`,
  },
  {
    name: "renamed away by a crash in the middle of a rotation",
    change: (disk) => {
      disk.put(`${folder}/journal.1.ndjson`, bytesOf(disk, journalPath));
      disk.put(`${folder}/journal.next.ndjson`, bytesOf(disk, journalPath));
      disk.take(journalPath);
    },
    expectedSeq: 4,
    distrust: null,
    notes: /there was no journal\.ndjson: went on from journal\.1\.ndjson/,
    read: [1, 2, 3, 4],
    nextSeq: 5,
  },
  {
    name: "put away before anything was in it, on a full disk: its number is not left out",
    change: (disk) => {
      disk.put(`${folder}/journal.1.ndjson`, bytesOf(disk, journalPath));
      const [header = ""] = textOf(disk, journalPath).split("\n");
      const { sum: _sum, ...fields }: { sum: string } = JSON.parse(header);
      disk.put(`${folder}/journal.5.ndjson`, sealLine({ ...fields, firstSeq: 5 }));
      disk.take(journalPath);
    },
    expectedSeq: 4,
    distrust: null,
    notes: /there was no journal\.ndjson: went on from journal\.5\.ndjson/,
    read: [1, 2, 3, 4],
    nextSeq: 5,
  },
];

for (const row of damageRows) {
  void test(`found at the start: ${row.name}`, async () => {
    const disk = await diskWith(groups);
    row.change(disk);
    const before = disk.peek(journalPath);
    const { expectedSeq = null } = row;
    const first = await open(disk.mount(), { expectedSeq });
    if (row.distrust === null) assert.equal(first.recovery.distrust, null);
    else assert.match(first.recovery.distrust ?? "", row.distrust);
    if (row.notes === null) assert.deepEqual(first.recovery.notes, []);
    else assert.match(first.recovery.notes.join(), row.notes);
    if (row.keptAs !== undefined) assert.deepEqual(disk.peek(row.keptAs), before);
    const { entries } = await readAll(disk.mount());
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      row.read,
    );
    const [next] = await remember(first.journal, note("next"));
    assert.equal(next?.seq, row.nextSeq);

    const second = await open(disk.mount(), { expectedSeq: row.nextSeq });
    assert.equal(second.recovery.distrust, first.recovery.distrust, "distrust outlives a restart");
    await remember(second.journal, acknowledged("journal"));
    const third = await open(disk.mount(), { expectedSeq: row.nextSeq + 1 });
    assert.equal(third.recovery.distrust, null, "and ends when it is acknowledged");
  });
}

function startedName(run: Run | null): string | null {
  return run === null ? null : (startedPhase(run.phase)?.name ?? null);
}

void test("a run that a damaged journal has in progress is in doubt", async () => {
  const run = [
    runStart([action(["a"]), action(["b"])]),
    stepStart({ step: 1 }, 1_000),
    stepEnd({ step: 1 }, { next: "done" }),
  ];
  const disk = await diskWith([[note("two")], run, [stepStart({ step: 2 }, 1_020)], [note("end")]], journalLimits);
  putText(disk, journalPath, textOf(disk, journalPath).replace('"two"', '"ten"'));
  const { recovery } = await open(disk.mount());
  assert.deepEqual(
    [recovery.run?.at, recovery.run?.phase.kind, startedName(recovery.run), recovery.run?.done],
    [1, "in-doubt", "2", [0]],
  );
});

const futureHeader = { failoverd: "journal", version: 2, anything: ["else"] };

void test("a newer failoverd's journal is refused, and left as it is", async () => {
  const disk = newDisk();
  const bytes = sealLine(futureHeader);
  disk.put(journalPath, bytes);
  const opened = await openJournal(disk.mount(), { folder, wallMs, expectedSeq: null });
  assert.deepEqual(opened, {
    kind: "refused",
    sentence: `${journalPath} was written by a newer failoverd (journal version 2): start that one, or move the file away to begin without it`,
  });
  assert.deepEqual(disk.peek(journalPath), bytes);
});

void test("a version that is only a flipped bit is damage", async () => {
  const disk = await diskWith(groups);
  putText(disk, journalPath, textOf(disk, journalPath).replace('"version":1', '"version":3'));
  const { recovery } = await open(disk.mount());
  assert.match(recovery.distrust ?? "", /its checksum is wrong/);
});

for (const errno of ["EACCES", "EPERM", "EISDIR"]) {
  void test(`a journal that may not be read (${errno}) is refused with what to do`, async () => {
    const disk = await diskWith(groups);
    disk.plan = ({ kind }) => (kind === "read" ? { kind: "fail", errno } : null);
    const opened = await openJournal(disk.mount(), { folder, wallMs, expectedSeq: null });
    assert.equal(opened.kind, "refused");
    assert.match(opened.kind === "refused" ? opened.sentence : "", /start failoverd as the user that owns it/);
  });
}

void test("a journal that the disk does not give back is not trusted, and no number in it is given again", async () => {
  const disk = await diskWith(groups);
  const { journal } = await open(disk.mount());
  await remember(journal, ...Array.from({ length: 20 }, (_, index) => note(`${index} `.repeat(40))));
  const putAway = disk.paths().filter((path) => /journal\.\d+\.ndjson$/.test(path));
  assert.notDeepEqual(putAway, []);
  const before = putAway.map((path) => textOf(disk, path));
  disk.crash("kill");
  disk.plan = ({ kind }) => (kind === "read" ? { kind: "fail", errno: "EIO" } : null);
  const again = await open(disk.mount());
  assert.match(again.recovery.distrust ?? "", /cannot be read from byte 0 on/);
  assert.ok(again.journal.lastSeq > 24, `numbers go on behind ${again.journal.lastSeq}`);
  disk.plan = (): null => null;
  await remember(again.journal, ...Array.from({ length: 20 }, (_, index) => note(`${index} `.repeat(40))));
  assert.deepEqual(
    putAway.map((path) => textOf(disk, path)),
    before,
  );
});

void test("damaged files are kept, the newest of them", async () => {
  const disk = newDisk();
  for (let time = 1; time <= 5; time += 1) {
    putText(disk, journalPath, `foreign ${time}\n`);
    await open(disk.mount());
  }
  const kept = disk.paths().filter((path) => path.includes("damaged"));
  assert.deepEqual(
    kept.map((path) => textOf(disk, path)),
    ["foreign 3\n", "foreign 4\n", "foreign 5\n"],
  );
});
