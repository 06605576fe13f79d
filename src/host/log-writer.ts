/**
 * Where a log's lines go: standard error. A file is written at once; a pipe or a socket (journald, a logger) may have a reader
 * that sleeps, and a terminal may be stopped (Ctrl-S), and neither must be able to stop the daemon: lines wait for it up to a
 * limit, and what comes beyond that is dropped, and said when there is room again. A reader that has gone ends nothing.
 */
import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import type { Writable } from "node:stream";
import { errnoOf } from "./errno.ts";

/** A quarter of a megabyte is an hour of an ordinary log; a reader that is so far behind does not come back. */
export const pendingLogBytesMax = 256 * 1024;

/** So long the last words wait for a reader that is slow, when the daemon ends. */
const lastWordsMs = 1_000;

/** How often a terminal that took nothing is tried again. */
const terminalAgainMs = 100;

export interface LogWriter {
  /** Takes a line. Never throws, and never waits for a reader. */
  readonly write: (line: string) => void;
  /** Resolves when nothing waits for the reader any more, and soon in any case. */
  readonly whenWritten: () => Promise<void>;
}

/** `fd`: 2, but for tests. */
export function createLogWriter(fd: number): LogWriter {
  const stats = fstatSync(fd);
  if (stats.isFIFO() || stats.isSocket()) return queueTo(readerOf(fd));
  const terminal = stats.isCharacterDevice() ? openAnew(fd) : null;
  return terminal === null ? toFile(fd) : queueTo(new Terminal(terminal));
}

/** What takes text when it can, and keeps it until then. */
interface Taker {
  /** Nobody reads any more: then there is nobody to say that to. */
  readonly isGone: () => boolean;
  readonly pendingBytes: () => number;
  readonly take: (text: string) => void;
  /** Calls back when all is taken. */
  readonly whenTaken: (onTaken: () => void) => void;
}

function queueTo(taker: Taker): LogWriter {
  let droppedCount = 0;
  return {
    write: (line) => {
      if (taker.isGone()) return;
      if (taker.pendingBytes() + line.length > pendingLogBytesMax) {
        droppedCount += 1;
        return;
      }
      if (droppedCount > 0) taker.take(`${droppedCount} lines of the log were dropped here: its reader was too slow\n`);
      droppedCount = 0;
      taker.take(line);
    },
    whenWritten: () =>
      new Promise((resolve) => {
        if (taker.isGone() || taker.pendingBytes() === 0) {
          resolve();
          return;
        }
        setTimeout(resolve, lastWordsMs);
        taker.whenTaken(resolve);
      }),
  };
}

function readerOf(fd: number): Taker {
  /** Node makes one stream of standard error, and no second one can be made of it. For a pipe it queues what is not taken. */
  const stream: Writable = fd === 2 ? process.stderr : new Socket({ fd, readable: false, writable: true });
  stream.on("error", () => stream.destroy());
  return {
    isGone: () => stream.destroyed,
    pendingBytes: () => stream.writableLength,
    take: (text) => void stream.write(text),
    whenTaken: (onTaken) => void stream.write("", () => onTaken()),
  };
}

/**
 * The same terminal through a descriptor of our own, on which a write never waits: to set that on the one that was given
 * would set it for the shell and for whoever else has it. Null: it cannot be opened, which it cannot by another user than
 * whose terminal it is.
 */
function openAnew(fd: number): number | null {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return null;
  }
}

class Terminal implements Taker {
  readonly #file: number;
  #pending: Uint8Array = new Uint8Array(0);
  #again: NodeJS.Timeout | undefined;
  #isGone = false;
  #onTaken = (): void => undefined;

  constructor(file: number) {
    this.#file = file;
  }

  isGone = (): boolean => this.#isGone;

  pendingBytes = (): number => this.#pending.length;

  take = (text: string): void => {
    this.#pending = Buffer.concat([this.#pending, Buffer.from(text)]);
    if (this.#again === undefined) this.#push();
  };

  whenTaken = (onTaken: () => void): void => {
    this.#onTaken = onTaken;
  };

  #push(): void {
    this.#again = undefined;
    try {
      while (this.#pending.length > 0) this.#pending = this.#pending.subarray(writeSync(this.#file, this.#pending));
    } catch (error) {
      if (errnoOf(error) === "EAGAIN") {
        this.#again = setTimeout(() => this.#push(), terminalAgainMs);
        return;
      }
      /** A terminal that was closed says EIO from then on; what a full device does not take is lost. */
      this.#pending = new Uint8Array(0);
      this.#isGone = errnoOf(error) === "EIO";
      if (this.#isGone) closeSync(this.#file);
    }
    this.#onTaken();
  }
}

/** A disk that is full takes no log; the daemon goes on. */
function toFile(fd: number): LogWriter {
  return {
    write: (line) => {
      try {
        writeSync(fd, line);
      } catch {
        /** There is nobody else to say it to. */
      }
    },
    whenWritten: () => Promise.resolve(),
  };
}
