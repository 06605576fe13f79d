/**
 * Random lives of a daemon: whatever the checks say, the programs do, operators want, and whenever it is killed, reloaded or
 * suspended, the invariants hold at every turn. `SEED=` plays one again, `RUNS=` plays more.
 */
import { test } from "node:test";
import * as fc from "fast-check";
import { checkInvariants } from "../scenario/invariants.ts";
import { readLines } from "../scenario/scenario-file.ts";
import { ScenarioRunner } from "../scenario/scenario-runner.ts";

const checks = `checks.conf
    [local]
    { every 1s, rise 1, fall 2, stale 4s }
    check_a { for host1 }
    check_b { for host2, rise 2 }
    check_lag { for host2, advisory, every 2s }
    [passive]
    backup { for host1, stale 6s }
`;

const otherChecks = `checks.conf
    [local]
    { every 1s, rise 1, fall 2, stale 4s }
    check_a { for host1 }
    check_b { for host2 }
    check_disk { for host1 }
`;

const actions = `actions.conf
    [slave_to_master]
    { cooldown 3s, limit 3 per 30s }
    plumb %MASTER%         { undo "unplumb %MASTER%" }
    start_service          { expect %MASTER% is master within 3s, once }
    [master_to_critical]
    if lag of host2 < 16MB
    { on failure continue }
    fence %HOST%           { retry 1 }
    promote %SLAVE%
    [rule lost]
    when %MASTER% is critical or down for 2s
    if %SLAVE% is slave
    fence %MASTER%
    promote %SLAVE%        { expect host2 is master within 4s, retry 1, undo "demote" }
    announce               { on failure continue }
    [any_to_master of check_b]
    page %FROM%
    [rule odd]
    when not (host1 is master for 3s) and host2 is not down
    page odd
    [split_brain]
    page split
    [on_failure]
    page %RUN%
    [fence host1]
    fence_first ip=1       { timeout 3s }
    fence_second ip=2      { timeout 3s }
`;

const otherActions = `actions.conf
    [slave_to_master]
    plumb %MASTER% other
    [rule lost]
    when %MASTER% is critical for 3s
    promote %SLAVE%
    [rule new]
    when host1 is not ok and count of hosts is slave >= 1
    page new
`;

const says = fc
  .tuple(
    fc.constantFrom("check_a", "check_b"),
    fc.constantFrom(
      "says MASTER - m",
      "says SLAVE - s",
      "says CRITICAL - c",
      "says OK - o",
      "cannot be run",
      "hangs",
      "is silent",
    ),
  )
  .map((words) => words.join(" "));

const directive = fc.oneof(
  { weight: 6, arbitrary: says },
  { weight: 6, arbitrary: fc.constantFrom("wait 500ms", "wait 1s", "wait 3s", "wait 7s") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "check_lag says OK - x | lag=1MB",
      "check_lag says OK - x | lag=20MB",
      "report backup OK fine",
      "report backup CRITICAL bad",
      "check_disk says OK - disk",
      "check_disk says CRITICAL - full",
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          "action plumb",
          "action start_service",
          "action promote",
          "action announce",
          "action unplumb",
          "fence fence_first off",
          "fence fence_first status",
          "fence fence_second status",
        ),
        fc.constantFrom("exits 0", "exits 1", "exits 2", "hangs", "exits 0 after 2s", "exits 1, then exits 0"),
      )
      .map((words) => words.join(" ")),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "stall 3s",
      "launchers fail",
      "launchers work",
      "run lost",
      "ack lost",
      "ack slave_to_master",
      "resume 1",
      "abandon 1",
      "abandon 2",
      "explain lost",
      "explain slave_to_master",
      "distrust the journal is damaged",
      "ack journal",
      'maintenance on "host1" for 3s',
      'maintenance on "*" for 2s',
      'maintenance on "lost"',
      'maintenance off "lost"',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "crash\nrestart",
      "crash with all that runs\nrestart",
      "no table\nwait 3s\ncrash\nwait 2s\nrestart",
      "crash\nwait 8s\nrestart",
      "crash with all that runs\nwait 2s\nreboot",
      `${otherActions}reload`,
      `${actions}reload`,
      `${otherChecks}reload`,
      `${checks}reload`,
    ),
  },
);

const life = fc.array(directive, { minLength: 30, maxLength: 80 });
const seed = process.env["SEED"];
const begin = [
  `${checks}${actions}check_a says MASTER - m`,
  "check_b says SLAVE - s",
  "check_lag says OK - x | lag=1MB",
  "start",
  "report backup OK fine",
];

void test("the invariants hold in every life", () => {
  fc.assert(
    fc.property(life, (directives) => {
      const script = [...begin, ...directives, "wait 5s"].join("\n");
      new ScenarioRunner(checkInvariants()).play(readLines(script));
    }),
    { numRuns: Number(process.env["RUNS"] ?? 150), ...(seed === undefined ? {} : { seed: Number(seed) }) },
  );
});
