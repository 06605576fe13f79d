/** The table of dialects, and checks that stay: one line, one result. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dialect } from "../../src/core/configuration.ts";
import type { Outcome } from "../../src/core/result.ts";
import { readCheck, readResidentLine } from "../../src/dialect/dialects.ts";
import { readResidentEnd } from "../../src/dialect/resident.ts";

const ends: readonly (readonly [Dialect, isPromotable: boolean, code: number, stdout: string, statuses: string])[] = [
  ["plugin", false, 0, "MASTER", "master"],
  ["plugin", true, 7, "x", "unknown"],
  ["ocf", true, 0, "MASTER", "slave"],
  ["ocf", false, 0, "MASTER", "ok"],
  ["ocf", true, 7, "", "down"],
  ["report", false, 0, `[{"status":"ok"},{"status":"x"}]`, "ok x"],
  ["report", true, 0, "MASTER", "unknown"],
];

for (const [dialect, isPromotable, code, stdout, statuses] of ends) {
  void test(`${dialect}, exit ${code}, ${stdout}: ${statuses}`, () => {
    const output = { stdout, stderr: "", droppedBytes: 0 };
    const readings = readCheck({ dialect, isPromotable }, { kind: "exited", code }, output);
    assert.equal(readings.map(({ result }) => result.status).join(" "), statuses);
    assert.ok(readings.every(({ host, check }) => host === null && check === null));
  });
}

const expected =
  "expected a line that begins with a status (ok, warning, critical, unknown, down, master, slave), found";
const lines: readonly (readonly [Dialect, line: string, status: string, output: string])[] = [
  ["plugin", "MASTER - promoted | lag=0B", "master", "MASTER - promoted"],
  ["plugin", "slave: 3 s behind", "slave", "slave: 3 s behind"],
  ["plugin", "OK", "ok", "OK"],
  ["plugin", "Warning, x", "warning", "Warning, x"],
  ["plugin", "CRITICAL x\r", "critical", "CRITICAL x"],
  ["plugin", "down", "down", "down"],
  ["plugin", "UNKNOWN", "unknown", "UNKNOWN"],
  ["plugin", "fine", "unknown", `${expected} fine`],
  ["plugin", "OKAY", "unknown", `${expected} OKAY`],
  ["plugin", "", "unknown", `${expected} an empty one`],
  ["plugin", "\u001b[2J", "unknown", `${expected} an empty one`],
  ["report", `{"status":"master","output":"x"}`, "master", "x"],
  ["report", "MASTER", "unknown", 'no report: expected a JSON object or an array of them, found "MASTER"'],
  ["ocf", "8", "unknown", `${expected} 8`],
];

for (const [dialect, line, status, output] of lines) {
  void test(`a line for ${dialect}: ${JSON.stringify(line)}`, () => {
    for (const variant of [line, `${line}\n`, `${line}\r`]) {
      const [first, ...others] = readResidentLine(dialect, variant);
      assert.equal(others.length, 0);
      assert.equal(first?.result.status, status);
      assert.equal(first.result.output, output);
      assert.equal(first.result.outcome, null);
    }
  });
}

void test("a line has metrics, and one line may report on several hosts", () => {
  assert.equal(readResidentLine("plugin", "OK | a=1 b=2")[0]?.result.metrics.length, 2);
  const readings = readResidentLine("report", `[{"status":"master","host":"a"},{"status":"slave","host":"b"}]`);
  assert.deepEqual(readings.map(({ host, result }) => [host, result.status]), [["a", "master"], ["b", "slave"]]); // prettier-ignore
});

const ended: readonly (readonly [Outcome, stdout: string, stderr: string, output: string])[] = [
  [{ kind: "exited", code: 0 }, "MASTER", "", "the resident check ended, exit 0: MASTER"],
  [{ kind: "exited", code: 1 }, "", "lost the server\nbye", "the resident check ended, exit 1: lost the server"],
  [{ kind: "exited", code: 127 }, "", "", "the resident check ended, could not be run (exit 127)"],
  [{ kind: "killed", signal: "SIGKILL" }, "", "", "the resident check ended, killed by SIGKILL"],
  [{ kind: "timed-out", afterMs: 3_000 }, "", "", "the resident check ended, timed out after 3 s"],
  [
    { kind: "lost", reason: "its runner died" },
    "",
    "",
    "the resident check ended, how it ended is not known: its runner died",
  ],
  [
    { kind: "not-started", errno: "EACCES", reason: "x" },
    "",
    "",
    "the resident check ended, could not be run: x (EACCES)",
  ],
];

for (const [outcome, stdout, stderr, output] of ended) {
  void test(output, () => {
    const result = readResidentEnd(outcome, { stdout, stderr, droppedBytes: 0 });
    assert.equal(result.status, "unknown");
    assert.equal(result.output, output);
    assert.equal(result.outcome, outcome);
  });
}
