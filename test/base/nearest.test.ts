/** Did you mean …? */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "../../src/base/nearest.ts";

const options = ["timeout", "retry", "rise", "fall", "for", "as", "every", "env", "cooldown"];
const rows: readonly { readonly name: string; readonly word: string; readonly want: string | null }[] = [
  { name: "a letter too much", word: "timeoutt", want: "timeout" },
  { name: "a letter missing", word: "timeot", want: "timeout" },
  { name: "a letter wrong", word: "timaout", want: "timeout" },
  { name: "two swapped", word: "tiemout", want: "timeout" },
  { name: "two mistakes", word: "timeotu", want: "timeout" },
  { name: "three mistakes", word: "temuotu", want: null },
  { name: "upper case", word: "TIMEOUT", want: "timeout" },
  { name: "short words allow one mistake", word: "fro", want: "for" },
  { name: "short words do not allow two", word: "xyz", want: null },
  { name: "a beginning that one word has", word: "cool", want: "cooldown" },
  { name: "a short beginning", word: "re", want: "retry" },
  { name: "one letter is no beginning", word: "t", want: null },
  { name: "nothing", word: "", want: null },
  { name: "much too long", word: "timeout".repeat(100), want: null },
];

for (const { name, word, want } of rows) void test(name, () => assert.equal(nearest(word, options), want));
