/**
 * A simulated disk, deterministic by its seed, that is as bad as a real one may be and no worse. The fault model:
 *
 * - A write goes to the cache. What was not synced when the power fails is, write by write and sector by sector (512
 *   bytes), there or not; a lost sector in the middle of what became longer reads as zeros. What was synced stays.
 * - Names are as unsafe as bytes: of the creations, renames and removals in a folder since its last sync, only a first part
 *   survives, in order (a journalling file system; none reorders them). A rename itself is never half done.
 * - A sync that fails throws the unwritten data away, some of it written or none, and forgets that it was unwritten: reading
 *   still shows it, until the power fails; the next sync succeeds and writes nothing of it. (Linux; "fsyncgate", 2018.)
 * - A full disk writes what fits and then says ENOSPC. Space is counted in blocks of 4 KiB. Removing gives it back at once.
 * - Any step may fail with any error. A write that fails may have written any first part.
 * - A process that is killed loses nothing of the cache. Neither the killed process nor one whose machine lost power ever
 *   gets an answer to what it was waiting for.
 * - `liesAboutSync` is beyond the model that the store promises to survive: a sync says well, and does nothing.
 *
 * What happens when is the caller's: `plan` is asked at each step, and steps are counted, so that a test can try a crash
 * or an error at every single one. Bits rot by `flip`. Not modelled: permissions, links, other processes' locks.
 */
import type { AppendFile, Disk, DiskFailure, Done } from "../../src/store/disk.ts";
import { applyNaming, blockBytes, Inode, type Change, type Naming } from "./inode.ts";
import type { Random } from "./random.ts";

/** The smallest things that a disk does; a call is one or more of them. */
export type DiskStepKind =
  | "open"
  | "read"
  | "size"
  | "list"
  | "write"
  | "sync"
  | "truncate"
  | "rename"
  | "remove"
  | "make-folder"
  | "sync-folder";

export interface DiskStep {
  /** From 0, over the whole life of the disk. */
  readonly number: number;
  readonly kind: DiskStepKind;
  readonly path: string;
}

export type CrashKind = "kill" | "power";

export type Fault =
  | { readonly kind: "fail"; readonly errno: string }
  /** Before the step is done. */
  | { readonly kind: "crash"; readonly how: CrashKind };

const done: Done = { ok: true };
const sectorBytes = 512;

export class SimulatedDisk {
  readonly #random: Random;
  readonly #capacityBytes: number;
  readonly #pause: (step: DiskStep) => Promise<void> | void;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #unsyncedNamings: Naming[] = [];
  readonly #folders = new Set<string>();
  #steps = 0;
  /** The process that lives; answers to dead ones never come. */
  #life = 0;
  #onCrash: (() => void)[] = [];
  /** What happens instead of a step; null: the step is done. */
  plan: (step: DiskStep) => Fault | null = () => null;
  liesAboutSync = false;

  /** `pause` is awaited before each step: virtual time may pass there. */
  constructor(options: { random: Random; capacityBytes?: number; pause?: (step: DiskStep) => Promise<void> | void }) {
    this.#random = options.random;
    this.#capacityBytes = options.capacityBytes ?? Infinity;
    this.#pause = options.pause ?? ((): void => undefined);
  }

  /** How many steps were begun so far: the number of the next one. */
  get steps(): number {
    return this.#steps;
  }

