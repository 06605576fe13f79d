/** What follows when a step's process is not to be had: it cannot be killed, or its launcher was ended before it began. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Record } from "../../src/core/record.ts";
import type { Outcome } from "../../src/core/result.ts";
import type { Run } from "../../src/core/run.ts";
import { foldRun } from "../../src/store/unfinished.ts";
import { makeConfiguration, makeState } from "./build.ts";
import { boundAction, runOf } from "./bound-run.ts";
import { Driven, launcher } from "./driven.ts";

const configuration = makeConfiguration({});

const runStart = {
  kind: "run-start",
  run: 1,
  rule: "calm",
  cause: { host: null, from: null, to: null, check: null, failed: null },
  variables: {},
  hasLimit: false,
  startedAtMs: 1_000,
  sentence: "calm fires: by hand",
} as const;

const stepOneDone: Record = {
  kind: "step-end",
  run: 1,
  rule: "calm",
  step: 1,
  attempt: 1,
  command: ["act"],
  name: "1",
  isUndo: false,
  outcome: { kind: "exited", code: 0 },
  isSuccess: true,
  next: "done",
  ms: 0,
  output: "",
  droppedBytes: 0,
  sentence: "calm, run 1, step 1 of 2: act: exit 0 after 0 ms",
};

void test("what cannot be killed is said, and is not started again beside itself", () => {
  const action = boundAction("act", { timeoutMs: 3_000, retries: 2 });
  const driven = new Driven(configuration, makeState(configuration, { run: runOf({ actions: [action] }), launcher }));
  driven.tell({ kind: "tick" });
  driven.nowMs += 3_000;
  driven.tell({ kind: "tick" });
  assert.deepEqual(
    driven.effects.filter(({ kind }) => kind === "killStep").map(({ kind }) => kind),
    ["killStep"],
  );
  driven.nowMs += 10_000;
  driven.stepEnds({ kind: "lost", reason: "pid 7 lives on 8 s after SIGKILL; given up" });
  assert.deepEqual(driven.said("step-end"), [
    "calm, run 1, step 1 of 1: act: pid 7 lives on 8 s after SIGKILL; given up after 13 s, and is not tried again beside itself",
  ]);
  assert.equal(driven.state.run, null);
  assert.equal(driven.said("run-end").length, 1);
});

void test("an undo whose launcher was ended before it began is started with the next one, and not without end", () => {
  const command = { program: "/actions/undo", words: ["undo"], env: {}, user: null };
  const actions = [boundAction("act", { undo: command }), boundAction("fails")];
  const start: Record = { ...runStart, actions };
  const run = runOf({ actions, startedAtMs: 1_000, at: 1, done: [0] });
  const driven = new Driven(configuration, makeState(configuration, { run, launcher }));
  driven.tell({ kind: "tick" });
  driven.stepEnds({ kind: "exited", code: 1 });
  const lost: Outcome = { kind: "not-started", errno: "ESRCH", reason: "the launcher was ended from outside" };
  const known = (): Run | null => {
    let folded: Run | null = null;
    for (const record of [start, stepOneDone, ...driven.records]) folded = foldRun(folded, record);
    return folded;
  };
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    driven.tell({ kind: "launcher-ready", launcher });
    driven.stepEnds(lost);
    assert.deepEqual(driven.state.run?.phase, { kind: "ready", attempt: attempt + 1, fence: null, sinceMs: 1_000 });
    assert.deepEqual(known()?.phase, driven.state.run.phase, "who reads the journal knows the same");
    assert.equal(known()?.at, driven.state.run.at);
  }
  driven.tell({ kind: "launcher-ready", launcher });
  driven.stepEnds(lost);
  assert.equal(driven.state.run, null);
  assert.equal(driven.said("step-start").filter((sentence) => sentence.includes("undo of step 1")).length, 4);
});

void test("a launcher that was ended before the step began takes none of its retries", () => {
  const action = boundAction("act", { retries: 1 });
  const driven = new Driven(configuration, makeState(configuration, { run: runOf({ actions: [action] }), launcher }));
  const lost: Outcome = { kind: "not-started", errno: "ESRCH", reason: "the launcher was ended from outside" };
  for (const outcome of [lost, { kind: "exited", code: 1 } as const, lost, { kind: "exited", code: 1 } as const]) {
    driven.nowMs += 2_000;
    driven.tell({ kind: "launcher-ready", launcher });
    driven.stepEnds(outcome);
  }
  assert.deepEqual(driven.said("step-end"), [
    "calm, run 1, step 1 of 1: act: not started: the launcher was ended from outside after 0 ms, with another launcher",
    "calm, run 1, step 1 of 1: act: exit 1 after 0 ms, attempt 3 of 3 in 1 s",
    "calm, run 1, step 1 of 1: act: not started: the launcher was ended from outside after 0 ms, with another launcher",
    "calm, run 1, step 1 of 1: act: exit 1 after 0 ms",
  ]);
  assert.equal(driven.state.run, null);
});

const found: readonly { readonly name: string; readonly agoMs: number | null; readonly want: string }[] = [
  { name: "while nobody looked", agoMs: 80_000, want: "exit 0 after 10 s" },
  { name: "at its start, by a clock that was set", agoMs: 200_000, want: "exit 0 after 0 ms" },
  { name: "in another boot", agoMs: null, want: "exit 0, and nobody saw when" },
];

for (const { name, agoMs, want } of found) {
  void test(`a step that ended before its daemon was back took as long as it took: ${name}`, () => {
    const driven = new Driven(
      configuration,
      makeState(configuration, { run: runOf({ startedAtMs: 1_000 }), launcher }),
    );
    driven.tell({ kind: "tick" });
    driven.nowMs += 90_000;
    driven.tell({
      kind: "started",
      version: "1.0.0",
      pid: 1,
      bootId: "boot",
      isRestored: true,
      found: "state restored",
      dropped: [],
      doubt: null,
      step: { kind: "ended", outcome: { kind: "exited", code: 0 }, output: "", droppedBytes: 0, endedAgoMs: agoMs },
    });
    assert.deepEqual(driven.said("step-end"), [`calm, run 1, step 1 of 1: act: ${want}`]);
  });
}
