/**
 * Any state at all is saved and loaded as it is. What can stand in it is said field by field, the optional ones too, so that a
 * field that is added to the core's types does not compile here before it has its place.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { holdKinds } from "../../src/core/hold.ts";
import type { LastingState } from "../../src/core/restore.ts";
import type { Metric, Outcome, Result } from "../../src/core/result.ts";
import type { Cause } from "../../src/core/run.ts";
import type { Maintenance, Observation, RuleProgress, Standing, WaitingTrigger } from "../../src/core/state.ts";
import { decodeTable, encodeTable, type Table } from "../../src/store/table-format.ts";

/** Every field of `T`, those that may be left out as well. */
type EveryField<T> = { readonly [K in keyof Required<T>]: fc.Arbitrary<Required<T>[K]> };

function fields<T>(model: EveryField<T>): EveryField<T> {
  return model;
}

const plain = { noNullPrototype: true };

const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: "binary", maxLength: 6 }));
/** JSON knows no negative zero. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const count = fc.nat();
const textOrNull = fc.option(text);
const numberOrNull = fc.option(number);
const listOf = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 3 });
const mapOf = <T>(item: fc.Arbitrary<T>) => fc.dictionary(text, item, { maxKeys: 3, noNullPrototype: true });

const standing = fc.record(
  fields<Standing>({
    status: text,
    sinceMs: number,
    previous: textOrNull,
    role: fc.option(fc.constantFrom("master" as const, "slave" as const)),
    roleSinceMs: number,
    roleOrder: count,
    seenSinceRole: listOf(text),
  }),
  plain,
);

const outcomes: { readonly [K in Outcome["kind"]]: fc.Arbitrary<Extract<Outcome, { kind: K }>> } = {
  exited: fc.record({ kind: fc.constant("exited"), code: number }, plain),
  killed: fc.record({ kind: fc.constant("killed"), signal: text }, plain),
  "timed-out": fc.record({ kind: fc.constant("timed-out"), afterMs: number }, plain),
  "not-started": fc.record({ kind: fc.constant("not-started"), errno: text, reason: text }, plain),
  lost: fc.record({ kind: fc.constant("lost"), reason: text }, plain),
};

const metric = fc.record(
  fields<Metric>({
    label: text,
    value: numberOrNull,
    unit: text,
    warn: textOrNull,
    crit: textOrNull,
    min: numberOrNull,
    max: numberOrNull,
  }),
  plain,
);

const result = fc.record(
  fields<Result>({
    status: text,
    output: text,
    longOutput: text,
    metrics: listOf(metric),
    outcome: fc.option(fc.oneof(...Object.values(outcomes))),
  }),
  plain,
);

const observation = fc.record(
  fields<Observation>({
    check: text,
    host: text,
    source: text,
    standing,
    confirming: listOf(text),
    latest: fc.option(result),
    latestAtMs: numberOrNull,
    isStale: fc.boolean(),
  }),
  plain,
);

const progress = fc.record(
  fields<RuleProgress>({
    hasFired: fc.boolean(),
    trueSinceMs: numberOrNull,
    hold: fc.option(fc.record({ kind: fc.constantFrom(...holdKinds), sentence: text }, plain)),
    blocked: fc.option(fc.record({ sentence: text, sinceMs: number }, plain)),
    runStartsMs: listOf(number),
    lastRunEndMs: numberOrNull,
    failure: fc.option(text),
  }),
  plain,
);

const cause = fc.record(
  fields<Cause>({
    host: textOrNull,
    from: textOrNull,
    to: textOrNull,
    check: textOrNull,
    failed: fc.option(fc.record({ rule: text, run: count }, plain)),
    others: listOf(text),
  }),
  plain,
);

/** Most have no others. */
const someCause: fc.Arbitrary<Cause> = fc.oneof(
  cause,
  cause.map(({ host, from, to, check, failed }) => ({ host, from, to, check, failed })),
);

const waiting = fc.record(
  fields<WaitingTrigger>({ rule: text, cause: someCause, atMs: number, isAnnounced: fc.boolean() }),
  plain,
);

const maintenance = fc.record(
  fields<Maintenance>({
    scope: text,
    untilMs: numberOrNull,
    untilWallMs: numberOrNull,
    reason: text,
  }),
  plain,
);

const lasting = fc.record(
  fields<LastingState>({
    observations: mapOf(observation),
    hosts: mapOf(standing),
    lastMaster: textOrNull,
    splitBrain: listOf(text),
    rules: mapOf(progress),
    waiting: listOf(waiting),
    maintenance: listOf(maintenance),
    distrust: textOrNull,
    nextRun: count,
    nextOrder: count,
  }),
  plain,
);

const table: fc.Arbitrary<Table> = fc.record(
  fields<Table>({
    savedAtWallMs: number,
    savedAtMs: number,
    bootId: text,
    localHost: text,
    fingerprint: text,
    seq: count,
    state: lasting,
    status: fc.constant({ hosts: [] }),
  }),
  plain,
);

void test("any table is loaded as it was saved, every field of it", () => {
  fc.assert(
    fc.property(table, (saved) => {
      assert.deepEqual(decodeTable(encodeTable(saved)), { kind: "table", table: saved });
    }),
    { numRuns: 300 },
  );
});
