/**
 * What one result costs where a thousand checks speak of five hundred hosts. Counted, not measured: how often one of the
 * observations is looked at. Who looked at all of them for each host would look five hundred times as often.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { step } from "../../src/core/step.ts";
import { makeCheck, makeConfiguration, makeObservation, makeResult, makeRule, makeState } from "./build.ts";
import type { Event } from "../../src/core/event.ts";
import type { Observation, State } from "../../src/core/state.ts";

const hosts = 500;
const checks = Array.from({ length: 1_000 }, (_, index) => makeCheck(`c${index}`, `h${index % hosts}`));
const is = { kind: "is", subject: { kind: "host", host: "h0" }, isNegated: false, statuses: ["critical"] } as const;
const all = { kind: "count", over: { kind: "hosts" }, statuses: ["ok"], comparison: "=", count: 0 } as const;
const configuration = makeConfiguration({
  checks,
  rules: [
    makeRule("lost", { trigger: { kind: "condition", when: is }, guard: all }),
    makeRule("master_to_critical", {
      trigger: {
        kind: "transition",
        from: { kind: "status", status: "master" },
        to: { kind: "status", status: "critical" },
        host: null,
        check: null,
      },
    }),
  ],
});

/** How often a field of any observation is read while that event is taken, which is not the first. */
function looks(learning: State["learning"], event: Event): number {
  let count = 0;
  const watched = (observation: Observation): Observation =>
    new Proxy(observation, {
      get: (of, field, receiver): unknown => {
        count += 1;
        return Reflect.get(of, field, receiver);
      },
    });
  const observed = checks.map((check) => [check.key, watched(makeObservation(check, "ok"))] as const);
  const known = makeState(configuration, { learning, observations: Object.fromEntries(observed) });
  const before = step(configuration, known, { kind: "tick" }, 1_000).state;
  count = 0;
  step(configuration, before, event, 1_010);
  return count;
}

const learned = { sinceMs: 0, isOver: true };
const result = makeResult("critical");

const rows: readonly { readonly name: string; readonly learning: State["learning"]; readonly event: Event }[] = [
  { name: "nothing", learning: learned, event: { kind: "tick" } },
  {
    name: "a result that changes a host",
    learning: learned,
    event: { kind: "check-ended", job: 1, results: [{ host: null, result }] },
  },
  {
    name: "a result while all is being learned",
    learning: { sinceMs: 500, isOver: false },
    event: { kind: "check-ended", job: 1, results: [{ host: null, result }] },
  },
];

for (const { name, learning, event } of rows)
  void test(`of a thousand checks each is looked at a few times for ${name}`, () => {
    const count = looks(learning, event);
    assert.ok(count < 60 * checks.length, `${count} looks at ${checks.length} observations`);
  });
