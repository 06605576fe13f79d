/** What variables stand for, where a rule uses them, and that all of them are replaced when its run begins. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bindAction, hostOf, missingVariable, variablesUsed } from "../../src/core/variables.ts";
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
import { device } from "./bound-run.ts";
import type { Condition, HostReference, Subject } from "../../src/core/condition.ts";
import type { Action, CommandTemplate } from "../../src/core/configuration.ts";

const a = makeCheck("check_a", "h1");
const b = makeCheck("check_b", "h2");
const c = makeCheck("check_c", "h3");
const devices = [device("fence_one")];
const configuration = makeConfiguration({
  checks: [a, b, c],
  variables: { WITNESS: "h3" },
  fences: [{ host: "h1", devices }],
});
const state = makeState(configuration, {
  observations: {
    [b.key]: makeObservation(b, "slave", { latestAtMs: 10 }),
    [c.key]: makeObservation(c, "slave", { latestAtMs: 10 }),
  },
  hosts: {
    h1: makeStanding("master", { role: "master", roleOrder: 1 }),
    h2: makeStanding("slave", { role: "slave" }),
    h3: makeStanding("slave", { role: "slave" }),
  },
});
const known = { configuration, state };
const cause = { host: "h2", from: "slave", to: "master", check: null, failed: null };

const stands: readonly (readonly [variable: string, host: string | null])[] = [
  ["MASTER", "h1"],
  ["SLAVE", "h2"],
  ["LOCAL", "host1"],
  ["HOST", "h2"],
  ["WITNESS", "h3"],
  ["FROM", null],
  ["NOBODY", null],
];

for (const [variable, host] of stands) {
  void test(`%${variable}% is ${host}`, () => assert.equal(hostOf(known, variable, cause), host));
}

void test("%HOST% is nobody without a trigger that names one", () => {
  assert.equal(hostOf(known, "HOST", null), null);
});

void test("%SLAVE% is the first by declared order whose every word of it is fresh", () => {
  const slave = (change: Partial<typeof state>): string | null =>
    hostOf({ configuration, state: { ...state, ...change } }, "SLAVE", null);
  assert.equal(slave({ hosts: { ...state.hosts, h2: makeStanding("warning", { role: "slave" }) } }), "h3");
  assert.equal(slave({ observations: { ...state.observations, [b.key]: makeObservation(b, "slave") } }), "h2");
  assert.equal(slave({ learning: { sinceMs: 11, isOver: true } }), null);
  const stale = makeObservation(b, "slave", { latestAtMs: 10, isStale: true });
  assert.equal(slave({ observations: { ...state.observations, [b.key]: stale } }), "h3");
});

const v = (variable: string): HostReference => ({ kind: "variable", variable });
const h = (host: string): HostReference => ({ kind: "host", host });
const is = (subject: Subject): Condition => ({ kind: "is", subject, isNegated: false, statuses: ["ok"] });
const lag = { kind: "metric", metric: "lag", comparison: "<", quantity: { kind: "number", value: 1 } } as const;
const range = { kind: "range", metric: "lag", range: "warning" } as const;
const all = { kind: "quantified", quantifier: "all", isNegated: false, statuses: ["ok"] } as const;
const count = { kind: "count", statuses: ["ok"], comparison: ">", count: 1 } as const;
const checks = (on: HostReference | null) => ({ kind: "checks", check: null, on }) as const;
const bound = { MASTER: "h1", SLAVE: "h2" };

/** Each as it is written, and as a run is bound to it. */
const conditions: readonly (readonly [given: Condition, want: Condition])[] = [
  [is(v("MASTER")), is(h("h1"))],
  [is(h("h3")), is(h("h3"))],
  [is({ kind: "check", check: "x", on: v("SLAVE") }), is({ kind: "check", check: "x", on: h("h2") })],
  [is({ kind: "check", check: "x", on: null }), is({ kind: "check", check: "x", on: null })],
  [
    { kind: "was", subject: v("MASTER"), statuses: ["ok"] },
    { kind: "was", subject: h("h1"), statuses: ["ok"] },
  ],
  [
    { ...lag, subject: v("MASTER") },
    { ...lag, subject: h("h1") },
  ],
  [
    { ...range, subject: v("MASTER") },
    { ...range, subject: h("h1") },
  ],
  [
    { kind: "and", parts: [is(v("MASTER")), is(v("SLAVE"))] },
    { kind: "and", parts: [is(h("h1")), is(h("h2"))] },
  ],
  [
    { kind: "or", parts: [is(v("MASTER")), is(v("SLAVE"))] },
    { kind: "or", parts: [is(h("h1")), is(h("h2"))] },
  ],
  [
    { kind: "not", part: is(v("MASTER")) },
    { kind: "not", part: is(h("h1")) },
  ],
  [
    { kind: "for", part: is(v("MASTER")), durationMs: 5, key: "k" },
    { kind: "for", part: is(h("h1")), durationMs: 5, key: "k" },
  ],
  [
    { ...all, over: checks(v("MASTER")) },
    { ...all, over: checks(h("h1")) },
  ],
  [
    { ...all, over: checks(null) },
    { ...all, over: checks(null) },
  ],
  [
    { ...all, over: { kind: "hosts" } },
    { ...all, over: { kind: "hosts" } },
  ],
  [
    { ...count, over: checks(v("SLAVE")) },
    { ...count, over: checks(h("h2")) },
  ],
];

