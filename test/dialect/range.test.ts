/** Threshold ranges: which texts are one, and which values raise an alert. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isAlert, parseRange } from "../../src/base/range.ts";

const infinity = Number.POSITIVE_INFINITY;

const rows: readonly {
  readonly given: string;
  readonly start: number;
  readonly end: number;
  readonly inside?: true;
  readonly alert: readonly number[];
  readonly quiet: readonly number[];
}[] = [
  { given: "10", start: 0, end: 10, alert: [-0.1, 10.1, infinity, -infinity], quiet: [0, 5, 10] },
  { given: "10:", start: 10, end: infinity, alert: [9.99, 0, -1, -infinity], quiet: [10, 1e300, infinity] },
  { given: "~:10", start: -infinity, end: 10, alert: [10.1, infinity], quiet: [10, -1e300, -infinity] },
  { given: ":10", start: 0, end: 10, alert: [-1, 11], quiet: [0, 10] },
  { given: "10:20", start: 10, end: 20, alert: [9, 21], quiet: [10, 15, 20] },
  { given: "@10:20", start: 10, end: 20, inside: true, alert: [10, 15, 20], quiet: [9, 21] },
  { given: "@10", start: 0, end: 10, inside: true, alert: [0, 10], quiet: [-1, 11] },
  { given: "@~:0", start: -infinity, end: 0, inside: true, alert: [0, -5], quiet: [1] },
  { given: "~:", start: -infinity, end: infinity, alert: [], quiet: [0, 1e300, -1e300] },
  { given: "@~:", start: -infinity, end: infinity, inside: true, alert: [0, 1e300], quiet: [] },
  { given: "0", start: 0, end: 0, alert: [1, -1], quiet: [0] },
  { given: "5:5", start: 5, end: 5, alert: [4, 6], quiet: [5] },
  { given: "-20:-10", start: -20, end: -10, alert: [-21, -9, 0], quiet: [-20, -10] },
  { given: "1.5e3:2E+3", start: 1_500, end: 2_000, alert: [1_499], quiet: [1_500, 2_000] },
  { given: "+1:+2", start: 1, end: 2, alert: [0], quiet: [1] },
  { given: ".5:1.", start: 0.5, end: 1, alert: [0.4], quiet: [0.5, 1] },
];

for (const { given, start, end, inside, alert, quiet } of rows) {
  void test(`the range ${given}`, () => {
    const range = parseRange(given);
    assert.ok(range !== null);
    assert.deepEqual(range, { start, end, isAlertInside: inside ?? false });
    for (const value of alert) assert.ok(isAlert(range, value), `${value} raises an alert`);
    for (const value of quiet) assert.ok(!isAlert(range, value), `${value} raises none`);
    assert.equal(isAlert(range, Number.NaN), inside === undefined, "what is no number is in no range");
  });
}

const refused =
  "|@|:|@:|~|@~|~~:1|1:~|~:~|:~|20:10|0:-1|-1|1:2:3|1::2|::|@@1|1@|a|1:b|b:1|inf|1:inf|nan|0x10|1_0|10%|10:20%|1:12%%|" +
  "1,5|1,5:2|10 20| 10|10 |10\n|1e|1e999|--1|1-2|.|-|+";

for (const given of refused.split("|")) {
  void test(`${JSON.stringify(given)} is no range`, () => assert.equal(parseRange(given), null));
}
