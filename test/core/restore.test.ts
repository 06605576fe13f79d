/** What a daemon knows when it begins: from the table, and from the records that are newer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { droppedOf, isOutliving } from "../../src/core/outlived.ts";
import { initialState, replayRecords, restoreState } from "../../src/core/restore.ts";
import { noCause } from "../../src/core/rules.ts";
import {
  makeAction,
  makeCheck,
  makeConfiguration,
  makeObservation,
  makeRule,
  makeStanding,
  makeState,
} from "./build.ts";
import type { Record } from "../../src/core/record.ts";
import type { Cause } from "../../src/core/run.ts";
import type { State } from "../../src/core/state.ts";

const anyStatus = { kind: "any" } as const;
const master = { kind: "status", status: "master" } as const;
const a = makeCheck("check_a", "h1");
const b = makeCheck("check_b", "h2");
const cluster = makeCheck("cluster", "h1", { dialect: "report", isAdvisory: true });
const when = { kind: "is", subject: { kind: "host", host: "h1" }, isNegated: false, statuses: ["down"] } as const;
const configuration = makeConfiguration({
  checks: [a, b, cluster],
  rules: [
    makeRule("any_to_master", {
      trigger: { kind: "transition", from: anyStatus, to: master, host: null, check: null },
    }),
    makeRule("lost", { trigger: { kind: "condition", when }, limit: { runs: 2, withinMs: 1_000 } }),
    makeRule("split_brain", { trigger: { kind: "split-brain" } }),
    makeRule("on_failure", { trigger: { kind: "run-failed" }, actions: [makeAction("page", {}, "RUN")] }),
  ],
});

/** Both hosts were seen as slaves, and h2 is silent now. */
const begin: State = makeState(configuration, {
  learning: { sinceMs: 5_000, isOver: false },
  observations: { [a.key]: makeObservation(a, "slave"), [b.key]: makeObservation(b, "unknown") },
  hosts: {
    h1: makeStanding("slave", { role: "slave", roleOrder: 1 }),
    h2: makeStanding("unknown", { role: "slave", roleOrder: 2, previous: "slave", seenSinceRole: ["unknown"] }),
  },
});

const sentence = "it was so";
const transition = (host: string, isRole: boolean, from: string, to: string): Record => ({
  kind: "transition",
  host,
  check: null,
  isRole,
  from,
  to,
  sentence,
});
const runStart = (rule: string, run: number, startedAtMs = 4_000, cause = noCause): Record => ({
  kind: "run-start",
  run,
  rule,
  cause,
  variables: {},
  actions: [],
  hasLimit: true,
  startedAtMs,
  sentence,
});
const runEnd = (rule: string, run: number, outcome: "done" | "failed" | "abandoned", endedAtMs = 4_500): Record => ({
  kind: "run-end",
  run,
  rule,
  outcome,
  ms: 1,
  endedAtMs,
  sentence,
});
const causeOf = (host: string | null): Cause => ({ ...noCause, host, from: "slave", to: "master" });
const dropped = (rule: string, host: string, hold: "guard" | "again" = "guard"): Record => ({
  kind: "dropped",
  rule,
  cause: causeOf(host),
  hold,
  sentence,
});

function replay(records: readonly Record[], change: { before?: State; wallMs?: number } = {}): State {
  const { before = begin, ...rest } = change;
  return replayRecords(configuration, before, { records, unfinished: null, isCurrent: true, ...rest }, 5_000);
}

interface Row {
  readonly name: string;
  readonly records: readonly Record[];
  readonly waiting: readonly string[];
}

