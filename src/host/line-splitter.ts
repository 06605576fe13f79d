/**
 * Bytes -> lines, for checks that stay and print a result a line. A line has a limit, and so has the number of lines in a
 * second: one that prints without end is left waiting in its pipe and costs the supervisor no more than that.
 */
import { OutputHead, type ByteSink } from "./output-decoder.ts";

/** A thousand results a second of one check is far beyond any use; what comes faster waits. */
export const msPerLine = 1;

/** So far may lines run ahead of that before they are made to wait: a start may say a lot at once. */
export const lineBurstMs = 100;

/** Where they cannot be made to wait, because the program has ended and this was in its pipe, the rest is dropped. */
export const lineDropMs = 5_000;

export class LineSplitter implements ByteSink {
  readonly #lineBytesMax: number;
  readonly #onLine: (line: string) => void;
  readonly #nowMs: () => number;
  #line: OutputHead;
  /** When all lines so far will have had their millisecond. */
  #paidUntilMs = 0;
  droppedBytes = 0;
  /** At most a thousand lines, of one byte each, before they can be made to wait. */
  readonly pieceBytesMax = 2 * 1024;

  constructor(options: { lineBytesMax: number; onLine: (line: string) => void; nowMs: () => number }) {
    this.#lineBytesMax = options.lineBytesMax;
    this.#onLine = options.onLine;
    this.#nowMs = options.nowMs;
    this.#line = new OutputHead(options.lineBytesMax);
  }

  push(bytes: Uint8Array): number {
    const nowMs = this.#nowMs();
    this.#paidUntilMs = Math.max(this.#paidUntilMs, nowMs);
    let from = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      if (this.#paidUntilMs - nowMs > lineDropMs) break;
      this.#line.push(bytes.subarray(from, end));
      this.#tell();
      this.#paidUntilMs += msPerLine;
      from = end + 1;
    }
    const aheadMs = this.#paidUntilMs - nowMs;
    if (aheadMs > lineDropMs) this.droppedBytes += bytes.length - from;
    else this.#line.push(bytes.subarray(from));
    return aheadMs > lineBurstMs ? aheadMs : 0;
  }

  /** The program has ended: what it printed without a newline is a line too. */
  end(): void {
    if (!this.#line.isEmpty) this.#tell();
  }

  #tell(): void {
    const line = this.#line;
    this.#line = new OutputHead(this.#lineBytesMax);
    this.droppedBytes += line.droppedBytes;
    this.#onLine(line.text());
  }
}

const newline = 0x0a;
