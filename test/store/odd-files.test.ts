/** What is seldom found on a disk, and seldom goes wrong with it: each said once, and the journal goes on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lineBytesMax } from "../../src/store/journal-format.ts";
import { readHistory } from "../../src/store/history.ts";
import { openJournal } from "../../src/store/open-journal.ts";
import { loadTable, readTable } from "../../src/store/table.ts";
import type { Disk } from "../../src/store/disk.ts";
import {
  diskWith,
  folder,
  journalPath,
  newDisk,
  open,
  putText,
  readAll,
  remember,
  smallLimits,
  textOf,
  wallMs,
} from "./journal-world.ts";
import { note } from "./samples.ts";
import type { SimulatedDisk } from "../world/disk.ts";

const sixty = Array.from({ length: 60 }, (_, index) => [note(`entry ${index + 1}`)]);

function rotatedOf(disk: SimulatedDisk): readonly string[] {
  const seqOf = (path: string): number => Number(path.split(".").at(-2));
  return disk
    .paths()
    .filter((path) => /journal\.\d+\.ndjson$/.test(path))
    .toSorted((one, other) => seqOf(one) - seqOf(other));
}

void test("a page names twenty gaps and no more, and all that is intact", async () => {
  const disk = await diskWith(sixty, { ...smallLimits, fileBytesMax: 1024 * 1024 });
  putText(disk, journalPath, textOf(disk, journalPath).replaceAll(/"entry (\d*[13579])"/g, '"entry $1!"'));
  const page = await readHistory(disk.mount(), folder, { limit: 100 });
  assert.deepEqual(
    page.entries.map(({ seq }) => seq),
    Array.from({ length: 30 }, (_, index) => 2 * index + 2),
  );
  assert.equal(page.gaps.length, 20);
  assert.match(page.gaps[0] ?? "", /^journal\.ndjson is damaged at byte \d+: the line's checksum is wrong$/);
});

void test("of a damaged journal three places are named", async () => {
  const disk = await diskWith(sixty, { ...smallLimits, fileBytesMax: 1024 * 1024 });
  putText(disk, journalPath, textOf(disk, journalPath).replaceAll(/"entry (\d*[13579])"/g, '"entry $1!"'));
  const { recovery } = await open(disk.mount());
  assert.equal(recovery.distrust?.split("is damaged at byte").length, 4);
});

void test("history without the file that is written to: all that was put away", async () => {
  const disk = await diskWith(sixty);
  disk.take(journalPath);
  const { entries, gaps } = await readAll(disk.mount());
  assert.deepEqual(gaps, []);
  assert.ok(entries.length > 30);
  assert.deepEqual(
    entries.map(({ seq }) => seq),
    entries.map((_, index) => index + 1),
  );
});

void test("history of a file that is no journal: that it cannot be read", async () => {
  const disk = newDisk();
  putText(disk, journalPath, "Dear diary,\n");
  assert.deepEqual(await readAll(disk.mount()), {
    entries: [],
    gaps: ["journal.ndjson cannot be read: it does not begin as a journal of failoverd does"],
  });
});

for (const [atRead, firstSeq, name] of [
  [1, 16, "before anything of it was told: it is as if it had been removed before"],
  [2, 1, "when it was told: nothing is missing"],
] as const) {
  void test(`an old file is removed ${name}`, async () => {
    const disk = await diskWith(sixty);
    const [oldest = "", second = ""] = rotatedOf(disk);
    assert.match(second, /journal\.16\.ndjson$/);
    const real = disk.mount();
    let reads = 0;
    const pruning: Disk = {
      ...real,
      read: async (path, range) => {
        if (path === oldest && (reads += 1) === atRead) disk.take(oldest);
        return real.read(path, range);
      },
    };
    const { entries, gaps } = await readAll(pruning);
    assert.equal(disk.peek(oldest), null);
    assert.deepEqual(gaps, []);
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      Array.from({ length: 61 - firstSeq }, (_, index) => firstSeq + index),
    );
  });
}

void test("a line that is too long to be ours is damage, and the lines behind it are read", async () => {
  const disk = await diskWith([[note("one")], [note("two")], [note("three")]], {
    ...smallLimits,
    fileBytesMax: 1024 * 1024,
  });
  const text = textOf(disk, journalPath);
  const at = text.indexOf('{"seq":2');
  const long = `${"x".repeat(lineBytesMax + 1)}\n`;
  putText(disk, journalPath, `${text.slice(0, at)}${long}${text.slice(text.indexOf('{"seq":3'))}`);
  const { entries, gaps } = await readAll(disk.mount());
  assert.deepEqual(
    entries.map(({ sentence }) => sentence),
    ["one", "three"],
  );
  assert.deepEqual(gaps, [`journal.ndjson is damaged at byte ${at}: the line is too long`, "entry 2 is missing"]);
});

void test("an empty journal alone is a first start, and said", async () => {
  const disk = newDisk();
  disk.put(journalPath, new Uint8Array(0));
  const { journal, recovery } = await open(disk.mount());
  assert.deepEqual([recovery.distrust, recovery.notes], [null, [`${journalPath} was empty`]]);
  await remember(journal, note("one"));
  assert.equal((await readAll(disk.mount())).entries.length, 1);
});

void test("old files that cannot be removed are said, and are no reason not to remember", async () => {
  const limits = { ...smallLimits, keptFilesMax: 2 };
  const disk = newDisk();
  const { journal } = await open(disk.mount(), { limits });
  disk.plan = ({ kind }) => (kind === "remove" ? { kind: "fail", errno: "EIO" } : null);
  const notes: string[] = [];
  for (let index = 1; index <= 60; index += 1) {
    const appended = await journal.append([note(`entry ${index}`)], wallMs);
    assert.equal(appended.kind, "remembered");
    notes.push(...appended.notes);
  }
  assert.match(notes[0] ?? "", /^the old journal journal\.1\.ndjson was not removed: .*EIO/);
  assert.deepEqual((await readAll(disk.mount())).entries.length, 60);
});

void test("a file that cannot be closed is said", async () => {
  const disk = newDisk();
  const real = disk.mount();
  const failing: Disk = {
    ...real,
    openAppend: async (path) => {
      const opened = await real.openAppend(path);
      if (!opened.ok) return opened;
      const close = async () => ({ ok: false, errno: "EIO", reason: `${path}: EIO` }) as const;
      return { ok: true, file: { ...opened.file, close } };
    },
  };
  const { journal } = await open(failing);
  await journal.close();
  assert.deepEqual(journal.takeNotes(), [`a journal file was not closed: ${journalPath}: EIO`]);
});

void test("a journal that was read, and a moment later cannot be, is begun anew and said", async () => {
  const disk = await diskWith([[note("one")]]);
  const real = disk.mount();
  /** The first time it is read to be recovered, to its end; then to be written anew. */
  let ends = 0;
  const failing: Disk = {
    ...real,
    read: async (path, range) => {
      if (path === journalPath && ends > 0) return { ok: false, errno: "EIO", reason: `${path}: EIO` };
      const read = await real.read(path, range);
      if (read.ok && read.bytes.length === 0) ends += 1;
      return read;
    },
  };
  const { journal, recovery } = await open(failing);
  assert.deepEqual(recovery.notes, [`${journalPath} cannot be written to: ${journalPath}: EIO`]);
  await remember(journal, note("two"));
  assert.deepEqual(
    (await readAll(disk.mount())).entries.map(({ sentence }) => sentence),
    ["one", "two"],
  );
});

