/** A run's records, cut off behind each of them: what the daemon that comes back knows of the run. */
import type { Record } from "../../src/core/record.ts";
import type { StepPhase } from "../../src/core/run.ts";
import {
  action,
  command,
  device,
  expectation,
  expected,
  fence,
  launcher,
  runEnd,
  runStart,
  stepEnd,
  stepStart,
} from "./samples.ts";
import { check, ready, running } from "./unfinished-rows.ts";

const fourSteps = runStart([
  action(["stopservice1"]),
  action(["unplumb"], { retries: 1, retryEveryMs: 2_000 }),
  action(["plumb", "host2"], { expect: expectation }),
  action(["startservice1"]),
]);

check("four steps, a retry and an expectation", [
  { record: fourSteps, want: { at: 0, phase: ready(1, 1_000), done: [], failure: null } },
  { record: stepStart({ step: 1 }, 1_001), want: { at: 0, phase: running("1", 1_001), done: [], failure: null } },
  { record: stepEnd({ step: 1 }, { next: "done" }), want: { at: 1, phase: ready(1, 1_011), done: [0], failure: null } },
  { record: stepStart({ step: 2 }, 1_020), want: { at: 1, phase: running("2", 1_020), done: [0], failure: null } },
  {
    record: stepEnd({ step: 2 }, { next: "again" }),
    want: { at: 1, phase: { kind: "pausing", attempt: 2, fence: null, untilMs: 3_030 }, done: [0], failure: null },
  },
  {
    record: stepStart({ step: 2, attempt: 2, name: "2.2" }, 3_030),
    want: { at: 1, phase: running("2.2", 3_030, 2), done: [0], failure: null },
  },
  {
    record: stepEnd({ step: 2, attempt: 2, name: "2.2" }, { next: "done" }),
    want: { at: 2, phase: ready(1, 3_040), done: [0, 1], failure: null },
  },
  { record: stepStart({ step: 3 }, 3_050), want: { at: 2, phase: running("3", 3_050), done: [0, 1], failure: null } },
  {
    record: stepEnd({ step: 3 }, { next: "expect" }),
    want: {
      at: 2,
      phase: { kind: "expecting", attempt: 1, sinceMs: 3_060, heardSinceMs: 3_050, untilMs: 33_060 },
      done: [0, 1],
      failure: null,
    },
  },
  { record: expected(3, true), want: { at: 3, phase: ready(1, 3_060), done: [0, 1, 2], failure: null } },
  {
    record: stepStart({ step: 4 }, 3_600),
    want: { at: 3, phase: running("4", 3_600), done: [0, 1, 2], failure: null },
  },
  {
    record: stepEnd({ step: 4 }, { next: "done" }),
    want: { at: 4, phase: ready(1, 3_610), done: [0, 1, 2, 3], failure: null },
  },
  { record: runEnd(), want: null },
]);

const withUndos = runStart([
  action(["a"], { undo: command("undo_a") }),
  action(["b"], { onFailure: "continue" }),
  action(["c"], { undo: command("undo_c"), expect: expectation }),
  action(["d"]),
]);

