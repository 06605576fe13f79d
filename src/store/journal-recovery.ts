/**
 * What the journal's files say after whatever happened to them, before anything is written. In short:
 *
 *     all intact                        go on behind the last entry
 *     a torn end                        leave it off, say so, go on: nothing relied on it
 *     no journal.ndjson                 a crash between two renames, or a first start: go on from the newest file put away
 *     damage before the end             keep the file aside, begin a new one, and trust nothing until a person says so
 *     entries missing that the table    the disk lost what it said it had: the same
 *       says were written
 *     not ours, or unreadable           the same
 *     a newer failoverd's               refuse: this version would misread it
 *
 * A journal that is not trusted still tells all that is intact in it; a run in progress is then in doubt.
 */
import { doubtedPhase } from "../core/step-phase.ts";
import { emptyCheckpoint, foldCheckpoint, journalScope, type Checkpoint } from "./checkpoint.ts";
import type { Disk, DiskFailure } from "./disk.ts";
import { currentName, damagedName, listJournalFiles, pathOf, type JournalFiles } from "./journal-files.ts";
import { scanJournalFile } from "./journal-scan.ts";

export type Recovered =
  | {
      readonly kind: "recovered";
      readonly checkpoint: Checkpoint;
      /** The highest number of an entry, also of those that are missing. */
      readonly lastSeq: number;
      readonly current: CurrentFile;
      /** Found now, and not known before: a new file must be begun, which says so. */
      readonly isNewlyDistrusted: boolean;
      readonly notes: readonly string[];
    }
  | { readonly kind: "refused"; readonly sentence: string };

export type CurrentFile =
  | { readonly kind: "none" }
  /** Its intact part is `bytes` long; what is behind that is to be cut off. */
  | { readonly kind: "good"; readonly firstSeq: number; readonly bytes: number }
  | { readonly kind: "damaged"; readonly keepAs: string };

/** A file is cut at 8 MiB, and no entry is shorter than 80 bytes. */
const entriesPerFileMax = 131_072;

/** The disk lets nobody in: not damage, but a mistake in how the daemon was started. */
const notAllowed: readonly string[] = ["EACCES", "EPERM", "EISDIR", "ENOTDIR", "EROFS"];

export async function recoverJournal(
  disk: Disk,
  { folder, expectedSeq }: { folder: string; expectedSeq: number | null },
): Promise<Recovered> {
  const files = await listJournalFiles(disk, folder);
  if (!files.ok) return { kind: "refused", sentence: `the journal cannot be opened: ${files.reason}` };
  const notes: string[] = [];
  let name = newestName(files);
  let found = name === null ? null : await readFile(disk, pathOf(folder, name));
  if (found?.kind === "empty") {
    notes.push(`${pathOf(folder, currentName)} was empty`);
    name = files.rotated.at(-1)?.name ?? null;
    found = name === null ? null : await readFile(disk, pathOf(folder, name));
  }
  const path = pathOf(folder, name ?? currentName);
  if (found?.kind === "refused") return { kind: "refused", sentence: `${path} ${found.sentence}` };
  const read = found?.kind === "read" ? found : nothing;
  if (name !== null && name !== currentName) notes.push(`there was no ${currentName}: went on from ${name}`);
  if (read.torn !== null && read.damages.length === 0) notes.push(sayTorn(path, read.torn));

  const wantedSeq = Math.max(read.lastSeq, expectedSeq ?? 0);
  /**
   * No number is given twice: what could not be read is behind what was put away, and is one file. None is left out either:
   * a file on a full disk may have been put away before anything was in it, and the one that was read knows that.
   */
  const putAwaySeq = read.bytes > 0 ? 0 : (files.rotated.at(-1)?.firstSeq ?? 0);
  const lastSeq = Math.max(wantedSeq, putAwaySeq) + (read.isUnread ? entriesPerFileMax : 0);
  const keepAs = damagedName((files.damaged.at(-1)?.number ?? 0) + 1);
  const title = name === currentName ? `${name} (kept as ${keepAs})` : name;
  const reasons = read.damages.map((damage) => `${title} ${damage}`);
  if (wantedSeq > read.lastSeq) reasons.push(`entries ${read.lastSeq + 1} to ${wantedSeq} are missing`);
  const isNewlyDistrusted = reasons.length > 0;
  const checkpoint = isNewlyDistrusted ? distrusted(read.checkpoint, reasons) : read.checkpoint;
  const current: CurrentFile =
    name !== currentName
      ? { kind: "none" }
      : read.damages.length > 0
        ? { kind: "damaged", keepAs }
        : { kind: "good", firstSeq: read.firstSeq, bytes: read.bytes };
  return { kind: "recovered", checkpoint, lastSeq, current, isNewlyDistrusted, notes };
}

