/**
 * All that will happen, in virtual time: a heap by moment, and at one moment in the order in which it was put in. Nothing
 * happens but by the agenda and by what is waiting for a promise; so the same agenda gives the same history.
 */

interface Item {
  readonly atMs: number;
  readonly order: number;
  /** Null: cancelled. */
  act: (() => void) | null;
}

export class Agenda {
  readonly #heap: Item[] = [];
  #order = 0;
  #nowMs = 0;

  /** World time in milliseconds; 0 is the beginning of the world. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Calls `act` at `atMs`, or now, if that is over. The answer cancels it. */
  at(atMs: number, act: () => void): () => void {
    const item: Item = { atMs: Math.max(this.#nowMs, Math.ceil(atMs)), order: this.#order, act };
    this.#order += 1;
    this.#heap.push(item);
    this.#rise(this.#heap.length - 1);
    return () => {
      item.act = null;
    };
  }

  after(ms: number, act: () => void): () => void {
    return this.at(this.#nowMs + ms, act);
  }

  /** Does what comes next, if it comes before `untilMs`; false: nothing does, and then it is `untilMs`. */
  step(untilMs: number): boolean {
    for (let first = this.#heap[0]; first !== undefined && first.atMs <= untilMs; first = this.#heap[0]) {
      this.#removeFirst();
      if (first.act === null) continue;
      this.#nowMs = first.atMs;
      first.act();
      return true;
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
    return false;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    for (let at = from; at > 0;) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(at, above)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  #sink(from: number): void {
    for (let at = from; ;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let first = at;
      if (left < this.#heap.length && this.#isBefore(left, first)) first = left;
      if (right < this.#heap.length && this.#isBefore(right, first)) first = right;
      if (first === at) return;
      this.#swap(at, first);
      at = first;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (one === undefined || other === undefined) return false;
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const one = this.#heap[a];
    const other = this.#heap[b];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}

/**
 * Lets the world go on until `untilMs`, or until `isOver`. Between two items everything that waits for a promise has its
 * turn, to the end: Node empties the queue of microtasks before it calls what a microtask has given to `nextTick`.
 */
export function play(agenda: Agenda, untilMs: number, isOver: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (): void => {
      try {
        if (isOver() || !agenda.step(untilMs)) {
          resolve();
          return;
        }
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
        return;
      }
      queueMicrotask(() => process.nextTick(next));
    };
    queueMicrotask(() => process.nextTick(next));
  });
}