check("a failure that may be, a failure that may not, and the undos", [
  { record: withUndos, want: { at: 0, phase: ready(1, 1_000), done: [], failure: null } },
  { record: stepStart({ step: 1 }, 1_000), want: { at: 0, phase: running("1", 1_000), done: [], failure: null } },
  { record: stepEnd({ step: 1 }, { next: "done" }), want: { at: 1, phase: ready(1, 1_010), done: [0], failure: null } },
  { record: stepStart({ step: 2 }, 1_010), want: { at: 1, phase: running("2", 1_010), done: [0], failure: null } },
  {
    record: stepEnd({ step: 2 }, { next: "failed" }),
    want: { at: 2, phase: ready(1, 1_020), done: [0], failure: null },
  },
  { record: stepStart({ step: 3 }, 1_020), want: { at: 2, phase: running("3", 1_020), done: [0], failure: null } },
  {
    record: stepEnd({ step: 3 }, { next: "expect" }),
    want: {
      at: 2,
      phase: { kind: "expecting", attempt: 1, sinceMs: 1_030, heardSinceMs: 1_020, untilMs: 31_030 },
      done: [0],
      failure: null,
    },
  },
  { record: expected(3, true), want: { at: 3, phase: ready(1, 1_030), done: [0, 2], failure: null } },
  { record: stepStart({ step: 4 }, 2_000), want: { at: 3, phase: running("4", 2_000), done: [0, 2], failure: null } },
  {
    record: stepEnd({ step: 4 }, { next: "failed" }),
    want: { at: 2, phase: ready(1, 2_010), done: [0, 2], failure: "step 4: step 4 ended with exit 1" },
  },
  {
    record: stepStart({ step: 3, name: "undo-3", isUndo: true }, 2_020),
    want: { at: 2, phase: running("undo-3", 2_020), done: [0, 2], failure: "step 4: step 4 ended with exit 1" },
  },
  {
    record: stepEnd({ step: 3, name: "undo-3", isUndo: true }, { next: "failed" }),
    want: { at: 0, phase: ready(1, 2_030), done: [0], failure: "step 4: step 4 ended with exit 1" },
  },
  {
    record: stepStart({ step: 1, name: "undo-1", isUndo: true }, 2_040),
    want: { at: 0, phase: running("undo-1", 2_040), done: [0], failure: "step 4: step 4 ended with exit 1" },
  },
  {
    record: stepEnd({ step: 1, name: "undo-1", isUndo: true }, { next: "done" }),
    want: { at: 4, phase: ready(1, 2_050), done: [], failure: "step 4: step 4 ended with exit 1" },
  },
  { record: runEnd("failed"), want: null },
]);

const fencing = runStart([fence("host1", [device("fence_ipmilan"), device("fence_apc")]), action(["promote"])]);
const off1 = { device: 0, deviceAttempt: 1, verb: "off", asked: 0, untilMs: 41_000, spentMs: 0 } as const;
const off2 = { device: 1, deviceAttempt: 1, verb: "off", asked: 0, untilMs: 41_020, spentMs: 10 } as const;
/** Its time runs from its start. */
const begun1 = { ...off1, untilMs: 41_010 } as const;
const begun2 = { ...off2, untilMs: 41_030 } as const;
const ask2 = { ...begun2, verb: "status", asked: 1 } as const;

function calling(fenceCall: typeof begun1 | typeof begun2 | typeof ask2, name: string, startedAtMs: number): StepPhase {
  const killAtMs = fenceCall.untilMs;
  return { kind: "running", attempt: 1, fence: fenceCall, name, launcher, startedAtMs, killAtMs, isKilled: false };
}

check("a fence: the first device fails, the second says off, then on, then off", [
  {
    record: fencing,
    want: { at: 0, phase: { kind: "ready", attempt: 1, fence: off1, sinceMs: 1_000 }, done: [], failure: null },
  },
  {
    record: stepStart({ step: 1, name: "1.device-1.1.off" }, 1_010),
    want: { at: 0, phase: calling(begun1, "1.device-1.1.off", 1_010), done: [], failure: null },
  },
  {
    record: stepEnd({ step: 1, name: "1.device-1.1.off" }, { next: "again" }),
    want: { at: 0, phase: { kind: "ready", attempt: 1, fence: off2, sinceMs: 1_020 }, done: [], failure: null },
  },
  {
    record: stepStart({ step: 1, name: "1.device-2.1.off" }, 1_030),
    want: { at: 0, phase: calling(begun2, "1.device-2.1.off", 1_030), done: [], failure: null },
  },
  {
    record: stepEnd({ step: 1, name: "1.device-2.1.off" }, { next: "again", code: 0 }),
    want: { at: 0, phase: { kind: "ready", attempt: 1, fence: ask2, sinceMs: 1_040 }, done: [], failure: null },
  },
  {
    record: stepStart({ step: 1, name: "1.device-2.1.status-1" }, 1_050),
    want: { at: 0, phase: calling(ask2, "1.device-2.1.status-1", 1_050), done: [], failure: null },
  },
  {
    record: stepEnd({ step: 1, name: "1.device-2.1.status-1" }, { next: "again", code: 0 }),
    want: {
      at: 0,
      phase: { kind: "pausing", attempt: 1, fence: { ...ask2, asked: 2 }, untilMs: 2_060 },
      done: [],
      failure: null,
    },
  },
  {
    record: stepStart({ step: 1, name: "1.device-2.1.status-2" }, 2_060),
    want: {
      at: 0,
      phase: {
        kind: "running",
        attempt: 1,
        fence: { ...ask2, asked: 2 },
        name: "1.device-2.1.status-2",
        launcher,
        startedAtMs: 2_060,
        killAtMs: 41_030,
        isKilled: false,
      },
      done: [],
      failure: null,
    },
  },
  {
    record: stepEnd({ step: 1, name: "1.device-2.1.status-2" }, { next: "done", code: 2 }),
    want: { at: 1, phase: ready(1, 2_070), done: [0], failure: null },
  },
]);

