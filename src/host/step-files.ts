/**
 * The two files of a step, `var/runs/RUN/NAME.log` and `NAME.exit`: what it printed, and how it ended. They are how a step
 * speaks to a daemon that was not there when it happened. A disk that is full or broken must not stop a failover: where
 * the files cannot be had, the step runs all the same, unrecorded.
 */
import {
  closeSync,
  fchownSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  statfsSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { errnoInWords, errnoOf } from "./errno.ts";
import { makeFolder } from "./make-folder.ts";
import { parseExitFile } from "./launcher-script.ts";
import { decodeOutput } from "./output-decoder.ts";
import { stepLogBytesMax, stepOutputBytesMax, type StepKey } from "./processes.ts";
import { removeFile } from "./runner-folder.ts";
import type { UserIdentity } from "./user-identity.ts";

export interface StepPaths {
  readonly log: string;
  readonly exit: string;
}

/** What is left of a log that became too long: its beginning, where the cause stands. */
export const keptLogBytes = 64 * 1024;

export function stepPaths(runsFolder: string, key: StepKey): StepPaths {
  const folder = join(runsFolder, String(key.run));
  return { log: join(folder, `${key.name}.log`), exit: join(folder, `${key.name}.exit`) };
}

/** With less than this a log is not begun: an action whose words the disk does not take might stop in the middle. */
const freeBytesMin = 1024 * 1024;

/**
 * Makes the folder and an empty log, which belongs to the user that the step runs as, so that it can open /dev/stderr.
 * The answer is where the step shall write; /dev/null, and a note that says why, if that was not possible.
 */
export function makeStepFiles(
  paths: StepPaths,
  user: UserIdentity | null,
): { readonly paths: StepPaths; readonly note: string } {
  try {
    makeFolder(dirname(paths.log), 0o700);
    removeFile(paths.exit);
    if (freeBytes(dirname(paths.log), user) < freeBytesMin) {
      return { paths: { ...paths, log: "/dev/null" }, note: noteOf(paths, "the disk is full") };
    }
    makeLog(paths.log, user);
    return { paths, note: "" };
  } catch (error) {
    return { paths: { log: "/dev/null", exit: "/dev/null" }, note: noteOf(paths, errnoInWords(errnoOf(error))) };
  }
}

/** An empty log. Throws what open(2) does. */
export function makeLog(path: string, user: UserIdentity | null): void {
  const log = openSync(path, "a", 0o600);
  try {
    if (user !== null) fchownSync(log, user.uid, user.gid);
  } finally {
    closeSync(log);
  }
}

/** Some blocks are only root's to use up. A file system that does not count (0 in all) may have any number. */
function freeBytes(folder: string, user: UserIdentity | null): number {
  const { bsize, blocks, bfree, bavail } = statfsSync(folder);
  if (blocks === 0) return Number.POSITIVE_INFINITY;
  return bsize * (user === null && process.geteuid?.() === 0 ? bfree : bavail);
}

function noteOf(paths: StepPaths, why: string): string {
  return `[failoverd: what it printed is lost, ${paths.log} could not be written: ${why}]\n`;
}

/** The exit code; `null`: the step has not ended, or left no word. */
export function readExit(paths: StepPaths): number | null {
  try {
    return parseExitFile(readFileSync(paths.exit, "latin1"));
  } catch {
    return null;
  }
}

/** Milliseconds since the exit file was written; 0 if that cannot be said. */
export function ageOfExit(paths: StepPaths): number {
  try {
    return Math.max(0, Date.now() - statSync(paths.exit).mtimeMs);
  } catch {
    return 0;
  }
}

/** The head of the log, up to `stepOutputBytesMax`; empty if there is none. */
export function readStepOutput(paths: StepPaths): string {
  try {
    const log = openSync(paths.log, "r");
    try {
      const bytes = Buffer.alloc(stepOutputBytesMax + 1);
      const length = readSync(log, bytes, 0, bytes.length, 0);
      return decodeOutput(bytes.subarray(0, Math.min(length, stepOutputBytesMax)), {
        isCut: length > stepOutputBytesMax,
      });
    } finally {
      closeSync(log);
    }
  } catch {
    return "";
  }
}

/** The last bytes of a file; empty if there is none, or it cannot be read. */
export function readEnd(path: string, bytesMax: number): string {
  try {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(bytesMax);
      const length = readSync(file, bytes, 0, bytesMax, Math.max(0, fstatSync(file).size - bytesMax));
      return decodeOutput(bytes.subarray(0, length), { isCut: false });
    } finally {
      closeSync(file);
    }
  } catch {
    return "";
  }
}

/** Bytes; `null` if there is no log. */
export function logSize(path: string): number | null {
  try {
    return statSync(path).size;
  } catch {
    return null;
  }
}

/**
 * Cuts a log that is too long back to its head, and says so in it. Who writes to it goes on behind that: the shell has
 * opened it for appending. The answer is how many bytes were dropped.
 */
export function cutLog(path: string): number {
  const sizeBytes = logSize(path) ?? 0;
  if (sizeBytes <= stepLogBytesMax) return 0;
  const droppedBytes = sizeBytes - keptLogBytes;
  try {
    truncateSync(path, keptLogBytes);
    const log = openSync(path, "a");
    try {
      writeSync(
        log,
        `\n[failoverd: ${droppedBytes} bytes dropped here; a log is cut when it is longer than ${stepLogBytesMax}]\n`,
      );
    } finally {
      closeSync(log);
    }
  } catch {
    /** The next look tries again; what was cut is counted all the same. */
    return logSize(path) === keptLogBytes ? droppedBytes : 0;
  }
  return droppedBytes;
}
