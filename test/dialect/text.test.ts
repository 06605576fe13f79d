/** What reaches an operator's terminal from a program that may print anything. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanLine, cleanText, cutText } from "../../src/dialect/text.ts";

const rows: readonly { readonly name: string; readonly given: string; readonly want: string }[] = [
  { name: "nothing", given: "", want: "" },
  { name: "plain text", given: "OK - 3 users", want: "OK - 3 users" },
  { name: "several lines and a tab", given: "a\n\tb\n", want: "a\n\tb\n" },
  { name: "lines of Windows", given: "a\r\nb\r\n", want: "a\nb\n" },
  { name: "a lone carriage return would overwrite", given: "CRITICAL\rOK      ", want: "CRITICAL OK      " },
  { name: "accents, emoji, other scripts", given: "größe € 🐘 日本 é", want: "größe € 🐘 日本 é" },
  { name: "colours", given: "\u001b[1;31mCRITICAL\u001b[0m - x", want: "CRITICAL - x" },
  { name: "a cleared screen", given: "a\u001b[2J\u001b[Hb", want: "ab" },
  { name: "a title ended by a bell", given: "a\u001b]0;owned\u0007b", want: "ab" },
  { name: "a title ended by a string terminator", given: "a\u001b]0;owned\u001b\\b", want: "ab" },
  { name: "a title without an end hides no other line", given: "a\u001b]0;owned\nb", want: "a\nb" },
  { name: "a hyperlink", given: "\u001b]8;;http://x\u001b\\text\u001b]8;;\u001b\\", want: "text" },
  { name: "a device control string", given: "\u001bPq#0\u001b\\x", want: "x" },
  { name: "a character set", given: "\u001b(Bx", want: "x" },
  { name: "a reset", given: "\u001bcx", want: "x" },
  { name: "a sequence without its end", given: "x\u001b[31", want: "x31" },
  { name: "an escape at the end", given: "x\u001b", want: "x" },
  { name: "the eight-bit introducer", given: "x\u009b31my", want: "x31my" },
  { name: "bells, backspaces, nulls, deletes", given: "a\u0007\b\u0000\u007fb", want: "ab" },
  { name: "form feeds and line separators", given: "a\fb\vc\u2028d\u2029e\u0085f", want: "a b c d e f" },
  { name: "the direction of writing", given: "user\u202eexe.\u2066x\u2069\u200e", want: "userexe.x" },
  { name: "a byte order mark", given: "\ufeffOK", want: "OK" },
  { name: "half a character", given: "a\ud800b\udc00", want: "a\ufffdb\ufffd" },
];

for (const { name, given, want } of rows) {
  void test(name, () => {
    assert.equal(cleanText(given), want);
    assert.equal(cleanText(want), want, "clean text stays as it is");
    assert.equal(cleanLine(given), want.replaceAll(/[\n\t]/g, " ").trim());
  });
}

const cuts: readonly { readonly name: string; readonly given: string; readonly max: number; readonly want: string }[] =
  [
    { name: "shorter than the limit", given: "abc", max: 4, want: "abc" },
    { name: "as long as the limit", given: "abcd", max: 4, want: "abcd" },
    { name: "longer", given: "abcdef", max: 4, want: "abcd… (2 characters more)" },
    { name: "no character is cut in two", given: "abc🐘def", max: 4, want: "abc… (5 characters more)" },
    { name: "a whole character is kept", given: "ab🐘def", max: 4, want: "ab🐘… (3 characters more)" },
  ];

for (const { name, given, max, want } of cuts) {
  void test(`cut: ${name}`, () => assert.equal(cutText(given, max), want));
}
