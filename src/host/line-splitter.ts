/**
 * Bytes -> lines, for checks that stay and print a result a line. A line has a limit, and so has the number of lines in a
 * second: one that prints without end is left waiting in its pipe and costs the supervisor no more than that.
 */
import { OutputHead, type ByteSink } from "./output-decoder.ts";

/** A thousand results a second of one check is far beyond any use; what comes faster waits. */
export const msPerLine = 1;

/** So many milliseconds may lines come too fast before they are made to wait: a start may say a lot at once. */
export const lineBurstMs = 100;

export class LineSplitter implements ByteSink {
  readonly #lineBytesMax: number;
  readonly #onLine: (line: string) => void;
  readonly #nowMs: () => number;
  #line: OutputHead;
  /** When all lines so far will have had their millisecond. */
  #paidUntilMs = 0;
  droppedBytes = 0;

  constructor(options: { lineBytesMax: number; onLine: (line: string) => void; nowMs: () => number }) {
    this.#lineBytesMax = options.lineBytesMax;
    this.#onLine = options.onLine;
    this.#nowMs = options.nowMs;
    this.#line = new OutputHead(options.lineBytesMax);
  }

  push(bytes: Uint8Array): number {
    let lineCount = 0;
    let from = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      this.#line.push(bytes.subarray(from, end));
      this.#tell();
      lineCount += 1;
      from = end + 1;
    }
    this.#line.push(bytes.subarray(from));
    const nowMs = this.#nowMs();
    this.#paidUntilMs = Math.max(this.#paidUntilMs, nowMs) + lineCount * msPerLine;
    return this.#paidUntilMs - nowMs > lineBurstMs ? this.#paidUntilMs - nowMs : 0;
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
