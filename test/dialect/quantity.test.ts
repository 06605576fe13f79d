/** Units: what is brought to what, and what is never guessed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseQuantity, readQuantity } from "../../src/base/quantity.ts";
import type { Dimension, Quantity } from "../../src/base/quantity.ts";

const rows: readonly (readonly [number, string, number, Dimension])[] = [
  [7, "", 7, "none"],
  [7, "c", 7, "count"],
  [7, "%", 7, "percent"],
  [16, "B", 16, "bytes"],
  [1, "kB", 1_024, "bytes"],
  [1, "KB", 1_024, "bytes"],
  [64, "KiB", 65_536, "bytes"],
  [16, "MB", 16_777_216, "bytes"],
  [16, "MiB", 16_777_216, "bytes"],
  [0.5, "GiB", 536_870_912, "bytes"],
  [1, "GB", 1_073_741_824, "bytes"],
  [1, "TB", 1_099_511_627_776, "bytes"],
  [1, "TiB", 1_099_511_627_776, "bytes"],
  [1, "PB", 1_125_899_906_842_624, "bytes"],
  [1, "PiB", 1_125_899_906_842_624, "bytes"],
  [1, "EB", 1_152_921_504_606_846_976, "bytes"],
  [1, "EiB", 1_152_921_504_606_846_976, "bytes"],
  [500, "ms", 0.5, "seconds"],
  [0.298, "ms", 0.000298, "seconds"],
  [3, "us", 0.000003, "seconds"],
  [3, "\u00b5s", 0.000003, "seconds"],
  [3, "\u03bcs", 0.000003, "seconds"],
  [250, "ns", 0.00000025, "seconds"],
  [-2, "s", -2, "seconds"],
  [5, "m", 300, "seconds"],
  [5, "min", 300, "seconds"],
  [2, "h", 7_200, "seconds"],
  [1, "d", 86_400, "seconds"],
  [52, "GBP", 52, "other"],
  [1, "Mb", 1, "other"],
  [1, "K", 1, "other"],
  [1, "mb", 1, "other"],
  [1, "B/s", 1, "other"],
  [1, "toString", 1, "other"],
];

for (const [value, unit, wantedValue, dimension] of rows) {
  void test(`${value}${unit} is ${wantedValue} ${dimension}`, () => {
    const want: Quantity = { value: wantedValue, dimension };
    assert.deepEqual(readQuantity(value, unit), want);
    const isWritable = dimension !== "other" && !String(value).includes("e");
    if (isWritable) assert.deepEqual(parseQuantity(`${value}${unit}`), want, "written as a limit");
  });
}

const refused = ["", "MB", "16 MB", "16Mb", "16GBP", "1e3", "1.", ".5", "0x10", "16MB ", "--1", "9".repeat(400)];

for (const text of refused) {
  void test(`${JSON.stringify(text.slice(0, 20))} is not a quantity`, () => assert.equal(parseQuantity(text), null));
}

void test("a sign and a fraction", () => {
  assert.deepEqual(parseQuantity("+3c"), { value: 3, dimension: "count" });
  assert.deepEqual(parseQuantity("-1.5"), { value: -1.5, dimension: "none" });
});
