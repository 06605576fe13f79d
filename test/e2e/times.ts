/** Dates in two views of one thing: they are made from a monotonic clock, and differ by a millisecond or two. */
import assert from "node:assert/strict";

/** Ages and dates taken out: what is left must be equal. */
export function withoutTimes(view: object): object {
  return Object.fromEntries(Object.entries(view).filter(([key]) => key !== "ageMs" && key !== "since"));
}

/** The views are of the same things in the same order, and since the same moments. */
export function assertSame(one: readonly Dated[], other: readonly Dated[]): void {
  assert.deepEqual(one.map(withoutTimes), other.map(withoutTimes));
  for (const [index, { since }] of one.entries()) {
    const apartMs = Math.abs(Date.parse(since ?? "") - Date.parse(other[index]?.since ?? ""));
    assert.ok(apartMs < 100, `${since} and ${other[index]?.since}`);
  }
}

interface Dated {
  readonly since: string | null;
}
