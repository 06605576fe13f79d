/** When the core wants to be asked again: the first moment at which something comes out otherwise by itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { step } from "../../src/core/step.ts";
import { newProgress } from "../../src/core/schedule.ts";
import { newRule } from "../../src/core/turn.ts";
import { makeCheck, makeConfiguration, makeObservation, makeRule, makeState } from "./build.ts";
import type { Run, StepPhase } from "../../src/core/run.ts";
import type { State } from "../../src/core/state.ts";

const check = makeCheck("check_a", "h1", { staleAfterMs: 15_000 });
const passive = makeCheck("backup", "h1", { run: { kind: "passive" }, staleAfterMs: 20_000 });
const is = { kind: "is", subject: { kind: "host", host: "h1" }, isNegated: false, statuses: ["ok"] } as const;
const configuration = makeConfiguration({
  checks: [check, passive],
  rules: [makeRule("calm", { cooldownMs: 9_000, trigger: { kind: "split-brain" } })],
});
const waiting = makeConfiguration({
  checks: [check, passive],
  rules: [
    makeRule("long", { trigger: { kind: "condition", when: { kind: "for", part: is, durationMs: 4_000, key: "k" } } }),
  ],
});

/** A check that runs, so that nothing is due of itself. */
const idle: State = makeState(configuration, {
  checks: { [check.key]: { ...newProgress(0), job: 1 } },
  nextJob: 2,
});

function runIn(phase: StepPhase): Run {
  const options = {
    timeoutMs: 3_000,
    retries: 0,
    retryEveryMs: 0,
    onFailure: "stop",
    expect: { condition: { ...is, statuses: ["down"] }, withinMs: 6_000, text: "h1 is down" },
    isOnce: false,
    undo: null,
  } as const;
  const command = { program: "/actions/act", words: ["act"], env: {}, user: null };
  return {
    run: 1,
    rule: "calm",
    cause: { host: null, from: null, to: null, check: null, failed: null },
    variables: {},
    actions: [{ kind: "command", command, options, place: { file: "actions.conf", line: 1 } }],
    hasLimit: false,
    startedAtMs: 0,
    at: 0,
    phase,
    done: [],
    failure: null,
    isAbandoned: false,
  };
}

const launcher = { pid: 7, startTicks: 7 };
const running: StepPhase = {
  kind: "running",
  attempt: 1,
  fence: null,
  name: "1",
  launcher,
  startedAtMs: 0,
  killAtMs: 7_000,
  isKilled: false,
};

interface Row {
  readonly name: string;
  readonly change: Partial<State>;
  readonly want: number;
  readonly isWaiting?: boolean;
}

const minute = 60_000 + 1_000;

const rows: readonly Row[] = [
  { name: "nothing is to come: after a minute", change: {}, want: minute },
  { name: "a check is due", change: { checks: { [check.key]: { ...newProgress(2_500), job: null } } }, want: 2_500 },
  {
    name: "a result becomes too old",
    change: { observations: { [passive.key]: makeObservation(passive, "ok", { latestAtMs: 500 }) } },
    want: 20_501,
  },
  {
    name: "a result of the daemon's own check becomes too old",
    change: { observations: { [check.key]: makeObservation(check, "ok", { latestAtMs: 500 }) } },
    want: 15_501,
  },
  {
    name: "a daemon that looks again gives its own checks their time once more",
    change: {
      learning: { sinceMs: 900, isOver: true },
      observations: { [check.key]: makeObservation(check, "ok", { latestAtMs: 500 }) },
    },
    want: 15_901,
  },
  {
    name: "maintenance ends",
    change: { maintenance: [{ scope: "h1", untilMs: 3_300, untilWallMs: null, reason: "" }] },
    want: 3_300,
  },
  {
    name: "maintenance without an end does not",
    change: { maintenance: [{ scope: "h1", untilMs: null, untilWallMs: null, reason: "" }] },
    want: minute,
  },
  { name: "a rule has cooled down", change: { rules: { calm: { ...newRule, lastRunEndMs: 500 } } }, want: 9_500 },
  { name: "learning has taken too long", change: { learning: { sinceMs: 400, isOver: false } }, want: 30_400 },
  { name: "a step has run for too long", change: { run: runIn(running) }, want: 7_000 },
  {
    name: "one that was ended already does not matter",
    change: { run: runIn({ ...running, isKilled: true }) },
    want: minute,
  },
  {
    name: "a pause is over",
    change: { run: runIn({ kind: "pausing", attempt: 2, fence: null, untilMs: 4_400 }) },
    want: 4_400,
  },
  {
    name: "an expectation was not met",
    change: { run: runIn({ kind: "expecting", attempt: 1, sinceMs: 1_000, heardSinceMs: 1_000, untilMs: 5_500 }) },
    want: 5_500,
  },
  {
    name: "no process could be had",
    change: { run: runIn({ kind: "ready", attempt: 1, fence: null, sinceMs: 800 }) },
    want: 3_800,
  },
  {
    name: "an operator is waited for",
    change: { run: runIn({ kind: "in-doubt", attempt: 1, hasEnded: false, left: null }) },
    want: minute,
  },
  {
    name: "a `for` is fulfilled",
    isWaiting: true,
    change: {
      observations: { [check.key]: makeObservation(check, "ok", { latestAtMs: 900 }) },
      hosts: { h1: { ...makeObservation(check, "ok").standing } },
      clocks: { "long: k": { kind: "running", sinceMs: 200, about: "", isWhole: true } },
    },
    want: 4_200,
  },
];

for (const { name, change, want, isWaiting } of rows) {
  void test(`${name}: ${want} ms`, () => {
    const { effects } = step(
      isWaiting === true ? waiting : configuration,
      { ...idle, ...change },
      { kind: "tick" },
      1_000,
    );
    assert.deepEqual(effects.at(-1), { kind: "wakeAt", atMs: want });
  });
}
