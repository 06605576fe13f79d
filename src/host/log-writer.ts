/**
 * Where a log's lines go: standard error. A file or a terminal is written at once; a pipe or a socket (journald, a logger)
 * may have a reader that sleeps, and must not be able to stop the daemon: lines wait for it up to a limit, and what comes
 * beyond that is dropped, and said when there is room again.
 */
import { fstatSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import type { Writable } from "node:stream";

/** A quarter of a megabyte is an hour of an ordinary log; a reader that is so far behind does not come back. */
export const pendingLogBytesMax = 256 * 1024;

/** `fd`: 2, but for tests. Never throws, and never waits for a reader. */
export function createLogWriter(fd: number): (line: string) => void {
  const stats = fstatSync(fd);
  return stats.isFIFO() || stats.isSocket() ? toReader(fd) : (line) => toFile(fd, line);
}

function toReader(fd: number): (line: string) => void {
  /** Node makes one stream of standard error, and no second one can be made of it. For a pipe it queues what is not taken. */
  const stream: Writable = fd === 2 ? process.stderr : new Socket({ fd, readable: false, writable: true });
  let droppedCount = 0;
  /** Nobody reads any more (EPIPE): then there is nobody to say that to. */
  stream.on("error", () => stream.destroy());
  return (line) => {
    if (stream.destroyed) return;
    if (stream.writableLength + line.length > pendingLogBytesMax) {
      droppedCount += 1;
      return;
    }
    if (droppedCount > 0) stream.write(`${droppedCount} lines of the log were dropped here: its reader was too slow\n`);
    droppedCount = 0;
    stream.write(line);
  };
}

/** A disk that is full takes no log; the daemon goes on. */
function toFile(fd: number, line: string): boolean {
  try {
    writeSync(fd, line);
    return true;
  } catch {
    return false;
  }
}
