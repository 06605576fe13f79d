/** Opening the journal at the daemon's start: what is there is recovered, then mended or put away, then written on. */
import type { Run } from "../core/run.ts";
import type { Disk, DiskFailure } from "./disk.ts";
import { currentName, journalLimits, pathOf, reserveName, rotatedName, type JournalLimits } from "./journal-files.ts";
import { recoverJournal, type CurrentFile } from "./journal-recovery.ts";
import { Journal } from "./journal.ts";

export interface Recovery {
  /** The run that a crash cut off, as its records left it (`unfinished.ts`). */
  readonly run: Run | null;
  /** The highest number that a run was given: the next one is higher. */
  readonly lastRun: number;
  /** The boot that the run's last record is of; process ids and monotonic times in `run` mean something only in that one. */
  readonly runBootId: string | null;
  /** Observe, but do not act, until the record `acknowledged` of `journal` is appended; over restarts too. Null: act. */
  readonly distrust: string | null;
  /** What was found and mended, for the log and as `note` records. */
  readonly notes: readonly string[];
}

export type OpenedJournal =
  | { readonly kind: "opened"; readonly journal: Journal; readonly recovery: Recovery }
  /** It must not be written to, and the daemon not started: the sentence says why, and what to do. */
  | { readonly kind: "refused"; readonly sentence: string };

/**
 * Opens the journal in `folder`, which is made if it is missing. `expectedSeq`: the last entry that the table knows to be
 * durable, null if there is no table; if the journal ends before it, entries were lost. Numbers go on behind both.
 *
 * A disk that can be read and not written is no reason to refuse: the journal then answers "not remembered" until it can.
 */
export async function openJournal(
  disk: Disk,
  options: { folder: string; wallMs: number; expectedSeq: number | null; limits?: JournalLimits },
): Promise<OpenedJournal> {
  const { folder, wallMs, expectedSeq, limits = journalLimits } = options;
  const made = await disk.makeFolder(folder);
  if (!made.ok) return { kind: "refused", sentence: `${folder} cannot be made: ${made.reason}` };
  const recovered = await recoverJournal(disk, { folder, expectedSeq });
  if (recovered.kind === "refused") return recovered;
  const { checkpoint, lastSeq, current } = recovered;
  const notes = [...recovered.notes];
  const reserve = await disk.size(pathOf(folder, reserveName));
  const hasReserve = reserve.ok && reserve.bytes > 0;
  const journal = new Journal({ disk, folder, limits, checkpoint, lastSeq, keptAs: keptAs(current), hasReserve });
  let isResumed = false;
  if (current.kind === "good" && !recovered.isNewlyDistrusted && current.bytes <= limits.rewrittenBytesMax) {
    const failure = (await rewrite(disk, folder, current.bytes)) ?? (await journal.resume(current.bytes));
    if (failure !== null) notes.push(`${pathOf(folder, currentName)} cannot be written to: ${failure.reason}`);
    isResumed = failure === null;
  }
  if (!isResumed) {
    if (current.kind === "good") notes.push(...(await syncEnd(disk, folder)));
    const failure = await journal.begin(wallMs);
    if (failure !== null) notes.push(`no journal can be written now: ${failure.reason}`);
  }
  const { run, lastRun, runBootId, distrust } = checkpoint;
  notes.push(...journal.takeNotes());
  return { kind: "opened", journal, recovery: { run, lastRun, runBootId, distrust, notes } };
}

/**
 * Writes the intact part of the file anew, into a file of its own. That cuts off what a crash tore; and it makes durable
 * what only looks so: of a sync that failed shortly before the daemon ended, the bytes can still be read, and may never be
 * written. A long file is not written anew, but put away (`syncEnd`).
 */
async function rewrite(disk: Disk, folder: string, bytes: number): Promise<DiskFailure | null> {
  const path = pathOf(folder, currentName);
  const read = await disk.read(path, { fromByte: 0, bytesMax: bytes });
  if (!read.ok) return read;
  const replaced = await disk.replace(path, read.bytes);
  return replaced.ok ? null : replaced;
}

/**
 * What the daemon before wrote and had no time to sync is read here, and is in the checkpoint of the file that is begun now:
 * it must not be gone from this one when the power fails. (What a failed sync took is not brought back by another; nothing
 * was told of it.)
 */
async function syncEnd(disk: Disk, folder: string): Promise<readonly string[]> {
  const path = pathOf(folder, currentName);
  const opened = await disk.openAppend(path);
  const synced = opened.ok ? await opened.file.datasync() : opened;
  const closed = opened.ok ? await opened.file.close() : opened;
  const failure = synced.ok ? closed : synced;
  return failure.ok ? [] : [`the end of ${path} may be lost when the power fails: ${failure.reason}`];
}

function keptAs(current: CurrentFile): string | null {
  switch (current.kind) {
    case "none":
      return null;
    case "good":
      return rotatedName(current.firstSeq);
    case "damaged":
      return current.keepAs;
  }
}
