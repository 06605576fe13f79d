/** What follows when a step's process is not to be had: it cannot be killed, or its launcher was ended before it began. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeConfiguration, makeState } from "./build.ts";
import { boundAction, runOf } from "./bound-run.ts";
import { Driven, launcher } from "./driven.ts";

const configuration = makeConfiguration({});

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
