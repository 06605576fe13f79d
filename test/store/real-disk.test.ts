/** The store on real files: the disk's contract, and the journal and the table as they lie on it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { realDisk } from "../../src/host/files.ts";
import type { Disk } from "../../src/store/disk.ts";
import type { Appended } from "../../src/store/journal.ts";
import { openJournal } from "../../src/store/open-journal.ts";
import { historyOf } from "../../src/store/history.ts";
import { holdToContract } from "./disk-contract.ts";
import { note } from "./samples.ts";

const disk: Disk = realDisk;
const folders: string[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "failoverd-store-"));
  folders.push(folder);
  return folder;
}

after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

holdToContract("real disk", async () => ({ disk, folder: await newFolder() }));

void test("real disk: the journal is written for its owner only, rotated, and read back", async () => {
  const folder = join(await newFolder(), "var");
  const wallMs = Date.now();
  const first = await openJournal(disk, { folder, wallMs, expectedSeq: null });
  assert.ok(first.kind === "opened");
  assert.deepEqual(first.recovery.notes, []);
  const long = "x".repeat(100_000);
  for (let seq = 1; seq <= 100; seq += 1) {
    const appended: Appended = await first.journal.append([note(`entry ${seq} ${long}`)], wallMs);
    assert.deepEqual([appended.kind, appended.notes], ["remembered", []]);
  }
  await first.journal.close();
  for (const name of ["journal.ndjson", "journal.1.ndjson", "journal.reserve"]) {
    assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name);
  }
  const second = await openJournal(disk, { folder, wallMs, expectedSeq: 100 });
  assert.ok(second.kind === "opened");
  assert.deepEqual([second.recovery.distrust, second.recovery.notes, second.journal.lastSeq], [null, [], 100]);
  await second.journal.close();
  let expectedSeq = 1;
  for await (const item of historyOf(disk, folder, {})) {
    assert.ok(item.kind === "entry", JSON.stringify(item));
    assert.equal(item.entry.seq, expectedSeq);
    expectedSeq += 1;
  }
  assert.equal(expectedSeq, 101);
});

void test("real disk: a pipe in the journal's place is kept aside, and blocks nobody", async () => {
  const folder = await newFolder();
  assert.equal(spawnSync("mkfifo", [join(folder, "journal.ndjson")]).status, 0);
  const opened = await openJournal(disk, { folder, wallMs: Date.now(), expectedSeq: null });
  assert.ok(opened.kind === "opened");
  assert.match(opened.recovery.distrust ?? "", /cannot be read from byte 0 on .*regular file/);
  assert.equal((await stat(join(folder, "journal.ndjson.damaged-1"))).isFIFO(), true);
  assert.equal((await opened.journal.append([note("one")], Date.now())).kind, "remembered");
  await opened.journal.close();
  assert.match(await readFile(join(folder, "journal.ndjson"), "utf8"), /^\{"failoverd":"journal","version":1,/);
});
