/** What will happen when, in virtual time: at one moment in the order in which it was put in. */
export class Agenda<Item> {
  readonly #items: { readonly atMs: number; readonly order: number; readonly item: Item }[] = [];
  #order = 0;

  add(atMs: number, item: Item): void {
    this.#items.push({ atMs, order: this.#order, item });
    this.#order += 1;
    this.#items.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
  }

  /** The next moment at which something happens; null: never. */
  nextAtMs(): number | null {
    return this.#items[0]?.atMs ?? null;
  }

  /** What happens next, and is then no longer to come. */
  take(): Item | null {
    return this.#items.shift()?.item ?? null;
  }

  /** What does not happen any more. */
  remove(isGone: (item: Item) => boolean): void {
    const kept = this.#items.filter(({ item }) => !isGone(item));
    this.#items.splice(0, this.#items.length, ...kept);
  }
}
