/** The plugin dialect: how a check ended and what it printed -> status, output, long output. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "../../src/core/result.ts";
import { metricsMax } from "../../src/dialect/perfdata.ts";
import { readPlugin } from "../../src/dialect/plugin.ts";
import { longOutputCharactersMax, outputCharactersMax } from "../../src/dialect/printed.ts";

const exit = (code: number): Outcome => ({ kind: "exited", code });
const timedOut: Outcome = { kind: "timed-out", afterMs: 1_000 };
const missing: Outcome = { kind: "not-started", errno: "ENOENT", reason: "no such file: /opt/checks/check_x" };
const lost: Outcome = { kind: "lost", reason: "its runner died" };

interface Row {
  readonly name: string;
  readonly outcome: Outcome;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly status: string;
  readonly output: string;
  readonly longOutput?: string;
  /** Labels of the metrics. */
  readonly metrics?: string;
}

const statuses: readonly Row[] = [
  { name: "exit 0", outcome: exit(0), stdout: "all well", status: "ok", output: "all well" },
  { name: "exit 1", outcome: exit(1), stdout: "so so", status: "warning", output: "so so" },
  { name: "exit 2", outcome: exit(2), stdout: "bad", status: "critical", output: "bad" },
  { name: "exit 3", outcome: exit(3), stdout: "who knows", status: "unknown", output: "who knows" },
  { name: "the text does not decide", outcome: exit(0), stdout: "CRITICAL - x", status: "ok", output: "CRITICAL - x" },
  { name: "exit 4", outcome: exit(4), status: "unknown", output: "exit 4 is outside 0..3" },
  {
    name: "exit 42, and it said something",
    outcome: exit(42),
    stdout: "x|a=1",
    status: "unknown",
    output: "exit 42 is outside 0..3: x",
  },
  {
    name: "exit 137",
    outcome: exit(137),
    status: "unknown",
    output: "exit 137 is outside 0..3 (a shell says so of a program killed by signal 9)",
  },
  { name: "exit 255", outcome: exit(255), status: "unknown", output: "exit 255 is outside 0..3" },
  { name: "exit -1", outcome: exit(-1), status: "unknown", output: "exit -1 is outside 0..3" },
  {
    name: "exit 126",
    outcome: exit(126),
    stderr: "sh: ./x: Permission denied\n",
    status: "unknown",
    output: "could not be run (exit 126), had printed: sh: ./x: Permission denied",
  },
  {
    name: "exit 127",
    outcome: exit(127),
    status: "unknown",
    output: "could not be run (exit 127), had printed nothing",
  },
  {
    name: "exit 127 is no role",
    outcome: exit(127),
    stdout: "MASTER",
    status: "unknown",
    output: "could not be run (exit 127), had printed: MASTER",
  },
  {
    name: "not started",
    outcome: missing,
    status: "unknown",
    output: "could not be run: no such file: /opt/checks/check_x (ENOENT)",
  },
  {
    name: "not started, the reason names it",
    outcome: { kind: "not-started", errno: "EAGAIN", reason: "fork: EAGAIN" },
    status: "unknown",
    output: "could not be run: fork: EAGAIN",
  },
  {
    name: "lost",
    outcome: lost,
    stdout: "MASTER",
    status: "unknown",
    output: "how it ended is not known: its runner died, had printed: MASTER",
  },
  {
    name: "killed",
    outcome: { kind: "killed", signal: "SIGSEGV" },
    stdout: "MASTER|a=1",
    status: "unknown",
    output: "killed by SIGSEGV, had printed: MASTER",
  },
  {
    name: "timed out in silence",
    outcome: timedOut,
    status: "critical",
    output: "timed out after 1 s, had printed nothing",
  },
  {
    name: "timed out in silence, and its shell says what was done to it",
    outcome: timedOut,
    stderr: "Terminated\n",
    status: "critical",
    output: "timed out after 1 s, had printed nothing",
  },
  {
    name: "timed out",
    outcome: timedOut,
    stdout: "asking host2\nand again | lag=12",
    status: "critical",
    output: "timed out after 1 s, had printed: asking host2",
    longOutput: "and again",
  },
  {
    name: "timed out, with an error",
    outcome: timedOut,
    stderr: "no route",
    status: "critical",
    output: "timed out after 1 s, had printed: no route",
  },
  {
    name: "timed out is no role",
    outcome: timedOut,
    stdout: "MASTER",
    status: "critical",
    output: "timed out after 1 s, had printed: MASTER",
  },
];

