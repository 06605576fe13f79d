/**
 * The run that the records tell of is the run that the core is in: the real core is driven through runs with every kind of
 * end, and after each event its run is held against the one that was read from its records. Now and then a crash takes the
 * core's own, and the run goes on from what was read.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActionOptions, CommandTemplate, Configuration, Rule } from "../../src/core/configuration.ts";
import type { Event } from "../../src/core/event.ts";
import { initialState } from "../../src/core/restore.ts";
import type { Outcome } from "../../src/core/result.ts";
import type { Run, StepPhase } from "../../src/core/run.ts";
import type { State } from "../../src/core/state.ts";
import { startedPhase } from "../../src/core/step-phase.ts";
import { step } from "../../src/core/step.ts";
import { foldRun } from "../../src/store/unfinished.ts";
import { seededRandom, type Random } from "../world/random.ts";
import { device, launcher } from "./samples.ts";

const place = { file: "actions.conf", line: 1 };

function template(word: string): CommandTemplate {
  return { program: `/actions/${word}`, words: [[word]], env: {}, user: null };
}

const plain: ActionOptions = {
  timeoutMs: 5_000,
  retries: 0,
  retryEveryMs: 1_000,
  onFailure: "stop",
  expect: null,
  isOnce: false,
  undo: null,
};

const probeIsOk: ActionOptions["expect"] = {
  condition: {
    kind: "is",
    subject: { kind: "check", check: "probe", on: { kind: "host", host: "host2" } },
    isNegated: false,
    statuses: ["ok"],
  },
  withinMs: 3_000,
};

const rule: Rule = {
  name: "by_hand",
  place,
  trigger: { kind: "split-brain" },
  guard: null,
  cooldownMs: 0,
  limit: null,
  actions: [
    { kind: "command", command: template("a"), options: { ...plain, undo: template("undo_a") }, place },
    { kind: "fence", host: ["host1"], options: { ...plain, retries: 1 }, place },
    { kind: "command", command: template("b"), options: { ...plain, retries: 2, onFailure: "continue" }, place },
    {
      kind: "command",
      command: template("c"),
      options: { ...plain, expect: probeIsOk, undo: template("undo_c") },
      place,
    },
    { kind: "command", command: template("d"), options: { ...plain, isOnce: true }, place },
  ],
};

const configuration: Configuration = {
  fingerprint: "0123456789ab",
  localHost: "host1",
  hosts: ["host1", "host2"],
  checks: [
    {
      key: "probe on host2",
      name: "probe",
      host: "host2",
      place,
      run: { kind: "passive" },
      dialect: "plugin",
      isPromotable: false,
      rise: 1,
      fall: 1,
      staleAfterMs: 60_000,
      isAdvisory: true,
    },
  ],
  rules: [rule],
  variables: {},
  fences: [
    {
      host: "host1",
      devices: [
        { ...device("one"), retries: 1, timeoutMs: 4_000 },
        { ...device("two"), timeoutMs: 3_000 },
        { ...device("manual"), agent: null },
      ],
    },
  ],
  notifiers: [],
};

/** The core, its clock, and what was read from its records. */
class Life {
  nowMs = 1_000;
  state: State;
  read: Run | null = null;

  constructor() {
    this.state = initialState(configuration, this.nowMs);
  }

  tell(event: Event): void {
    const { state, effects } = step(configuration, this.state, event, this.nowMs);
    this.state = state;
    for (const effect of effects) if (effect.kind === "record") this.read = foldRun(this.read, effect.record);
    assert.deepEqual(shown(this.read), shown(state.run));
  }
}

/** What a crash must not take: all but what is not written down, or only in other words. */
function shown(run: Run | null): unknown {
  if (run === null) return null;
  const { failure, done, phase, isAbandoned, ...rest } = run;
  if (isAbandoned || phase.kind === "in-doubt") return { ...rest, phase: "in-doubt" };
  return { ...rest, isFailed: failure !== null, done: failure === null ? done : null, phase: shownPhase(phase) };
}

function shownPhase(phase: StepPhase): unknown {
  switch (phase.kind) {
    case "ready":
    case "pausing":
      /** The end of a pause is not written down: the next step's start is. A device's time begins with its `off`. */
      return {
        kind: "ready",
        attempt: phase.attempt,
        fence: phase.fence === null ? null : { ...phase.fence, untilMs: 0 },
      };
    case "running":
      return { ...phase, isKilled: false };
    case "awaiting":
      return { ...phase, fence: { ...phase.fence, untilMs: 0 } };
    case "expecting":
    case "in-doubt":
      return phase;
  }
}

