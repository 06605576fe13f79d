/**
 * What one copy of the key-value store holds, and where in history it is. In memory only: a server that was killed comes
 * back empty, which is what makes the demo honest.
 *
 * A position is (term, offset). The term counts promotions; the offset is the bytes of all entries written so far, as in
 * Redis, so that lag is a number of bytes. Two copies at one position hold the same data.
 */

export interface Position {
  readonly term: number;
  readonly offset: number;
}

export class KvStore {
  #values = new Map<string, string>();
  #position: Position = { term: 0, offset: 0 };

  get position(): Position {
    return this.#position;
  }

  /** Writes one entry and answers the offset behind it. */
  set(key: string, value: string): number {
    this.#values.set(key, value);
    const offset = this.#position.offset + Buffer.byteLength(`${key} ${value}\n`);
    this.#position = { term: this.#position.term, offset };
    return offset;
  }

  get(key: string): string | undefined {
    return this.#values.get(key);
  }

  entries(): [string, string][] {
    return [...this.#values];
  }

  /** What a promotion does: history goes on, under a new term. */
  beginTerm(): void {
    this.#position = { term: this.#position.term + 1, offset: this.#position.offset };
  }

  /** Takes over another copy as a whole. */
  replace(values: Map<string, string>, position: Position): void {
    this.#values = values;
    this.#position = position;
  }
}

/** True if `other` has lived through something that `own` has not: who is behind must not be followed. */
export function isBehind(own: Position, other: Position): boolean {
  return own.term < other.term || (own.term === other.term && own.offset < other.offset);
}
