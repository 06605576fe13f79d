/**
 * One daemon on one root. The lock is a symbolic link that leads nowhere and names the holder's pid and start time: made
 * in one step, with its content, and without a block of the disk, so that a daemon can come back on a disk that is full.
 * A holder that is dead holds nothing, whatever killed it and whoever has its pid now.
 */
import { readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { errnoInWords, errnoOf } from "./errno.ts";
import { isRunning, readProcess } from "./process-identity.ts";
import type { ProcessIdentity } from "./processes.ts";

export type InstanceLock = HeldLock | { readonly kind: "taken"; readonly by: ProcessIdentity };

export interface HeldLock {
  readonly kind: "held";
  /** Takes it again if somebody has removed it. Who lives and has it by now; null: this process. Throws as taking it does. */
  readonly retake: () => ProcessIdentity | null;
  readonly release: () => void;
}

/** Two steals of one dead holder's lock can meet; each looks again, and one of them finds the other alive. */
const attemptsMax = 5;

/** Takes the lock, or says who has it. Throws, with a cause, if the folder cannot be written. */
export function takeInstanceLock(path: string): InstanceLock {
  const self = readProcess(process.pid)?.identity ?? { pid: process.pid, startTicks: 0 };
  const text = `pid=${self.pid},startTicks=${self.startTicks}`;
  const take = (): ProcessIdentity | null => takeFor(text, path, `${path}.${self.pid}.dead`);
  const by = take();
  return by === null ? { kind: "held", retake: take, release: () => release(path, text) } : { kind: "taken", by };
}

/** The living other who has it; null: it is `text`'s. */
function takeFor(text: string, path: string, aside: string): ProcessIdentity | null {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    if (readText(path) === text || make(text, path)) return null;
    const holder = readHolder(path);
    if (holder !== null && isRunning(holder)) return holder;
    steal(path, aside);
  }
  throw new Error(
    `the lock ${path} could not be taken in ${attemptsMax} attempts: remove it if no failoverd runs there`,
  );
}

function make(text: string, path: string): boolean {
  try {
    symlinkSync(text, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw new Error(`the lock ${path} could not be made (${errnoInWords(errnoOf(error))})`, { cause: error });
  }
}

/** The pid of the living daemon that has it; null: there is none, or it is not for this user to see. */
export function pidOfHolder(path: string): number | null {
  const holder = readHolder(path);
  return holder !== null && isRunning(holder) ? holder.pid : null;
}

/** Moves the dead holder's lock away. If another daemon was quicker and the lock is a living one's, it is put back. */
function steal(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    throw new Error(`the lock ${path} of a dead daemon could not be removed`, { cause: error });
  }
  const moved = readHolder(aside);
  if (moved !== null && isRunning(moved)) make(readlinkSync(aside), path);
  unlinkSync(aside);
}

/** `null`: there is none, or it is not of this program's making, and then it is nobody's. */
function readHolder(path: string): ProcessIdentity | null {
  const text = readText(path);
  return text === null ? null : parseIdentity(text);
}

function readText(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

export function parseIdentity(text: string): ProcessIdentity | null {
  const match = /^pid=(\d{1,10}),startTicks=(\d{1,15})$/.exec(text);
  return match === null ? null : { pid: Number(match[1]), startTicks: Number(match[2]) };
}

function release(path: string, text: string): void {
  try {
    if (readlinkSync(path) === text) unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw new Error(`the lock ${path} could not be released`, { cause: error });
  }
}