void test("space that could not be reserved is asked for again after 64 groups", async () => {
  const disk = newDisk();
  disk.plan = ({ path }) => (path.endsWith("journal.reserve") ? { kind: "fail", errno: "ENOSPC" } : null);
  const opened = await openJournal(disk.mount(), {
    folder,
    wallMs,
    expectedSeq: null,
    limits: { ...smallLimits, fileBytesMax: 1024 * 1024 },
  });
  assert.ok(opened.kind === "opened");
  assert.match(opened.recovery.notes.join(), /^no space was reserved for the journal: /);
  let asked = 0;
  disk.plan = ({ path }): null => {
    if (path.endsWith("journal.reserve")) asked += 1;
    return null;
  };
  for (let group = 1; group < 64; group += 1) await remember(opened.journal, note(`group ${group}`));
  assert.equal(asked, 0);
  await remember(opened.journal, note("group 64"));
  assert.ok(asked > 0);
  assert.equal(disk.peek(`${folder}/journal.reserve`)?.length, smallLimits.reserveBytes);
});

void test("a journal whose file is not where it was goes on in a new one, with what it keeps in mind", async () => {
  const disk = newDisk();
  const { journal } = await open(disk.mount());
  await remember(journal, note("one"));
  disk.plan = ({ kind }) => (kind === "write" ? { kind: "fail", errno: "EIO" } : null);
  assert.equal((await journal.append([note("two")], wallMs)).kind, "not-remembered");
  disk.plan = (): null => null;
  assert.deepEqual(
    journal.pendingEntries.map(({ seq, sentence }) => [seq, sentence]),
    [[2, "two"]],
  );
  disk.take(journalPath);
  assert.equal(journal.isAtRest, false);
  await journal.abandonFile();
  await remember(journal, note("three"));
  assert.equal(journal.isAtRest, true);
  assert.deepEqual(journal.pendingEntries, []);
  assert.deepEqual(
    (await readAll(disk.mount())).entries.map(({ sentence }) => sentence),
    ["two", "three"],
  );
});

