/** What holds a rule is written down when its kind changes, and not each time that it is looked at, or said otherwise. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Driven } from "./driven.ts";
import { makeCheck, makeConfiguration, makeResult, makeRule, makeState } from "./build.ts";
import type { Condition } from "../../src/core/condition.ts";

const a = makeCheck("check_a", "h1");
const b = makeCheck("check_b", "h2");
const is = (host: string, status: string): Condition => ({
  kind: "is",
  subject: { kind: "host", host },
  isNegated: false,
  statuses: [status],
});
const configuration = makeConfiguration({
  checks: [a, b],
  rules: [makeRule("lost", { trigger: { kind: "condition", when: is("h1", "down") }, guard: is("h2", "ok") })],
});

function look(daemon: Driven, first: string, second: string): void {
  daemon.nowMs += 1_000;
  daemon.checkEnds(a.key, [{ host: null, result: makeResult(first) }]);
  daemon.checkEnds(b.key, [{ host: null, result: makeResult(second) }]);
}

void test("held by a guard that is not known, then by a `when` that is not: it is held all the time, told once", () => {
  const daemon = new Driven(configuration, makeState(configuration));
  look(daemon, "ok", "unknown");
  look(daemon, "down", "unknown");
  const told = daemon.said("held");
  assert.match(told.at(-1) ?? "", /^lost held: its guard "if h2 is ok" is unknown: /);
  look(daemon, "unknown", "unknown");
  assert.deepEqual(daemon.said("held"), told);
  assert.match(daemon.state.rules["lost"]?.hold?.sentence ?? "", /^lost held: "when h1 is down" cannot be judged: /);
});

void test("what became false is held by nothing, and what holds it when it is true again is told again", () => {
  const daemon = new Driven(configuration, makeState(configuration));
  look(daemon, "down", "warning");
  const told = daemon.said("held");
  assert.match(told.at(-1) ?? "", /^lost held: its guard "if h2 is ok" is false: /);
  look(daemon, "ok", "warning");
  assert.equal(daemon.state.rules["lost"]?.hold, null);
  look(daemon, "down", "warning");
  assert.equal(daemon.said("held").length, told.length + 1);
});