const once = runStart([action(["promote"], { isOnce: true }), action(["plumb"])]);
const inDoubt = (isWaiting: boolean): Record => ({
  kind: "in-doubt",
  run: 7,
  rule: "primary_lost",
  step: 1,
  isWaiting,
  sentence: "step 1 is in doubt",
});

/** An operator's word is waited for, and the process that the step had may still run. */
const doubted = (sinceMs: number): StepPhase => ({
  kind: "in-doubt",
  attempt: 1,
  hasEnded: false,
  left: running("1", sinceMs),
});

check("in doubt, and resumed by an operator", [
  { record: once, want: { at: 0, phase: ready(1, 1_000), done: [], failure: null } },
  { record: stepStart({ step: 1 }, 1_000), want: { at: 0, phase: running("1", 1_000), done: [], failure: null } },
  {
    record: inDoubt(true),
    want: { at: 0, phase: doubted(1_000), done: [], failure: null },
  },
  {
    record: { kind: "resumed", run: 7, rule: "primary_lost", sentence: "resumed" },
    want: { at: 0, phase: ready(2, 1_000), done: [], failure: null },
  },
]);

check("in doubt, and started again", [
  { record: once, want: { at: 0, phase: ready(1, 1_000), done: [], failure: null } },
  { record: stepStart({ step: 1 }, 1_500), want: { at: 0, phase: running("1", 1_500), done: [], failure: null } },
  { record: inDoubt(false), want: { at: 0, phase: ready(2, 1_500), done: [], failure: null } },
]);

check("given up while its step ran", [
  { record: withUndos, want: { at: 0, phase: ready(1, 1_000), done: [], failure: null } },
  { record: stepStart({ step: 1 }, 1_500), want: { at: 0, phase: running("1", 1_500), done: [], failure: null } },
  {
    record: { kind: "abandoned", run: 7, rule: "primary_lost", step: 1, sentence: "given up" },
    want: { at: 0, phase: running("1", 1_500), done: [], failure: null },
  },
  {
    record: stepEnd({ step: 1 }, { next: "failed" }),
    want: { at: 0, phase: ready(1, 1_510), done: [], failure: null },
  },
  { record: runEnd("abandoned"), want: null },
]);

check("in doubt, and its step ends all the same: the run waits behind it", [
  { record: withUndos, want: { at: 0, phase: ready(1, 1_000), done: [], failure: null } },
  { record: stepStart({ step: 1 }, 1_500), want: { at: 0, phase: running("1", 1_500), done: [], failure: null } },
  { record: inDoubt(true), want: { at: 0, phase: doubted(1_500), done: [], failure: null } },
  {
    record: stepEnd({ step: 1 }, { next: "done" }),
    want: { at: 1, phase: { kind: "in-doubt", attempt: 0, hasEnded: false, left: null }, done: [0], failure: null },
  },
  {
    record: { kind: "resumed", run: 7, rule: "primary_lost", sentence: "resumed" },
    want: { at: 1, phase: ready(1, 1_000), done: [0], failure: null },
  },
]);

check("a run that never had an action to start", [
  {
    record: { ...runStart([]), sentence: "primary_lost fires: no slave is known" },
    want: {
      at: 0,
      phase: ready(1, 1_000),
      done: [],
      failure: "it had nothing to do: primary_lost fires: no slave is known",
    },
  },
  { record: runEnd("failed"), want: null },
]);

check("records of another run, and of none, change nothing", [
  { record: runStart([action(["a"])]), want: { at: 0, phase: ready(1, 1_000), done: [], failure: null } },
  { record: stepStart({ step: 1, run: 6 }, 1_500), want: { at: 0, phase: ready(1, 1_000), done: [], failure: null } },
  { record: runEnd("done", 6), want: { at: 0, phase: ready(1, 1_000), done: [], failure: null } },
  {
    record: { kind: "note", topic: "runner", sentence: "a runner was replaced" },
    want: { at: 0, phase: ready(1, 1_000), done: [], failure: null },
  },
]);