const words: readonly (readonly [code: number, line: string, status: string])[] = [
  [0, "MASTER", "master"],
  [0, "SLAVE", "slave"],
  [0, "master", "master"],
  [0, "Slave", "slave"],
  [0, "MASTER - 3 standbys", "master"],
  [0, "MASTER: 3 standbys", "master"],
  [0, "MASTER- 3 standbys", "master"],
  [0, "MASTER, 3 standbys", "master"],
  [0, "MASTER\tx", "master"],
  [0, "MASTER -- x", "master"],
  [0, "MASTER|lag=1", "master"],
  [0, " SLAVE | lag=1", "slave"],
  [0, "\u001b[32mMASTER\u001b[0m - x", "master"],
  [0, "MASTERS", "ok"],
  [0, "MASTER_DB fine", "ok"],
  [0, "MASTER/SLAVE fine", "ok"],
  [0, "master-slave replication fine", "ok"],
  [0, "MASTER.example.com answers", "ok"],
  [0, "the MASTER is well", "ok"],
  [0, "OK - MASTER", "ok"],
  [0, "[MASTER]", "ok"],
  [0, "|MASTER", "ok"],
  [0, "DOWN", "ok"],
  [1, "MASTER", "warning"],
  [2, "SLAVE", "critical"],
  [3, "MASTER", "unknown"],
  [2, "DOWN", "down"],
  [2, "Down: no server", "down"],
  [2, "DOWNLOAD failed", "critical"],
  [3, "DOWN", "unknown"],
  [1, "DOWN", "warning"],
];

const outputs: readonly Row[] = [
  { name: "no output", outcome: exit(0), status: "ok", output: "(no output, exit 0)" },
  { name: "blank output", outcome: exit(2), stdout: " \n\t\n", status: "critical", output: "(no output, exit 2)" },
  {
    name: "perfdata and no text",
    outcome: exit(0),
    stdout: "|a=1",
    status: "ok",
    output: "(no output, exit 0)",
    metrics: "a",
  },
  {
    name: "stderr steps in",
    outcome: exit(2),
    stderr: "\nTraceback:\n  File x\nValueError\n",
    status: "critical",
    output: "Traceback:",
    longOutput: "  File x\nValueError",
  },
  { name: "stderr gives no role", outcome: exit(0), stderr: "MASTER", status: "ok", output: "MASTER" },
  { name: "stderr does not make it down", outcome: exit(2), stderr: "DOWN", status: "critical", output: "DOWN" },
  { name: "stderr has no perfdata", outcome: exit(0), stderr: "x | a=1", status: "ok", output: "x | a=1" },
  {
    name: "stderr beside the text",
    outcome: exit(0),
    stdout: "fine\nmore",
    stderr: "warning: x\n",
    status: "ok",
    output: "fine",
    longOutput: "more\non stderr:\nwarning: x",
  },
  {
    name: "stderr beside perfdata",
    outcome: exit(1),
    stdout: "| a=1",
    stderr: "why",
    status: "warning",
    output: "why",
    metrics: "a",
  },
  {
    name: "three places",
    outcome: exit(0),
    stdout: "fine | a=1\nlong 1\nlong 2 | b=2\nc=3",
    status: "ok",
    output: "fine",
    longOutput: "long 1\nlong 2",
    metrics: "a b c",
  },
  {
    name: "perfdata on a line of its own",
    outcome: exit(0),
    stdout: "fine\n| a=1",
    status: "ok",
    output: "fine",
    metrics: "a",
  },
  {
    name: "perfdata, twice",
    outcome: exit(0),
    stdout: "fine|a=1\n|b=2\n|c=3",
    status: "ok",
    output: "fine",
    metrics: "a b c",
  },
  {
    name: "empty lines first",
    outcome: exit(0),
    stdout: "\n\nMASTER - x\n\n\n  more",
    status: "master",
    output: "MASTER - x",
    longOutput: "  more",
  },
  {
    name: "a pipe in the text",
    outcome: exit(0),
    stdout: "it's | odd=name is 5 s old | age=5s",
    status: "ok",
    output: "it's",
    metrics: "age",
    longOutput: "(performance data: skipped 5 words that no metric can be read from, first: odd=name)",
  },
  {
    name: "one bad word",
    outcome: exit(0),
    stdout: "fine | entropy=256 bytes",
    status: "ok",
    output: "fine",
    metrics: "entropy",
    longOutput: "(performance data: skipped 1 word that no metric can be read from, first: bytes)",
  },
  {
    name: "a server's raw answer",
    outcome: exit(0),
    stdout: "TCP OK [\u001b[2J220 x\u0007] | time=0.1s",
    status: "ok",
    output: "TCP OK [220 x]",
    metrics: "time",
  },
  {
    name: "the exit decides even so",
    outcome: exit(3),
    stdout: "x | a=1",
    status: "unknown",
    output: "x",
    metrics: "a",
  },
];

