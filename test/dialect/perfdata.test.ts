/** Performance data, as it should be and as plugins print it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Metric } from "../../src/core/result.ts";
import { labelCharactersMax, metricsMax, parsePerfdata, printMetric } from "../../src/dialect/perfdata.ts";

function metric(label: string, value: number | null, rest: Partial<Metric> = {}): Metric {
  return { label, value, unit: "", warn: null, crit: null, min: null, max: null, ...rest };
}

const rows: readonly {
  readonly name: string;
  readonly given: string;
  readonly want: readonly Metric[];
  readonly skipped?: readonly string[];
}[] = [
  { name: "nothing", given: "", want: [] },
  { name: "blanks", given: " \t\n\r\n | ", want: [] },
  { name: "a number", given: "a=1", want: [metric("a", 1)] },
  {
    name: "all fields",
    given: "/var=2643MB;5948;5958:;0;5968",
    want: [metric("/var", 2643, { unit: "MB", warn: "5948", crit: "5958:", min: 0, max: 5968 })],
  },
  { name: "empty fields", given: "a=1;;2;;3", want: [metric("a", 1, { crit: "2", max: 3 })] },
  {
    name: "a semicolon too many, and fields beyond",
    given: "a=1;;;;;; b=2;;;;;9",
    want: [metric("a", 1), metric("b", 2)],
  },
  {
    name: "undetermined",
    given: "a=U b=U;1;2",
    want: [metric("a", null), metric("b", null, { warn: "1", crit: "2" })],
  },
  { name: "undetermined has no unit", given: "a=Us", want: [], skipped: ["a=Us"] },
  {
    name: "odd numbers",
    given: "a=+1 b=.5 c=5. d=-.5 e=1.5E-3 f=-0",
    want: [metric("a", 1), metric("b", 0.5), metric("c", 5), metric("d", -0.5), metric("e", 0.0015), metric("f", 0)],
  },
  {
    name: "E is an exponent only before a digit",
    given: "a=1E b=1EB c=1e5B",
    want: [metric("a", 1, { unit: "E" }), metric("b", 1, { unit: "EB" }), metric("c", 1e5, { unit: "B" })],
  },
  {
    name: "units",
    given: "a=1% b=2B/s c=3°C d=4€ e=5µs f=6m²",
    want: [
      metric("a", 1, { unit: "%" }),
      metric("b", 2, { unit: "B/s" }),
      metric("c", 3, { unit: "°C" }),
      metric("d", 4, { unit: "€" }),
      metric("e", 5, { unit: "µs" }),
      metric("f", 6, { unit: "m²" }),
    ],
  },
  {
    name: "not a value",
    given: "a= b=x c=inf d=nan e=- f=. g=1_0 h=1.2.3 i=0x1F j=1- k=10:",
    want: [],
    skipped: ["a=", "b=x", "c=inf", "d=nan", "e=-", "f=.", "g=1_0", "h=1.2.3", "i=0x1F", "j=1-", "k=10:"],
  },
  { name: "too large to be held", given: "a=1e999 b=1;1e999;;1e999", want: [metric("b", 1)], skipped: ["a=1e999"] },
  {
    name: "a decimal comma, wherever",
    given: "a=1,5 b=1;2,5 c=1;;;2,5 d=1, e=1",
    want: [metric("e", 1)],
    skipped: ["a=1,5", "b=1;2,5", "c=1;;;2,5", "d=1,"],
  },
  { name: "two run together", given: "a=1b=2 c=1;d=2 e=1", want: [metric("e", 1)], skipped: ["a=1b=2", "c=1;d=2"] },
  { name: "thresholds that are none", given: "a=1;x;5:1;y;1%", want: [metric("a", 1)] },
  {
    name: "thresholds as written",
    given: "a=1;@5:06;~:1.50",
    want: [metric("a", 1, { warn: "@5:06", crit: "~:1.50" })],
  },
  {
    name: "a label in quotes",
    given: "'a b'=1 'c=d'=2 'e|f'=3",
    want: [metric("a b", 1), metric("c=d", 2), metric("e|f", 3)],
  },
  { name: "a quote in a label", given: "'it''s'=1 ''''=2", want: [metric("it's", 1), metric("'", 2)] },
  { name: "double quotes", given: '"a b"=1 "say ""x"""=2', want: [metric("a b", 1), metric('say "x"', 2)] },
  { name: "no label", given: "=1 ''=2 a=3", want: [metric("a", 3)], skipped: ["=1", "''=2"] },
  { name: "a quote that does not close", given: "'a b=1 c=2", want: [metric("b", 1), metric("c", 2)], skipped: ["'a"] },
  { name: "a quote that closes too early", given: "'a'b=1 c=2", want: [metric("c", 2)], skipped: ["'a'b=1"] },
  { name: "a quote within a bare label", given: "it's=1 c=2", want: [metric("c", 2)], skipped: ["it's=1"] },
  {
    name: "a bad value behind a label in quotes is one word",
    given: "'a b'=x c=2",
    want: [metric("c", 2)],
    skipped: ["'a b'=x"],
  },
  { name: "stray words", given: "free space=1 bytes", want: [metric("space", 1)], skipped: ["free", "bytes"] },
  { name: "a pipe parts words", given: "a=1|b=2 | c=3", want: [metric("a", 1), metric("b", 2), metric("c", 3)] },
  { name: "newlines part words", given: "a=1\nb=2\r\nc=3", want: [metric("a", 1), metric("b", 2), metric("c", 3)] },
  { name: "a label of two lines", given: "'a\nb'=1 c=2", want: [metric("c", 2)], skipped: ["'a\nb'=1"] },
  { name: "a control character in a label", given: "a\u001b[31m=1", want: [], skipped: ["a\u001b[31m=1"] },
  { name: "two of one name", given: "a=1 a=2", want: [metric("a", 1), metric("a", 2)] },
  { name: "a prefix is part of the label", given: "host1::a=1 b=2", want: [metric("host1::a", 1), metric("b", 2)] },
  {
    name: "the longest label",
    given: `${"x".repeat(labelCharactersMax)}=1`,
    want: [metric("x".repeat(labelCharactersMax), 1)],
  },
  {
    name: "a longer one",
    given: `${"x".repeat(labelCharactersMax + 1)}=1`,
    want: [],
    skipped: [`${"x".repeat(labelCharactersMax + 1)}=1`],
  },
  {
    name: "a text for a unit",
    given: `a=1${"x".repeat(33)} b=1${"x".repeat(32)}`,
    want: [metric("b", 1, { unit: "x".repeat(32) })],
    skipped: [`a=1${"x".repeat(33)}`],
  },
];

for (const { name, given, want, skipped = [] } of rows) {
  void test(name, () => {
    for (const text of [given, ` ${given}`, `${given}\r\n`, `${given} `, `|${given}\n\n`]) {
      const found = parsePerfdata(text);
      assert.deepEqual(found.metrics, want);
      assert.equal(found.skipped, skipped.length);
      assert.equal(found.firstSkipped, skipped[0] ?? null);
      assert.equal(found.beyondLimit, 0);
    }
    for (const trailing of [" z=9", "\nz=9;1", "|z=9"]) {
      const last = parsePerfdata(given + trailing).metrics.at(-1);
      assert.equal(last?.label, "z", "what follows is read as if nothing had been");
    }
  });
}

void test("no more than the limit is kept, and the rest is counted", () => {
  const found = parsePerfdata("a=1 ".repeat(metricsMax + 44));
  assert.equal(found.metrics.length, metricsMax);
  assert.equal(found.beyondLimit, 44);
  assert.equal(found.skipped, 0);
});

const prints: readonly (readonly [Metric, string])[] = [
  [metric("a", 1), "a=1"],
  [metric("a b", 2.5, { unit: "MB", warn: "@1:2", crit: "3" }), "'a b'=2.5MB;@1:2;3"],
  [metric("it's", null, { unit: "s", max: 9 }), "'it''s'=U;;;;9"],
  [metric("c=d", 0, { min: 0 }), "'c=d'=0;;;0"],
  [metric('"x"', -1), `'"x"'=-1`],
];

for (const [given, want] of prints) {
  void test(`prints ${want}`, () => assert.equal(printMetric(given), want));
}
