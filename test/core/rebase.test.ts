/** A run that another daemon goes on with, in each phase: in the same boot of the machine, and in another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rebaseRun, resumeRun } from "../../src/core/rebase.ts";
import { boundFence, device, runOf } from "./bound-run.ts";
import { launcher } from "./driven.ts";
import type { FenceCall, Run, StepPhase } from "../../src/core/run.ts";

const nowMs = 100_000;
const call: FenceCall = { device: 1, deviceAttempt: 1, verb: "off", asked: 0, untilMs: 5_000, spentMs: 0 };
/** The second device has 7 s. */
const renewed: FenceCall = { ...call, untilMs: 107_000 };
const fencing = runOf({
  actions: [boundFence([device("one"), device("two", { timeoutMs: 7_000 })], { timeoutMs: 60_000 })],
});
const plain = runOf({});
const running = { kind: "running", attempt: 1, fence: null, name: "1", launcher, isKilled: false } as const;
const ready = { kind: "ready", attempt: 1, fence: null } as const;
const pausing = { kind: "pausing", attempt: 2, fence: null } as const;
const nobody = { pid: 0, startTicks: 0 };

const rows: readonly {
  readonly name: string;
  readonly run: Run;
  readonly phase: StepPhase;
  readonly sameBoot: StepPhase;
  readonly otherBoot: StepPhase;
}[] = [
  {
    name: "ready",
    run: plain,
    phase: { ...ready, sinceMs: 10 },
    sameBoot: { ...ready, sinceMs: nowMs },
    otherBoot: { ...ready, sinceMs: nowMs },
  },
  {
    name: "ready for a fence",
    run: fencing,
    phase: { ...ready, fence: call, sinceMs: 10 },
    sameBoot: { ...ready, fence: renewed, sinceMs: nowMs },
    otherBoot: { ...ready, fence: renewed, sinceMs: nowMs },
  },
  {
    name: "ready for a device that is not there",
    run: fencing,
    phase: { ...ready, fence: { ...call, device: 2 }, sinceMs: 10 },
    sameBoot: { ...ready, fence: { ...call, device: 2 }, sinceMs: nowMs },
    otherBoot: { ...ready, fence: { ...call, device: 2 }, sinceMs: nowMs },
  },
  {
    name: "running, and its time is over",
    run: plain,
    phase: { ...running, startedAtMs: 1_000, killAtMs: 4_000 },
    sameBoot: { ...running, startedAtMs: 1_000, killAtMs: 4_000 },
    otherBoot: { ...running, launcher: nobody, startedAtMs: nowMs, killAtMs: nowMs + 3_000 },
  },
  {
    name: "running, and it has time left",
    run: plain,
    phase: { ...running, startedAtMs: 90_000, killAtMs: 110_000 },
    sameBoot: { ...running, startedAtMs: 90_000, killAtMs: 110_000 },
    otherBoot: { ...running, launcher: nobody, startedAtMs: nowMs, killAtMs: nowMs + 20_000 },
  },
  {
    name: "a fence that is running",
    run: fencing,
    phase: { ...running, fence: call, startedAtMs: 90_000, killAtMs: 110_000 },
    sameBoot: { ...running, fence: renewed, startedAtMs: 90_000, killAtMs: 110_000 },
    otherBoot: { ...running, fence: renewed, launcher: nobody, startedAtMs: nowMs, killAtMs: nowMs + 20_000 },
  },
  {
    name: "pausing",
    run: plain,
    phase: { ...pausing, untilMs: 101_000 },
    sameBoot: { ...pausing, untilMs: 101_000 },
    otherBoot: { ...pausing, untilMs: nowMs },
  },
  {
    name: "pausing between two questions to a fence agent",
    run: fencing,
    phase: { ...pausing, fence: call, untilMs: 101_000 },
    sameBoot: { ...pausing, fence: renewed, untilMs: 101_000 },
    otherBoot: { ...pausing, fence: renewed, untilMs: nowMs },
  },
  {
    name: "waiting for a person",
    run: fencing,
    phase: { kind: "awaiting", attempt: 1, fence: call },
    sameBoot: { kind: "awaiting", attempt: 1, fence: call },
    otherBoot: { kind: "awaiting", attempt: 1, fence: call },
  },
  {
    name: "in doubt",
    run: plain,
    phase: { kind: "in-doubt", attempt: 1, hasEnded: false, left: null },
    sameBoot: { kind: "in-doubt", attempt: 1, hasEnded: false, left: null },
    otherBoot: { kind: "in-doubt", attempt: 1, hasEnded: false, left: null },
  },
];

for (const { name, run, phase, sameBoot, otherBoot } of rows) {
  void test(`another daemon goes on: ${name}`, () => {
    const given = { ...run, startedAtMs: 500, phase };
    assert.deepEqual(resumeRun(given, nowMs), { ...given, phase: sameBoot });
    assert.deepEqual(rebaseRun(given, nowMs), { ...given, startedAtMs: nowMs, phase: otherBoot });
  });
}

void test("what is expected has all its time again", () => {
  const phase = { kind: "expecting", attempt: 1, sinceMs: 1_000, heardSinceMs: 900, untilMs: 7_000 } as const;
  const given = runOf({ phase });
  assert.deepEqual(resumeRun(given, nowMs).phase, { ...phase, untilMs: nowMs + 6_000 });
  assert.deepEqual(rebaseRun(given, nowMs).phase, {
    ...phase,
    sinceMs: nowMs,
    heardSinceMs: nowMs,
    untilMs: nowMs + 6_000,
  });
});

void test("a run that began in another boot, whose clock was ahead, began before now: it does not take less than no time", () => {
  assert.equal(resumeRun(runOf({ startedAtMs: nowMs + 1_700_000 }), nowMs).startedAtMs, nowMs);
});
