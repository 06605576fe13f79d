/** A reload is no event of the world: what it makes of what is known fires nothing, and each time a sentence says so. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { step } from "../../src/core/step.ts";
import { makeCheck, makeConfiguration, makeObservation, makeRule, makeStanding, makeState } from "./build.ts";
import type { Configuration, Rule } from "../../src/core/configuration.ts";
import type { State } from "../../src/core/state.ts";

const anyStatus = { kind: "any" } as const;
const ofCheck = makeRule("any_to_any of check_a", {
  trigger: { kind: "transition", from: anyStatus, to: anyStatus, host: null, check: "check_a" },
});
const ofHost = makeRule("any_to_any of h1", {
  trigger: { kind: "transition", from: anyStatus, to: anyStatus, host: "h1", check: null },
});
const patient = makeCheck("check_a", "h1", { staleAfterMs: 60_000 });
const impatient = { ...patient, staleAfterMs: 5_000 };
const advisory = { ...patient, isAdvisory: true };

function reload(before: Configuration, after: Configuration, state: State): readonly string[] {
  const { effects } = step(after, state, { kind: "reconfigured", before, generation: 2 }, 20_000);
  return effects.flatMap((effect) =>
    effect.kind === "record" && effect.record.kind === "dropped" ? [effect.record.sentence] : [],
  );
}

const known = (configuration: Configuration): State =>
  makeState(configuration, {
    checks: { [patient.key]: { nextAtMs: 0, job: 1, startedAtMs: 0, lateCount: 0, restarts: 0, droppedHosts: 0 } },
    observations: { [patient.key]: makeObservation(patient, "critical", { latestAtMs: 10_000 }) },
    hosts: { h1: makeStanding("critical") },
  });

function both(rules: readonly Rule[], check: typeof patient): readonly [Configuration, Configuration] {
  return [makeConfiguration({ checks: [patient], rules }), makeConfiguration({ checks: [check], rules })];
}

void test("a shorter `stale` makes a check unknown, and its host: neither is a change", () => {
  const [before, after] = both([ofCheck, ofHost], impatient);
  assert.deepEqual(reload(before, after, known(before)), [
    "any_to_any of check_a dropped: check_a on h1: critical -> unknown, which is what the reload made of it, and no change",
    "any_to_any of h1 dropped: h1: critical -> unknown, which is what the reload made of it, and no change",
  ]);
});

void test("a check that is advisory now is not what its host is any more: that is no change", () => {
  const [before, after] = both([ofCheck, ofHost], advisory);
  assert.deepEqual(reload(before, after, known(before)), [
    "any_to_any of h1 dropped: h1: critical -> unknown, which is what the reload made of it, and no change",
  ]);
});

void test("what waits for a rule that a reload made a `when` of, or took away, is dropped when its turn comes", () => {
  const isDown = { kind: "is", subject: { kind: "host", host: "h1" }, isNegated: false, statuses: ["down"] } as const;
  const level = makeRule("lost", { trigger: { kind: "condition", when: isDown } });
  const cause = { host: "h1", from: "ok", to: "critical", check: null, failed: null };
  const configuration = makeConfiguration({ checks: [patient], rules: [level] });
  const waiting = ["lost", "gone"].map((rule) => ({ rule, cause, atMs: 0, isAnnounced: true }));
  const { state, effects } = step(configuration, { ...known(configuration), waiting }, { kind: "tick" }, 10_000);
  assert.deepEqual(state.waiting, []);
  assert.deepEqual(
    effects.flatMap((effect) => (effect.kind === "record" ? [effect.record.sentence] : [])),
    ["lost dropped: h1: ok -> critical no longer holds", "gone dropped: it is not in the configuration any more"],
  );
});
