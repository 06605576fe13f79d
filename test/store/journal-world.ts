/** A journal on a simulated disk, for tests: opened, filled and read back in few words. */
import assert from "node:assert/strict";
import type { Entry, Record } from "../../src/core/record.ts";
import type { Run } from "../../src/core/run.ts";
import type { Disk } from "../../src/store/disk.ts";
import { historyOf, type HistoryQuery } from "../../src/store/history.ts";
import type { JournalLimits } from "../../src/store/journal-files.ts";
import type { Journal } from "../../src/store/journal.ts";
import { foldRun } from "../../src/store/unfinished.ts";
import { openJournal, type Recovery } from "../../src/store/open-journal.ts";
import { SimulatedDisk } from "../world/disk.ts";
import { seededRandom } from "../world/random.ts";

export const folder = "/var/failoverd";
export const journalPath = `${folder}/journal.ndjson`;
export const wallMs = Date.parse("2026-01-05T03:12:44.120Z");

/** Files of a few entries, so that everything that happens to a large journal happens soon. */
export const smallLimits: JournalLimits = {
  fileBytesMax: 2_048,
  rewrittenBytesMax: 1_024,
  keptBytesMax: 64 * 1_024,
  keptFilesMax: 64,
  damagedFilesMax: 3,
  reserveBytes: 16 * 1_024,
  pendingBytesMax: 1_024,
};

export function newDisk(seed = 1, capacityBytes = Infinity): SimulatedDisk {
  return new SimulatedDisk({ random: seededRandom(seed), capacityBytes });
}

export interface Opened {
  readonly journal: Journal;
  readonly recovery: Recovery;
}

export async function open(
  disk: Disk,
  options: { expectedSeq?: number | null; limits?: JournalLimits } = {},
): Promise<Opened> {
  const { expectedSeq = null, limits = smallLimits } = options;
  const opened = await openJournal(disk, { folder, wallMs, expectedSeq, limits });
  assert.equal(opened.kind, "opened", opened.kind === "refused" ? opened.sentence : "");
  return opened;
}

/** Appends, and demands that it is remembered. */
export async function remember(journal: Journal, ...records: readonly Record[]): Promise<readonly Entry[]> {
  const appended = await journal.append(records, wallMs);
  assert.equal(appended.kind, "remembered");
  return appended.entries;
}

/** A disk with a journal of these groups, one append each. */
export async function diskWith(
  groups: readonly (readonly Record[])[],
  limits: JournalLimits = smallLimits,
): Promise<SimulatedDisk> {
  const disk = newDisk();
  const { journal } = await open(disk.mount(), { limits });
  for (const group of groups) await remember(journal, ...group);
  await journal.close();
  return disk;
}

export async function readAll(disk: Disk, query: HistoryQuery = {}): Promise<{ entries: Entry[]; gaps: string[] }> {
  const entries: Entry[] = [];
  const gaps: string[] = [];
  for await (const item of historyOf(disk, folder, query)) {
    if (item.kind === "entry") entries.push(item.entry);
    else gaps.push(item.sentence);
  }
  return { entries, gaps };
}

export function bytesOf(disk: SimulatedDisk, path: string): Uint8Array {
  const bytes = disk.peek(path);
  assert.ok(bytes !== null, `${path} is there`);
  return bytes;
}

export function textOf(disk: SimulatedDisk, path: string): string {
  return new TextDecoder().decode(bytesOf(disk, path));
}

export function putText(disk: SimulatedDisk, path: string, text: string): void {
  disk.put(path, new TextEncoder().encode(text));
}

/** The run that these records, in order, have begun and not ended; null if there is none. */
export function unfinishedRun(records: Iterable<Record>): Run | null {
  let run: Run | null = null;
  for (const record of records) run = foldRun(run, record);
  return run;
}
