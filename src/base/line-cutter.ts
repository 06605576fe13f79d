/**
 * Bytes that come in pieces -> lines, with bounded memory: a line longer than the limit is reported once, when the limit is
 * passed, and skipped to its end. Lines are bytes: what they mean, and whether they are UTF-8, is the caller's.
 */

export type CutLine =
  /** Without its newline. Valid until the next line is asked for. `endsAt`: offset in the chunk, behind its newline. */
  | { readonly kind: "line"; readonly bytes: Uint8Array; readonly endsAt: number }
  /** More than the limit came without a newline; the line's remaining bytes are thrown away. */
  | { readonly kind: "too-long" };

const newline = 0x0a;

export class LineCutter {
  readonly #lineBytesMax: number;
  /** The unfinished line: the first `#keptBytes` of the buffer, which grows by doubling, so that single bytes cost little. */
  #buffer = new Uint8Array(0);
  #keptBytes = 0;
  #isSkipping = false;

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** A line has begun and not ended: it is kept, or it was too long and is being skipped. */
  get isInLine(): boolean {
    return this.#isSkipping || this.#keptBytes > 0;
  }

  /** Bytes of an unfinished line that are kept; never more than the limit. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Takes the next bytes, and yields the lines that are complete with them. To be iterated to its end. */
  *push(chunk: Uint8Array): Generator<CutLine, void> {
    let from = 0;
    while (from < chunk.length) {
      const end = chunk.indexOf(newline, from);
      const isEnded = end !== -1;
      const piece = chunk.subarray(from, isEnded ? end : chunk.length);
      from += piece.length + 1;
      if (!this.#isSkipping && this.#keptBytes + piece.length > this.#lineBytesMax) {
        this.#isSkipping = true;
        this.#forget();
        yield { kind: "too-long" };
      }
      if (this.#isSkipping) {
        if (isEnded) this.#isSkipping = false;
      } else if (isEnded && this.#keptBytes === 0) {
        yield { kind: "line", bytes: piece, endsAt: from };
      } else {
        this.#keep(piece);
        if (isEnded) {
          yield { kind: "line", bytes: this.#buffer.subarray(0, this.#keptBytes), endsAt: from };
          this.#forget();
        }
      }
    }
  }

  #keep(piece: Uint8Array): void {
    const neededBytes = this.#keptBytes + piece.length;
    if (neededBytes > this.#buffer.length) {
      const grown = new Uint8Array(Math.min(this.#lineBytesMax, Math.max(1_024, neededBytes * 2)));
      grown.set(this.#buffer.subarray(0, this.#keptBytes));
      this.#buffer = grown;
    }
    this.#buffer.set(piece, this.#keptBytes);
    this.#keptBytes = neededBytes;
  }

  #forget(): void {
    this.#buffer = new Uint8Array(0);
    this.#keptBytes = 0;
  }
}
