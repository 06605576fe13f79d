/** The status as text, for what an operator may meet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderStatus } from "../../src/cli/render-status.ts";
import { parseStatus, type ShownStatus } from "../../src/cli/status-shape.ts";
import { assertGolden } from "./golden.ts";

process.env["TZ"] = "UTC";

const nowWallMs = Date.parse("2026-01-05T06:00:00Z");

const well = {
  daemon: {
    running: true,
    pid: 4711,
    version: "0.1.0",
    startedAt: "2026-01-05T02:54:00.000Z",
    heartbeatAgeMs: 340,
    learned: true,
    distrust: null,
    notRemembered: null,
    configuration: { generation: 2, fingerprint: "3f2a91bc77de", refused: null },
  },
  hosts: [
    { host: "host1", status: "master", role: "master", since: "2026-01-05T02:54:30.000Z" },
    { host: "host2", status: "slave", role: "slave", since: "2026-01-05T05:59:20.000Z" },
  ],
  splitBrain: [],
  checks: [
    {
      check: "check_pgsql_role",
      host: "host1",
      status: "master",
      since: "2026-01-05T02:54:30.000Z",
      output: "MASTER in recovery: no, 3 standbys are connected, the slowest is 12 KB behind",
      longOutput: "",
      exit: 0,
      ageMs: 812,
      isStale: false,
      isAdvisory: false,
      confirming: null,
      metrics: [],
    },
    {
      check: "check_disk",
      host: "host2",
      status: "ok",
      since: "2026-01-05T02:54:30.000Z",
      output: "DISK OK",
      ageMs: 45_000,
      isStale: false,
      isAdvisory: true,
      confirming: { status: "critical", seen: 2, needed: 3 },
    },
  ],
  rules: [{ rule: "slave_to_master", state: "armed", reason: null }],
  run: null,
  waiting: [],
  maintenance: [],
};

const ill = {
  ...well,
  daemon: {
    ...well.daemon,
    learned: false,
    notRemembered: "no space left on device",
    configuration: { ...well.daemon.configuration, refused: "3 errors in actions.conf" },
  },
  hosts: [
    { host: "host1", status: "conflict", role: null, since: null },
    { host: "host2", status: "down", role: "slave", since: "2026-01-05T05:59:20.000Z" },
  ],
  splitBrain: ["host1", "host2"],
  checks: [
    {
      ...well.checks[0],
      status: "unknown",
      isStale: true,
      ageMs: null,
      output: "cannot be run:\u001b[2J no such file",
    },
    well.checks[1],
  ],
  rules: [
    {
      rule: "primary_lost",
      state: "held",
      reason: "primary_lost held: check_pgsql_role on host2 is stale, last result 7.2 s ago (limit 7 s)",
    },
    {
      rule: "slave_to_master",
      state: "blocked",
      reason: 'slave_to_master is blocked: 3 runs within 1 d; it fires again after "failoverctl ack slave_to_master"',
    },
  ],
  run: {
    run: 12,
    rule: "slave_to_master",
    step: 2,
    of: 4,
    command: ["plumb", "host2"],
    phase: "in-doubt",
    failure: null,
  },
  maintenance: [
    { scope: "*", until: "2026-01-05T08:00:00.000Z", reason: "kernel" },
    { scope: "host2", until: null, reason: "" },
  ],
};

const dead = { ...well, daemon: { ...well.daemon, running: false, heartbeatAgeMs: 3_600_000 } };

const rows: readonly { readonly name: string; readonly status: unknown; readonly columns: number | null }[] = [
  { name: "status-well.txt", status: well, columns: 80 },
  { name: "status-well-piped.txt", status: well, columns: null },
  { name: "status-ill.txt", status: ill, columns: 80 },
  { name: "status-dead.txt", status: dead, columns: 80 },
  { name: "status-empty.txt", status: { ...well, hosts: [], checks: [], rules: [] }, columns: 80 },
];

for (const { name, status, columns } of rows) {
  void test(name, () => assertGolden(name, renderStatus(read(status), nowWallMs, { columns, isColoured: false })));
}

void test("a status of the first version is enough, and one that is none is refused in a sentence", () => {
  const { splitBrain: _, ...first } = well;
  assert.ok(parseStatus(first, "status").ok);
  const wrong = parseStatus({ ...well, hosts: [{ host: 1 }] }, "status");
  assert.deepEqual(wrong, { ok: false, sentence: "status.hosts[0].host: expected a string, got 1" });
});

function read(value: unknown): ShownStatus {
  const parsed = parseStatus(value, "status");
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.sentence);
  return parsed.value;
}