for (const row of [...statuses, ...outputs]) {
  void test(row.name, () => check(row));
}

for (const [code, line, status] of words) {
  void test(`exit ${code}, ${JSON.stringify(line)} is ${status}`, () => {
    for (const stdout of [line, `${line}\n`, `${line}\r\n`, `\n${line}\nMASTER\n`]) {
      assert.equal(readPlugin(exit(code), { stdout, stderr: "", droppedBytes: 0 }).status, status);
    }
  });
}

void test("what is too long is cut, and that is said", () => {
  const stdout = `${"x".repeat(outputCharactersMax + 7)}\n${"y\n".repeat(longOutputCharactersMax)}`;
  const result = readPlugin(exit(0), { stdout, stderr: "", droppedBytes: 0 });
  assert.equal(result.output, `${"x".repeat(outputCharactersMax)}… (7 characters more)`);
  assert.equal(result.longOutput.slice(0, longOutputCharactersMax), "y\n".repeat(longOutputCharactersMax / 2));
  assert.match(result.longOutput.slice(longOutputCharactersMax), /^… \(\d+ characters more\)$/);
});

void test("metrics beyond the limit are counted", () => {
  const result = readPlugin(exit(0), { stdout: `x | ${"a=1 ".repeat(metricsMax + 1)}`, stderr: "", droppedBytes: 0 });
  assert.equal(result.metrics.length, metricsMax);
  assert.equal(result.longOutput, "(performance data: 1 metric more than the 256 that are kept)");
});

const halves: readonly (readonly [stdout: string, metrics: string])[] = [
  ["x | a=1 lag=12", "a"],
  ["x | a=1 lag=12 ", "a lag"],
  ["x | a=1 lag=12\n", "a lag"],
  ["x | a=1\nlong tex", "a"],
  ["x\nlong | a=1\nlag=12", "a"],
  ["x | 'a b", ""],
];

for (const [stdout, metrics] of halves) {
  void test(`output was thrown away behind ${JSON.stringify(stdout)}: half a number is not believed`, () => {
    const result = readPlugin(exit(0), { stdout, stderr: "", droppedBytes: 900 });
    assert.equal(result.metrics.map((metric) => metric.label).join(" "), metrics);
    assert.match(result.longOutput, /\(output: 900 bytes more than are kept, thrown away\)$/);
  });
}

/** Rows hold however the lines end, and with blank lines behind them. */
function check(row: Row): void {
  const { outcome, stdout = "", stderr = "", status, output, longOutput = "", metrics = "" } = row;
  const windows = stdout.replaceAll("\n", "\r\n");
  for (const variant of [stdout, windows, `${stdout}\n`, `${windows}\r\n \r\n`]) {
    const result = readPlugin(outcome, { stdout: variant, stderr, droppedBytes: 0 });
    const labels = result.metrics.map((metric) => metric.label).join(" ");
    assert.deepEqual(
      { status: result.status, output: result.output, longOutput: result.longOutput, metrics: labels },
      { status, output, longOutput, metrics },
    );
    assert.equal(result.outcome, outcome);
  }
}
