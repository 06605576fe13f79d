/**
 * The reading end of one FIFO, through which one check after the other prints. Why FIFOs: a check may leave a process
 * behind that keeps its output open (a daemon that it started, even in a session of its own). A pipe or socket that the
 * runner was born with would be shared with that process for ever, and its words would be taken for the next check's. A
 * FIFO is opened for each check anew, and after each one the reading end tells whether anybody still holds it: at the end
 * of the bytes `read` says 0 if nobody does, and EAGAIN if somebody does. Then it is used no more.
 *
 * Most checks print a line and end within milliseconds: the pipe holds that, and it is read once, when they have ended.
 * Only for longer ones does the event loop watch (`watch`), through a second opening of the same FIFO. That costs 40
 * instead of 100 µs a check.
 */
import { closeSync, constants, lstatSync, openSync, readSync } from "node:fs";
import { Socket } from "node:net";
import type { ByteSink } from "./output-decoder.ts";

/** All bytes pass through this one buffer: it is filled and emptied within one call. */
const shared = Buffer.allocUnsafe(64 * 1024);

/** As much as a pipe can hold (/proc/sys/fs/pipe-max-size): what is behind that came after the check had ended. */
const pipeBytesMax = 1024 * 1024;

export class Fifo {
  readonly #path: string;
  readonly #file: number;
  #watcher: Socket | null = null;
  #resume: NodeJS.Timeout | undefined;

  /** Throws what open(2) does. */
  constructor(path: string) {
    this.#path = path;
    this.#file = openReader(path);
  }

  /** Whether who opens the path opens this: somebody may have removed it. */
  get isThere(): boolean {
    return lstatSync(this.#path, { throwIfNoEntry: false })?.isFIFO() === true;
  }

  /** Reads what comes, as it comes, until `unwatch`. Throws what open(2) does. */
  watch(sink: ByteSink): void {
    const options = {
      fd: openReader(this.#path),
      readable: true,
      writable: false,
      onread: {
        buffer: shared.subarray(0, sink.pieceBytesMax),
        callback: (byteCount: number) => this.#take(sink, byteCount),
      },
    };
    this.#watcher = new Socket(options);
    /** The rest is read by `drain`, which will meet the same error. */
    this.#watcher.on("error", () => this.unwatch());
  }

  unwatch(): void {
    clearTimeout(this.#resume);
    this.#watcher?.destroy();
    this.#watcher = null;
  }

  /** Reads all that is there. `held`: somebody still has it open for writing, or it cannot be read; use it no more. */
  drain(sink: ByteSink): "clean" | "held" {
    this.unwatch();
    for (let readBytes = 0; readBytes < pipeBytesMax;) {
      let byteCount: number;
      try {
        byteCount = readSync(this.#file, shared, 0, shared.length, null);
      } catch {
        return "held";
      }
      if (byteCount === 0) return "clean";
      sink.push(shared.subarray(0, byteCount));
      readBytes += byteCount;
    }
    return "held";
  }

  close(): void {
    this.unwatch();
    closeSync(this.#file);
  }

  /** The answer is Node's: whether to go on reading. */
  #take(sink: ByteSink, byteCount: number): boolean {
    const pauseMs = sink.push(shared.subarray(0, byteCount));
    if (pauseMs <= 0) return true;
    this.#resume = setTimeout(() => this.#watcher?.resume(), pauseMs);
    return false;
  }
}

/** Without O_NONBLOCK, open(2) of a FIFO would wait for a writer. */
function openReader(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
}