function newestName(files: JournalFiles): string | null {
  return files.hasCurrent ? currentName : (files.rotated.at(-1)?.name ?? null);
}

interface Torn {
  readonly fromByte: number;
  readonly bytes: number;
  readonly reason: string;
}

interface ReadFile {
  readonly kind: "read";
  readonly checkpoint: Checkpoint;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Up to where all is intact. */
  readonly bytes: number;
  readonly torn: Torn | null;
  readonly damages: readonly string[];
  /** The disk failed on the way: there may be more. */
  readonly isUnread: boolean;
}

const nothing: ReadFile = {
  kind: "read",
  checkpoint: emptyCheckpoint,
  firstSeq: 1,
  lastSeq: 0,
  bytes: 0,
  torn: null,
  damages: [],
  isUnread: false,
};

/** More places are not listed: one is enough to distrust, and a person looks at the file itself. */
const damagesMax = 3;

async function readFile(
  disk: Disk,
  path: string,
): Promise<ReadFile | { readonly kind: "empty" } | { readonly kind: "refused"; readonly sentence: string }> {
  let { checkpoint, firstSeq, lastSeq, bytes, torn, isUnread } = nothing;
  const damages: string[] = [];
  let isEmpty = true;
  for await (const scanned of scanJournalFile(disk, path)) {
    isEmpty = false;
    switch (scanned.kind) {
      case "header":
        ({ firstSeq, checkpoint } = scanned.header);
        lastSeq = firstSeq - 1;
        bytes = scanned.toByte;
        break;
      case "entry":
        checkpoint = foldCheckpoint(checkpoint, scanned.entry);
        lastSeq = Math.max(lastSeq, scanned.entry.seq);
        bytes = scanned.toByte;
        break;
      case "damage":
        if (damages.length < damagesMax) damages.push(`is damaged at byte ${scanned.fromByte} (${scanned.reason})`);
        break;
      case "torn":
        /** A file is put into its place with its header in it: a crash does not tear that. */
        if (scanned.fromByte === 0) damages.push(`is not a journal that can be read (${scanned.reason})`);
        else torn = scanned;
        break;
      case "future":
        return { kind: "refused", sentence: sayFuture(scanned.version) };
      case "failure":
        if (notAllowed.includes(scanned.failure.errno))
          return { kind: "refused", sentence: sayNotAllowed(scanned.failure) };
        damages.push(`cannot be read from byte ${scanned.fromByte} on (${scanned.failure.reason})`);
        isUnread = true;
        break;
    }
  }
  if (isEmpty) return { kind: "empty" };
  return { kind: "read", checkpoint, firstSeq, lastSeq, bytes, torn, damages, isUnread };
}

function distrusted(checkpoint: Checkpoint, reasons: readonly string[]): Checkpoint {
  const { run } = checkpoint;
  const distrust = `the journal cannot be trusted: ${reasons.join("; ")}. Look at it, then "failoverctl ack ${journalScope}"`;
  const doubted = run === null ? null : { ...run, phase: doubtedPhase(run) };
  return { ...checkpoint, run: doubted, distrust };
}

function sayTorn(path: string, { fromByte, bytes, reason }: Torn): string {
  return `${path}: the last ${bytes} bytes, from byte ${fromByte} on, are what a crash left of entries that were being written (${reason})`;
}

function sayFuture(version: number): string {
  return `was written by a newer failoverd (journal version ${version}): start that one, or move the file away to begin without it`;
}

function sayNotAllowed(failure: DiskFailure): string {
  return `cannot be read (${failure.reason}): start failoverd as the user that owns it, or mend its mode`;
}