  get usedBytes(): number {
    return [...new Set(this.#names.values())].reduce((sum, inode) => sum + inode.blocks * blockBytes, 0);
  }

  /** Ends the life of the process that has the disk mounted; with "power", also of the cache. */
  crash(how: CrashKind): void {
    this.#life += 1;
    if (how === "power") this.#losePower();
    for (const tell of this.#onCrash.splice(0)) tell();
  }

  /** Lets a process live with the disk until it is done, or a crash ends it. */
  async live<T>(process: (disk: Disk) => Promise<T>): Promise<{ kind: "done"; value: T } | { kind: "crashed" }> {
    const crashed = new Promise<{ kind: "crashed" }>((resolve) =>
      this.#onCrash.push(() => resolve({ kind: "crashed" })),
    );
    const done = process(this.mount()).then((value) => ({ kind: "done" as const, value }));
    return Promise.race([done, crashed]);
  }

  /** The file's bytes as they are read now; null: there is none. For tests to look at. */
  peek(path: string): Uint8Array | null {
    return this.#names.get(path)?.cached.bytes().slice() ?? null;
  }

  /** How long the file is; 0: there is none. */
  lengthOf(path: string): number {
    return this.#names.get(path)?.cached.length ?? 0;
  }

  /** The file's bytes as they are at least, should the power fail now; null: there may be none. For tests to look at. */
  peekDurable(path: string): Uint8Array | null {
    return this.#durableNames.get(path)?.durable.bytes().slice() ?? null;
  }

  /** The paths of all files, sorted. */
  paths(): readonly string[] {
    return [...this.#names.keys()].sort();
  }

  /** Puts a file there, durably, as somebody else would. */
  put(path: string, bytes: Uint8Array): void {
    const inode = new Inode();
    inode.change({ kind: "write", at: 0, bytes: bytes.slice() });
    this.#sync(inode);
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
    this.#folders.add(folderOf(path));
  }

  /** Takes a file away, durably, as somebody else would. */
  take(path: string): void {
    this.#names.delete(path);
    this.#durableNames.delete(path);
  }

  /** Changes one bit where it lies. */
  flip(path: string, bit: number): void {
    const bytes = this.peek(path);
    if (bytes === null || bit >= bytes.length * 8) throw new Error(`no bit ${bit} in ${path}`);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    this.put(path, bytes);
  }

  /** The disk as one process has it. After a crash it never answers again. */
  mount(): Disk {
    const life = this.#life;
    const step = <T>(kind: DiskStepKind, path: string, act: () => T | DiskFailure): Promise<T | DiskFailure> =>
      this.#step({ kind, path }, life, (failure) => failure ?? act());
    const syncFolder = (path: string): Promise<Done | DiskFailure> => this.#syncFolder(folderOf(path), life);
    return {
      openAppend: async (path) => {
        const opened = await step("open", path, () => this.#openOrMake(path));
        if (!opened.ok) return opened;
        const synced = opened.isNew ? await syncFolder(path) : done;
        return synced.ok ? { ok: true, file: this.#appendFile(path, opened.inode, life) } : synced;
      },
      read: (path, { fromByte, bytesMax }) =>
        step("read", path, () => {
          const found = this.#find(path);
          return found.ok
            ? { ok: true, bytes: found.inode.cached.bytes().slice(fromByte, fromByte + bytesMax) }
            : found;
        }),
      size: (path) =>
        step("size", path, () => {
          const found = this.#find(path);
          return found.ok ? { ok: true, bytes: found.inode.cached.length } : found;
        }),
      replace: async (path, bytes) => {
        const besidePath = `${path}.new`;
        const opened = await step("open", besidePath, () => this.#openNew(besidePath));
        if (!opened.ok) return opened;
        const written = await this.#write(besidePath, opened.inode, bytes, life);
        if (!written.ok) return written;
        const synced = await this.#syncFile(besidePath, opened.inode, life);
        if (!synced.ok) return synced;
        const renamed = await step("rename", besidePath, () => this.#rename(besidePath, path));
        return renamed.ok ? syncFolder(path) : renamed;
      },
      rename: async (path, toPath) => {
        const renamed = await step("rename", path, () => this.#rename(path, toPath));
        return renamed.ok ? syncFolder(path) : renamed;
      },
      truncate: async (path, bytes) => {
        const cut = await step("truncate", path, () => {
          const found = this.#find(path);
          if (found.ok && bytes < found.inode.cached.length) found.inode.change({ kind: "cut", to: bytes });
          return found;
        });
        return cut.ok ? this.#syncFile(path, cut.inode, life) : cut;
      },
      reserve: async (path, bytes) => {
        const opened = await step("open", path, () => this.#openOrMake(path));
        if (!opened.ok) return opened;
        const { inode } = opened;
        if (inode.cached.length >= bytes) return done;
        const written = await this.#write(path, inode, new Uint8Array(bytes - inode.cached.length), life);
        if (!written.ok) return written;
        const synced = await this.#syncFile(path, inode, life);
        return synced.ok ? syncFolder(path) : synced;
      },
      remove: (path) =>
        step("remove", path, () => {
          if (this.#names.has(path)) this.#name({ kind: "unlink", path });
          return done;
        }),
      list: (folder) =>
        step("list", folder, () => {
          if (!this.#folders.has(folder)) return noSuchFile(folder);
          const paths = this.paths().filter((path) => folderOf(path) === folder);
          return { ok: true, names: paths.map((path) => path.slice(folder.length + 1)) };
        }),
      makeFolder: (path) =>
        step("make-folder", path, () => {
          this.#folders.add(path);
          return done;
        }),
    };
  }

  #appendFile(path: string, inode: Inode, life: number): AppendFile {
    return {
      write: (bytes) => this.#write(path, inode, bytes, life),
      datasync: () => this.#syncFile(path, inode, life),
      close: async () => done,
    };
  }

  /** Does one step, or what the plan has instead. `act` is given the failure, if it fails. Never answers one who is dead. */
  async #step<T>(
    what: { kind: DiskStepKind; path: string },
    life: number,
    act: (failure: DiskFailure | null) => T,
  ): Promise<T> {
    const step: DiskStep = { number: this.#steps, ...what };
    this.#steps += 1;
    await this.#pause(step);
    const fault = life === this.#life ? this.plan(step) : null;
    if (fault?.kind === "crash") this.crash(fault.how);
    if (life !== this.#life) return new Promise<never>(() => undefined);
    return act(fault?.kind === "fail" ? failureOf(fault.errno, step.path) : null);
  }

  #find(path: string): { readonly ok: true; readonly inode: Inode } | DiskFailure {
    const inode = this.#names.get(path);
    return inode === undefined ? noSuchFile(path) : { ok: true, inode };
  }

  #openNew(path: string): { readonly ok: true; readonly inode: Inode; readonly isNew: boolean } {
    const inode = new Inode();
    this.#name({ kind: "link", path, inode });
    return { ok: true, inode, isNew: true };
  }

  #openOrMake(path: string): { readonly ok: true; readonly inode: Inode; readonly isNew: boolean } {
    const found = this.#find(path);
    return found.ok ? { ...found, isNew: false } : this.#openNew(path);
  }

  #rename(path: string, toPath: string): Done | DiskFailure {
    if (!this.#names.has(path)) return noSuchFile(path);
    this.#name({ kind: "rename", path, toPath });
    return done;
  }

  #write(path: string, inode: Inode, bytes: Uint8Array, life: number): Promise<Done | DiskFailure> {
    return this.#step({ kind: "write", path }, life, (failure) => {
      const at = inode.cached.length;
      const room = this.#roomBehind(inode);
      const written = Math.min(room, failure === null ? bytes.length : this.#random.below(bytes.length + 1));
      if (written > 0) inode.change({ kind: "write", at, bytes: bytes.slice(0, written) });
      return failure ?? (written === bytes.length ? done : failureOf("ENOSPC", path));
    });
  }

  /** What the file may still grow by. */
  #roomBehind(inode: Inode): number {
    if (this.#capacityBytes === Infinity) return Infinity;
    return Math.max(0, this.#capacityBytes - this.usedBytes + inode.blocks * blockBytes - inode.cached.length);
  }

  #syncFile(path: string, inode: Inode, life: number): Promise<Done | DiskFailure> {
    return this.#step({ kind: "sync", path }, life, (failure) => {
      if (failure !== null) {
        for (const change of inode.unsynced) if (this.#random.chance(0.5)) inode.durable.apply(change);
        inode.unsynced = [];
      } else if (!this.liesAboutSync) this.#sync(inode);
      return failure ?? done;
    });
  }

  #syncFolder(folder: string, life: number): Promise<Done | DiskFailure> {
    return this.#step({ kind: "sync-folder", path: folder }, life, (failure) => {
      if (failure !== null || this.liesAboutSync) return failure ?? done;
      const isHere = ({ path }: Naming): boolean => folderOf(path) === folder;
      for (const naming of this.#unsyncedNamings.filter(isHere)) applyNaming(this.#durableNames, naming);
      this.#unsyncedNamings = this.#unsyncedNamings.filter((naming) => !isHere(naming));
      return done;
    });
  }

  #sync(inode: Inode): void {
    for (const change of inode.unsynced) inode.durable.apply(change);
    inode.unsynced = [];
  }

  #name(naming: Naming): void {
    applyNaming(this.#names, naming);
    this.#unsyncedNamings.push(naming);
  }

  #losePower(): void {
    const survivors = this.#random.below(this.#unsyncedNamings.length + 1);
    for (const naming of this.#unsyncedNamings.slice(0, survivors)) applyNaming(this.#durableNames, naming);
    this.#unsyncedNamings = [];
    for (const inode of new Set(this.#durableNames.values())) {
      const fate = this.#random.below(3);
      for (const change of inode.unsynced) if (fate > 0) this.#tear(inode, change, fate === 1 ? 1 : 0.5);
    }
    this.#names = new Map();
    for (const [path, { durable }] of this.#durableNames) {
      const inode = new Inode();
      inode.cached.apply({ kind: "write", at: 0, bytes: durable.bytes() });
      inode.durable = durable;
      this.#names.set(path, inode);
    }
    this.#durableNames = new Map(this.#names);
  }

  /** What the power's end leaves of one change: each sector of it with this probability. */
  #tear(inode: Inode, change: Change, probability: number): void {
    if (change.kind === "cut") {
      if (this.#random.chance(probability)) inode.durable.apply(change);
      return;
    }
    for (let from = 0; from < change.bytes.length;) {
      const at = change.at + from;
      const to = Math.min(change.bytes.length, from + sectorBytes - (at % sectorBytes));
      if (this.#random.chance(probability)) {
        inode.durable.apply({ kind: "write", at, bytes: change.bytes.subarray(from, to) });
      }
      from = to;
    }
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function noSuchFile(path: string): DiskFailure {
  return { ok: false, errno: "ENOENT", reason: `${path}: no such file` };
}

function failureOf(errno: string, path: string): DiskFailure {
  return { ok: false, errno, reason: `${path}: ${errno}` };
}
