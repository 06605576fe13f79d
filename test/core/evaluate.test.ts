/** Conditions in three truths: tables for each kind, with what is fresh, stale, silent and unknown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, type Truth } from "../../src/core/evaluate.ts";
import {
  makeCheck,
  makeConfiguration,
  makeMetric,
  makeObservation,
  makeResult,
  makeStanding,
  makeState,
} from "./build.ts";
import type { Condition, Population, Subject } from "../../src/core/condition.ts";
import type { Metric, Status } from "../../src/core/result.ts";
import type { Clock, Observation, State } from "../../src/core/state.ts";

const up = makeCheck("check_up", "h1");
const down = makeCheck("check_down", "h2");
const mute = makeCheck("check_mute", "h3");
const metrics = makeCheck("check_metrics", "h1", { isAdvisory: true });
const passive = makeCheck("reported", "h4", { run: { kind: "passive" }, isAdvisory: true });
const configuration = makeConfiguration({ checks: [up, down, mute, metrics, passive] });

const values: readonly Metric[] = [
  makeMetric("lag", 2, "MB", { warn: "1", crit: "@10:20" }),
  makeMetric("age", 1_500, "ms"),
  makeMetric("use", 80, "%"),
  makeMetric("load", 5, "", { warn: "bad", crit: "4" }),
  makeMetric("unset", null, "s"),
  makeMetric("odd", 3, "GBP"),
];

const state: State = makeState(configuration, {
  observations: {
    [up.key]: makeObservation(up, "master", { latestAtMs: 900 }),
    [down.key]: makeObservation(down, "critical", { latestAtMs: 900 }),
    [mute.key]: makeObservation(mute, "unknown", { latestAtMs: 900 }),
    [metrics.key]: makeObservation(metrics, "ok", { latestAtMs: 900, latest: makeResult("ok", values) }),
    [passive.key]: makeObservation(passive, "ok", { latestAtMs: 10 }),
  },
  hosts: {
    h1: makeStanding("master", { previous: "slave" }),
    h2: makeStanding("critical"),
    h3: makeStanding("unknown"),
    h4: makeStanding("unknown", { previous: null }),
  },
});

function judgeIn(
  condition: Condition,
  change: {
    observations?: State["observations"];
    freshSinceMs?: number;
    newerThanMs?: number;
    clocks?: State["clocks"];
    nowMs?: number;
  } = {},
) {
  const clocks: { [key: string]: Clock } = {};
  const wakes: number[] = [];
  const judgement = judge(condition, {
    configuration,
    state: {
      ...state,
      observations: { ...state.observations, ...change.observations },
      clocks: change.clocks ?? {},
    },
    nowMs: change.nowMs ?? 1_000,
    freshSinceMs: change.freshSinceMs ?? 0,
    newerThanMs: change.newerThanMs ?? null,
    hostOf: (variable) => (variable === "MASTER" ? "h1" : null),
    clocks,
    owner: "rule",
    wakes,
  });
  return { truth: judgement.truth, because: judgement.because(), clocks, wakes };
}

const host = (name: string): Subject => ({ kind: "host", host: name });
const is = (subject: Subject, ...statuses: readonly Status[]): Condition => ({
  kind: "is",
  subject,
  isNegated: false,
  statuses,
});
const isNot = (subject: Subject, ...statuses: readonly Status[]): Condition => ({
  kind: "is",
  subject,
  isNegated: true,
  statuses,
});
const yes = is(host("h1"), "master");
const no = is(host("h1"), "slave");
const perhaps = is(host("h3"), "ok");

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

void test("what was not observed since the stall is not known, whatever it was", () => {
  assert.equal(judgeIn(yes, { freshSinceMs: 901 }).truth, "unknown");
  assert.equal(judgeIn(isNot(h1, "slave"), { freshSinceMs: 901 }).truth, "unknown");
  assert.equal(judgeIn(metric("lag", "<", bytes(16e6)), { freshSinceMs: 901 }).truth, "unknown");
  assert.equal(judgeIn(yes, { freshSinceMs: 900 }).truth, "true");
});

void test("what a passive check said holds until its limit, but an expectation wants to hear it again", () => {
  const given = is({ kind: "check", check: "reported", on: null }, "ok");
  assert.equal(judgeIn(given, { freshSinceMs: 901 }).truth, "true");
  assert.equal(judgeIn(given, { newerThanMs: 11 }).truth, "unknown");
  assert.equal(judgeIn(given, { newerThanMs: 10 }).truth, "true");
});

void test("a stale check is unknown, and that is known", () => {
  const observations = { [up.key]: { ...makeObservation(up, "unknown"), isStale: true } };
  assert.equal(
    judgeIn(is({ kind: "check", check: "check_up", on: null }, "master"), { observations }).truth,
    "unknown",
  );
  assert.equal(judgeIn(is({ kind: "check", check: "check_up", on: null }, "unknown"), { observations }).truth, "true");
});

void test("a metric of a check that says unknown, or is not confirmed to be anything, is not known", () => {
  const of = (change: Partial<Observation>): Truth =>
    judgeIn(metric("lag", "<", bytes(16 * 1_024 ** 2)), {
      observations: {
        [metrics.key]: { ...makeObservation(metrics, "ok", { latest: makeResult("ok", values) }), ...change },
      },
    }).truth;
  assert.equal(of({}), "true");
  assert.equal(of({ latest: makeResult("unknown", values) }), "unknown");
  assert.equal(of({ standing: makeStanding("unknown") }), "unknown");
});

void test("an expectation is not met by older data, by what the newest result denies, nor by not knowing", () => {
  const observations = { [up.key]: makeObservation(up, "master", { latestAtMs: 950, confirming: ["critical"] }) };
  assert.equal(judgeIn(yes, { newerThanMs: 901 }).truth, "unknown");
  assert.equal(judgeIn(is(h1, "unknown", "down"), { newerThanMs: 901 }).truth, "unknown");
  assert.equal(judgeIn(yes, { newerThanMs: 900 }).truth, "true");
  assert.equal(judgeIn(yes, { newerThanMs: 900, observations }).truth, "unknown");
});

const lasting = (part: Condition): Condition => ({ kind: "for", part, durationMs: 500, key: "the words" });
const running = (sinceMs: number, isWhole: boolean, about = ""): State["clocks"] => ({
  "rule: the words": { kind: "running", sinceMs, about, isWhole },
});

void test("a clock whose beginning was seen is false until its time is up; one whose beginning was not is unknown", () => {
  assert.equal(judgeIn(lasting(yes), { clocks: running(501, true) }).truth, "false");
  assert.equal(judgeIn(lasting(yes), { clocks: running(501, false) }).truth, "unknown");
  assert.equal(judgeIn(lasting(yes), { clocks: running(500, true) }).truth, "true");
  assert.equal(judgeIn(lasting(yes), { clocks: running(500, false) }).truth, "true");
  assert.equal(judgeIn(lasting(no), { clocks: running(100, true) }).truth, "false");
  assert.equal(judgeIn(lasting(perhaps), { clocks: running(100, true) }).truth, "unknown");
});

void test("a clock begins, goes on, stops, is forgotten, and says when to look again", () => {
  const stopped = { "rule: the words": { kind: "stopped" } } as const;
  assert.deepEqual(judgeIn(lasting(yes)).clocks, running(1_000, false));
  assert.deepEqual(judgeIn(lasting(yes)).wakes, [1_500]);
  assert.deepEqual(judgeIn(lasting(yes), { clocks: stopped }).clocks, running(1_000, true));
  assert.deepEqual(judgeIn(lasting(yes), { clocks: running(700, true) }).clocks, running(700, true));
  assert.deepEqual(judgeIn(lasting(yes), { clocks: running(700, true) }).wakes, [1_200]);
  assert.deepEqual(judgeIn(lasting(yes), { clocks: running(100, true) }).wakes, []);
  assert.deepEqual(judgeIn(lasting(no), { clocks: running(700, true) }).clocks, stopped);
  assert.deepEqual(judgeIn(lasting(perhaps), { clocks: running(700, true) }).clocks, {});
});

void test("a clock that spoke of another host begins anew", () => {
  const master = lasting(is({ kind: "variable", variable: "MASTER" }, "master"));
  assert.deepEqual(judgeIn(master, { clocks: running(100, true, "h2") }).clocks, running(1_000, true, "h1"));
  assert.equal(judgeIn(master, { clocks: running(100, true, "h1") }).truth, "true");
});
