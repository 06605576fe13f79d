/** The evaluator says what a naive one says, whatever the condition and the world. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { sayCondition } from "../../src/core/condition-text.ts";
import { judge } from "../../src/core/evaluate.ts";
import { withoutFor } from "../../src/core/level.ts";
import type { Comparison, Condition, HostReference, Population, Subject } from "../../src/core/condition.ts";
import type { Standing, State } from "../../src/core/state.ts";
import {
  makeCheck,
  makeConfiguration,
  makeMetric,
  makeObservation,
  makeResult,
  makeStanding,
  makeState,
} from "./build.ts";
import {
  hostStatus,
  refer,
  type LittleCheck,
  type LittleRange,
  type LittleWorld,
  type Moment,
} from "./reference-evaluator.ts";

const hosts = ["h1", "h2", "h3"];
const checks = ["role", "disk"];
const statuses = ["ok", "warning", "unknown", "critical", "down", "master", "slave", "leader"];

const anyStatus = fc.constantFrom(...statuses);
const someStatuses = fc.uniqueArray(anyStatus, { minLength: 1, maxLength: 3 });
const reference: fc.Arbitrary<HostReference> = fc.oneof(
  fc.constantFrom(...hosts).map((host) => ({ kind: "host" as const, host })),
  fc.constantFrom("MASTER", "SLAVE").map((variable) => ({ kind: "variable" as const, variable })),
);
const subject: fc.Arbitrary<Subject> = fc.oneof(
  reference,
  fc.record({ kind: fc.constant("check" as const), check: fc.constantFrom(...checks), on: fc.option(reference) }),
);
const population: fc.Arbitrary<Population> = fc.oneof(
  fc.constant({ kind: "hosts" as const }),
  fc.record({
    kind: fc.constant("checks" as const),
    check: fc.option(fc.constantFrom(...checks)),
    on: fc.option(reference),
  }),
);
const range: fc.Arbitrary<LittleRange> = fc.record({
  low: fc.option(fc.nat(2)),
  high: fc.option(fc.integer({ min: 2, max: 4 })),
  isAlertInside: fc.boolean(),
});
const comparison = fc.constantFrom<Comparison>("<", "<=", ">", ">=", "=", "!=");

const leaves: readonly fc.Arbitrary<Condition>[] = [
  fc.record({ kind: fc.constant("is" as const), subject, isNegated: fc.boolean(), statuses: someStatuses }),
  fc.record({ kind: fc.constant("was" as const), subject, statuses: someStatuses }),
  fc.record({
    kind: fc.constant("metric" as const),
    metric: fc.constant("lag"),
    subject,
    comparison,
    quantity: fc.nat(4).map((bytes) => ({ kind: "bytes" as const, bytes, text: `${bytes}B` })),
  }),
  fc.record({
    kind: fc.constant("range" as const),
    metric: fc.constant("lag"),
    subject,
    range: fc.constantFrom("warning" as const, "critical" as const),
  }),
  fc.record({
    kind: fc.constant("quantified" as const),
    quantifier: fc.constantFrom("all" as const, "any" as const),
    over: population,
    isNegated: fc.boolean(),
    statuses: someStatuses,
  }),
  fc.record({
    kind: fc.constant("count" as const),
    over: population,
    statuses: someStatuses,
    comparison,
    count: fc.nat(4),
  }),
];

function compounds(part: fc.Arbitrary<Condition>): readonly fc.Arbitrary<Condition>[] {
  return [
    fc.record({ kind: fc.constant("not" as const), part }),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      parts: fc.array(part, { minLength: 2, maxLength: 3 }),
    }),
  ];
}

const { momentary } = fc.letrec<{ momentary: Condition }>((tie) => ({
  momentary: fc.oneof({ depthSize: "small", withCrossShrink: true }, ...leaves, ...compounds(tie("momentary"))),
}));

/** With `for`, of any depth. */
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    ...leaves,
    ...compounds(tie("condition")),
    fc
      .record({ part: tie("condition"), durationMs: fc.constantFrom(0, 10, 25, 60) })
      .map(({ part, durationMs }) => lasting(part, durationMs)),
  ),
}));

/** As the language names its clock: by its words. */
function lasting(part: Condition, durationMs: number): Condition {
  const unnamed = { kind: "for", part, durationMs, key: "" } as const;
  return { ...unnamed, key: sayCondition(unnamed) };
}

/** As a plugin prints it. */
function printRange({ low, high, isAlertInside }: LittleRange): string {
  return `${isAlertInside ? "@" : ""}${low ?? "~"}:${high ?? ""}`;
}

const world: fc.Arbitrary<LittleWorld> = fc
  .record({
    checks: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...checks),
        host: fc.constantFrom(...hosts),
        status: anyStatus,
        isFresh: fc.boolean(),
        isAdvisory: fc.boolean(),
        lag: fc.option(fc.nat(4)),
        ranges: fc.record({ warning: fc.option(range), critical: fc.option(range) }),
      }),
      { selector: (check) => `${check.name} on ${check.host}`, maxLength: 6 },
    ),
    master: fc.option(fc.constantFrom(...hosts)),
    slave: fc.option(fc.constantFrom(...hosts)),
    before: fc.array(fc.tuple(fc.constantFrom(...hosts, "role on h1", "disk on h2"), anyStatus)),
  })
  .map(({ checks: found, master, slave, before }) => ({
    hosts,
    checks: found,
    variables: new Map([
      ...(master === null ? [] : [["MASTER", master] as const]),
      ...(slave === null ? [] : [["SLAVE", slave] as const]),
    ]),
    before: new Map(before),
  }));