const rows: readonly Row[] = [
  { name: "nothing happened", records: [], waiting: [] },
  {
    name: "an edge that nobody decided about waits",
    records: [transition("h1", false, "slave", "master")],
    waiting: ["any_to_master h1"],
  },
  {
    name: "a change of role and one of status are one edge",
    records: [transition("h2", true, "slave", "master"), transition("h2", false, "unknown", "master")],
    waiting: ["any_to_master h2"],
  },
  {
    name: "one that has fired does not wait",
    records: [
      transition("h2", true, "slave", "master"),
      transition("h2", false, "unknown", "master"),
      runStart("any_to_master", 1, 4_000, causeOf("h2")),
    ],
    waiting: [],
  },
  {
    name: "one that waits is none of a run by hand",
    records: [transition("h2", true, "slave", "master"), runStart("any_to_master", 1)],
    waiting: ["any_to_master h2"],
  },
  {
    name: "one that was dropped does not wait",
    records: [transition("h1", false, "slave", "master"), dropped("any_to_master", "h1")],
    waiting: [],
  },
  {
    name: "one that is dropped leaves that of another host",
    records: [
      transition("h2", true, "slave", "master"),
      transition("h1", false, "slave", "master"),
      dropped("any_to_master", "h1"),
    ],
    waiting: ["any_to_master h2"],
  },
  {
    name: "one that comes again while it waits is dropped, and the first still waits",
    records: [
      transition("h1", false, "slave", "master"),
      transition("h1", false, "master", "critical"),
      transition("h1", false, "critical", "master"),
      dropped("any_to_master", "h1", "again"),
    ],
    waiting: ["any_to_master h1"],
  },
  {
    name: "two hosts are two edges",
    records: [transition("h1", false, "slave", "master"), transition("h2", false, "unknown", "master")],
    waiting: ["any_to_master h1", "any_to_master h2"],
  },
  {
    name: "a host that is not known any more has no edge",
    records: [transition("h9", false, "slave", "master")],
    waiting: [],
  },
  {
    name: "a split brain waits",
    records: [{ kind: "split-brain", hosts: ["h1", "h2"], sentence }],
    waiting: ["split_brain h2"],
  },
  {
    name: "a failure that nobody looked after waits",
    records: [runEnd("any_to_master", 4, "failed")],
    waiting: ["on_failure null"],
  },
  {
    name: "a failure keeps what had triggered its run",
    records: [runStart("any_to_master", 4, 4_000, causeOf("h1")), runEnd("any_to_master", 4, "failed")],
    waiting: ["on_failure h1"],
  },
  {
    name: "of two runs the one that failed is looked after",
    records: [
      runStart("any_to_master", 3, 3_000, causeOf("h2")),
      runEnd("any_to_master", 3, "done"),
      runStart("any_to_master", 4, 4_000, causeOf("h1")),
      runEnd("any_to_master", 4, "failed"),
    ],
    waiting: ["on_failure h1"],
  },
  {
    name: "a failure that was looked after does not wait",
    records: [
      runEnd("any_to_master", 4, "failed"),
      runStart("on_failure", 5, 4_000, { ...noCause, failed: { rule: "any_to_master", run: 4 } }),
    ],
    waiting: [],
  },
  {
    name: "what fails while it looks after a failure triggers no more",
    records: [runEnd("on_failure", 5, "failed")],
    waiting: [],
  },
  { name: "what was given up triggers none", records: [runEnd("any_to_master", 5, "abandoned")], waiting: [] },
];

for (const { name, records, waiting } of rows) {
  void test(name, () => {
    const state = replay(records);
    assert.deepEqual(
      state.waiting.map((trigger) => `${trigger.rule} ${trigger.cause.host}`),
      waiting,
    );
  });
}

void test("what was found first is no edge, also when it is read again", () => {
  const before = initialState(configuration, 5_000);
  assert.deepEqual(replay([transition("h1", false, "unknown", "master")], { before }).waiting, []);
});

void test("what was nothing before is an edge if it came when all was learned: then it waits, and that was said", () => {
  const before = initialState(configuration, 5_000);
  const waits: Record = { kind: "waiting", rule: "any_to_master", sentence };
  const cause: Cause = { ...causeOf("h2"), from: "unknown" };
  const found: Record = { kind: "dropped", rule: "any_to_master", cause, hold: "learning", sentence };
  const records = [transition("h2", false, "unknown", "master"), found, transition("h1", false, "unknown", "master")];
  assert.deepEqual(replay(records, { before }).waiting, []);
  const { waiting } = replay([...records, waits], { before });
  assert.deepEqual(
    waiting.map((trigger) => trigger.cause.host),
    ["h1"],
  );
});

void test("a status, a role and the last master are as the records say", () => {
  const state = replay([
    transition("h2", true, "slave", "master"),
    transition("h2", false, "unknown", "master"),
    transition("h1", false, "slave", "down"),
    { kind: "transition", host: "h1", check: "check_a", isRole: false, from: "slave", to: "down", sentence },
    { kind: "split-brain", hosts: ["h1", "h2"], sentence },
    { kind: "split-brain-over", hosts: ["h1", "h2"], sentence },
  ]);
  assert.deepEqual([state.hosts["h2"]?.status, state.hosts["h2"]?.role, state.lastMaster], ["master", "master", "h2"]);
  assert.deepEqual([state.hosts["h1"]?.status, state.hosts["h1"]?.role], ["down", "slave"]);
  assert.equal(state.observations[a.key]?.standing.status, "down");
  assert.deepEqual(state.splitBrain, []);
  const retired = transition("h1", true, "slave", "none");
  assert.equal(replay([retired]).hosts["h1"]?.role, null);
  const heardBefore: Record = {
    kind: "transition",
    host: "h1",
    check: null,
    isRole: false,
    from: "slave",
    to: "master",
    isOutlived: true,
    sentence,
  };
  const outlived = replay([retired, heardBefore]);
  assert.deepEqual(
    [outlived.hosts["h1"]?.status, outlived.hosts["h1"]?.role, outlived.lastMaster],
    ["master", null, null],
  );
});