const byRule: Event = { kind: "run-rule", request: 1, rule: rule.name };

/** The rule is the richest of them, and begins most lives. */
const begins: readonly Event[] = [
  byRule,
  byRule,
  byRule,
  { kind: "fence-host", request: 1, host: "host1", verb: "off" },
  { kind: "fence-host", request: 1, host: "host1", verb: "status" },
];

/** One run, from its start to its end; answers what happened in it, for the test to know that it saw everything. */
function runOnce(random: Random): ReadonlySet<string> {
  const life = new Life();
  /** Now and then somebody ends the launchers, one after the other. */
  const lossChance = random.chance(0.2) ? 0.8 : 0.02;
  const seen = new Set<string>();
  life.tell({ kind: "launcher-ready", launcher });
  life.tell(begins[random.below(begins.length)] ?? byRule);
  for (let turn = 0; life.state.run !== null; turn += 1) {
    assert.ok(turn < 500, "a run comes to its end");
    life.nowMs += 1 + random.below(700);
    const { run } = life.state;
    seen.add(run.isAbandoned ? "abandoned" : run.failure === null ? run.phase.kind : `${run.phase.kind}, undoing`);
    const event = nextEvent(life, run, { random, lossChance });
    if (event === "crash") {
      crash(life, seen);
      continue;
    }
    if (event.kind === "step-ended" && event.outcome.kind === "not-started")
      seen.add(run.phase.attempt > 4 ? "launchers lost" : "launcher lost");
    life.tell(event);
  }
  assert.equal(life.read, null);
  return seen;
}

interface Chance {
  readonly random: Random;
  readonly lossChance: number;
}

function nextEvent(life: Life, run: Run, { random, lossChance }: Chance): Event | "crash" {
  if (random.chance(0.02)) return { kind: "abandon", request: 2, run: run.run };
  if (random.chance(0.05) && !run.isAbandoned) return "crash";
  if (life.state.launcher === null) return { kind: "launcher-ready", launcher };
  switch (run.phase.kind) {
    case "running":
      if (random.chance(0.3)) return { kind: "tick" };
      if (random.chance(lossChance)) return ended(run.run, run.phase.name, launcherLost);
      return ended(run.run, run.phase.name, outcomeOf(run.phase.name, random));
    case "expecting": {
      const result = {
        status: random.chance(0.3) ? "ok" : "warning",
        output: "",
        longOutput: "",
        metrics: [],
        outcome: null,
      };
      return { kind: "reported", request: 3, check: "probe", host: "host2", result };
    }
    case "awaiting":
      return random.chance(0.5) ? { kind: "tick" } : { kind: "acknowledge", request: 5, what: "fence host1" };
    case "in-doubt":
      return { kind: "resume", request: 4, run: run.run };
    case "ready":
    case "pausing":
      return { kind: "tick" };
  }
}

function ended(run: number, name: string, outcome: Outcome): Event {
  return { kind: "step-ended", run, name, outcome, output: "", droppedBytes: 0 };
}

const launcherLost: Outcome = { kind: "not-started", errno: "ESRCH", reason: "the launcher was ended" };

function outcomeOf(name: string, random: Random): Outcome {
  if (random.chance(0.05)) return { kind: "killed", signal: "SIGKILL" };
  if (name.includes("status")) return { kind: "exited", code: random.chance(0.6) ? 2 : random.below(2) };
  return { kind: "exited", code: random.chance(0.75) ? 0 : 1 };
}

/** Another daemon knows of the run what was read, and then what became of its step. */
function crash(life: Life, seen: Set<string>): void {
  seen.add("crash");
  life.state = { ...life.state, run: life.read, launcher: null };
  const { run } = life.state;
  if (run !== null && startedPhase(run.phase) !== null)
    life.tell({
      kind: "started",
      version: "1",
      pid: 1,
      bootId: "boot",
      isRestored: true,
      found: "",
      dropped: [],
      doubt: null,
      step: { kind: "in-doubt" },
    });
}

void test("the run that the records tell of is the one that the core is in", () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 500; seed += 1) for (const what of runOnce(seededRandom(seed))) seen.add(what);
  assert.deepEqual(
    [...seen].sort(),
    [
      "abandoned",
      "awaiting",
      "crash",
      "expecting",
      "in-doubt",
      "launcher lost",
      "launchers lost",
      "pausing",
      "ready",
      "ready, undoing",
      "running",
      "running, undoing",
    ].sort(),
  );
});
