/**
 * The journal's files, by name. All in one folder:
 *
 *     journal.ndjson             is written to
 *     journal.41.ndjson          was, from entry 41 on, until it was full or its disk failed
 *     journal.next.ndjson        the next `journal.ndjson`, being made; of no meaning after a crash
 *     journal.ndjson.damaged-1   kept aside for a person to look at
 *     journal.reserve            space that is given up when the disk is full
 */
import type { Disk, DiskFailure } from "./disk.ts";

export const currentName = "journal.ndjson";
export const nextName = "journal.next.ndjson";
export const reserveName = "journal.reserve";

export interface JournalLimits {
  /** A file that is this long is put away, and a new one begun. */
  readonly fileBytesMax: number;
  /** At the daemon's start a file up to this long is written anew; a longer one is put away. */
  readonly rewrittenBytesMax: number;
  /** Of the files put away, the newest that are together no longer than this are kept: eight full ones. */
  readonly keptBytesMax: number;
  /** And no more than so many, should a failing disk cut them short. */
  readonly keptFilesMax: number;
  /** Files kept aside as damaged: the newest of them. */
  readonly damagedFilesMax: number;
  /** Enough for some thousand entries after the disk is full. */
  readonly reserveBytes: number;
  /** Entries that could not be written are kept in memory, to be written late; the oldest beyond this are lost, and counted. */
  readonly pendingBytesMax: number;
}

export const journalLimits: JournalLimits = {
  fileBytesMax: 8 * 1024 * 1024,
  rewrittenBytesMax: 1024 * 1024,
  keptBytesMax: 64 * 1024 * 1024,
  keptFilesMax: 64,
  damagedFilesMax: 8,
  reserveBytes: 1024 * 1024,
  pendingBytesMax: 1024 * 1024,
};

export function pathOf(folder: string, name: string): string {
  return `${folder}/${name}`;
}

export function rotatedName(firstSeq: number): string {
  return `journal.${firstSeq}.ndjson`;
}

export function damagedName(number: number): string {
  return `${currentName}.damaged-${number}`;
}

export interface JournalFiles {
  readonly ok: true;
  readonly hasCurrent: boolean;
  /** By their first entry, the oldest first. */
  readonly rotated: readonly { readonly name: string; readonly firstSeq: number }[];
  /** By their number, the oldest first. */
  readonly damaged: readonly { readonly name: string; readonly number: number }[];
}

export async function listJournalFiles(disk: Disk, folder: string): Promise<JournalFiles | DiskFailure> {
  const listed = await disk.list(folder);
  if (!listed.ok) return listed;
  const rotated: { name: string; firstSeq: number }[] = [];
  const damaged: { name: string; number: number }[] = [];
  for (const name of listed.names) {
    const [, firstSeq, number] =
      /^journal\.(?:([1-9]\d{0,15})\.ndjson|ndjson\.damaged-([1-9]\d{0,8}))$/.exec(name) ?? [];
    if (firstSeq !== undefined) rotated.push({ name, firstSeq: Number(firstSeq) });
    if (number !== undefined) damaged.push({ name, number: Number(number) });
  }
  rotated.sort((one, other) => one.firstSeq - other.firstSeq);
  damaged.sort((one, other) => one.number - other.number);
  return { ok: true, hasCurrent: listed.names.includes(currentName), rotated, damaged };
}

/**
 * Removes the oldest of what is kept, as far as the limits say. Answers with sentences on what could not be done; none
 * on what was, because that is the rule.
 */
export async function pruneJournalFiles(disk: Disk, folder: string, limits: JournalLimits): Promise<readonly string[]> {
  const files = await listJournalFiles(disk, folder);
  if (!files.ok) return [`old journals were not looked through: ${files.reason}`];
  const surplus: string[] = files.damaged.slice(0, -limits.damagedFilesMax).map(({ name }) => name);
  let keptBytes = 0;
  for (const [index, { name }] of files.rotated.toReversed().entries()) {
    const size = await disk.size(pathOf(folder, name));
    keptBytes += size.ok ? size.bytes : 0;
    if (keptBytes > limits.keptBytesMax || index >= limits.keptFilesMax) surplus.push(name);
  }
  const sentences: string[] = [];
  for (const name of surplus) {
    const removed = await disk.remove(pathOf(folder, name));
    if (!removed.ok) sentences.push(`the old journal ${name} was not removed: ${removed.reason}`);
  }
  return sentences;
}
