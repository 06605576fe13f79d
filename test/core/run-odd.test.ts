/** Seldom turns of a run: launchers that are ended, undos without a process, and runs that are given up late. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Driven, launcher } from "./driven.ts";
import { makeConfiguration, makeRule, makeState } from "./build.ts";
import { boundAction, boundFence, device, runOf } from "./bound-run.ts";
import type { Outcome } from "../../src/core/result.ts";
import type { BoundCommand, FenceCall, Run, StepPhase } from "../../src/core/run.ts";

const configuration = makeConfiguration({ rules: [makeRule("calm", {})] });
const lost: Outcome = { kind: "not-started", errno: "ESRCH", reason: "the launcher was ended" };
const undo: BoundCommand = { program: "/actions/back", words: ["back"], env: {}, user: null };

function begin(run: Partial<Run>, isLauncherThere = true): Driven {
  const state = makeState(configuration, { run: runOf(run), launcher: isLauncherThere ? launcher : null });
  const daemon = new Driven(configuration, state);
  daemon.tell({ kind: "tick" });
  return daemon;
}

function another(daemon: Driven): void {
  daemon.tell({ kind: "launcher-ready", launcher });
}

void test("a step whose launcher was ended is started by the next, three times, and is then not started", () => {
  const daemon = begin({});
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    daemon.stepEnds(lost);
    assert.equal(daemon.state.run?.phase.kind, "ready");
    another(daemon);
  }
  daemon.stepEnds(lost);
  assert.equal(daemon.state.run, null);
  const ends = daemon.said("step-end");
  assert.equal(ends.length, 4);
  assert.match(ends[2] ?? "", /, with another launcher$/);
  assert.doesNotMatch(ends[3] ?? "", /launcher$/);
});

void test("three launchers that were ended are no attempts; a fourth is one, and a fifth is another", () => {
  const daemon = begin({ actions: [boundAction("act", { retries: 1 })] });
  for (const phase of ["ready", "ready", "ready", "pausing"]) {
    daemon.stepEnds(lost);
    assert.equal(daemon.state.run?.phase.kind, phase);
    daemon.nowMs += 1_000;
    another(daemon);
  }
  daemon.stepEnds(lost);
  assert.equal(daemon.state.run, null);
});

void test("a fence goes on with the same call, and with the next device when three launchers were ended", () => {
  const daemon = begin({ actions: [boundFence([device("one"), device("two")])], phase: fenceReady });
  const deviceNow = (): number | undefined => {
    const phase = daemon.state.run?.phase;
    return phase !== undefined && "fence" in phase ? phase.fence?.device : undefined;
  };
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    daemon.stepEnds(lost);
    another(daemon);
    assert.equal(deviceNow(), 0);
  }
  daemon.stepEnds(lost);
  assert.equal(deviceNow(), 1);
});

const off: FenceCall = { device: 0, deviceAttempt: 1, verb: "off", asked: 0, untilMs: 5_000, spentMs: 0 };
const fenceReady: StepPhase = { kind: "ready", attempt: 1, fence: off, sinceMs: 1_000 };

void test("an undo for which no process could be forked is written down, and the others are done", () => {
  const actions = [boundAction("one", { undo }), boundAction("two", { undo }), boundAction("three")];
  const phase: StepPhase = { kind: "ready", attempt: 1, fence: null, sinceMs: 1_000 };
  const daemon = begin({ actions, at: 1, done: [0, 1], failure: "step 3: three exited with 1", phase }, false);
  daemon.nowMs = 3_999;
  daemon.tell({ kind: "tick" });
  assert.equal(daemon.state.run?.at, 1);
  daemon.nowMs = 4_000;
  daemon.tell({ kind: "tick" });
  assert.match(daemon.said("step-end").join(), /: back: not started: no process could be forked for 3 s$/);
  assert.deepEqual([daemon.state.run?.at, daemon.state.run?.phase.kind], [0, "ready"]);
  another(daemon);
  daemon.stepEnds({ kind: "exited", code: 0 });
  assert.deepEqual(daemon.said("run-end"), [
    "calm, run 1: FAILED: step 3: three exited with 1, and the undo of step 2 failed: it is NOT undone",
  ]);
});

void test("a fence without a device is not started, and what is behind it neither", () => {
  const daemon = begin({ actions: [boundFence([]), boundAction("promote")] });
  assert.match(daemon.said("step-end").join(), /: fence h1: not started: no fence device is configured for h1$/);
  assert.deepEqual(daemon.said("step-start"), []);
  assert.equal(daemon.state.run, null);
});

void test("a run without a step is done", () => {
  const daemon = begin({ actions: [] });
  assert.deepEqual(daemon.said("run-end"), ["calm, run 1: done in 1 s"]);
});

void test("a run that is given up while its step is being ended already is ended once", () => {
  const daemon = begin({});
  const kills = (): number => daemon.effects.filter(({ kind }) => kind === "killStep").length;
  daemon.nowMs = 4_000;
  daemon.tell({ kind: "tick" });
  assert.equal(kills(), 1);
  daemon.nowMs = 4_100;
  assert.equal(daemon.ask({ kind: "abandon", request: 1, run: 1 }), "yes: run 1 of calm is given up");
  assert.equal(kills(), 0);
  assert.equal(daemon.ask({ kind: "abandon", request: 2, run: 1 }), "yes: run 1 of calm is given up");
  assert.equal(daemon.said("abandoned").length, 1);
  daemon.stepEnds({ kind: "killed", signal: "SIGTERM" });
  assert.deepEqual(daemon.said("run-end"), ["calm, run 1: given up by an operator"]);
});

const running: StepPhase = {
  kind: "running",
  attempt: 1,
  fence: null,
  name: "1",
  launcher,
  startedAtMs: 500,
  killAtMs: 3_500,
  isKilled: false,
};
const pausing: StepPhase = { kind: "pausing", attempt: 2, fence: null, untilMs: 1_500 };
const expecting: Partial<Run> = {
  actions: [
    boundAction("act", {
      expect: {
        condition: { kind: "is", subject: { kind: "host", host: "h1" }, isNegated: false, statuses: ["ok"] },
        withinMs: 6_000,
        text: "h1 is ok",
      },
    }),
  ],
};

const expectingPhase: StepPhase = { kind: "expecting", attempt: 1, sinceMs: 900, heardSinceMs: 500, untilMs: 5_000 };

/** Behind a time in which nobody looked: what is waited for, and until when. */
const stalls: readonly (readonly [name: string, run: Partial<Run>, untilMs: number])[] = [
  ["a step has the time that was lost", { phase: running }, 13_500],
  ["one that is being ended has none", { phase: { ...running, isKilled: true } }, 3_500],
  ["a pause is over when it would have been", { phase: pausing }, 1_500],
  ["what is expected has the time that was lost", { ...expecting, phase: expectingPhase }, 15_000],
];

for (const [name, run, untilMs] of stalls) {
  void test(`behind a stall: ${name}`, () => {
    const state = makeState(configuration, { run: runOf(run) });
    const daemon = new Driven(configuration, state);
    daemon.tell({ kind: "stalled", gapMs: 10_000, countedMs: 10_000, isDisk: false });
    const phase = daemon.state.run?.phase;
    assert.ok(phase !== undefined);
    const until = phase.kind === "running" ? phase.killAtMs : "untilMs" in phase ? phase.untilMs : null;
    assert.equal(until, untilMs);
  });
}

for (const phase of [
  { kind: "awaiting", attempt: 1, fence: off },
  { kind: "in-doubt", attempt: 1, hasEnded: false, left: null },
] as const) {
  void test(`behind a stall: ${phase.kind} waits for a person as before`, () => {
    const run = runOf({ actions: [boundFence([device("manual", { agent: null })])], phase });
    const daemon = new Driven(configuration, makeState(configuration, { run }));
    daemon.tell({ kind: "stalled", gapMs: 10_000, countedMs: 10_000, isDisk: false });
    assert.deepEqual(daemon.state.run?.phase, phase);
  });
}
