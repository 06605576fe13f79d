/**
 * What the daemon remembers: the journal, behind which nothing is acted on, and the state table, which follows it. And
 * those who listen: every record goes to them when it is durable.
 */
import type { Entry, Record } from "../core/record.ts";
import type { Clock } from "../host/clock.ts";
import type { Log } from "../host/log.ts";
import type { Disk } from "../store/disk.ts";
import type { Journal } from "../store/journal.ts";
import { saveTable } from "../store/table.ts";
import type { Table } from "../store/table-format.ts";

/** The table is written at least this often, so that its age tells a dead daemon from a living one. */
export const tableEveryMs = 5_000;

/** What could not be remembered is tried again this often, also when nothing new happens. */
const rememberAgainMs = 5_000;

export class Memory {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #listeners = new Set<(entry: Entry) => void>();
  /** Makes the table of this moment. */
  #compose: () => Table | null = () => null;
  #saving: Promise<void> | null = null;
  #isDirty = false;
  #savedAtMs: number;
  #toldSeq: number;
  /** Why records cannot be written; null: they can. */
  #failure: string | null = null;
  #triedAtMs = 0;
  #tableFailure: string | null = null;
  /** What is to be said of files that are gone; null: they are there. */
  #lost: string | null = null;

  constructor(options: { disk: Disk; folder: string; journal: Journal; clock: Clock; log: Log }) {
    this.#disk = options.disk;
    this.#folder = options.folder;
    this.#journal = options.journal;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#savedAtMs = options.clock.nowMs();
    this.#toldSeq = options.journal.lastSeq;
  }

  /** What happened and could not be written: those who ask later are told of it as long as the daemon lives. */
  get unwritten(): readonly Entry[] {
    return this.#journal.pendingEntries;
  }

  /** The journal has a file, and would know if it was not where it is written to. */
  get isJournalAtRest(): boolean {
    return this.#journal.isAtRest;
  }

  get notRemembered(): string | null {
    return this.#failure;
  }

  /** Why the state table cannot be written; null: it can, or it was not tried yet. */
  get notSaved(): string | null {
    return this.#tableFailure;
  }

  /** The last entry that the listeners were told of, or that was there before them. */
  get toldSeq(): number {
    return this.#toldSeq;
  }

  /** The last entry that is durable. */
  get durableSeq(): number {
    return this.#journal.durableSeq;
  }

  /** Something is not remembered, and it is time to try that again. */
  get isBehind(): boolean {
    if (this.#lost !== null) return true;
    return this.#failure !== null && this.#clock.nowMs() - this.#triedAtMs >= rememberAgainMs;
  }

  /** Who makes the table; null where there is nothing to save yet. */
  composeBy(compose: () => Table | null): void {
    this.#compose = compose;
  }

  /** The files are gone. They are begun anew at the next turn, with all that is known, and with this sentence. */
  beginAnew(sentence: string): void {
    this.#lost = sentence;
  }

  /** Calls `listener` with every entry from now on. The answer ends that. */
  listen(listener: (entry: Entry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Makes records durable as one group, behind those that could not be; see `Performer.remember`. */
  async remember(records: readonly Record[]): Promise<void> {
    this.#triedAtMs = this.#clock.nowMs();
    const appended = await this.#journal.append([...(await this.#sayLost()), ...records], this.#clock.wallMs());
    for (const note of appended.notes) this.#log.warn("journal", note);
    if (appended.kind === "not-remembered") {
      if (this.#failure === null)
        this.#log.error("journal", `CANNOT REMEMBER: ${appended.reason}; acting all the same`);
      this.#failure = appended.reason;
    } else if (this.#failure !== null) {
      this.#log.info("journal", "the journal can be written again");
      this.#failure = null;
    }
    for (const entry of appended.entries) {
      this.#log.info(entry.kind, entry.sentence);
      this.#toldSeq = entry.seq;
      for (const listener of this.#listeners) listener(entry);
    }
  }

  /** If the files are gone: that the next record goes into a new one, and what it says first. */
  async #sayLost(): Promise<readonly Record[]> {
    const sentence = this.#lost;
    if (sentence === null) return [];
    this.#lost = null;
    this.#log.error("var", sentence);
    await this.#journal.abandonFile();
    this.changed();
    return [{ kind: "note", topic: "var", sentence }];
  }

  /** The state has changed: the table is written, in the background, one at a time. */
  changed(): void {
    this.#isDirty = true;
    this.#saving ??= this.#save().finally(() => {
      this.#saving = null;
    });
  }

  /** Writes the table, and waits until that was tried. */
  async save(): Promise<void> {
    this.changed();
    await this.#saving;
  }

  /** Called at each turn: writes the table if it is old. */
  refresh(): void {
    if (this.#clock.nowMs() - this.#savedAtMs >= tableEveryMs) this.changed();
  }

  /** Writes the last table and closes the journal. */
  async close(): Promise<void> {
    await this.save();
    await this.#journal.close();
  }

  async #save(): Promise<void> {
    while (this.#isDirty) {
      this.#isDirty = false;
      this.#savedAtMs = this.#clock.nowMs();
      const table = this.#compose();
      if (table === null) return;
      const saved = await saveTable(this.#disk, this.#folder, table);
      if (saved.ok) {
        this.#tableFailure = null;
      } else if (this.#tableFailure !== saved.reason) {
        this.#tableFailure = saved.reason;
        this.#log.error("table", `the state table cannot be written: ${saved.reason}`);
      }
    }
  }
}