for (const [given, want] of conditions) {
  void test(`an expectation is bound: ${JSON.stringify(given)}`, () => {
    const action = makeAction("act", { expect: { condition: given, withinMs: 5 } });
    assert.deepEqual(bindAction(action, bound, configuration).options.expect?.condition, want);
  });
}

const template: CommandTemplate = {
  program: "/actions/act",
  words: [["act"], ["to:", { variable: "SLAVE" }, ":", { variable: "PORT" }]],
  env: { PLAIN: "as it is", OF: [{ variable: "MASTER" }, "!"] },
  user: "postgres",
};
const rich: Action = {
  kind: "command",
  command: template,
  options: makeOptions({
    undo: { ...template, words: [["undo", { variable: "RUN" }]], env: { UNDONE: [{ variable: "HOST" }] } },
    expect: { condition: is(v("WITNESS")), withinMs: 5 },
  }),
  place,
};

void test("every variable of a rule is known: of words, environment, undo, expectation and fence", () => {
  const fence: Action = { kind: "fence", host: [{ variable: "FENCED" }], options: makeOptions(), place };
  assert.deepEqual(
    [...variablesUsed(makeRule("r", { actions: [rich, fence, rich] }))].toSorted(),
    ["FENCED", "HOST", "MASTER", "PORT", "RUN", "SLAVE", "WITNESS"].toSorted(),
  );
});

void test("words and environment are bound", () => {
  const values = { ...bound, PORT: "5432", RUN: "7", HOST: "h2", WITNESS: "h3" };
  const action = bindAction(rich, values, configuration);
  assert.ok(action.kind === "command");
  const { command, options } = action;
  assert.deepEqual(command.words, ["act", "to:h2:5432"]);
  assert.deepEqual(command.env, { PLAIN: "as it is", OF: "h1!" });
  assert.equal(command.user, "postgres");
  assert.deepEqual([options.undo?.words, options.undo?.env], [["undo7"], { UNDONE: "h2" }]);
});

void test("a fence is bound with its devices, and never goes on when it has failed", () => {
  const options = makeOptions({ onFailure: "continue" });
  const fence = (host: string): Action => ({ kind: "fence", host: [host], options, place });
  const one = bindAction(fence("h1"), bound, configuration);
  assert.ok(one.kind === "fence");
  assert.deepEqual([one.host, one.devices, one.verb, one.options.onFailure], ["h1", devices, "off", "stop"]);
  const other = bindAction(fence("h2"), bound, configuration);
  assert.ok(other.kind === "fence");
  assert.deepEqual(other.devices, []);
});

void test("a variable that has no value is said", () => {
  const missing = (variable: string): string | null =>
    missingVariable(makeRule("r", { actions: [makeAction("act", {}, variable)] }), { HOST: "h1" });
  assert.equal(missing("HOST"), null);
  assert.equal(missing("SLAVE"), "%SLAVE% has no value: no host is known to be a slave now");
  assert.equal(missing("MASTER"), "%MASTER% has no value: no host was ever seen as master");
  assert.equal(missing("CHECK"), "%CHECK% has no value for what triggered this rule");
});