function stateOf(little: LittleWorld) {
  const declared = little.checks.map(({ name, host, isAdvisory }) => makeCheck(name, host, { isAdvisory }));
  const configuration = makeConfiguration({ checks: declared, hosts });
  const standing = (key: string, status: string): Standing =>
    makeStanding(status, { previous: little.before.get(key) ?? null, sinceMs: 0 });
  const observations = little.checks.map((check: LittleCheck, index) => {
    const { warning, critical } = check.ranges;
    const thresholds = {
      warn: warning === null ? null : printRange(warning),
      crit: critical === null ? null : printRange(critical),
    };
    const metrics = check.lag === null ? [] : [makeMetric("lag", check.lag, "B", thresholds)];
    const key = `${check.name} on ${check.host}`;
    const [made] = declared.slice(index);
    assert.ok(made !== undefined);
    const observation = makeObservation(made, check.status, {
      standing: standing(key, check.status),
      latest: makeResult(check.status, metrics),
      latestAtMs: check.isFresh ? 100 : 99,
    });
    return [key, observation] as const;
  });
  const state = makeState(configuration, {
    observations: Object.fromEntries(observations),
    hosts: Object.fromEntries(hosts.map((host) => [host, standing(host, hostStatus(host, little))])),
  });
  return { configuration, state };
}

function around(little: LittleWorld, atMs = 1_000, clocks: State["clocks"] = {}): Parameters<typeof judge>[1] {
  const { configuration, state } = stateOf(little);
  return {
    configuration,
    state: { ...state, clocks },
    nowMs: atMs,
    freshSinceMs: 100,
    newerThan: null,
    hostOf: (variable) => little.variables.get(variable) ?? null,
    clocks: {},
    owner: "rule",
    wakes: [],
  };
}

const word = { 0: "false", 0.5: "unknown", 1: "true" } as const;

void test("the evaluator says what a naive one says", () => {
  fc.assert(
    fc.property(momentary, world, (given, little) => {
      const judgement = judge(given, around(little));
      const want = word[refer(given, { atMs: 1_000, world: little })];
      assert.equal(judgement.truth, want, `${sayCondition(given)}: ${judgement.because()}`);
      assert.notEqual(judgement.because(), "");
    }),
    { numRuns: 3_000 },
  );
});

/** Few worlds, so that something is true for a while; the same one again is the most likely. */
const history = fc
  .record({
    worlds: fc.array(world, { minLength: 1, maxLength: 3 }),
    steps: fc.array(fc.tuple(fc.constantFrom(0, 5, 10, 20, 60), fc.nat(2)), { minLength: 1, maxLength: 7 }),
  })
  .map(({ worlds, steps }) => {
    let atMs = 1_000;
    return steps.flatMap(([ms, index]): readonly Moment[] => {
      atMs += ms;
      const [first, ...others] = worlds;
      const chosen = others[index - 1] ?? first;
      return chosen === undefined ? [] : [{ atMs, world: chosen }];
    });
  });

void test("the clocks of for say through time what looking back at all that was says", () => {
  const seen = new Set<string>();
  const check = (given: Condition, moments: readonly Moment[]): void => {
    let clocks: State["clocks"] = {};
    let past: readonly Moment[] = [];
    for (const now of moments) {
      const surroundings = around(now.world, now.atMs, clocks);
      const judgement = judge(given, surroundings);
      const want = word[refer(given, now, past)];
      assert.equal(judgement.truth, want, `${sayCondition(given)} at ${now.atMs}: ${judgement.because()}`);
      if (given.kind === "for" && given.durationMs > 0) seen.add(`${past.length > 0 ? "later" : "first"}: ${want}`);
      ({ clocks } = surroundings);
      past = [...past, now];
    }
  };
  const outermost = fc.tuple(condition, fc.constantFrom(0, 10, 25, 60)).map(([part, ms]) => lasting(part, ms));
  fc.assert(fc.property(fc.oneof(outermost, condition), history, check), { numRuns: 3_000 });
  const all = ["first: false", "first: unknown", "later: false", "later: true", "later: unknown"];
  assert.deepEqual(
    [...seen].toSorted(),
    all,
    "a time that is not zero is never up at once, and everything else came up",
  );
});

void test("what is learned later can make the unknown true or false, and never turns true into false", () => {
  fc.assert(
    fc.property(momentary, world, (given, little) => {
      const mentionsUnknown = JSON.stringify(given).includes('"unknown"');
      fc.pre(!mentionsUnknown);
      const blind = { ...little, checks: little.checks.map((check) => ({ ...check, isFresh: false })) };
      const { truth } = judge(given, around(blind));
      if (truth !== "unknown") assert.equal(judge(given, around(little)).truth, truth, sayCondition(given));
    }),
    { numRuns: 1_000 },
  );
});

void test("a condition without its clocks is what its parts are now", () => {
  fc.assert(
    fc.property(momentary, world, (part, little) => {
      const clocked = lasting(part, 0);
      const nested: Condition = {
        kind: "not",
        part: { kind: "and", parts: [clocked, { kind: "or", parts: [clocked] }] },
      };
      const want: Condition = { kind: "not", part: { kind: "and", parts: [part, { kind: "or", parts: [part] }] } };
      assert.equal(sayCondition(withoutFor(nested)), sayCondition(want));
      assert.equal(judge(clocked, around(little)).truth, judge(part, around(little)).truth);
    }),
  );
});