void test("a table that is longer than any of ours is not even read, and would be kept aside", async () => {
  const bytes = 256 * 1024 * 1024 + 1;
  const disk = newDisk().mount();
  const huge: Disk = {
    ...disk,
    size: async () => ({ ok: true, bytes }),
    read: () => assert.fail("it is not read"),
  };
  assert.deepEqual(await readTable(huge, folder), {
    kind: "unusable",
    sentence: `${folder}/table.json is not a state table: it has ${bytes} bytes`,
    keepAs: "table.json.damaged",
  });
});

void test("a table that cannot even be measured is left where it is, and said", async () => {
  const disk = newDisk().mount();
  const path = `${folder}/table.json`;
  const denied: Disk = { ...disk, size: async () => ({ ok: false, errno: "EACCES", reason: `${path}: EACCES` }) };
  const sentence = `${path} cannot be read: ${path}: EACCES`;
  assert.deepEqual(await loadTable(denied, folder), { kind: "unusable", sentence, keepAs: null });
  assert.deepEqual(await loadTable(disk, folder), { kind: "none" });
});

void test("a table that is of no use and cannot be kept aside is said", async () => {
  const disk = newDisk();
  putText(disk, `${folder}/table.json`, "{}");
  disk.plan = ({ kind }) => (kind === "rename" ? { kind: "fail", errno: "EROFS" } : null);
  const loaded = await loadTable(disk.mount(), folder);
  assert.ok(loaded.kind === "unusable");
  assert.match(
    loaded.sentence,
    /is cut short; it could not be kept aside \(.*EROFS.*\), and every status begins unknown$/,
  );
});

void test("behind an empty journal the newest of those that were put away tells", async () => {
  const disk = await diskWith(sixty);
  const newest = rotatedOf(disk).at(-1) ?? "";
  disk.put(journalPath, new Uint8Array(0));
  const { journal, recovery } = await open(disk.mount());
  assert.equal(recovery.distrust, null);
  assert.deepEqual(recovery.notes, [
    `${journalPath} was empty`,
    `there was no journal.ndjson: went on from ${newest.slice(folder.length + 1)}`,
  ]);
  const { entries } = await readAll(disk.mount());
  assert.equal(journal.lastSeq, entries.at(-1)?.seq);
});
