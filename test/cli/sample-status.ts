/** What `status` answers in three situations, for tests of what is made of it. */

/** The moment that they are of. */
export const nowWallMs = Date.parse("2026-01-05T06:00:00Z");

export const well = {
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

export const ill = {
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

/** A failover failed, and nobody has seen to it; its table cannot be written. */
export const failed = {
  ...well,
  daemon: { ...well.daemon, notSaved: "no space left on device" },
  rules: [
    {
      rule: "slave_to_master",
      state: "armed",
      reason:
        'slave_to_master, run 2: FAILED: step 3: promote ended with exit 1; see "failoverctl ack slave_to_master"',
      failure:
        'slave_to_master, run 2: FAILED: step 3: promote ended with exit 1; see "failoverctl ack slave_to_master"',
    },
  ],
};

/** A run has come to the fence device `manual`. */
export const awaiting = {
  ...well,
  rules: [{ rule: "primary_lost", state: "running", reason: "run 12" }],
  run: {
    run: 12,
    rule: "primary_lost",
    step: 1,
    of: 4,
    command: ["fence", "host1"],
    phase: "awaiting",
    failure: null,
  },
};

export const dead = { ...well, daemon: { ...well.daemon, running: false, heartbeatAgeMs: 3_600_000 } };
