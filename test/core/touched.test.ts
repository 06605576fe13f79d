/** What a rule speaks of: what maintenance has to cover for the rule to be held. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { spokenOfBy, touchedBy } from "../../src/core/touched.ts";
import {
  makeAction,
  makeCheck,
  makeConfiguration,
  makeObservation,
  makeOptions,
  makeRule,
  makeStanding,
  makeState,
  place,
} from "./build.ts";
import type { Condition, HostReference, Population, Subject } from "../../src/core/condition.ts";
import type { Rule } from "../../src/core/configuration.ts";
import type { Cause } from "../../src/core/run.ts";

const a = makeCheck("check_a", "h1");
const disk = makeCheck("disk", "h1");
const hint = makeCheck("hint", "h1", { isAdvisory: true });
const b = makeCheck("check_b", "h2");
const other = makeCheck("disk", "h2");
const all = [a, disk, hint, b, other];
const configuration = makeConfiguration({ checks: all });
const state = makeState(configuration, {
  observations: Object.fromEntries(all.map((check) => [check.key, makeObservation(check, "ok")])),
  hosts: { h1: makeStanding("master", { role: "master" }), h2: makeStanding("ok") },
});
const known = { configuration, state };

const host1 = ["h1", "check_a", "check_a on h1", "disk", "disk on h1"];
const host2 = ["h2", "check_b", "check_b on h2", "disk", "disk on h2"];
const v = (variable: string): HostReference => ({ kind: "variable", variable });
const h1: HostReference = { kind: "host", host: "h1" };
const is = (subject: Subject): Condition => ({ kind: "is", subject, isNegated: false, statuses: ["ok"] });
const anyOf = (over: Population): Condition => ({
  kind: "quantified",
  quantifier: "any",
  over,
  isNegated: false,
  statuses: ["ok"],
});
const checks = (check: string | null, on: HostReference | null): Population => ({ kind: "checks", check, on });

const conditions: readonly (readonly [name: string, given: Condition, want: readonly string[]])[] = [
  ["a host, and what its status rests on", is(h1), host1],
  ["a host that is stood for", is(v("MASTER")), host1],
  ["nobody", is(v("SLAVE")), []],
  [
    "a check wherever it is",
    is({ kind: "check", check: "disk", on: null }),
    ["disk", "disk on h1", "h1", "disk on h2", "h2"],
  ],
  ["a check of a host", is({ kind: "check", check: "hint", on: h1 }), ["hint", "hint on h1", "h1"]],
  ["a check of nobody", is({ kind: "check", check: "hint", on: v("SLAVE") }), []],
  ["either", { kind: "or", parts: [is(h1), is({ kind: "host", host: "h2" })] }, [...host1, ...host2]],
  ["both", { kind: "and", parts: [is(h1), is({ kind: "host", host: "h2" })] }, [...host1, ...host2]],
  ["not", { kind: "not", part: is(h1) }, host1],
  ["for", { kind: "for", part: is(h1), durationMs: 5, key: "k" }, host1],
  ["was", { kind: "was", subject: h1, statuses: ["ok"] }, host1],
  ["a range", { kind: "range", metric: "lag", subject: h1, range: "warning" }, host1],
  ["any host", anyOf({ kind: "hosts" }), [...host1, ...host2]],
  ["any check of a name", anyOf(checks("check_b", null)), ["check_b", "check_b on h2", "h2"]],
  ["any check of a host", anyOf(checks(null, h1)), [...host1, "hint", "hint on h1"]],
  ["any check of nobody", anyOf(checks(null, v("SLAVE"))), []],
  [
    "a count of checks",
    { kind: "count", over: checks("check_b", null), statuses: ["ok"], comparison: ">", count: 1 },
    ["check_b", "check_b on h2", "h2"],
  ],
];

function sorted(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].toSorted();
}

for (const [name, given, want] of conditions) {
  void test(`a condition speaks of: ${name}`, () => assert.deepEqual(sorted(spokenOfBy(known, given)), sorted(want)));
}

const cause: Cause = { host: "h2", from: "ok", to: "down", check: null, failed: null };
const options = makeOptions();

const rules: readonly (readonly [name: string, change: Partial<Rule>, cause: Cause | null, want: readonly string[]])[] =
  [
    ["nothing", {}, null, []],
    ["its `when`", { trigger: { kind: "condition", when: is(h1) } }, null, host1],
    ["its `if`", { guard: is(h1) }, null, host1],
    ["what it expects", { actions: [makeAction("act", { expect: { condition: is(h1), withinMs: 5 } })] }, null, host1],
    ["a variable of an action", { actions: [makeAction("act", {}, "MASTER")] }, null, host1],
    ["a host that it fences", { actions: [{ kind: "fence", host: ["h1"], options, place }] }, null, host1],
    [
      "one that it fences by a variable",
      { actions: [{ kind: "fence", host: [{ variable: "MASTER" }], options, place }] },
      null,
      host1,
    ],
    ["the host that triggered it", {}, cause, host2],
    ["the check that triggered it", {}, { ...cause, check: "disk" }, ["disk", "disk on h2", "h2"]],
  ];

for (const [name, change, by, want] of rules) {
  void test(`a rule speaks of: ${name}`, () => {
    assert.deepEqual(sorted(touchedBy(known, makeRule("r", change), by)), sorted(want));
  });
}
