/**
 * A daemon is killed behind every single record of a history, with and without its table, with and without what it had
 * started, and another takes over. In the end the same runs have come to the same ends, and nothing was done twice that had
 * an outcome.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkInvariants } from "../scenario/invariants.ts";
import { readLines } from "../scenario/scenario-file.ts";
import { ScenarioRunner } from "../scenario/scenario-runner.ts";

const checks = `checks.conf
    [local]
    { every 1s, rise 1, fall 1 }
    check_a { for host1 }
    check_b { for host2 }
`;

interface Row {
  readonly name: string;
  readonly script: string;
}

const rows: readonly Row[] = [
  {
    name: "an edge and its four actions",
    script: `${checks}actions.conf
    [slave_to_master]
    first
    second %MASTER%
    third
    fourth
check_a says MASTER - a
check_b says SLAVE - b
start
wait 3s
check_a says SLAVE - a
check_b says MASTER - b
wait 20s`,
  },
  {
    name: "a level, with a fence, expectations and an end that nobody likes",
    script: `${checks}actions.conf
    [rule lost]
    when %MASTER% is critical for 2s
    { limit 5 per 1h }
    fence %MASTER%
    promote %SLAVE%        { expect %SLAVE% is master within 20s }
    plumb %SLAVE%          { undo "unplumb %SLAVE%", retry 1 }
    start_service
    [on_failure]
    page run %RUN% of %RULE%
    [fence host1]
    fence_first ip=1
    fence_second ip=2
fence fence_first off exits 1
fence fence_second status exits 0, then exits 2
action plumb exits 1, then exits 0
action start_service exits 1
check_a says MASTER - a
check_b says SLAVE - b
start
wait 3s
check_a says CRITICAL - a
wait 10s
check_b says MASTER - b
wait 60s`,
  },
  {
    name: "two edges, of which the second waits",
    script: `${checks}actions.conf
    [any_to_master]
    plumb %HOST%
    [master_to_slave]
    unplumb %HOST%
action plumb exits 0 after 4s
action unplumb exits 0 after 2s
check_a says MASTER - a
check_b says SLAVE - b
start
wait 3s
check_b says MASTER - b
check_a says SLAVE - a
wait 40s`,
  },
];

/** How often each rule's runs came to which end, what each host is, and what is left to do. */
function summary(runner: ScenarioRunner) {
  const ends: { [end: string]: number } = {};
  for (const { record } of runner.journal) {
    if (record.kind !== "run-end") continue;
    const end = `${record.rule} ${record.outcome}`;
    ends[end] = (ends[end] ?? 0) + 1;
  }
  const { state } = runner;
  assert.ok(state !== null);
  return {
    ends,
    hosts: Object.entries(state.hosts).map(([host, { status, role }]) => [host, status, role]),
    blocked: Object.entries(state.rules).flatMap(([rule, { blocked }]) => (blocked === null ? [] : [rule])),
    waiting: state.waiting.length,
    run: state.run?.run ?? null,
  };
}

/** A step's outcome is written once, and what ended well is not started again. */
function checkOutcomes(runner: ScenarioRunner): void {
  const ended = new Set<string>();
  const done = new Set<string>();
  for (const { record } of runner.journal) {
    if (record.kind === "step-start")
      assert.ok(!done.has(`${record.run}/${record.step}`) || record.isUndo, `${record.sentence} was done already`);
    if (record.kind !== "step-end") continue;
    const key = `${record.run}/${record.name}`;
    assert.ok(!ended.has(key), `${record.sentence} has one outcome`);
    ended.add(key);
    if (record.next === "done") done.add(`${record.run}/${record.step}`);
  }
}

for (const { name, script } of rows) {
  const lines = readLines(script);
  const undisturbed = new ScenarioRunner(checkInvariants());
  undisturbed.play(lines);
  const want = summary(undisturbed);
  for (const isTableWritten of [true, false])
    for (const isWithSteps of [false, true]) {
      const how = `${isTableWritten ? "with" : "without"} its table, its steps ${isWithSteps ? "die with it" : "live on"}`;
      void test(`killed behind every record of ${name}: ${how}`, () => {
        const learnedAt = undisturbed.journal.findIndex(({ record }) => record.kind === "learned") + 1;
        for (let at = learnedAt + 1; at <= undisturbed.journal.length; at += 1) {
          const runner = new ScenarioRunner(checkInvariants());
          const noTable = readLines("no table");
          const start = lines.findIndex(({ directive }) => directive.kind === "wait") + 1;
          runner.reviveAfterRecord(at, { isWithSteps, afterMs: 700 });
          runner.play(isTableWritten ? lines : [...lines.slice(0, start), ...noTable, ...lines.slice(start)]);
          const sentence = undisturbed.journal[at - 1]?.record.sentence;
          assert.deepEqual(summary(runner), want, `killed behind record ${at}: ${sentence}\n${runner.history.text()}`);
          checkOutcomes(runner);
        }
      });
    }
}
