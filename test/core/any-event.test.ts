/** Whatever event comes, however ill it fits, and however often: the core neither throws nor changes what it was given. */
import { test } from "node:test";
import * as fc from "fast-check";
import { step } from "../../src/core/step.ts";
import { checkInvariants } from "../scenario/invariants.ts";
import { deepFreeze } from "../scenario/observed.ts";
import { makeAction, makeCheck, makeConfiguration, makeMetric, makeResult, makeRule } from "./build.ts";
import { initialState } from "../../src/core/restore.ts";
import type { Configuration, FenceDevice } from "../../src/core/configuration.ts";
import type { Event, HostResult, StepFate } from "../../src/core/event.ts";
import type { Outcome } from "../../src/core/result.ts";

const isCritical = {
  kind: "is",
  subject: { kind: "variable", variable: "MASTER" },
  isNegated: false,
  statuses: ["critical"],
} as const;
const device: FenceDevice = {
  agent: "/usr/sbin/fence_x",
  name: "fence_x",
  parameters: [],
  secrets: [],
  timeoutMs: 3_000,
  retries: 1,
  canProve: true,
  place: { file: "actions.conf", line: 9 },
};
const anyStatus = { kind: "any" } as const;

const one: Configuration = makeConfiguration({
  checks: [
    makeCheck("role", "h1", { fall: 2 }),
    makeCheck("role", "h2", { rise: 2 }),
    makeCheck("cluster", "h1", { dialect: "report" }),
    makeCheck("events", "h2", {
      run: { kind: "resident", program: { argv: ["/checks/events"], env: {}, user: null } },
      isAdvisory: true,
    }),
    makeCheck("backup", "h1", { run: { kind: "passive" } }),
  ],
  rules: [
    makeRule("lost", {
      trigger: { kind: "condition", when: { kind: "for", part: isCritical, durationMs: 1_500, key: "k" } },
      limit: { runs: 2, withinMs: 20_000 },
      cooldownMs: 1_000,
      actions: [
        {
          kind: "fence",
          host: [{ variable: "MASTER" }],
          options: makeAction("x").options,
          place: { file: "a", line: 1 },
        },
        makeAction(
          "promote",
          { retries: 1, expect: { condition: { ...isCritical, isNegated: true }, withinMs: 2_000 } },
          "SLAVE",
        ),
        makeAction("once", { isOnce: true }),
      ],
    }),
    makeRule("any_to_any", {
      trigger: { kind: "transition", from: anyStatus, to: anyStatus, host: null, check: null },
      actions: [makeAction("page", {}, "HOST")],
    }),
    makeRule("split_brain", { trigger: { kind: "split-brain" } }),
    makeRule("on_failure", { trigger: { kind: "run-failed" } }),
  ],
  fences: [{ host: "h1", devices: [device, { ...device, canProve: false }] }],
});

const other: Configuration = {
  ...one,
  checks: one.checks.slice(1).map((check) => ({ ...check, dialect: "plugin", isAdvisory: true })),
  rules: one.rules
    .slice(0, 2)
    .map((rule) => ({ ...rule, trigger: { kind: "condition", when: { kind: "not", part: isCritical } } })),
  fences: [],
};

const seed = process.env["SEED"];
const seeded = seed === undefined ? {} : { seed: Number(seed) };

const small = fc.nat(12);
const status = fc.constantFrom("ok", "warning", "unknown", "critical", "down", "master", "slave", "odd");
const host = fc.constantFrom(null, "h1", "h2", "h3", "constructor");
const result = status.map((word) => makeResult(word, [makeMetric("lag", 3, "B")]));
const results: fc.Arbitrary<readonly HostResult[]> = fc.array(fc.record({ host, result }), { maxLength: 3 });
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.nat(3).map((code) => ({ kind: "exited" as const, code })),
  fc.constant({ kind: "killed" as const, signal: "SIGKILL" }),
  fc.constant({ kind: "not-started" as const, errno: "ENOENT", reason: "no such file" }),
  fc.constant({ kind: "lost" as const, reason: "who watched over it died" }),
);
const fate: fc.Arbitrary<StepFate> = fc.oneof(
  fc.constantFrom({ kind: "running" as const }, { kind: "in-doubt" as const }),
  outcome.map((ended) => ({ kind: "ended" as const, outcome: ended, output: "", droppedBytes: 0, endedAgoMs: 0 })),
);
const word = fc.constantFrom(
  "lost",
  "any_to_any",
  "role",
  "h1",
  "role on h2",
  "*",
  "journal",
  "nothing",
  "cluster",
  "backup",
);
const request = fc.nat();

/** Job, run and step of now, so that half of the events fit. */
type Making = (fitting: { readonly job: number; readonly run: number; readonly name: string }) => Event;
const made =
  (event: Event): Making =>
  () =>
    event;

