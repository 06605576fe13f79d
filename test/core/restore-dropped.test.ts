/**
 * What was dropped is read again after a crash: one that had waited does not wait any more, and one that was not even put
 * behind the others leaves alone what waits.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { replayRecords } from "../../src/core/restore.ts";
import { noCause } from "../../src/core/rules.ts";
import { makeCheck, makeConfiguration, makeObservation, makeRule, makeStanding, makeState } from "./build.ts";
import type { Record } from "../../src/core/record.ts";
import type { Cause } from "../../src/core/run.ts";

const check = makeCheck("check_a", "h1");
const configuration = makeConfiguration({
  checks: [check],
  rules: [
    makeRule("any_to_master", {
      trigger: {
        kind: "transition",
        from: { kind: "any" },
        to: { kind: "status", status: "master" },
        host: null,
        check: null,
      },
    }),
    makeRule("split_brain", { trigger: { kind: "split-brain" } }),
  ],
});
const begin = makeState(configuration, {
  observations: { [check.key]: makeObservation(check, "slave") },
  hosts: { h1: makeStanding("unknown", { role: "slave", roleOrder: 1, previous: "slave" }) },
});

const sentence = "it was so";
const became = (to: string, from: string, isRole = false): Record => ({
  kind: "transition",
  host: "h1",
  check: null,
  isRole,
  from,
  to,
  sentence,
});
const master = became("master", "unknown");
const again = [became("critical", "master"), became("master", "critical")];
const waits: Record = { kind: "waiting", rule: "any_to_master", sentence };
const cause: Cause = { ...noCause, host: "h1", from: "unknown", to: "master" };
type Dropped = Extract<Record, { kind: "dropped" }>;
const dropped = (hold: Dropped["hold"], said: Pick<Dropped, "hasWaited">): Record => ({
  kind: "dropped",
  rule: "any_to_master",
  cause,
  hold,
  ...said,
  sentence,
});
const unqueued = { hasWaited: false };
const waited = { hasWaited: true };

const rows: readonly { readonly name: string; readonly records: readonly Record[]; readonly waiting: number }[] = [
  {
    name: "not put behind the others: of a role and a status that changed together",
    records: [became("master", "slave", true), master, dropped("maintenance", unqueued)],
    waiting: 0,
  },
  {
    name: "not put behind the others, and one like it waits since before",
    records: [master, waits, ...again, dropped("maintenance", unqueued)],
    waiting: 1,
  },
  {
    name: "made by a reload, and one like it was seen right before",
    records: [
      master,
      { kind: "configured", generation: 2, fingerprint: "000000000000", sentence },
      ...again,
      dropped("reload", unqueued),
    ],
    waiting: 1,
  },
  { name: "it had waited", records: [master, waits, dropped("maintenance", waited)], waiting: 0 },
  {
    name: "the first daemons did not say, and it may have waited",
    records: [master, dropped("guard", {})],
    waiting: 0,
  },
  {
    name: "the first daemons did not say, and it cannot have waited",
    records: [master, waits, ...again, dropped("again", {})],
    waiting: 1,
  },
  {
    name: "masters that only a reload made",
    records: [
      { kind: "split-brain", hosts: ["h1", "h2"], sentence },
      { kind: "dropped", rule: "split_brain", cause, hold: "reload", ...unqueued, sentence },
    ],
    waiting: 0,
  },
];

for (const { name, records, waiting } of rows) {
  void test(`dropped: ${name}`, () => {
    const newer = { records, unfinished: null, isCurrent: true };
    assert.equal(replayRecords(configuration, begin, newer, 5_000).waiting.length, waiting);
  });
}
