/**
 * The journal: records in, numbered entries on the disk out, a group at a time. Whoever appends waits until the group is
 * durable, and only then does what it announces.
 *
 * What may go wrong is answered in one way each:
 * - the disk is full: the file is cut back to what was synced, the reserved space is given up, and the write tried again.
 * - a write fails for another reason, or a sync does, or a file cannot be cut back: nothing of that file's end is trusted again, whatever reading it would say
 *   (a kernel may have thrown the unwritten pages away). A new file is begun, with the group in it.
 * - that fails too: "not remembered". The caller acts all the same and says so; the entries are kept in memory, up to a
 *   limit, and written late, before any newer one.
 *
 * A new file is written beside, synced, and renamed into its place, the old one being renamed away first: at each moment a
 * crash leaves all that was durable readable. Not in it: what records mean (`checkpoint.ts`), how files are read again.
 */
import { invariant } from "../base/invariant.ts";
import type { Entry, Record } from "../core/record.ts";
import { foldCheckpoint, type Checkpoint } from "./checkpoint.ts";
import type { AppendFile, Disk, DiskFailure } from "./disk.ts";
import { encodeEntry, encodeHeader, entryBytesMax, printWall } from "./journal-format.ts";
import {
  currentName,
  nextName,
  pathOf,
  pruneJournalFiles,
  reserveName,
  rotatedName,
  type JournalLimits,
} from "./journal-files.ts";

export type Appended = {
  /** The records in their places, in order, also those that were not remembered. */
  readonly entries: readonly Entry[];
  /** What happened beside, for the log and as `note` records: a file that failed, space given up, entries lost. */
  readonly notes: readonly string[];
} & ({ readonly kind: "remembered" } | { readonly kind: "not-remembered"; readonly reason: string });

interface Pending {
  readonly entry: Entry;
  readonly line: Uint8Array;
}

/** After so many groups without a reserve, space is asked for again. */
const groupsBeforeReserve = 64;

export class Journal {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #limits: JournalLimits;
  /** The open file; null: a new one must be begun. */
  #file: AppendFile | null = null;
  /** Its length, all of it durable. */
  #bytes = 0;
  /** Beyond this length a new file is begun; later, if that failed. */
  #rotateAtBytes: number;
  /** What the current file is renamed to when it is put away; null: there is none. */
  #keptAs: string | null;
  /** Of all that is durable or lost; not of what is pending. */
  #checkpoint: Checkpoint;
  #nextSeq: number;
  #durableSeq: number;
  #pending: Pending[] = [];
  #lateCount = 0;
  #lostCount = 0;
  #hasReserve = false;
  #groupsWithoutReserve = 0;
  #notes: string[] = [];
  #isBusy = false;

  constructor(options: {
    disk: Disk;
    folder: string;
    limits: JournalLimits;
    checkpoint: Checkpoint;
    lastSeq: number;
    keptAs: string | null;
    /** Space that an earlier daemon reserved. */
    hasReserve: boolean;
  }) {
    this.#disk = options.disk;
    this.#folder = options.folder;
    this.#limits = options.limits;
    this.#rotateAtBytes = options.limits.fileBytesMax;
    this.#checkpoint = options.checkpoint;
    this.#nextSeq = options.lastSeq + 1;
    this.#durableSeq = options.lastSeq;
    this.#keptAs = options.keptAs;
    this.#hasReserve = options.hasReserve;
  }

  /** The last entry that is durable; 0: there is none. What the table is saved with, and `openJournal` then expects. */
  get durableSeq(): number {
    return this.#durableSeq;
  }

  /** The number of the last entry, durable or not. */
  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  /** Its file is open, and nothing is being done to it: it has its name, unless somebody took that away. */
  get isAtRest(): boolean {
    return this.#file !== null && !this.#isBusy;
  }

  /** What could not be written and is kept, in order: no file tells of it. */
  get pendingEntries(): readonly Entry[] {
    return this.#pending.map(({ entry }) => entry);
  }

  /** Goes on in a file that is there, `bytes` long. */
  async resume(bytes: number): Promise<DiskFailure | null> {
    const opened = await this.#disk.openAppend(this.#path(currentName));
    if (!opened.ok) return opened;
    this.#file = opened.file;
    this.#bytes = bytes;
    await this.#reserve();
    return null;
  }

