/** The OCF dialect: what an agent's exit code is to us, as a promotable agent and as another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "../../src/core/result.ts";
import { readOcf } from "../../src/dialect/ocf.ts";

const codes: readonly (readonly [code: number, promotable: string, other: string, output: string])[] = [
  [0, "slave", "ok", "running (exit 0)"],
  [1, "critical", "critical", "failed (exit 1)"],
  [2, "critical", "critical", "was given wrong arguments (exit 2)"],
  [3, "critical", "critical", "cannot be monitored (exit 3)"],
  [4, "critical", "critical", "has not the permissions that it needs (exit 4)"],
  [5, "critical", "critical", "is not installed (exit 5)"],
  [6, "critical", "critical", "is not configured (exit 6)"],
  [7, "down", "down", "not running (exit 7)"],
  [8, "master", "master", "running as master (exit 8)"],
  [9, "critical", "critical", "failed as master (exit 9)"],
  [10, "critical", "critical", "failed with a code that OCF does not know (exit 10)"],
  [126, "unknown", "unknown", "could not be run (exit 126), had printed nothing"],
  [127, "unknown", "unknown", "could not be run (exit 127), had printed nothing"],
  [137, "critical", "critical", "failed with a code that OCF does not know (exit 137)"],
  [190, "slave", "ok", "running, degraded (exit 190)"],
  [191, "master", "master", "running as master, degraded (exit 191)"],
  [255, "critical", "critical", "failed with a code that OCF does not know (exit 255)"],
];

for (const [code, promotable, other, output] of codes) {
  void test(`exit ${code}`, () => {
    const outcome: Outcome = { kind: "exited", code };
    const silence = { stdout: "", stderr: "", droppedBytes: 0 };
    const want = { output, longOutput: "", metrics: [], outcome };
    assert.deepEqual(readOcf(outcome, silence, { isPromotable: true }), { status: promotable, ...want });
    assert.deepEqual(readOcf(outcome, silence, { isPromotable: false }), { status: other, ...want });
  });
}

const outputs: readonly {
  readonly name: string;
  readonly outcome: Outcome;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly status: string;
  readonly output: string;
  readonly longOutput?: string;
}[] = [
  {
    name: "the reason",
    outcome: { kind: "exited", code: 1 },
    stderr: "redis(x)[12]: ERROR: no answer\nocf-exit-reason:no answer from port 6379\nbye\n",
    status: "critical",
    output: "failed (exit 1): no answer from port 6379",
    longOutput: "redis(x)[12]: ERROR: no answer\nocf-exit-reason:no answer from port 6379\nbye",
  },
  {
    name: "the last reason counts",
    outcome: { kind: "exited", code: 5 },
    stderr: "ocf-exit-reason:first\nocf-exit-reason: pg_ctl is missing \r\n",
    status: "critical",
    output: "is not installed (exit 5): pg_ctl is missing",
    longOutput: "ocf-exit-reason:first\nocf-exit-reason: pg_ctl is missing",
  },
  {
    name: "an empty reason is none",
    outcome: { kind: "exited", code: 7 },
    stdout: "stopped\n",
    stderr: "ocf-exit-reason:\n",
    status: "down",
    output: "not running (exit 7): stopped",
    longOutput: "on stderr:\nocf-exit-reason:",
  },
  {
    name: "a reason beside an output",
    outcome: { kind: "exited", code: 9 },
    stdout: "first\nsecond",
    stderr: "ocf-exit-reason:split",
    status: "critical",
    output: "failed as master (exit 9): split",
    longOutput: "first\nsecond\non stderr:\nocf-exit-reason:split",
  },
  {
    name: "a pipe is no perfdata here, and escapes do not pass",
    outcome: { kind: "exited", code: 8 },
    stdout: "\u001b[31mup\u001b[0m | lag=1",
    status: "master",
    output: "running as master (exit 8): up | lag=1",
  },
  {
    name: "a reason with escapes",
    outcome: { kind: "exited", code: 1 },
    stderr: "ocf-exit-reason:\u001b[31mred",
    status: "critical",
    output: "failed (exit 1): red",
    longOutput: "ocf-exit-reason:red",
  },
  {
    name: "timed out",
    outcome: { kind: "timed-out", afterMs: 10_000 },
    stderr: "waiting",
    status: "critical",
    output: "timed out after 10 s, had printed: waiting",
  },
  {
    name: "killed",
    outcome: { kind: "killed", signal: "SIGKILL" },
    status: "unknown",
    output: "killed by SIGKILL, had printed nothing",
  },
  {
    name: "not started",
    outcome: { kind: "not-started", errno: "EACCES", reason: "not executable" },
    status: "unknown",
    output: "could not be run: not executable (EACCES)",
  },
  {
    name: "lost",
    outcome: { kind: "lost", reason: "its runner died" },
    status: "unknown",
    output: "how it ended is not known: its runner died, had printed nothing",
  },
];

for (const { name, outcome, stdout = "", stderr = "", status, output, longOutput = "" } of outputs) {
  void test(name, () => {
    const result = readOcf(outcome, { stdout, stderr, droppedBytes: 0 }, { isPromotable: true });
    assert.deepEqual(result, { status, output, longOutput, metrics: [], outcome });
  });
}
