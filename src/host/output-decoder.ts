/**
 * What a program printed, within bounds: its first bytes, or its last ones, and how many were thrown away. Programs print
 * whatever they like (100 MB, NUL bytes, half a character at the end); a few KiB of it are for people.
 */

/** Where the bytes of a program go. The buffer is used again after the call: what is kept must be copied. */
export interface ByteSink {
  /** Takes the bytes; answers for how many milliseconds no more are wanted, 0 to go on at once. */
  push(bytes: Uint8Array): number;
  /** How much is wanted at a time, where less than all is. */
  readonly pieceBytesMax?: number;
}

/** Keeps the first `bytesMax` bytes. */
export class OutputHead implements ByteSink {
  readonly #bytesMax: number;
  /** Grows by doubling: one buffer, however small the pieces are in which a program prints. */
  #buffer = new Uint8Array(0);
  #keptBytes = 0;
  droppedBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get isEmpty(): boolean {
    return this.#keptBytes === 0;
  }

  push(bytes: Uint8Array): number {
    const kept = bytes.subarray(0, this.#bytesMax - this.#keptBytes);
    this.#makeRoom(this.#keptBytes + kept.length);
    this.#buffer.set(kept, this.#keptBytes);
    this.#keptBytes += kept.length;
    this.droppedBytes += bytes.length - kept.length;
    return 0;
  }

  text(): string {
    return decodeOutput(this.#buffer.subarray(0, this.#keptBytes), { isCut: this.droppedBytes > 0 });
  }

  #makeRoom(bytes: number): void {
    if (bytes <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.min(this.#bytesMax, Math.max(bytes, 2 * this.#buffer.length)));
    larger.set(this.#buffer.subarray(0, this.#keptBytes));
    this.#buffer = larger;
  }
}

/** Of what is hardly ever looked at no more than a megabyte a second is read, in pieces that are worth it; the rest waits. */
const tailBytesPerMs = 1024;
const tailPauseMsMin = 10;

/** Keeps the last `bytesMax` bytes: of a program that runs for days, what it said before it ended. */
export class OutputTail implements ByteSink {
  readonly #bytesMax: number;
  #kept: Uint8Array = new Uint8Array(0);
  droppedBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  push(bytes: Uint8Array): number {
    const all = Buffer.concat([this.#kept, bytes.subarray(-this.#bytesMax)]);
    this.droppedBytes += this.#kept.length + bytes.length - Math.min(all.length, this.#bytesMax);
    this.#kept = Buffer.from(all.subarray(-this.#bytesMax));
    return Math.max(tailPauseMsMin, bytes.length / tailBytesPerMs);
  }

  text(): string {
    return decodeOutput(this.#kept, { isCut: false });
  }
}

/** UTF-8, invalid bytes replaced by U+FFFD, NUL removed. `isCut`: half a character at the end is left out. */
export function decodeOutput(bytes: Uint8Array, options: { readonly isCut: boolean }): string {
  /** A decoder is dear to make, and only it knows of characters that are to be continued. */
  const text = options.isCut
    ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: true })
    : whole(bytes);
  return text.includes("\0") ? text.replaceAll("\0", "") : text;
}

function whole(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
