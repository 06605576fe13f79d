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

/** Of a check that stays. */
type Report = Extract<Event, { readonly kind: "resident-reported" }>;

interface Place<Item> {
  item: Item;
}

interface Reports {
  count: number;
  bytes: number;
  last: Place<Report>;
}

/** `Other`: what waits in line with the events. */
export class EventQueue<Other extends { readonly kind: string }> {
  readonly #places: Place<Event | Other>[] = [];
  /** Of each check, by the number of its job. */
  readonly #reports = new Map<number, Reports>();
  /** Since the beginning. */
  passedOverCount = 0;

  get length(): number {
    return this.#places.length;
  }

  push(item: Event | Other): void {
    const report = asReport(item);
    const waiting = report === null ? undefined : this.#reports.get(report.job);
    if (report !== null && waiting !== undefined && this.#isFull(waiting, bytesOf(report))) {
      const before = waiting.last.item;
      waiting.last.item = merge(before, report);
      waiting.bytes += bytesOf(waiting.last.item) - bytesOf(before);
      this.passedOverCount += 1;
      return;
    }
    invariant(this.#places.length < queueMax, "events are taken faster than they come");
    if (report === null) {
      this.#places.push({ item });
      return;
    }
    const last = { item: report };
    this.#places.push(last);
    const { count = 0, bytes = 0 } = waiting ?? {};
    this.#reports.set(report.job, { count: count + 1, bytes: bytes + bytesOf(report), last });
  }

  /** The first goes next. */
  unshift(item: Event | Other): void {
    this.#places.unshift({ item });
  }

  shift(): Event | Other | undefined {
    const item = this.#places.shift()?.item;
    const report = item === undefined ? null : asReport(item);
    const waiting = report === null ? undefined : this.#reports.get(report.job);
    if (report === null || waiting === undefined) return item;
    waiting.count -= 1;
    waiting.bytes -= bytesOf(report);
    if (waiting.count === 0) this.#reports.delete(report.job);
    return item;
  }

  #isFull({ count, bytes }: Reports, moreBytes: number): boolean {
    return count >= linesMax || bytes + moreBytes > lineBytesMax || this.#places.length >= crowdedMax;
  }
}

function asReport(item: Event | { readonly kind: string }): Report | null {
  return "job" in item && item.kind === "resident-reported" ? item : null;
}

function bytesOf({ results }: Report): number {
  let bytes = 0;
  for (const { result } of results) bytes += result.output.length + result.longOutput.length;
  return bytes;
}

/** Both are of one check, and each of one line or of some that were merged. */
function merge(before: Report, newer: Report): Report {
  const named = new Set(newer.results.map(({ host }) => host));
  const others = before.results.filter(({ host }) => !named.has(host));
  return { ...newer, results: [...others, ...newer.results].slice(-resultsMax) };
}