const event: fc.Arbitrary<Making> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(made({ kind: "tick" })) },
  {
    weight: 12,
    arbitrary: fc
      .tuple(small, results)
      .map(([job, found]): Making => (now) => ({ kind: "check-ended", job: job > 4 ? now.job : job, results: found })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(small, results).map(([job, found]) => made({ kind: "resident-reported", job, results: found })),
  },
  { weight: 1, arbitrary: small.map((job) => made({ kind: "resident-ended", job, reason: "exit 1" })) },
  { weight: 6, arbitrary: small.map((pid) => made({ kind: "launcher-ready", launcher: { pid, startTicks: pid } })) },
  { weight: 1, arbitrary: fc.constant(made({ kind: "launcher-failed", reason: "no process to be had" })) },
  {
    weight: 8,
    arbitrary: fc.tuple(small, outcome).map(([at, ended]): Making => ({ run, name }) => ({
      kind: "step-ended",
      run: at === 0 ? 99 : run,
      name: at === 1 ? "elsewhere" : name,
      outcome: ended,
      output: "",
      droppedBytes: 0,
    })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(null, "it was cut off long ago"), fc.option(fate)).map(([doubt, step]) =>
      made({
        kind: "started",
        version: "1",
        pid: 1,
        bootId: "b",
        isRestored: true,
        found: "",
        dropped: [],
        doubt,
        step,
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(9_000).map((gapMs) => made({ kind: "stalled", gapMs, countedMs: gapMs, isDisk: false })),
  },
  { weight: 1, arbitrary: fc.nat(9_000).map((countedMs) => made({ kind: "delayed", countedMs })) },
  { weight: 2, arbitrary: fc.record({ request, what: word }).map((asked) => made({ kind: "acknowledge", ...asked })) },
  { weight: 2, arbitrary: fc.record({ request, rule: word }).map((asked) => made({ kind: "run-rule", ...asked })) },
  { weight: 1, arbitrary: fc.record({ request, run: small }).map((asked) => made({ kind: "resume", ...asked })) },
  { weight: 1, arbitrary: fc.record({ request, run: small }).map((asked) => made({ kind: "abandon", ...asked })) },
  {
    weight: 2,
    arbitrary: fc
      .record({
        request,
        scope: word,
        forMs: fc.option(fc.nat(4_000)),
        untilWallMs: fc.constant(null),
        reason: fc.constant(""),
      })
      .map((asked) => made({ kind: "maintenance-on", ...asked })),
  },
  {
    weight: 1,
    arbitrary: fc.record({ request, scope: word }).map((asked) => made({ kind: "maintenance-off", ...asked })),
  },
  {
    weight: 2,
    arbitrary: fc.record({ request, check: word, host, result }).map((asked) => made({ kind: "reported", ...asked })),
  },
  { weight: 1, arbitrary: fc.constant(made({ kind: "noted", topic: "table", sentence: "it was old" })) },
  { weight: 1, arbitrary: fc.constant(made({ kind: "reload-refused", errors: 2, first: "no such option" })) },
);

/** What the daemon found when it began: now and then a journal that it cannot trust. */
const distrust = fc.constantFrom<string | null>(null, null, null, "the journal is damaged");

const happening = fc.tuple(
  fc.oneof(fc.nat(20), fc.nat(2_500)),
  fc.oneof({ weight: 30, arbitrary: event }, { weight: 1, arbitrary: fc.constant("reload" as const) }),
);

void test("no sequence of events is too odd", () => {
  fc.assert(
    fc.property(fc.array(happening, { minLength: 20, maxLength: 120 }), distrust, (happenings, found) => {
      let configuration = one;
      let nowMs = 1_000;
      let generation = 1;
      let state = deepFreeze({ ...initialState(configuration, nowMs), distrust: found });
      const observe = checkInvariants();
      for (const [passedMs, making] of happenings) {
        nowMs += passedMs;
        const running = Object.values(state.checks).find((progress) => progress.job !== null);
        const run = state.run?.run ?? 1;
        const name = state.run?.phase.kind === "running" ? state.run.phase.name : "1";
        const before = configuration;
        if (making === "reload") {
          configuration = configuration === one ? other : one;
          generation += 1;
        }
        const next: Event =
          making === "reload"
            ? { kind: "reconfigured", before, generation }
            : making({ job: running?.job ?? 1, run, name });
        const after = step(configuration, state, next, nowMs);
        observe({ event: next, before: state, after: after.state, effects: after.effects, configuration, nowMs });
        state = deepFreeze(after.state);
      }
    }),
    { numRuns: Number(process.env["RUNS"] ?? 300), ...seeded },
  );
});
