/**
 * The journal read back: entries in order over all files, in bounded memory, while the daemon goes on writing. What is
 * damaged or missing is told in its place and does not stop the reading.
 */
import type { Entry } from "../core/record.ts";
import type { Disk } from "./disk.ts";
import { currentName, listJournalFiles, pathOf, type JournalFiles } from "./journal-files.ts";
import { scanJournalFile, type Scanned } from "./journal-scan.ts";

export interface HistoryQuery {
  /** Only entries from this number on. */
  readonly sinceSeq?: number;
  /** Only entries from this wall clock time on. */
  readonly sinceWallMs?: number;
  /** Only entries of this run. */
  readonly run?: number;
}

export type HistoryItem =
  | { readonly kind: "entry"; readonly entry: Entry; /** Length of its line. */ readonly bytes: number }
  /** Something is not there or cannot be read. `isUnread`: the disk failed, and what is missing may be there all the same. */
  | { readonly kind: "gap"; readonly sentence: string; readonly isUnread: boolean };

/** All that fits the query, the oldest first. What is appended while this is read may be in it or not. */
export async function* historyOf(disk: Disk, folder: string, query: HistoryQuery): AsyncGenerator<HistoryItem, void> {
  const { sinceWallMs = -Infinity, run } = query;
  for await (const item of allItems(disk, folder, query.sinceSeq ?? 1)) {
    if (item.kind === "gap") {
      yield item;
      continue;
    }
    const { entry } = item;
    if (Date.parse(entry.at) < sinceWallMs) continue;
    if (run !== undefined && !("run" in entry && entry.run === run)) continue;
    yield item;
  }
}

export interface HistoryPage {
  readonly entries: readonly Entry[];
  /** The `sinceSeq` of the next page; null: there is no more now. */
  readonly nextSeq: number | null;
  readonly gaps: readonly string[];
}

/** A page's lines are together no longer than this, so that it fits into one response; one entry is always given. */
export const pageBytesMax = 512 * 1024;

/** The first `limit` entries that fit the query, or fewer if they are long. */
export async function readHistory(
  disk: Disk,
  folder: string,
  query: HistoryQuery & { readonly limit: number },
): Promise<HistoryPage> {
  const entries: Entry[] = [];
  const gaps: string[] = [];
  let bytes = 0;
  for await (const item of historyOf(disk, folder, query)) {
    if (item.kind === "gap") {
      if (gaps.length < gapsMax) gaps.push(item.sentence);
      continue;
    }
    bytes += item.bytes;
    if (entries.length >= query.limit || (entries.length > 0 && bytes > pageBytesMax)) {
      return { entries, nextSeq: item.entry.seq, gaps };
    }
    entries.push(item.entry);
  }
  return { entries, nextSeq: null, gaps };
}

/** A page names so many; a journal with more wants a person who looks at its files. */
const gapsMax = 20;

interface Source {
  readonly name: string;
  /** Where it may be skipped: no entry in it is as new as this. */
  readonly beforeSeq: number;
}

/**
 * While this reads, files may be put away and removed, and then what was read of them may be mixed up. That shows as a gap
 * or as an end; so at each of these the folder is looked at again, and if it changed, the reading begins anew, behind the
 * entries that were told.
 */
async function* allItems(disk: Disk, folder: string, sinceSeq: number): AsyncGenerator<HistoryItem, void> {
  const place: Place = { nextSeq: sinceSeq, isFirst: true };
  for (;;) {
    const files = await listJournalFiles(disk, folder);
    if (!files.ok) {
      yield { kind: "gap", sentence: `the journal cannot be read: ${files.reason}`, isUnread: true };
      return;
    }
    const isUnchanged = async (): Promise<boolean> => {
      const now = await listJournalFiles(disk, folder);
      return !now.ok || JSON.stringify(now) === JSON.stringify(files);
    };
    let isToBeginAnew = false;
    for await (const item of itemsOf(disk, folder, files, place)) {
      isToBeginAnew = item.kind === "gap" && !(await isUnchanged());
      if (isToBeginAnew) break;
      if (item.kind === "entry") {
        place.nextSeq = item.entry.seq + 1;
        place.isFirst = false;
      }
      yield item;
    }
    if (!isToBeginAnew && (await isUnchanged())) return;
  }
}

interface Place {
  /** The next entry that is wanted. An entry that is in two files, because a sync failed, is told once. */
  nextSeq: number;
  /** No entry was told yet, so none is missing before it. */
  isFirst: boolean;
}

async function* itemsOf(
  disk: Disk,
  folder: string,
  files: JournalFiles,
  place: Place,
): AsyncGenerator<HistoryItem, void> {
  for (const { name, beforeSeq } of await sourcesOf(disk, folder, files)) {
    if (beforeSeq <= place.nextSeq) continue;
    for await (const scanned of scanJournalFile(disk, pathOf(folder, name))) {
      const gap = sayGap(scanned, name);
      if (gap !== null) yield { kind: "gap", sentence: gap, isUnread: scanned.kind === "failure" };
      if (scanned.kind !== "entry" || scanned.entry.seq < place.nextSeq) continue;
      const { entry, bytes } = scanned;
      if (!place.isFirst && entry.seq > place.nextSeq) {
        yield { kind: "gap", sentence: sayMissing(place.nextSeq, entry.seq - 1), isUnread: false };
      }
      yield { kind: "entry", entry, bytes };
    }
  }
}

/** The files in the order of their entries; the damaged ones, which have intact entries too, by the first of these. */
async function sourcesOf(disk: Disk, folder: string, files: JournalFiles): Promise<readonly Source[]> {
  const starts = files.rotated.map(({ name, firstSeq }) => ({ name, firstSeq }));
  for (const { name } of files.damaged) {
    const firstSeq = await firstSeqOf(disk, pathOf(folder, name));
    if (firstSeq !== null) starts.push({ name, firstSeq });
  }
  starts.sort((one, other) => one.firstSeq - other.firstSeq);
  const currentSeq = files.hasCurrent ? await firstSeqOf(disk, pathOf(folder, currentName)) : null;
  const sources = starts.map(({ name, firstSeq }) => {
    const later = starts.find((start) => start.firstSeq > firstSeq);
    return { name, beforeSeq: later?.firstSeq ?? currentSeq ?? Infinity };
  });
  if (files.hasCurrent) sources.push({ name: currentName, beforeSeq: Infinity });
  return sources;
}

async function firstSeqOf(disk: Disk, path: string): Promise<number | null> {
  for await (const scanned of scanJournalFile(disk, path)) {
    if (scanned.kind === "header") return scanned.header.firstSeq;
    if (scanned.kind === "entry") return scanned.entry.seq;
  }
  return null;
}

/** Null: nothing that a reader misses. The torn end of a file, and a file that was just removed, are not. */
function sayGap(scanned: Scanned, name: string): string | null {
  switch (scanned.kind) {
    case "header":
    case "entry":
      return null;
    case "torn":
      return scanned.fromByte === 0 ? `${name} cannot be read: ${scanned.reason}` : null;
    case "damage":
      return `${name} is damaged at byte ${scanned.fromByte}: ${scanned.reason}`;
    case "future":
      return `${name} was written by a newer failoverd`;
    case "failure":
      return scanned.failure.errno === "ENOENT" ? null : `${name} cannot be read further: ${scanned.failure.reason}`;
  }
}

function sayMissing(fromSeq: number, toSeq: number): string {
  return fromSeq === toSeq ? `entry ${fromSeq} is missing` : `entries ${fromSeq} to ${toSeq} are missing`;
}