void test("what a reload passed over has been seen to", () => {
  const cause = { host: null, from: null, to: null, check: null, failed: null };
  const dropped: Record = { kind: "dropped", rule: "lost", cause, hold: "reload", hasWaited: false, sentence };
  assert.equal(replay([dropped]).rules["lost"]?.hasFired, true);
});

void test("runs, blocks and acknowledgements are as the records say, and no end lies in the future", () => {
  const fired = replay([runStart("lost", 7, 9_000), runEnd("lost", 7, "done", 9_999)]).rules["lost"];
  assert.deepEqual([fired?.hasFired, fired?.runStartsMs, fired?.lastRunEndMs], [true, [5_000], 5_000]);
  assert.equal(replay([runStart("lost", 7)]).nextRun, 8);
  const failed = [runStart("lost", 7), runEnd("lost", 7, "failed")];
  assert.match(replay(failed).rules["lost"]?.blocked?.sentence ?? "", /its run 7 failed/);
  assert.equal(replay([...failed, { kind: "acknowledged", what: "lost", sentence }]).rules["lost"]?.blocked, null);
  const unlimited = [runStart("any_to_master", 7), runEnd("any_to_master", 7, "failed")];
  const failureBehind = (...more: readonly Record[]) => replay([...unlimited, ...more]).rules["any_to_master"]?.failure;
  assert.equal(failureBehind(), sentence, "a rule without a limit is not blocked, and keeps how its run failed");
  assert.equal(failureBehind({ kind: "acknowledged", what: "any_to_master", sentence }), null);
  assert.equal(failureBehind(runEnd("any_to_master", 8, "done")), null);
  const blocked = replay([{ kind: "blocked", rule: "lost", sentence: "lost is blocked" }]);
  assert.equal(blocked.rules["lost"]?.blocked?.sentence, "lost is blocked");
  const gone = replay([{ kind: "blocked", rule: "gone", sentence }]).rules["gone"];
  assert.equal(gone, undefined, "a rule that is not in the configuration any more has no block that nobody can see");
  const distrusted = { ...begin, distrust: "damage" };
  assert.equal(replay([{ kind: "acknowledged", what: "journal", sentence }], { before: distrusted }).distrust, null);
});

void test("a run of a rule that is not there any more is numbered, and nothing else is known of it", () => {
  const { nextRun, rules } = replay([runStart("gone", 9), runEnd("gone", 9, "failed")]);
  assert.equal(nextRun, 10);
  assert.deepEqual(Object.keys(rules), ["any_to_master", "lost", "split_brain", "on_failure"]);
});

void test("maintenance ends by the wall clock, if somebody says what that is", () => {
  const on: Record = { kind: "maintenance-on", scope: "h1", untilWallMs: 61_000, reason: "", sentence };
  assert.equal(replay([on], { wallMs: 1_000 }).maintenance[0]?.untilMs, 65_000);
  assert.equal(replay([on]).maintenance[0]?.untilMs, null);
  assert.equal(replay([{ ...on, untilWallMs: null }], { wallMs: 1_000 }).maintenance[0]?.untilMs, null);
  assert.deepEqual(replay([on, { kind: "maintenance-off", scope: "h1", sentence }]).maintenance, []);
});

const ghost = { ...makeObservation(cluster, "master"), host: "h3" };
const lasting: State = {
  ...begin,
  observations: { ...begin.observations, "cluster on h3": ghost, "gone on h1": { ...ghost, source: "gone on h1" } },
  hosts: { ...begin.hosts, h3: makeStanding("master"), h4: makeStanding("ok") },
  lastMaster: "h2",
  rules: {
    lost: {
      hasFired: true,
      trueSinceMs: 3,
      hold: { kind: "guard", sentence },
      blocked: { sentence, sinceMs: 100 },
      runStartsMs: [100, 9_000],
      lastRunEndMs: 9_500,
    },
    gone: { hasFired: true, trueSinceMs: null, hold: null, blocked: null, runStartsMs: [], lastRunEndMs: null },
  },
  maintenance: [{ scope: "h1", untilMs: 8_000, untilWallMs: 1, reason: "" }],
  nextRun: 12,
};

