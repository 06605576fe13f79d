/** Tables for people: aligned, within the line, and with nothing that a terminal would obey. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, layOut } from "../../src/cli/columns.ts";
import { wrap } from "../../src/cli/wrap.ts";

const rows = [
  [cell("check_db"), cell("ok"), cell("all is well")],
  [cell("日本"), cell("critical", "red"), cell("no answer from the server for a very long time")],
  [cell("x"), cell("down"), cell("\u001b[2Jboo\nnext")],
];

void test("columns are aligned, and a pipe gets all of it", () => {
  assert.deepEqual(layOut(["CHECK", "STATUS", "OUTPUT"], rows, { columns: null, isColoured: false, tooLong: "cut" }), [
    "CHECK     STATUS    OUTPUT",
    "check_db  ok        all is well",
    "日本      critical  no answer from the server for a very long time",
    String.raw`x         down      \x1b[2Jboo\x0anext`,
  ]);
});

void test("the last column is cut where the line ends", () => {
  assert.deepEqual(
    layOut(["CHECK", "STATUS", "OUTPUT"], rows.slice(1, 2), { columns: 40, isColoured: false, tooLong: "cut" }),
    ["CHECK  STATUS    OUTPUT", "日本   critical  no answer from the ser…"],
  );
});

void test("or goes on below", () => {
  assert.deepEqual(
    layOut(["CHECK", "STATUS", "OUTPUT"], rows.slice(1, 2), { columns: 40, isColoured: false, tooLong: "wrap" }),
    [
      "CHECK  STATUS    OUTPUT",
      "日本   critical  no answer from the",
      "                 server for a very long",
      "                 time",
    ],
  );
});

void test("colours do not count as columns", () => {
  assert.deepEqual(
    layOut(["A", "B"], [[cell("x", "red"), cell("y")]], { columns: 80, isColoured: true, tooLong: "cut" }),
    ["\u001b[1mA\u001b[0m  \u001b[1mB\u001b[0m", "\u001b[31mx\u001b[0m  y"],
  );
});

void test("wrap keeps every word, and breaks one only if it is longer than a line", () => {
  assert.deepEqual(wrap("a bc def", 4), ["a bc", "def"]);
  assert.deepEqual(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
  assert.deepEqual(wrap("", 4), [""]);
});
