/**
 * A client that writes numbered rows through the service's address, one after the other, for as long as it is let, and
 * notes when each was acknowledged and by whom. When something fails it opens another connection and goes on with the next
 * row: of the one that failed nobody knows whether it was written.
 */
import { setTimeout as pause } from "node:timers/promises";
import { nowMs, type Acknowledgement } from "./measure.ts";
import type { Address, Open, Session } from "./session.ts";

/** A patient client would add its own patience to every gap. */
const withinMs = 500;

/** Between two rows: enough of them to measure by, and time for others on a small machine. */
const pauseMs = 4;

/** After a failure. */
const againMs = 10;

export class Writer {
  readonly acknowledged: Acknowledgement[] = [];
  /** Rows that were sent, and of which nobody knows. */
  failed = 0;
  #isEnding = false;
  #writing: Promise<void> = Promise.resolve();

  start(open: Open, address: Address): void {
    this.#writing = this.#write(open, address);
  }

  /** Resolves when nothing is on its way any more. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#writing;
  }

  async #write(open: Open, address: Address): Promise<void> {
    let session: Session | null = null;
    for (let row = 1; !this.#isEnding; row += 1) {
      const sentMs = nowMs();
      try {
        session ??= await open(address, withinMs);
        this.acknowledged.push({ row, sentMs, ...(await session.insert(row)), atMs: nowMs() });
        await pause(pauseMs);
      } catch {
        this.failed += 1;
        session?.close();
        session = null;
        await pause(againMs);
      }
    }
    session?.close();
  }
}