void test("the table of this boot is believed: statuses, what has fired, what waits", () => {
  const state = restoreState(configuration, lasting, { nowMs: 5_000, shiftMs: 0, isCurrent: true });
  assert.deepEqual(Object.keys(state.observations), [a.key, b.key, cluster.key, "cluster on h3"]);
  assert.deepEqual(Object.keys(state.hosts), ["h1", "h2", "h3"]);
  assert.equal(state.lastMaster, "h2");
  assert.deepEqual(state.rules["lost"], {
    hasFired: true,
    trueSinceMs: null,
    hold: null,
    blocked: { sentence, sinceMs: 100 },
    runStartsMs: [100, 5_000],
    lastRunEndMs: 5_000,
    failure: null,
  });
  assert.equal(state.rules["gone"], undefined);
  assert.deepEqual([state.learning, state.nextRun, state.run], [{ sinceMs: 5_000, isOver: false }, 12, null]);
});

void test("of another boot's table only what people decided is kept, at times of this one", () => {
  const state = restoreState(configuration, lasting, { nowMs: 5_000, shiftMs: -1_000, isCurrent: false });
  assert.deepEqual(state.hosts, initialState(configuration, 5_000).hosts);
  assert.deepEqual(state.observations, initialState(configuration, 5_000).observations);
  assert.deepEqual([state.lastMaster, state.waiting], [null, []]);
  const { hasFired, blocked, runStartsMs, lastRunEndMs } = state.rules["lost"] ??
    lasting.rules["gone"] ?? { hasFired: null };
  assert.deepEqual([hasFired, blocked?.sinceMs, runStartsMs, lastRunEndMs], [false, -900, [-900, 5_000], 5_000]);
  assert.equal(state.maintenance[0]?.untilMs, 7_000);
});

const seen = { rule: "any_to_master", cause: causeOf("h1"), atMs: 900, isAnnounced: true };
const failure: Cause = { ...noCause, failed: { rule: "any_to_master", run: 4 } };
const failed = { rule: "on_failure", cause: failure, atMs: 900, isAnnounced: true };
const waitingTable = { state: { ...lasting, waiting: [seen, failed] }, savedAtMs: 1_000 };

void test("of what waited in another boot a failure still waits, and the rest is dropped with a sentence", () => {
  const when = { nowMs: 5_000, shiftMs: -300, isCurrent: false };
  const state = restoreState(configuration, waitingTable.state, when);
  assert.deepEqual(state.waiting, [{ ...failed, atMs: 600 }]);
  const newer = [transition("h2", false, "unknown", "master"), dropped("any_to_master", "h1")];
  const given = droppedOf(configuration, waitingTable, newer);
  assert.deepEqual(
    given.map((record) => (record.kind === "dropped" ? [record.rule, record.cause.host, record.hold] : [])),
    [["any_to_master", "h2", "stale"]],
  );
  assert.deepEqual(droppedOf(configuration, waitingTable, [...newer, ...given]), []);
});

void test("a failure that was dropped in another boot is not looked after in this one", () => {
  const before = restoreState(configuration, lasting, { nowMs: 5_000, shiftMs: 0, isCurrent: false });
  const waits = [runEnd("any_to_master", 4, "failed"), runEnd("lost", 6, "failed")];
  const held: Record = { kind: "dropped", rule: "on_failure", cause: failure, hold: "maintenance", sentence };
  const records = [...waits, transition("h1", false, "slave", "master"), held].filter(isOutliving);
  const state = replayRecords(configuration, before, { records, unfinished: null, isCurrent: false }, 5_000);
  assert.deepEqual(
    state.waiting.map(({ rule, cause }) => [rule, cause.failed?.run]),
    [["on_failure", 6]],
  );
});

void test("a host that a report named only after the table was written is what the report made of it", () => {
  const about = (check: string): Record => {
    return { kind: "transition", host: "h2", check, isRole: false, from: "unknown", to: "slave", sentence };
  };
  const newer = { records: [about("cluster"), about("another")], unfinished: null, isCurrent: true };
  const { observations } = replayRecords(configuration, initialState(configuration, 5_000), newer, 5_000);
  assert.equal(observations["cluster on h2"]?.standing.status, "slave");
  assert.equal(observations["another on h2"], undefined);
});
