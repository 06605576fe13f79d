/** Why a rule did not fire, or would: for every kind of trigger, what it waits for and what is so now. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../src/core/explain.ts";
import { newRule } from "../../src/core/turn.ts";
import {
  makeCheck,
  makeConfiguration,
  makeMetric,
  makeObservation,
  makeResult,
  makeRule,
  makeStanding,
  makeState,
} from "./build.ts";
import { runOf } from "./bound-run.ts";
import type { Condition, Subject } from "../../src/core/condition.ts";
import type { Trigger } from "../../src/core/configuration.ts";
import type { State } from "../../src/core/state.ts";

const check = makeCheck("check_a", "h1");
const anyStatus = { kind: "any" } as const;
const master = { kind: "status", status: "master" } as const;
const edge = (change: Partial<Extract<Trigger, { kind: "transition" }>> = {}): Trigger => ({
  kind: "transition",
  from: anyStatus,
  to: master,
  host: null,
  check: null,
  ...change,
});
const hosts = {
  h1: makeStanding("master", { role: "master" }),
  h2: makeStanding("critical", { role: "slave" }),
  h3: makeStanding("ok"),
};
const known: Partial<State> = { hosts };
const cause = { host: "h1", from: null, to: null, check: null, failed: null };
const waiting = [{ rule: "it", cause, atMs: 0, isAnnounced: true }];

const rows: readonly {
  readonly trigger: Trigger;
  readonly given: Partial<State>;
  readonly text: string;
  readonly because: string;
}[] = [
  {
    trigger: edge(),
    given: { hosts: {} },
    text: "a host goes from any status to master",
    because: "it has not come; now no host is known",
  },
  {
    trigger: edge({ host: "h1", from: master, to: anyStatus }),
    given: known,
    text: "h1 goes from master to any status",
    because: "it has not come; now h1 is master, h2 is critical (role slave), h3 is ok",
  },
  {
    trigger: edge({ check: "check_a" }),
    given: { ...known, waiting },
    text: "check_a goes from any status to master",
    because: "it has come and waits for its turn",
  },
  {
    trigger: edge({ check: "check_a", host: "h1" }),
    given: { hosts: {} },
    text: "check_a on h1 goes from any status to master",
    because: "it has not come; now no host is known",
  },
  {
    trigger: { kind: "split-brain" },
    given: {},
    text: "two hosts are confirmed master at once",
    because: "it has not come; now no two hosts are master",
  },
  {
    trigger: { kind: "split-brain" },
    given: { splitBrain: ["h1", "h2"] },
    text: "two hosts are confirmed master at once",
    because: "h1 and h2 are master together: it came when that began, and comes again when that was over in between",
  },
  {
    trigger: { kind: "run-failed" },
    given: {},
    text: "a run fails",
    because: "it has not come; no run is in progress",
  },
  {
    trigger: { kind: "run-failed" },
    given: { run: runOf({}) },
    text: "a run fails",
    because: "it has not come; run 1 of calm is in progress",
  },
  {
    trigger: { kind: "run-failed" },
    given: { run: runOf({ failure: "step 1: act exited with 1" }) },
    text: "a run fails",
    because: "it has not come; run 1 of calm is in progress and has failed: it comes at the run's end",
  },
];

for (const { trigger, given, text, because } of rows) {
  void test(`${text}: ${because}`, () => {
    const configuration = makeConfiguration({ checks: [check], rules: [makeRule("it", { trigger })] });
    const explained = explain({ configuration, state: makeState(configuration, given) }, "it", 1_000);
    const truth = given.waiting === undefined ? "false" : "true";
    assert.deepEqual(explained?.parts, [{ of: "on", depth: 0, text, truth, because, ageMs: null }]);
  });
}

const isDown = { kind: "is", subject: { kind: "host", host: "h1" }, isNegated: false, statuses: ["down"] } as const;
const level = makeConfiguration({
  checks: [check],
  rules: [
    makeRule("it", {
      trigger: { kind: "condition", when: { kind: "not", part: isDown } },
      guard: isDown,
      limit: { runs: 2, withinMs: 5_000 },
    }),
  ],
});
const seen: Partial<State> = {
  observations: { [check.key]: makeObservation(check, "down", { latestAtMs: 900 }) },
  hosts: { h1: makeStanding("down") },
};

void test("a `when` and an `if` are told in their parts, each as deep as it stands", () => {
  const state = makeState(level, seen);
  const explained = explain({ configuration: level, state }, "it", 1_000);
  const parts = explained?.parts.map(({ of, depth, text, truth }) => [of, depth, text, truth]);
  assert.deepEqual(parts, [
    ["when", 0, "not h1 is down", "false"],
    ["when", 1, "h1 is down", "true"],
    ["if", 0, "h1 is down", "true"],
  ]);
  assert.equal(explained?.hold, null);
});

void test("what holds it is told: that it has fired, a hold, or that it is over its limit", () => {
  const holdOf = (change: Partial<State>): string | null | undefined =>
    explain({ configuration: level, state: makeState(level, { ...seen, ...change }) }, "it", 1_000)?.hold;
  assert.equal(
    holdOf({ rules: { it: { ...newRule, hasFired: true } } }),
    'it has fired for this, or a reload passed it over, and fires again when its "when" was false in between',
  );
  assert.equal(
    holdOf({ rules: { it: { ...newRule, runStartsMs: [100, 200] } } }),
    "it is over its limit: it would be blocked instead of run",
  );
  assert.equal(holdOf({ rules: { it: { ...newRule, runStartsMs: [200] } } }), null);
  assert.equal(
    holdOf({ learning: { sinceMs: 950, isOver: false } }),
    "it held: still learning, 1 of 1 check has not reported yet, check_a on h1 first",
  );
});

void test("a rule that is not there is not explained", () => {
  assert.equal(explain({ configuration: level, state: makeState(level) }, "another", 1_000), null);
});

const lost = makeCheck("check_b", "h1");
const mute = makeCheck("check_c", "h2");
const disk = makeCheck("check_d", "h2", { isAdvisory: true });
const on = (subject: string): Subject => ({ kind: "host", host: subject });
const statuses = ["master"];

/** What a leaf rests on: the claims of a role, all that is well of a host, and nothing that does not count for it. */
const ages: readonly (readonly [name: string, condition: Condition, ageMs: number | null])[] = [
  ["a role, by the oldest that claims it", { kind: "is", subject: on("h1"), isNegated: false, statuses }, 700],
  ["what it was", { kind: "was", subject: on("h1"), statuses }, 700],
  ["one whose only check that counts is silent", { kind: "is", subject: on("h2"), isNegated: false, statuses }, null],
  ["one that nothing is known of", { kind: "is", subject: on("h9"), isNegated: false, statuses }, null],
  [
    "one check",
    { kind: "is", subject: { kind: "check", check: "check_a", on: null }, isNegated: false, statuses },
    100,
  ],
  ["all hosts", { kind: "quantified", quantifier: "any", over: { kind: "hosts" }, isNegated: false, statuses }, 700],
  [
    "so many checks",
    { kind: "count", over: { kind: "checks", check: null, on: null }, statuses, comparison: "=", count: 2 },
    900,
  ],
  [
    "a metric",
    { kind: "metric", metric: "free", subject: on("h2"), comparison: "<", quantity: { kind: "number", value: 9 } },
    900,
  ],
];

for (const [name, condition, ageMs] of ages) {
  void test(`how old is what a leaf rests on: ${name}`, () => {
    const configuration = makeConfiguration({
      checks: [check, lost, mute, disk],
      rules: [makeRule("it", { trigger: { kind: "condition", when: { kind: "not", part: condition } } })],
    });
    const state = makeState(configuration, {
      hosts: { h1: makeStanding("master", { role: "master", previous: "slave" }), h2: makeStanding("unknown") },
      observations: {
        [check.key]: makeObservation(check, "master", { latestAtMs: 900 }),
        [lost.key]: makeObservation(lost, "master", { latestAtMs: 300 }),
        [mute.key]: makeObservation(mute, "unknown", { latest: null, latestAtMs: null }),
        [disk.key]: makeObservation(disk, "ok", { latestAtMs: 100, latest: makeResult("ok", [makeMetric("free", 5)]) }),
      },
    });
    const explained = explain({ configuration, state }, "it", 1_000);
    assert.deepEqual(
      explained?.parts.map((part) => part.ageMs),
      [null, ageMs],
    );
  });
}
