/**
 * The events that wait for the loop, in their order. Most come one for each thing that was started. Checks that stay print as
 * they like, also while the loop waits for its disk: of each only so many lines wait. What comes then takes the place of the
 * last of them, because the newest is what counts, and what was so passed over is counted. What that said of other hosts
 * stays with it: the newest of each host counts.
 */
import { invariant } from "../base/invariant.ts";
import type { Event } from "../core/event.ts";

/** More than every runner, every step, every client and every check that stays can have under way; beyond it something is broken. */
export const queueMax = 65_536;

/** Of one check that stays: a second's worth, and not more memory than that. */
export const linesMax = 1_024;
export const lineBytesMax = 256 * 1024;

/** With so many waiting, one of each is enough. */
export const crowdedMax = 16_384;

/** As many hosts as one check may report on. */
const resultsMax = 256;

interface Place<Item> {
  item: Item;
}

interface Lines<Item> {
  count: number;
  bytes: number;
  last: Place<Item>;
}

/** `Other`: what waits in line with the events. */
export class EventQueue<Other extends { readonly kind: string }> {
  readonly #places: Place<Event | Other>[] = [];
  readonly #lines = new Map<number, Lines<Event | Other>>();
  /** Since the beginning. */
  passedOverCount = 0;

  get length(): number {
    return this.#places.length;
  }

  push(item: Event | Other): void {
    const line = lineOf(item);
    const waiting = line === null ? undefined : this.#lines.get(line.job);
    if (line !== null && waiting !== undefined && this.#isFull(waiting, line.bytes)) {
      const before = waiting.last.item;
      waiting.last.item = mergeLines(before, item);
      waiting.bytes += bytesOf(waiting.last.item) - bytesOf(before);
      this.passedOverCount += 1;
      return;
    }
    invariant(this.#places.length < queueMax, "events are taken faster than they come");
    const place = { item };
    this.#places.push(place);
    if (line === null) return;
    const { count = 0, bytes = 0 } = waiting ?? {};
    this.#lines.set(line.job, { count: count + 1, bytes: bytes + line.bytes, last: place });
  }

  /** The first goes next. */
  unshift(item: Event | Other): void {
    this.#places.unshift({ item });
  }

  shift(): Event | Other | undefined {
    const item = this.#places.shift()?.item;
    const line = item === undefined ? null : lineOf(item);
    const waiting = line === null ? undefined : this.#lines.get(line.job);
    if (line === null || waiting === undefined) return item;
    waiting.count -= 1;
    waiting.bytes -= line.bytes;
    if (waiting.count === 0) this.#lines.delete(line.job);
    return item;
  }

  #isFull({ count, bytes }: Lines<Event | Other>, moreBytes: number): boolean {
    return count >= linesMax || bytes + moreBytes > lineBytesMax || this.#places.length >= crowdedMax;
  }
}

function lineOf(item: Event | { readonly kind: string }): { readonly job: number; readonly bytes: number } | null {
  return "job" in item && item.kind === "resident-reported" ? { job: item.job, bytes: bytesOf(item) } : null;
}

function bytesOf(item: Event | { readonly kind: string }): number {
  if (!("job" in item) || item.kind !== "resident-reported") return 0;
  let bytes = 0;
  for (const { result } of item.results) bytes += result.output.length + result.longOutput.length;
  return bytes;
}

/** Both are lines of one check. */
function mergeLines<Other extends { readonly kind: string }>(
  before: Event | Other,
  newer: Event | Other,
): Event | Other {
  if (!("job" in before) || before.kind !== "resident-reported") return newer;
  if (!("job" in newer) || newer.kind !== "resident-reported") return newer;
  const named = new Set(newer.results.map(({ host }) => host));
  const others = before.results.filter(({ host }) => !named.has(host));
  return { ...newer, results: [...others, ...newer.results].slice(-resultsMax) };
}
