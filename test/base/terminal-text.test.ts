/** Columns on a terminal, and what must never reach one as it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { displayWidth, printable, truncate } from "../../src/base/terminal-text.ts";

void test("displayWidth counts columns", () => {
  const rows: readonly (readonly [text: string, columns: number])[] = [
    ["", 0],
    ["plain", 5],
    ["žluť", 4],
    ["z\u030c", 1],
    ["日本", 4],
    ["한", 2],
    ["🔥", 2],
    ["a\u200bb", 2],
  ];
  for (const [text, columns] of rows) assert.equal(displayWidth(text), columns, JSON.stringify(text));
});

void test("printable writes out what a terminal would obey", () => {
  const rows: readonly (readonly [text: string, shown: string])[] = [
    ["plain 日本 🔥", "plain 日本 🔥"],
    ["a\tb", "a b"],
    ["\u001b[31mred\u0007", String.raw`\x1b[31mred\x07`],
    ["one\r\ntwo", String.raw`one\x0d\x0atwo`],
    ["\u009b2J", String.raw`\x9b2J`],
    ["\u007f", String.raw`\x7f`],
    ["abc\u202edef", String.raw`abc\u202edef`],
    ["\ud800", String.raw`\ud800`],
    ["\u2028", String.raw`\u2028`],
  ];
  for (const [text, shown] of rows) assert.equal(printable(text), shown);
});

void test("truncate keeps within the columns, and says that something is missing", () => {
  const rows: readonly (readonly [text: string, columns: number, shown: string])[] = [
    ["abc", 3, "abc"],
    ["abcd", 3, "ab…"],
    ["日本語", 6, "日本語"],
    ["日本語", 5, "日本…"],
    ["日本語", 4, "日…"],
    ["abc", 1, "…"],
  ];
  for (const [text, columns, shown] of rows) assert.equal(truncate(text, columns), shown);
});
