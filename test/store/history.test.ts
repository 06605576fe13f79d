/** The journal read back: by number, by time, by run, in pages, and while it is written to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pageBytesMax, readHistory, type HistoryQuery } from "../../src/store/history.ts";
import { journalLimits } from "../../src/store/journal-files.ts";
import { sealLine } from "../../src/store/seal.ts";
import type { Disk } from "../../src/store/disk.ts";
import { folder, journalPath, newDisk, open, putText, readAll, remember, textOf, wallMs } from "./journal-world.ts";
import { action, note, runEnd, runStart, stepEnd, stepStart } from "./samples.ts";
import type { SimulatedDisk } from "../world/disk.ts";

/** 40 entries in several files: a run at 11 to 14, and a minute between two entries. */
async function storied(): Promise<SimulatedDisk> {
  const disk = newDisk();
  const { journal } = await open(disk.mount());
  for (let seq = 1; seq <= 40; seq += 1) {
    const record =
      seq === 11
        ? runStart([action(["a"])])
        : seq === 12
          ? stepStart({ step: 1 }, 1_000)
          : seq === 13
            ? stepEnd({ step: 1 }, { next: "done" })
            : seq === 14
              ? runEnd()
              : note(`entry ${seq}`);
    const appended = await journal.append([record], wallMs + (seq - 1) * 60_000);
    assert.equal(appended.kind, "remembered");
  }
  assert.ok(disk.paths().filter((path) => path.endsWith(".ndjson")).length > 3);
  return disk;
}

const rows: readonly {
  name: string;
  query: HistoryQuery & { limit: number };
  want: readonly number[];
  next: number | null;
}[] = [
  { name: "from the beginning", query: { limit: 3 }, want: [1, 2, 3], next: 4 },
  { name: "from a number on", query: { sinceSeq: 38, limit: 10 }, want: [38, 39, 40], next: null },
  { name: "exactly to the end", query: { sinceSeq: 38, limit: 3 }, want: [38, 39, 40], next: null },
  { name: "behind the end", query: { sinceSeq: 41, limit: 3 }, want: [], next: null },
  { name: "from a time on", query: { sinceWallMs: wallMs + 37.5 * 60_000, limit: 10 }, want: [39, 40], next: null },
  { name: "of a run", query: { run: 7, limit: 10 }, want: [11, 12, 13, 14], next: null },
  { name: "of a run, in pages", query: { run: 7, limit: 2 }, want: [11, 12], next: 13 },
  { name: "of a run that never was", query: { run: 8, limit: 2 }, want: [], next: null },
];

for (const { name, query, want, next } of rows) {
  void test(`history ${name}`, async () => {
    const disk = await storied();
    const page = await readHistory(disk.mount(), folder, query);
    assert.deepEqual(
      page.entries.map(({ seq }) => seq),
      want,
    );
    assert.deepEqual([page.nextSeq, page.gaps], [next, []]);
  });
}

void test("files that cannot hold what is asked for are not read", async () => {
  const disk = await storied();
  const read = new Set<string>();
  disk.plan = ({ kind, path }): null => {
    if (kind === "read") read.add(path);
    return null;
  };
  await readHistory(disk.mount(), folder, { sinceSeq: 40, limit: 1 });
  assert.deepEqual([...read], [journalPath]);
});

void test("a page is never longer than its limit, and has at least one entry", async () => {
  const disk = newDisk();
  const { journal } = await open(disk.mount(), { limits: journalLimits });
  for (let seq = 1; seq <= 6; seq += 1) await remember(journal, note("x".repeat(200_000)));
  const pages: number[][] = [];
  for (let sinceSeq: number | null = 1; sinceSeq !== null;) {
    const page = await readHistory(disk.mount(), folder, { sinceSeq, limit: 100 });
    assert.ok(JSON.stringify(page.entries).length <= pageBytesMax);
    pages.push(page.entries.map(({ seq }) => seq));
    sinceSeq = page.nextSeq;
  }
  assert.deepEqual(pages, [
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
});

void test("a file in the middle that is lost, damaged or a newer version's is told of in its place", async () => {
  const disk = await storied();
  const files = disk.paths().filter((path) => /journal\.\d+\.ndjson$/.test(path));
  const [first = "", second = "", third = ""] = files.sort(
    (one, other) => Number(one.split(".")[1]) - Number(other.split(".")[1]),
  );
  putText(disk, first, textOf(disk, first).replace("entry 2", "entry Z"));
  disk.take(second);
  putText(disk, third, `{"failoverd":"journal","version":9}\n`);
  const { entries, gaps } = await readAll(disk.mount());
  assert.equal(gaps.length, 4);
  assert.match(gaps[0] ?? "", /^journal\.1\.ndjson is damaged at byte \d+: the line's checksum is wrong$/);
  assert.equal(gaps[1], "entry 2 is missing");
  assert.match(gaps[2] ?? "", /^journal\.\d+\.ndjson was written by a newer failoverd$/);
  assert.match(gaps[3] ?? "", /^entries \d+ to \d+ are missing$/);
  assert.equal(entries.at(-1)?.seq, 40);
});

void test("no folder, or nothing in it", async () => {
  const disk = newDisk();
  assert.deepEqual((await readAll(disk.mount())).gaps, [`the journal cannot be read: ${folder}: no such file`]);
  disk.put(`${folder}/table.json`, new Uint8Array(0));
  assert.deepEqual(await readAll(disk.mount()), { entries: [], gaps: [] });
});

void test("a kind that only a newer version knows is read like any other", async () => {
  const disk = newDisk();
  const { journal } = await open(disk.mount());
  const sentence = "the moon was full";
  /** The fields of a record that has them all: what it has more is not known to us. */
  const moon = { ...note(sentence), kind: "moon", phase: 0.5 };
  await journal.close();
  const line = sealLine({ seq: 1, at: "2026-01-05T03:12:44.120Z", ...moon, group: 1 });
  putText(disk, journalPath, textOf(disk, journalPath) + new TextDecoder().decode(line));
  const again = await open(disk.mount());
  assert.equal(again.recovery.distrust, null);
  assert.equal(again.journal.lastSeq, 1);
  assert.deepEqual((await readAll(disk.mount())).entries, [{ seq: 1, at: "2026-01-05T03:12:44.120Z", ...moon }]);
});

void test("read while it is written to: nothing twice, nothing left out, no damage", async () => {
  for (let pace = 1; pace <= 12; pace += 1) {
    const disk = newDisk();
    const { journal } = await open(disk.mount());
    for (let seq = 1; seq <= 30; seq += 1) await remember(journal, note(`entry ${seq}`));
    /** The writer writes one entry at every so many steps of the reader. */
    const reader: Disk = disk.mount();
    let reads = 0;
    let writing = Promise.resolve();
    const paced: Disk = {
      ...reader,
      read: async (path, range) => {
        reads += 1;
        if (reads % pace === 0 && journal.lastSeq < 90) {
          writing = remember(journal, note(`entry ${journal.lastSeq + 1}`)).then(() => undefined);
          await writing;
        }
        return reader.read(path, { ...range, bytesMax: 300 });
      },
    };
    const { entries, gaps } = await readAll(paced);
    assert.deepEqual(gaps, [], `pace ${pace}`);
    assert.deepEqual(
      entries.map(({ seq, sentence }) => [seq, sentence]),
      entries.map((_, index) => [index + 1, `entry ${index + 1}`]),
      `pace ${pace}`,
    );
    assert.ok(entries.length >= 30, `pace ${pace}`);
  }
});
