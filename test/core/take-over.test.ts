/** What becomes of a run that the daemon before began, by the phase that it was cut off in and the fate of its step. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Driven, launcher } from "./driven.ts";
import { makeConfiguration, makeRule, makeState } from "./build.ts";
import { boundAction, boundFence, device, runOf } from "./bound-run.ts";
import type { StepFate } from "../../src/core/event.ts";
import type { Run, StartedPhase, StepPhase } from "../../src/core/run.ts";

const configuration = makeConfiguration({ rules: [makeRule("calm", {})] });
const running: StartedPhase = {
  kind: "running",
  attempt: 1,
  fence: null,
  name: "1",
  launcher,
  startedAtMs: 500,
  killAtMs: 9_000,
  isKilled: false,
};
const doubted = (left: StartedPhase | null): StepPhase => ({ kind: "in-doubt", attempt: 1, hasEnded: false, left });
const expect = {
  condition: { kind: "is", subject: { kind: "host", host: "h1" }, isNegated: false, statuses: ["ok"] },
  withinMs: 6_000,
  text: "h1 is ok",
} as const;
const lost: StepFate = { kind: "in-doubt" };
const lives: StepFate = { kind: "running" };
const gone = "it was cut off in another boot";

function takeOver(run: Partial<Run>, doubt: string | null, step: StepFate | null): Driven {
  const daemon = new Driven(configuration, makeState(configuration, { run: runOf(run) }));
  const known = { version: "1", pid: 1, bootId: "b", isRestored: true, found: "", dropped: [] };
  daemon.tell({ kind: "started", ...known, doubt, step });
  return daemon;
}

const rows: readonly {
  readonly name: string;
  readonly run: Partial<Run>;
  readonly doubt: string | null;
  readonly step: StepFate | null;
  readonly phase: StepPhase["kind"] | null;
}[] = [
  { name: "a step that still runs is awaited", run: { phase: running }, doubt: null, step: lives, phase: "running" },
  { name: "a step that is lost begins again", run: { phase: running }, doubt: null, step: lost, phase: "ready" },
  {
    name: "a step that is lost and marked once waits for a person",
    run: { phase: running, actions: [boundAction("act", { isOnce: true })] },
    doubt: null,
    step: lost,
    phase: "in-doubt",
  },
  { name: "a step of a run in doubt waits", run: { phase: running }, doubt: gone, step: lost, phase: "in-doubt" },
  {
    name: "a run that is in doubt is not doubted twice",
    run: { phase: doubted(running) },
    doubt: gone,
    step: lives,
    phase: "in-doubt",
  },
  {
    name: "what was given up, and is lost, has ended",
    run: { phase: running, isAbandoned: true },
    doubt: gone,
    step: lost,
    phase: null,
  },
  {
    name: "what was given up before its step began has ended",
    run: { isAbandoned: true },
    doubt: null,
    step: null,
    phase: null,
  },
  {
    name: "what was given up and still runs is ended",
    run: { phase: running, isAbandoned: true },
    doubt: gone,
    step: lives,
    phase: "running",
  },
  {
    name: "a person who fences is waited for as before",
    run: {
      actions: [boundFence([device("manual", { agent: null })])],
      phase: {
        kind: "awaiting",
        attempt: 1,
        fence: { device: 0, deviceAttempt: 1, verb: "off", asked: 0, untilMs: 5_000, spentMs: 0 },
      },
    },
    doubt: gone,
    step: null,
    phase: "awaiting",
  },
];

for (const { name, run, doubt, step, phase } of rows) {
  void test(name, () => {
    const daemon = takeOver(run, doubt, step);
    assert.equal(daemon.state.run?.phase.kind ?? null, phase);
    const isDoubted = phase === "in-doubt" && run.phase?.kind !== "in-doubt";
    const waits = daemon.records.filter((record) => record.kind === "in-doubt" && record.isWaiting);
    assert.equal(waits.length, isDoubted ? 1 : 0);
    const kills = daemon.effects.filter((effect) => effect.kind === "killStep");
    assert.equal(kills.length, run.isAbandoned === true && phase === "running" ? 1 : 0);
    assert.equal(daemon.said("run-end").length, phase === null ? 1 : 0);
  });
}

void test("what outlived the daemon, and is then lost, is not looked for again", () => {
  const daemon = takeOver({ phase: doubted(running) }, gone, lost);
  assert.deepEqual(daemon.state.run?.phase, doubted(null));
});

const ended = (hasEnded: boolean): StepPhase => ({ kind: "in-doubt", attempt: 1, hasEnded, left: null });

for (const [hasEnded, failure, phase] of [
  [true, null, "expecting"],
  [false, null, "ready"],
  [true, "step 2: act exited with 1", "ready"],
] as const) {
  void test(`resumed: ${hasEnded ? "ended well" : "not ended"}, ${failure ?? "no failure"}: ${phase}`, () => {
    const run = runOf({ actions: [boundAction("act", { expect })], phase: ended(hasEnded), failure });
    const daemon = new Driven(configuration, makeState(configuration, { run }));
    assert.match(daemon.ask({ kind: "resume", request: 1, run: 1 }) ?? "", /^yes: run 1 of calm goes on with step 1$/);
    assert.equal(daemon.state.run?.phase.kind, phase);
  });
}

void test("a daemon that stops says what it leaves, and one that was held up by its disk that it was", () => {
  const busy = new Driven(configuration, makeState(configuration, { run: runOf({}) }));
  busy.tell({ kind: "stopping", reason: "SIGTERM" });
  assert.deepEqual(busy.said("daemon-stop"), [
    "failoverd stops: SIGTERM; run 1 of calm is in progress and is gone on with by the next daemon",
  ]);
  const idle = new Driven(configuration, makeState(configuration));
  idle.tell({ kind: "stopping", reason: "SIGTERM" });
  assert.deepEqual(idle.said("daemon-stop"), ["failoverd stops: SIGTERM"]);
  for (const isDisk of [true, false]) {
    idle.tell({ kind: "stalled", gapMs: 3_000, countedMs: 3_000, isDisk });
    assert.equal(/the disk took/.test(idle.said("stalled").at(-1) ?? ""), isDisk);
  }
});
