/** What a failover cost, out of what was seen from outside. Pure. All times are milliseconds of one clock (`nowMs`). */

/** The same clock in all processes of a machine (CLOCK_MONOTONIC). */
export function nowMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

/** A row that the writer sent through the service's address, and that was acknowledged. */
export interface Acknowledgement {
  readonly row: number;
  readonly sentMs: number;
  readonly atMs: number;
  readonly host: string;
  readonly isReplicated: boolean;
}

/** A host took writes all the time from the first, as it was sent, to the last, as it was acknowledged. */
export interface Writable {
  readonly fromMs: number;
  readonly toMs: number;
  /** It had the service's address at some time then. */
  readonly hadAddress: boolean;
}

/** The longest time between two acknowledgements in a row. */
export function longestGapMs(acknowledged: readonly Acknowledgement[]): number {
  const times = acknowledged.map(({ atMs }) => atMs);
  return Math.max(0, ...times.slice(1).map((atMs, index) => atMs - (times[index] ?? atMs)));
}

/** Rows that both hosts had, or the one that is left had, and that it has no more. */
export function lostRows(
  acknowledged: readonly Acknowledgement[],
  left: { readonly host: string; readonly rows: readonly number[] },
): readonly number[] {
  const there = new Set(left.rows);
  return acknowledged
    .filter(({ row, isReplicated, host }) => (isReplicated || host === left.host) && !there.has(row))
    .map(({ row }) => row);
}

/** For how long both took writes, taking each period at its longest. */
export function togetherMs(one: readonly Writable[], other: readonly Writable[]): number {
  const overlaps = one.flatMap((a) =>
    other.map((b) => Math.max(0, Math.min(a.toMs, b.toMs) - Math.max(a.fromMs, b.fromMs))),
  );
  return overlaps.reduce((sum, ms) => sum + ms, 0);
}

/** When the service was there again for who asked: the first row that was sent after `faultMs` and taken by another host. */
export function servedMs(acknowledged: readonly Acknowledgement[], faultMs: number, oldMaster: string): number | null {
  return acknowledged.find(({ sentMs, host }) => sentMs > faultMs && host !== oldMaster)?.atMs ?? null;
}
