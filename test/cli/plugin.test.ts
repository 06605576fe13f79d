/** What a monitoring system is told of the daemon. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeDaemon, type JudgingLimits } from "../../src/cli/judge-daemon.ts";
import { parseStatus } from "../../src/cli/status-shape.ts";
import { well } from "./sample-status.ts";

const limits: JudgingLimits = { warningMs: 5_000, criticalMs: 30_000, maintenanceMs: 3_600_000, wantsMaster: true };
const { daemon, hosts, rules, checks } = well;
const [master, slave] = hosts;
const [check] = checks;
const maintenance = [{ scope: "*", until: null, reason: "kernel" }];

interface Row {
  readonly name: string;
  readonly status: object;
  readonly limits?: Partial<JudgingLimits>;
  readonly maintenanceAgeMs?: number | null;
  /** Severity and sentence, the worst first. */
  readonly want: readonly string[];
}

const rows: readonly Row[] = [
  { name: "all is well", status: {}, want: [] },
  {
    name: "a heartbeat that is late",
    status: { daemon: { ...daemon, heartbeatAgeMs: 7_200 } },
    want: ["warning: the daemon's heart beat 7.2 s ago"],
  },
  {
    name: "a daemon that hangs",
    status: { daemon: { ...daemon, heartbeatAgeMs: 31_000 } },
    want: ["critical: the daemon hangs, its heart beat 31 s ago"],
  },
  {
    name: "two masters",
    status: { splitBrain: ["host1", "host2"] },
    want: ["critical: split brain: host1 and host2 are master at the same time"],
  },
  {
    name: "no master, and who was it",
    status: { hosts: [{ ...master, status: "critical" }, slave] },
    want: ["critical: no host is master (host1 was, and is critical)"],
  },
  { name: "never a master", status: { hosts: [slave] }, want: ["critical: no host is master"] },
  { name: "no master where there is none", status: { hosts: [slave] }, limits: { wantsMaster: false }, want: [] },
  {
    name: "no master is known while it learns",
    status: { hosts: [], daemon: { ...daemon, learned: false } },
    want: ["warning: still learning, no rule fires yet"],
  },
  {
    name: "a standby that is down",
    status: { hosts: [master, { ...slave, status: "down" }] },
    want: ["warning: host2 is down", "warning: no host is a slave that could become master"],
  },
  {
    name: "a standby that nobody knows anything of",
    status: { hosts: [master, { ...slave, status: "unknown" }] },
    want: ["warning: host2 is unknown", "warning: no host is a slave that could become master"],
  },
  {
    name: "the same while it learns is no news",
    status: { hosts: [master, { ...slave, status: "unknown" }], daemon: { ...daemon, learned: false } },
    want: ["warning: still learning, no rule fires yet"],
  },
  {
    name: "a host beside them that never had a role",
    status: { hosts: [master, { ...slave, role: null, status: "ok" }] },
    want: [],
  },
  {
    name: "a check of a host that is well is unknown or stale; of one that is not, that is no news",
    status: {
      hosts: [...hosts, { ...slave, host: "host3", status: "down", role: null }],
      checks: [
        { ...check, isStale: true },
        { ...check, check: "two", status: "unknown" },
        { ...check, check: "three", status: "unknown", isAdvisory: true },
        { ...check, check: "four", host: "host3", status: "unknown" },
      ],
    },
    want: ["warning: host3 is down", "warning: nothing fresh is known of check_pgsql_role on host1, two on host1"],
  },
  {
    name: "many checks that are unknown",
    status: { checks: ["a", "b", "c", "d", "e"].map((name) => ({ ...check, check: name, status: "unknown" })) },
    want: ["warning: nothing fresh is known of a on host1, b on host1, c on host1 and 2 more checks"],
  },
  {
    name: "a damaged journal, and one that cannot be written",
    status: { daemon: { ...daemon, distrust: "damage at 12", notRemembered: "no space" } },
    want: ["critical: nothing is acted on: damage at 12", "critical: the journal cannot be written: no space"],
  },
  {
    name: "a run that waits for a person",
    status: { run: { run: 12, rule: "r", step: 1, of: 2, command: ["a"], phase: "in-doubt", failure: null } },
    want: ["critical: run 12 of r waits for somebody to resume or abandon it"],
  },
  {
    name: "a run that waits for a host to be switched off by hand",
    status: {
      run: { run: 12, rule: "r", step: 1, of: 2, command: ["fence", "host1"], phase: "awaiting", failure: null },
      checks: [],
    },
    want: ["critical: run 12 of r waits for somebody to switch host1 off"],
  },
  {
    name: "the same, and the host is up again",
    status: {
      run: { run: 12, rule: "r", step: 1, of: 2, command: ["fence", "host1"], phase: "awaiting", failure: null },
      hosts: [master, slave],
    },
    want: [
      "critical: run 12 of r waits for somebody to switch host1 off, but host1 is master, seen 812 ms ago: abandon the run, unless it is to be switched off all the same",
    ],
  },
  {
    name: "a rule whose last run failed",
    status: { rules: [{ ...rules[0], failure: "slave_to_master, run 2: FAILED: step 3" }] },
    want: ["warning: slave_to_master, run 2: FAILED: step 3"],
  },
  {
    name: "a table that cannot be written",
    status: { daemon: { ...daemon, notSaved: "no space" } },
    want: ["warning: the state table cannot be written: no space"],
  },
  {
    name: "a run that is under way",
    status: { run: { run: 12, rule: "r", step: 1, of: 2, command: ["a"], phase: "running", failure: null } },
    want: [],
  },
  {
    name: "what is critical comes first",
    status: { rules: [{ ...rules[0], state: "blocked", reason: "" }], splitBrain: ["host1", "host2"] },
    want: [
      "critical: split brain: host1 and host2 are master at the same time",
      "warning: the rule slave_to_master is blocked until it is acknowledged",
    ],
  },
  { name: "a rule that is held", status: { rules: [{ ...rules[0], state: "held", reason: "" }] }, want: [] },
  {
    name: "a reload that was refused",
    status: {
      daemon: { ...daemon, configuration: { ...daemon.configuration, refused: "checks.conf:7:1: \u001b[2J" } },
    },
    want: [String.raw`warning: the last reload was refused: checks.conf:7:1: \x1b[2J`],
  },
  { name: "a short maintenance", status: { maintenance }, maintenanceAgeMs: 3_599_000, want: [] },
  {
    name: "a long one",
    status: { maintenance },
    maintenanceAgeMs: 7_200_000,
    want: ["warning: maintenance of everything is on for 2 h"],
  },
  {
    name: "one that is older than the journal",
    status: { maintenance },
    maintenanceAgeMs: null,
    want: ["warning: maintenance of everything is on for longer than the journal remembers"],
  },
];

for (const row of rows) {
  void test(row.name, () => {
    const parsed = parseStatus({ ...well, ...row.status }, "status");
    assert.ok(parsed.ok, parsed.ok ? "" : parsed.sentence);
    const problems = judgeDaemon(parsed.value, { ...limits, ...row.limits }, () => row.maintenanceAgeMs ?? null);
    assert.deepEqual(
      problems.map(({ severity, sentence }) => `${severity}: ${sentence}`),
      row.want,
    );
  });
}
