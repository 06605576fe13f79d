/** The measures themselves: what would be said of a failover that lost something, or had two masters. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { longestGapMs, lostRows, servedMs, togetherMs, type Acknowledgement, type Writable } from "./measure.ts";

/** `HOST ROW SENT ACKNOWLEDGED`; a `+` behind the host: the other one had it as well. */
const acknowledged: readonly Acknowledgement[] = [
  "host1+ 1 0 2",
  "host1+ 2 4 5",
  "host1 3 8 9",
  "host1+ 4 12 15",
  "host2 9 800 803",
  "host2 10 806 810",
].map((line) => {
  const [host = "", ...numbers] = line.split(" ");
  const [row = 0, sentMs = 0, atMs = 0] = numbers.map(Number);
  return { row, sentMs, atMs, host: host.replace("+", ""), isReplicated: host.endsWith("+") };
});

const lost: readonly (readonly [left: readonly number[], want: readonly number[]])[] = [
  [[1, 2, 3, 4, 9, 10], []],
  [[1, 2, 4, 9, 10], []],
  [[1, 3, 4, 9, 10], [2]],
  [[1, 2, 3, 4, 9], [10]],
  [[], [1, 2, 4, 9, 10]],
];

for (const [rows, want] of lost) {
  void test(`host2 has ${rows.join(" ")}`, () =>
    assert.deepEqual(lostRows(acknowledged, { host: "host2", rows }), want));
}

void test("the longest gap is from one acknowledgement to the next", () => {
  assert.equal(longestGapMs(acknowledged), 788);
  assert.equal(longestGapMs([]), 0);
});

void test("served is who asked after the fault, by another host", () => {
  assert.equal(servedMs(acknowledged, 7, "host1"), 803);
  assert.equal(servedMs(acknowledged, 801, "host1"), 810);
  assert.equal(servedMs(acknowledged, 807, "host1"), null);
});

const period = (fromMs: number, toMs: number): Writable => ({ fromMs, toMs, hadAddress: true });

const together: readonly (readonly [one: readonly Writable[], other: readonly Writable[], wantMs: number])[] = [
  [[], [], 0],
  [[period(0, 10)], [], 0],
  [[period(0, 10)], [period(10, 20)], 0],
  [[period(0, 10)], [period(8, 20)], 2],
  [[period(0, 10), period(15, 30)], [period(8, 20)], 7],
];

for (const [one, other, wantMs] of together) {
  const say = (periods: readonly Writable[]): string =>
    periods.map(({ fromMs, toMs }) => `${fromMs}-${toMs}`).join(",");
  void test(`together ${say(one)} and ${say(other)}`, () => {
    assert.equal(togetherMs(one, other), wantMs);
    assert.equal(togetherMs(other, one), wantMs);
  });
}
