/** Conditions in three truths: a table for each kind. What time does to them is in `evaluate-time.test.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Truth } from "../../src/core/evaluate.ts";
import { host, is, isNot, judgeIn, no, perhaps, yes } from "./little-state.ts";
import type { Condition, Population, Subject } from "../../src/core/condition.ts";
import type { Status } from "../../src/core/result.ts";

interface Row {
  readonly name: string;
  readonly given: Condition;
  readonly want: Truth;
}

function check(rows: readonly Row[]): void {
  for (const { name, given, want } of rows)
    void test(`${name} is ${want}`, () => {
      const { truth, because } = judgeIn(given);
      assert.equal(truth, want, because);
      assert.notEqual(because, "");
    });
}

const truths: readonly (readonly [Condition, Truth])[] = [
  [yes, "true"],
  [no, "false"],
  [perhaps, "unknown"],
];
const table: { readonly [parts: string]: readonly [and: Truth, or: Truth] } = {
  "true true": ["true", "true"],
  "true false": ["false", "true"],
  "true unknown": ["unknown", "true"],
  "false true": ["false", "true"],
  "false false": ["false", "false"],
  "false unknown": ["false", "unknown"],
  "unknown true": ["unknown", "true"],
  "unknown false": ["false", "unknown"],
  "unknown unknown": ["unknown", "unknown"],
};

check(
  truths.flatMap(([left, a]) =>
    truths.flatMap(([right, b]): readonly Row[] => {
      const [and, or] = table[`${a} ${b}`] ?? ["unknown", "unknown"];
      return [
        { name: `${a} and ${b}`, given: { kind: "and", parts: [left, right] }, want: and },
        { name: `${a} or ${b}`, given: { kind: "or", parts: [left, right] }, want: or },
      ];
    }),
  ),
);

check([
  { name: "not true", given: { kind: "not", part: yes }, want: "false" },
  { name: "not false", given: { kind: "not", part: no }, want: "true" },
  { name: "not unknown", given: { kind: "not", part: perhaps }, want: "unknown" },
  { name: "one of several statuses", given: is(host("h2"), "down", "critical"), want: "true" },
  { name: "is not, of one that is", given: isNot(host("h2"), "down", "critical"), want: "false" },
  { name: "is not, of one that is not", given: isNot(host("h2"), "down"), want: "true" },
  { name: "is not, of one that is unknown", given: isNot(host("h3"), "down"), want: "unknown" },
  { name: "is unknown, of one that is unknown", given: is(host("h3"), "unknown"), want: "true" },
  { name: "is not unknown, of one that is unknown", given: isNot(host("h3"), "unknown"), want: "false" },
  { name: "is not unknown, of one that is known", given: isNot(host("h1"), "unknown"), want: "true" },
  { name: "unknown or down, of one that is unknown", given: is(host("h3"), "down", "unknown"), want: "true" },
  { name: "a host that nobody knows", given: is(host("h9"), "ok"), want: "unknown" },
  {
    name: "a variable that stands for a host",
    given: is({ kind: "variable", variable: "MASTER" }, "master"),
    want: "true",
  },
  {
    name: "a variable that stands for none",
    given: is({ kind: "variable", variable: "SLAVE" }, "slave"),
    want: "unknown",
  },
  {
    name: "not, of a variable that stands for none",
    given: isNot({ kind: "variable", variable: "SLAVE" }, "slave"),
    want: "unknown",
  },
  {
    name: "a check by its name alone",
    given: is({ kind: "check", check: "check_down", on: null }, "critical"),
    want: "true",
  },
  {
    name: "a check on a host",
    given: is({ kind: "check", check: "check_down", on: { kind: "host", host: "h2" } }, "critical"),
    want: "true",
  },
  {
    name: "a check on a host where it is not",
    given: is({ kind: "check", check: "check_down", on: { kind: "host", host: "h1" } }, "critical"),
    want: "unknown",
  },
  {
    name: "a check on a variable that stands for none",
    given: is({ kind: "check", check: "check_down", on: { kind: "variable", variable: "SLAVE" } }, "critical"),
    want: "unknown",
  },
  { name: "what it was before", given: { kind: "was", subject: host("h1"), statuses: ["slave"] }, want: "true" },
  {
    name: "what it was not before",
    given: { kind: "was", subject: host("h1"), statuses: ["down", "ok"] },
    want: "false",
  },
  {
    name: "what it was before, of one that is unknown now",
    given: { kind: "was", subject: host("h3"), statuses: ["unknown"] },
    want: "unknown",
  },
  {
    name: "what it was before, of one that had no status before",
    given: { kind: "was", subject: host("h4"), statuses: ["ok"] },
    want: "unknown",
  },
]);

const h1 = host("h1");
const metric = (
  name: string,
  comparison: "<" | "<=" | ">" | ">=" | "=" | "!=",
  quantity: Extract<Condition, { kind: "metric" }>["quantity"],
  subject: Subject = h1,
): Condition => ({ kind: "metric", metric: name, subject, comparison, quantity });
const bytes = (count: number): Extract<Condition, { kind: "metric" }>["quantity"] => ({
  kind: "bytes",
  bytes: count,
  text: `${count}B`,
});
const number = (value: number): Extract<Condition, { kind: "metric" }>["quantity"] => ({ kind: "number", value });

check([
  { name: "2 MB below 16 MB", given: metric("lag", "<", bytes(16 * 1_024 ** 2)), want: "true" },
  { name: "2 MB below 2 MB", given: metric("lag", "<", bytes(2 * 1_024 ** 2)), want: "false" },
  { name: "2 MB at most 2 MB", given: metric("lag", "<=", bytes(2 * 1_024 ** 2)), want: "true" },
  { name: "2 MB equal to 2 MB", given: metric("lag", "=", bytes(2 * 1_024 ** 2)), want: "true" },
  { name: "2 MB other than 2 MB", given: metric("lag", "!=", bytes(2 * 1_024 ** 2)), want: "false" },
  { name: "1500 ms above 1 s", given: metric("age", ">", { kind: "duration", ms: 1_000 }), want: "true" },
  { name: "1500 ms at least 2 s", given: metric("age", ">=", { kind: "duration", ms: 2_000 }), want: "false" },
  { name: "80 % above 75 %", given: metric("use", ">", { kind: "percent", value: 75 }), want: "true" },
  {
    name: "2 MB compared with a part of something",
    given: metric("lag", "<", { kind: "percent", value: 3 }),
    want: "unknown",
  },
  { name: "a bare number compared with a number", given: metric("load", ">", number(4)), want: "true" },
  {
    name: "a number of MB compared with a bare number is as it was written",
    given: metric("lag", "<", number(3)),
    want: "true",
  },
  {
    name: "a bare number compared with bytes is no guess, and",
    given: metric("load", "<", bytes(1_000)),
    want: "unknown",
  },
  {
    name: "bytes compared with a duration",
    given: metric("lag", "<", { kind: "duration", ms: 1_000 }),
    want: "unknown",
  },
  { name: "a unit that nobody knows compared with bytes", given: metric("odd", "<", bytes(1_000)), want: "unknown" },
  { name: "an undetermined value", given: metric("unset", "<", number(1)), want: "unknown" },
  { name: "a metric that nobody reports", given: metric("nothing", "<", number(1)), want: "unknown" },
  {
    name: "a metric of a check",
    given: metric("load", ">", number(4), { kind: "check", check: "check_metrics", on: null }),
    want: "true",
  },
  {
    name: "a metric of a check that does not report it",
    given: metric("load", ">", number(4), { kind: "check", check: "check_up", on: null }),
    want: "unknown",
  },
  {
    name: "a metric of no host",
    given: metric("load", ">", number(4), { kind: "variable", variable: "SLAVE" }),
    want: "unknown",
  },
  {
    name: "in the plugin's warning range",
    given: { kind: "range", metric: "lag", subject: h1, range: "warning" },
    want: "true",
  },
  {
    name: "not in the plugin's critical range",
    given: { kind: "range", metric: "lag", subject: h1, range: "critical" },
    want: "false",
  },
  {
    name: "in a range that cannot be read",
    given: { kind: "range", metric: "load", subject: h1, range: "warning" },
    want: "unknown",
  },
  {
    name: "in a range that the plugin did not print",
    given: { kind: "range", metric: "age", subject: h1, range: "warning" },
    want: "unknown",
  },
]);

const hosts: Population = { kind: "hosts" };
const quantified = (quantifier: "all" | "any", over: Population, ...statuses: readonly Status[]): Condition => ({
  kind: "quantified",
  quantifier,
  over,
  isNegated: false,
  statuses,
});
const count = (
  over: Population,
  comparison: "<" | "<=" | ">" | ">=" | "=" | "!=",
  wanted: number,
  ...statuses: readonly Status[]
): Condition => ({ kind: "count", over, statuses, comparison, count: wanted });

check([
  { name: "any host, and one is", given: quantified("any", hosts, "critical"), want: "true" },
  { name: "any host, and none is known to be", given: quantified("any", hosts, "down"), want: "unknown" },
  { name: "all hosts, and one is not", given: quantified("all", hosts, "master"), want: "false" },
  {
    name: "all hosts, and those that are known are",
    given: quantified("all", hosts, "master", "critical"),
    want: "unknown",
  },
  {
    name: "all hosts, unknown among what is asked for",
    given: quantified("all", hosts, "master", "critical", "unknown"),
    want: "true",
  },
  {
    name: "any check on a host",
    given: quantified("any", { kind: "checks", check: null, on: { kind: "host", host: "h1" } }, "master"),
    want: "true",
  },
  {
    name: "all checks on a host",
    given: quantified("all", { kind: "checks", check: null, on: { kind: "host", host: "h1" } }, "master"),
    want: "false",
  },
  {
    name: "all checks of a name",
    given: quantified("all", { kind: "checks", check: "check_up", on: null }, "master"),
    want: "true",
  },
  {
    name: "all of nothing",
    given: quantified("all", { kind: "checks", check: "nothing", on: null }, "ok"),
    want: "unknown",
  },
  {
    name: "any of no host's",
    given: quantified("any", { kind: "checks", check: null, on: { kind: "variable", variable: "SLAVE" } }, "ok"),
    want: "unknown",
  },
  { name: "a count that the unknown cannot change", given: count(hosts, ">=", 1, "master"), want: "true" },
  { name: "a count that the unknown could change", given: count(hosts, ">=", 2, "master"), want: "unknown" },
  { name: "a count that the unknown cannot reach", given: count(hosts, ">=", 4, "master"), want: "false" },
  { name: "a count that is at most", given: count(hosts, "<=", 3, "master"), want: "true" },
  { name: "an exact count, with unknowns", given: count(hosts, "=", 1, "critical"), want: "unknown" },
  { name: "an exact count that is out of reach", given: count(hosts, "=", 0, "critical"), want: "false" },
  { name: "a count other than what it can be", given: count(hosts, "!=", 4, "critical"), want: "true" },
]);
