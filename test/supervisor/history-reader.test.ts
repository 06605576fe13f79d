/** The journal, read for many at once: one after the other, and nobody waits for whoever has gone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Disk } from "../../src/store/disk.ts";
import { openJournal } from "../../src/store/open-journal.ts";
import { historyReader } from "../../src/supervisor/history-reader.ts";
import { newDisk } from "../store/journal-world.ts";
import { note } from "../store/samples.ts";

const folder = "/var/failoverd";

/** A journal of ten entries, and how many readings of its files are under way at one time, at the most. */
async function someJournal() {
  const disk = newDisk().mount();
  const opened = await openJournal(disk, { folder, wallMs: 0, expectedSeq: null });
  assert.ok(opened.kind === "opened");
  for (let count = 0; count < 10; count += 1) await opened.journal.append([note(`entry ${count}`)], 0);
  const seen = { reads: 0, now: 0, most: 0 };
  const watched: Disk = {
    ...disk,
    read: async (path, range) => {
      seen.reads += 1;
      seen.now += 1;
      seen.most = Math.max(seen.most, seen.now);
      await new Promise((resolve) => setImmediate(resolve));
      return disk.read(path, range).finally(() => (seen.now -= 1));
    },
  };
  return { reader: historyReader(watched, folder), seen };
}

async function seqsOf(past: AsyncGenerator<{ readonly kind: string; readonly entry?: { readonly seq: number } }>) {
  const seqs: number[] = [];
  for await (const { entry } of past) if (entry !== undefined) seqs.push(entry.seq);
  return seqs;
}

void test("many ask at once, and the journal is read by one at a time", async () => {
  const { reader, seen } = await someJournal();
  const pages = Array.from({ length: 20 }, () => reader.page({ limit: 3 }, () => true));
  const pasts = Array.from({ length: 20 }, () => seqsOf(reader.past(8)));
  for (const page of await Promise.all(pages))
    assert.deepEqual(
      page?.entries.map(({ seq }) => seq),
      [1, 2, 3],
    );
  for (const seqs of await Promise.all(pasts)) assert.deepEqual(seqs, [8, 9, 10]);
  assert.equal(seen.most, 1);
});

void test("whoever has gone is passed over, whoever stops in the middle lets the next read", async () => {
  const { reader, seen } = await someJournal();
  const gone = Array.from({ length: 20 }, () => reader.page({ limit: 3 }, () => false));
  assert.deepEqual(
    await Promise.all(gone),
    Array.from({ length: 20 }, () => null),
  );
  assert.equal(seen.reads, 0);
  for await (const item of reader.past(1)) if (item.kind === "entry") break;
  assert.deepEqual(await seqsOf(reader.past(9)), [9, 10]);
});
