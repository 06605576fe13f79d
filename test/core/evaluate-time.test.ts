/** Conditions and time: what is fresh, what an expectation has to see anew, and the clocks of `for`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Truth } from "../../src/core/evaluate.ts";
import { makeObservation, makeResult, makeStanding } from "./build.ts";
import { host, is, isNot, judgeIn, metrics, no, perhaps, up, values, yes } from "./little-state.ts";
import type { Condition } from "../../src/core/condition.ts";
import type { Observation, State } from "../../src/core/state.ts";

const h1 = host("h1");
const lagBelow16MB: Condition = {
  kind: "metric",
  metric: "lag",
  subject: h1,
  comparison: "<",
  quantity: { kind: "bytes", bytes: 16 * 1_024 ** 2, text: "16MB" },
};

void test("what was not observed since the stall is not known, whatever it was", () => {
  assert.equal(judgeIn(yes, { freshSinceMs: 901 }).truth, "unknown");
  assert.equal(judgeIn(isNot(h1, "slave"), { freshSinceMs: 901 }).truth, "unknown");
  assert.equal(judgeIn(lagBelow16MB, { freshSinceMs: 901 }).truth, "unknown");
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
    judgeIn(lagBelow16MB, {
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

void test("at the moment at which a clock wants to be looked at again its time is up, however the difference is rounded", () => {
  const sinceMs = 2_080_706.823;
  const condition: Condition = { kind: "for", part: yes, durationMs: 20_000, key: "the words" };
  const begun = judgeIn(condition, { clocks: running(sinceMs, true), nowMs: sinceMs });
  const [nowMs = 0] = begun.wakes;
  assert.ok(nowMs - sinceMs < 20_000, "the difference is less than it should be, or this tests nothing");
  assert.equal(judgeIn(condition, { clocks: running(sinceMs, true), nowMs }).truth, "true");
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