  /**
   * Appends a group of records: one write, one sync. To be awaited before the next call, and before anything that the
   * records announce. `wallMs`: milliseconds since 1970, for people. Never throws for what a disk does.
   */
  async append(records: readonly Record[], wallMs: number): Promise<Appended> {
    invariant(!this.#isBusy, "the journal is appended to by one caller at a time");
    this.#isBusy = true;
    const entries = this.#admit(records, printWall(wallMs));
    const failure = this.#pending.length === 0 ? null : await this.#remember(wallMs);
    if (failure === null) this.#settle();
    else await this.#keepForLater(records.length);
    this.#isBusy = false;
    const notes = this.#notes.splice(0);
    return failure === null
      ? { kind: "remembered", entries, notes }
      : { kind: "not-remembered", entries, notes, reason: failure.reason };
  }

  /** Begins a file now: at the first start, and when the one that was there is not to be written to. */
  async begin(wallMs: number): Promise<DiskFailure | null> {
    const header = encodeHeader({
      firstSeq: this.#pending[0]?.entry.seq ?? this.#nextSeq,
      at: printWall(wallMs),
      checkpoint: this.#checkpoint,
    });
    const content = concat([header, ...this.#pending.map(({ line }) => line)]);
    const nextPath = this.#path(nextName);
    let made = await this.#disk.replace(nextPath, content);
    if (!made.ok && isFull(made) && (await this.#giveUpReserve())) made = await this.#disk.replace(nextPath, content);
    if (!made.ok) return made;
    if (this.#keptAs !== null) {
      const moved = await this.#disk.rename(this.#path(currentName), this.#path(this.#keptAs));
      /** Gone already: an earlier try renamed it and then failed. */
      if (!moved.ok && moved.errno !== "ENOENT") {
        await this.#leaveFile();
        return moved;
      }
    }
    await this.#leaveFile();
    this.#keptAs = rotatedName(this.#pending[0]?.entry.seq ?? this.#nextSeq);
    const placed = await this.#disk.rename(nextPath, this.#path(currentName));
    if (!placed.ok) return placed;
    this.#bytes = content.length;
    this.#rotateAtBytes = Math.max(this.#limits.fileBytesMax, header.length + this.#limits.fileBytesMax / 2);
    const opened = await this.#disk.openAppend(this.#path(currentName));
    if (opened.ok) this.#file = opened.file;
    else this.#notes.push(`the journal was written, but not opened again: ${opened.reason}`);
    this.#notes.push(...(await pruneJournalFiles(this.#disk, this.#folder, this.#limits)));
    await this.#reserve();
    return null;
  }

  /** Its file is not where it was: the next group is written to a new one, which begins with all that has to be known. */
  async abandonFile(): Promise<void> {
    invariant(!this.#isBusy, "a journal's file is left when nothing is being appended");
    await this.#leaveFile();
  }

  /** What happened since the last answer. */
  takeNotes(): readonly string[] {
    return this.#notes.splice(0);
  }

  async close(): Promise<void> {
    invariant(!this.#isBusy, "the journal is closed when nothing is being appended");
    await this.#leaveFile();
  }

  /** Numbers and encodes. */
  #admit(records: readonly Record[], at: string): readonly Entry[] {
    const groupSeq = this.#pending[0]?.entry.seq ?? this.#nextSeq;
    return records.map((record) => {
      const entry: Entry = { ...record, seq: this.#nextSeq, at };
      this.#nextSeq += 1;
      const line = encodeEntry(entry, { groupSeq });
      if (line.length <= entryBytesMax) {
        this.#pending.push({ entry, line });
      } else {
        const sentence = `a ${record.kind} entry of ${line.length} bytes was not written: ${entryBytesMax} is the most`;
        const instead: Entry = { kind: "note", topic: "journal", sentence, seq: entry.seq, at };
        this.#pending.push({ entry: instead, line: encodeEntry(instead, { groupSeq }) });
        this.#notes.push(sentence);
      }
      return entry;
    });
  }

  /** Makes durable what is pending. Null: it is. */
  async #remember(wallMs: number): Promise<DiskFailure | null> {
    const lines = concat(this.#pending.map(({ line }) => line));
    if (this.#file !== null && this.#bytes + lines.length > this.#rotateAtBytes) {
      const failure = await this.begin(wallMs);
      if (failure === null) return null;
      this.#notes.push(`no new journal file could be begun: ${failure.reason}`);
      this.#rotateAtBytes += this.#limits.fileBytesMax / 8;
    }
    if (this.#file === null) return this.begin(wallMs);
    let written = await this.#file.write(lines);
    while (!written.ok) {
      if (!isFull(written)) return this.#beginAnew(wallMs, `could not be written (${written.reason})`);
      const cut = await this.#disk.truncate(this.#path(currentName), this.#bytes);
      if (!cut.ok) return this.#beginAnew(wallMs, `could not be cut back (${cut.reason})`);
      if (!(await this.#giveUpReserve())) return written;
      written = await this.#file.write(lines);
    }
    const synced = await this.#file.datasync();
    if (!synced.ok) return this.#beginAnew(wallMs, `could not be synced (${synced.reason})`);
    this.#bytes += lines.length;
    if (!this.#hasReserve) {
      this.#groupsWithoutReserve += 1;
      if (this.#groupsWithoutReserve >= groupsBeforeReserve) await this.#reserve();
    }
    return null;
  }

  async #beginAnew(wallMs: number, why: string): Promise<DiskFailure | null> {
    this.#notes.push(`${this.#path(currentName)} ${why}: a new file is begun`);
    await this.#leaveFile();
    return this.begin(wallMs);
  }

  /** All that was pending is durable. */
  #settle(): void {
    for (const { entry } of this.#pending) this.#checkpoint = foldCheckpoint(this.#checkpoint, entry);
    this.#durableSeq = this.lastSeq;
    if (this.#lateCount + this.#lostCount > 0) {
      this.#notes.push(`the journal is written again: ${this.#lateCount} entries late, ${this.#lostCount} lost`);
    }
    this.#pending = [];
    this.#lateCount = 0;
    this.#lostCount = 0;
  }

  /** Keeps what could not be written, as far as there is room. With a gap in the numbers, only a new file can go on. */
  async #keepForLater(newCount: number): Promise<void> {
    this.#lateCount += newCount;
    let bytes = this.#pending.reduce((sum, { line }) => sum + line.length, 0);
    let lost = 0;
    for (const { entry, line } of this.#pending) {
      if (bytes <= this.#limits.pendingBytesMax) break;
      this.#checkpoint = foldCheckpoint(this.#checkpoint, entry);
      bytes -= line.length;
      lost += 1;
    }
    if (lost === 0) return;
    this.#pending.splice(0, lost);
    this.#lateCount -= lost;
    this.#lostCount += lost;
    await this.#leaveFile();
  }

  async #leaveFile(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    const closed = file === null ? null : await file.close();
    if (closed?.ok === false) this.#notes.push(`a journal file was not closed: ${closed.reason}`);
  }

  /** Takes space for when the disk is full; gives back what it got if that is not all. Tried again later. */
  async #reserve(): Promise<void> {
    this.#groupsWithoutReserve = 0;
    const path = this.#path(reserveName);
    const reserved = await this.#disk.reserve(path, this.#limits.reserveBytes);
    this.#hasReserve = reserved.ok;
    if (reserved.ok) return;
    this.#notes.push(`no space was reserved for the journal: ${reserved.reason}`);
    const removed = await this.#disk.remove(path);
    if (!removed.ok) this.#notes.push(`${path} was not removed: ${removed.reason}`);
  }

  /** False: there was none to give up. */
  async #giveUpReserve(): Promise<boolean> {
    if (!this.#hasReserve) return false;
    this.#hasReserve = false;
    this.#groupsWithoutReserve = 0;
    const removed = await this.#disk.remove(this.#path(reserveName));
    this.#notes.push(
      removed.ok
        ? `the disk is full: the journal goes on in the ${this.#limits.reserveBytes} bytes that were reserved for it`
        : `the disk is full, and the space reserved for the journal could not be given up: ${removed.reason}`,
    );
    return removed.ok;
  }

  #path(name: string): string {
    return pathOf(this.#folder, name);
  }
}

/** Full for us, be it the disk or our share of it. */
function isFull(failure: DiskFailure): boolean {
  return failure.errno === "ENOSPC" || failure.errno === "EDQUOT";
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
