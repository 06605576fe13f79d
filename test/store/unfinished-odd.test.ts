/** Records that are seldom: of what was lost, of later versions, of people. What the daemon that comes back knows of the run. */
import type { Record } from "../../src/core/record.ts";
import {
  action,
  command,
  device,
  expectation,
  fence,
  launcher,
  note,
  runStart,
  stepEnd,
  stepStart,
} from "./samples.ts";
import { check, ready, running } from "./unfinished-rows.ts";

const withUndos = runStart([action(["a"], { undo: command("undo_a") }), action(["b"])]);
const fencing = runStart([fence("host1", [device("fence_ipmilan"), device("fence_apc")]), action(["promote"])]);
const off1 = { device: 0, deviceAttempt: 1, verb: "off", asked: 0, untilMs: 41_000, spentMs: 0 } as const;
const off2 = { device: 1, deviceAttempt: 1, verb: "off", asked: 0, untilMs: 41_020, spentMs: 0 } as const;

check("an undo whose failure was lost with a damaged journal", [
  { record: withUndos, want: { at: 0, phase: ready(1, 1_000), done: [], failure: null } },
  {
    record: stepStart({ step: 1, name: "undo-1", isUndo: true }, 1_500),
    want: { at: 0, phase: running("undo-1", 1_500), done: [], failure: "why it failed is not known" },
  },
]);

const awaiting: Record = {
  kind: "awaiting",
  run: 7,
  rule: "primary_lost",
  step: 1,
  attempt: 1,
  host: "host1",
  device: 1,
  deviceAttempt: 1,
  sentence: "fence host1 waits for a person",
};
const person = { ...off2, untilMs: 1_000 } as const;

check("a person who fences", [
  {
    record: fencing,
    want: { at: 0, phase: { kind: "ready", attempt: 1, fence: off1, sinceMs: 1_000 }, done: [], failure: null },
  },
  {
    record: awaiting,
    want: { at: 0, phase: { kind: "awaiting", attempt: 1, fence: person }, done: [], failure: null },
  },
  {
    record: stepEnd({ step: 1 }, { next: "done", ms: 0 }),
    want: { at: 1, phase: ready(1, 1_000), done: [0], failure: null },
  },
]);

const started = { at: 0, phase: running("1", 1_500), done: [], failure: null } as const;

/** Of this run, and of a kind that only a newer version knows. */
const ofLaterVersion = { ...note("the moon was full"), run: 7 };

check("steps that the run does not have, expectations that it has not, and ends of nothing", [
  { record: runStart([action(["a"])]), want: { at: 0, phase: ready(1, 1_000), done: [], failure: null } },
  { record: stepStart({ step: 2 }, 1_500), want: { at: 0, phase: ready(1, 1_000), done: [], failure: null } },
  { record: stepStart({ step: 1 }, 1_500), want: started },
  { record: ofLaterVersion, want: started },
  {
    record: stepEnd({ step: 1 }, { next: "expect" }),
    want: {
      at: 0,
      phase: { kind: "expecting", attempt: 1, sinceMs: 1_510, heardSinceMs: 1_500, untilMs: 1_510 },
      done: [],
      failure: null,
    },
  },
  {
    record: stepEnd({ step: 1 }, { next: "again" }),
    want: { at: 0, phase: { kind: "pausing", attempt: 2, fence: null, untilMs: 2_520 }, done: [], failure: null },
  },
  {
    record: stepEnd({ step: 1 }, { next: "done" }),
    want: { at: 1, phase: ready(1, 2_530), done: [0], failure: null },
  },
  {
    record: stepEnd({ step: 1 }, { next: "failed" }),
    want: { at: 1, phase: ready(1, 2_530), done: [0], failure: null },
  },
]);

for (const [name, fenceCall] of [
  ["1", null],
  ["1.device-9.1.status-2", { device: 8, deviceAttempt: 1, verb: "status", asked: 2, untilMs: 1_500, spentMs: 0 }],
] as const) {
  check(`a fence's step of another name, ${name}`, [
    {
      record: fencing,
      want: { at: 0, phase: { kind: "ready", attempt: 1, fence: off1, sinceMs: 1_000 }, done: [], failure: null },
    },
    {
      record: stepStart({ step: 1, name }, 1_500),
      want: {
        at: 0,
        phase: {
          kind: "running",
          attempt: 1,
          fence: fenceCall,
          name,
          launcher,
          startedAtMs: 1_500,
          killAtMs: fenceCall === null ? 81_500 : 1_501,
          isKilled: false,
        },
        done: [],
        failure: null,
      },
    },
  ]);
}

const expecting = { kind: "expecting", attempt: 1, sinceMs: 1_510, heardSinceMs: 1_500, untilMs: 31_510 } as const;

check("an expectation in doubt is gone on with, and its step not started again", [
  {
    record: runStart([action(["a"], { expect: expectation })]),
    want: { at: 0, phase: ready(1, 1_000), done: [], failure: null },
  },
  { record: stepStart({ step: 1 }, 1_500), want: { at: 0, phase: running("1", 1_500), done: [], failure: null } },
  { record: stepEnd({ step: 1 }, { next: "expect" }), want: { at: 0, phase: expecting, done: [], failure: null } },
  {
    record: { kind: "in-doubt", run: 7, rule: "primary_lost", step: 1, isWaiting: true, sentence: "in doubt" },
    want: { at: 0, phase: { kind: "in-doubt", attempt: 1, hasEnded: true, left: null }, done: [], failure: null },
  },
  {
    record: { kind: "resumed", run: 7, rule: "primary_lost", sentence: "resumed" },
    want: {
      at: 0,
      phase: { kind: "expecting", attempt: 1, sinceMs: 1_000, heardSinceMs: 1_000, untilMs: 31_000 },
      done: [],
      failure: null,
    },
  },
]);
