/** Logs of past runs: the newest stay, by number and by size. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { newestRunFolder, pruneRunFolders, runBytesMax, runFoldersMax } from "../../src/host/run-folders.ts";

const folder = mkdtempSync(join(tmpdir(), "failoverd-runs-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A log that is as long as that, and takes no space. */
function makeRun(runs: string, run: number, bytes: number): void {
  mkdirSync(join(runs, String(run)), { recursive: true });
  const log = join(runs, String(run), "1.log");
  writeFileSync(log, "");
  truncateSync(log, bytes);
}

function left(runs: string): readonly number[] {
  return readdirSync(runs)
    .map(Number)
    .sort((one, other) => one - other);
}

void test("by number", async () => {
  const runs = join(folder, "number");
  for (let run = 1; run <= runFoldersMax + 5; run += 1) makeRun(runs, run, 10);
  await pruneRunFolders(runs, runFoldersMax + 5);
  assert.equal(left(runs).length, runFoldersMax);
  assert.equal(left(runs)[0], 6);
});

void test("by size: the newest is kept whatever it has", async () => {
  const runs = join(folder, "size");
  for (const [run, part] of [
    [1, 0.2],
    [2, 0.6],
    [3, 0.3],
    [4, 3],
  ] as const)
    makeRun(runs, run, Math.round(runBytesMax * part));
  await pruneRunFolders(runs, 4);
  assert.deepEqual(left(runs), [2, 3, 4]);
});

void test("what is no run is left alone, and no folder is no failure", async () => {
  const runs = join(folder, "others");
  makeRun(runs, 1, runBytesMax * 2);
  mkdirSync(join(runs, "notes"));
  await pruneRunFolders(runs, 9);
  assert.deepEqual(readdirSync(runs), ["notes"]);
  await pruneRunFolders(join(folder, "missing"), 9);
});

void test("the newest that is there", async () => {
  const runs = join(folder, "newest");
  assert.equal(await newestRunFolder(runs), 0);
  for (const name of ["3", "20", "9", "notes", "99x", "012"]) mkdirSync(join(runs, name), { recursive: true });
  assert.equal(await newestRunFolder(runs), 20);
  writeFileSync(join(folder, "file"), "");
  assert.equal(await newestRunFolder(join(folder, "file")), 0);
});
