/**
 * One daemon on one root. The lock is a file with the holder's pid and start time, made by link(2), which is atomic; a
 * holder that is dead holds nothing, whatever killed it and whoever has its pid now.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { errnoOf } from "./errno.ts";
import { isRunning, readProcess } from "./process-identity.ts";
import type { ProcessIdentity } from "./processes.ts";

export type InstanceLock =
  { readonly kind: "held"; readonly release: () => void } | { readonly kind: "taken"; readonly by: ProcessIdentity };

/** Two steals of one dead holder's file can meet; each looks again, and one of them finds the other alive. */
const attemptsMax = 5;

/** Takes the lock, or says who has it. Throws, with a cause, if the folder cannot be written. */
export function takeInstanceLock(path: string): InstanceLock {
  const self = readProcess(process.pid)?.identity ?? { pid: process.pid, startTicks: 0 };
  const own = `${path}.${self.pid}`;
  const text = `${JSON.stringify(self)}\n`;
  writeFileSync(own, text, { mode: 0o600 });
  try {
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      if (link(own, path)) return { kind: "held", release: () => releaseOwn(path, text) };
      const holder = readHolder(path);
      if (holder !== null && isRunning(holder)) return { kind: "taken", by: holder };
      steal(path, `${own}.dead`);
    }
    throw new Error(
      `the lock ${path} could not be taken in ${attemptsMax} attempts: remove it if no failoverd runs there`,
    );
  } finally {
    rmSync(own, { force: true });
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw new Error(`the lock ${to} could not be made`, { cause: error });
  }
}

/** Moves the dead holder's file away. If another daemon was quicker and the file is a living one's, it is put back. */
function steal(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    throw new Error(`the lock ${path} of a dead daemon could not be removed`, { cause: error });
  }
  const moved = readHolder(aside);
  if (moved !== null && isRunning(moved)) link(aside, path);
  rmSync(aside, { force: true });
}

function readHolder(path: string): ProcessIdentity | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return null;
  }
  return parseIdentity(text);
}

/** `null` for anything that this file has not written: a lock that names nobody is nobody's. */
export function parseIdentity(text: string): ProcessIdentity | null {
  const match = /^\{"pid":(\d{1,10}),"startTicks":(\d{1,15})\}\n$/.exec(text);
  return match === null ? null : { pid: Number(match[1]), startTicks: Number(match[2]) };
}

function releaseOwn(path: string, text: string): void {
  try {
    if (readFileSync(path, "utf8") === text) rmSync(path, { force: true });
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw new Error(`the lock ${path} could not be released`, { cause: error });
  }
}
