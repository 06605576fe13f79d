/** Reports: what is taken, what is refused with which sentence, and what a process that should have made one is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Metric, Outcome } from "../../src/core/result.ts";
import { metricsMax } from "../../src/dialect/perfdata.ts";
import { parseReport, parseReportValue, readReport, reportResultsMax } from "../../src/dialect/report.ts";
import type { Reading } from "../../src/dialect/report.ts";

interface Want {
  readonly status: string;
  readonly host?: string;
  readonly check?: string;
  readonly output?: string;
  readonly longOutput?: string;
  readonly metrics?: readonly Metric[];
  readonly outcome?: Outcome;
}

function reading(want: Want): Reading {
  const {
    host = null,
    check = null,
    status,
    output = "(no output)",
    longOutput = "",
    metrics = [],
    outcome = null,
  } = want;
  return { host, check, result: { status, output, longOutput, metrics, outcome } };
}

function metric(label: string, value: number | null, rest: Partial<Metric> = {}): Metric {
  return { label, value, unit: "", warn: null, crit: null, min: null, max: null, ...rest };
}

const taken: readonly { readonly name: string; readonly given: string; readonly want: readonly Want[] }[] = [
  { name: "the least", given: `{"status":"ok"}`, want: [{ status: "ok" }] },
  { name: "an array", given: `[{"status":"ok"},{"status":"down"}]`, want: [{ status: "ok" }, { status: "down" }] },
  {
    name: "everything",
    given: `{"host":"host1","check":"role","status":"master","output":"leader","longOutput":"a\\nb","metrics":{"lag":12,"x":null}}`,
    want: [
      {
        host: "host1",
        check: "role",
        status: "master",
        output: "leader",
        longOutput: "a\nb",
        metrics: [metric("lag", 12), metric("x", null)],
      },
    ],
  },
  {
    name: "metrics with their units",
    given: `{"status":"ok","metrics":[{"label":"lag","value":1.5,"unit":"MB","warn":"10:20","crit":64,"min":0,"max":100},{"label":"b","value":null}]}`,
    want: [
      {
        status: "ok",
        metrics: [metric("lag", 1.5, { unit: "MB", warn: "10:20", crit: "64", min: 0, max: 100 }), metric("b", null)],
      },
    ],
  },
  {
    name: "a status of its own, in lower case",
    given: `{"status":"Sync_Standby-2"}`,
    want: [{ status: "sync_standby-2" }],
  },
  {
    name: "null is absent",
    given: `{"status":"ok","host":null,"check":null,"output":null,"longOutput":null,"metrics":null}`,
    want: [{ status: "ok" }],
  },
  {
    name: "other fields",
    given: `{"status":"ok","version":7,"__proto__":{"host":"x"},"toString":1}`,
    want: [{ status: "ok" }],
  },
  {
    name: "an output of lines",
    given: `{"status":"ok","output":"one\\r\\ntwo","longOutput":"three"}`,
    want: [{ status: "ok", output: "one", longOutput: "two\nthree" }],
  },
  {
    name: "long output alone",
    given: `{"status":"ok","output":" ","longOutput":"three"}`,
    want: [{ status: "ok", longOutput: "three" }],
  },
  {
    name: "an output of which nothing is left",
    given: `{"status":"ok","output":"\\u001b]0;x","longOutput":"three"}`,
    want: [{ status: "ok", longOutput: "three" }],
  },
  {
    name: "a pipe is no perfdata",
    given: `{"status":"ok","output":"a | b=1"}`,
    want: [{ status: "ok", output: "a | b=1" }],
  },
  {
    name: "escapes do not pass",
    given: `{"status":"ok","output":"\\u001b[31mred\\u202e","metrics":{"a\\u0007b":1}}`,
    want: [{ status: "ok", output: "red", metrics: [metric("ab", 1)] }],
  },
  {
    name: "a label that every object has",
    given: `{"status":"ok","metrics":{"__proto__":1}}`,
    want: [{ status: "ok", metrics: [metric("__proto__", 1)] }],
  },
  {
    name: "half a character",
    given: `{"status":"ok","output":"a\\ud800"}`,
    want: [{ status: "ok", output: "a\ufffd" }],
  },
  {
    name: "the longest names",
    given: `{"status":"${"s".repeat(64)}","host":"${"h".repeat(253)}"}`,
    want: [{ status: "s".repeat(64), host: "h".repeat(253) }],
  },
  { name: "an address", given: `{"status":"ok","host":"fe80::1"}`, want: [{ status: "ok", host: "fe80::1" }] },
];

for (const { name, given, want } of taken) {
  void test(`takes ${name}`, () => {
    for (const text of [given, ` \r\n${given}\r\n`]) {
      assert.deepEqual(parseReport(text), { kind: "results", results: want.map(reading) });
    }
  });
}

const names = "expected a name of letters, digits and . _ : -";
const status = 'report.status: expected a word such as "ok", "critical" or "master"';
const label = "expected a string of 1 to 255 characters";
const refused: readonly { readonly name: string; readonly given: string; readonly want: string }[] = [
  { name: "nothing", given: " \n", want: "expected a JSON object or an array of them, found nothing" },
  {
    name: "a text",
    given: "OK - \u001b[31mfine\nmore",
    want: 'expected a JSON object or an array of them, found "OK - fine"',
  },
  { name: "a number", given: "42", want: "report: expected an object, got 42" },
  { name: "null", given: "null", want: "report: expected an object, got null" },
  { name: "no results", given: "[]", want: "report: expected one result or more, got an empty list" },
  { name: "an array in an array", given: "[[]]", want: "report[0]: expected an object, got a list" },
  { name: "no status", given: `{"host":"a"}`, want: `${status}, got nothing` },
  { name: "a null status", given: `{"status":null}`, want: `${status}, got null` },
  { name: "an empty status", given: `{"status":""}`, want: `${status}, got ""` },
  { name: "a status of two words", given: `{"status":"not ok"}`, want: `${status}, got "not ok"` },
  { name: "a number as status", given: `{"status":0}`, want: `${status}, got 0` },
  {
    name: "a status too long",
    given: `{"status":"${"s".repeat(65)}"}`,
    want: "report.status: expected at most 64 characters, got 65",
  },
  { name: "a host with blanks", given: `{"status":"ok","host":"a b"}`, want: `report.host: ${names}, got "a b"` },
  { name: "a host with a path", given: `{"status":"ok","host":"../x"}`, want: `report.host: ${names}, got "../x"` },
  { name: "a host with a newline", given: `{"status":"ok","host":"a\\n"}`, want: `report.host: ${names}, got "a\\n"` },
  { name: "an empty host", given: `{"status":"ok","host":""}`, want: `report.host: ${names}, got ""` },
  {
    name: "a host too long",
    given: `{"status":"ok","host":"${"h".repeat(254)}"}`,
    want: "report.host: expected at most 253 characters, got 254",
  },
  { name: "a host that is none", given: `{"status":"ok","host":["a"]}`, want: `report.host: ${names}, got a list` },
  { name: "a check with a slash", given: `{"status":"ok","check":"a/b"}`, want: `report.check: ${names}, got "a/b"` },
  {
    name: "an output that is no text",
    given: `{"status":"ok","output":{"a":1}}`,
    want: "report.output: expected a string, got an object",
  },
  {
    name: "metrics that are none",
    given: `{"status":"ok","metrics":"a=1"}`,
    want: 'report.metrics: expected an object of numbers or an array of metrics, got "a=1"',
  },
  {
    name: "a metric that is a text",
    given: `{"status":"ok","metrics":{"lag":"12"}}`,
    want: 'report.metrics["lag"]: expected a number, got "12"',
  },
  {
    name: "a metric that is true",
    given: `{"status":"ok","metrics":{"lag":true}}`,
    want: 'report.metrics["lag"]: expected a number, got true',
  },
  {
    name: "a metric without a label",
    given: `{"status":"ok","metrics":{"":1}}`,
    want: `report.metrics[""], its label: ${label}, got ""`,
  },
  {
    name: "an entry without a label",
    given: `{"status":"ok","metrics":[{"value":1}]}`,
    want: `report.metrics[0].label: ${label}, got nothing`,
  },
  {
    name: "an entry without a value",
    given: `{"status":"ok","metrics":[{"label":"a"}]}`,
    want: "report.metrics[0].value: expected a number, got nothing",
  },
  {
    name: "a bare entry",
    given: `{"status":"ok","metrics":[4]}`,
    want: "report.metrics[0]: expected an object, got 4",
  },
  {
    name: "a threshold that is none",
    given: `{"status":"ok","metrics":[{"label":"a","value":1,"warn":"5:1"}]}`,
    want: 'report.metrics[0].warn: expected a range such as "10", "10:20" or "@10:20", got "5:1"',
  },
  {
    name: "a minimum that is none",
    given: `{"status":"ok","metrics":[{"label":"a","value":1,"min":"0"}]}`,
    want: 'report.metrics[0].min: expected a number, got "0"',
  },
  {
    name: "a unit too long",
    given: `{"status":"ok","metrics":[{"label":"a","value":1,"unit":"${"u".repeat(33)}"}]}`,
    want: `report.metrics[0].unit: expected a string of 32 characters at most, got "${"u".repeat(33)}"`,
  },
  {
    name: "the second of two",
    given: `[{"status":"ok"},{"status":7}]`,
    want: `${status.replace("report", "report[1]")}, got 7`,
  },
];

for (const { name, given, want } of refused) {
  void test(`refuses ${name}`, () => {
    assert.deepEqual(parseReport(given), { kind: "complaint", complaint: want });
  });
}

void test("refuses a number too large to be held, and shows nothing that a terminal obeys", () => {
  const huge = parseReport(`{"status":"ok","metrics":{"lag":1e999}}`);
  assert.ok(huge.kind === "complaint");
  assert.match(huge.complaint, /^report\.metrics\["lag"\]: expected a number/);
  const obeyed = parseReport(`{"status":"\\u009b31m\\u202e"}`);
  assert.deepEqual(obeyed, { kind: "complaint", complaint: `${status}, got "\\x9b31m\\u202e"` });
});

void test("refuses what has a mistake in it, with the parser's own words", () => {
  for (const text of [
    '{"status":}',
    '{"status":"ok"',
    '{"status":"ok"} x',
    "[1,]",
    '{"status":"ok"}\n{"status":"ok"}',
  ]) {
    const report = parseReport(text);
    assert.ok(report.kind === "complaint");
    assert.match(report.complaint, /^expected a JSON object or an array of them: .*JSON/);
    assert.doesNotMatch(report.complaint, /\p{Cc}/u);
  }
});

void test("limits", () => {
  const many = (amount: number): unknown[] => Array.from({ length: amount }, () => ({ status: "ok" }));
  assert.equal(parseReportValue(many(reportResultsMax)).kind, "results");
  assert.deepEqual(parseReportValue(many(reportResultsMax + 1)), {
    kind: "complaint",
    complaint: "report: expected at most 256 items, got 257",
  });
  const entries = Array.from({ length: metricsMax + 2 }, (_, index) => ({ label: `m${index}`, value: index }));
  const pairs = Object.fromEntries(entries.map(({ label, value }) => [label, value]));
  for (const metrics of [entries, pairs]) {
    const report = parseReportValue({ status: "ok", metrics });
    assert.ok(report.kind === "results");
    assert.equal(report.results[0]?.result.metrics.length, metricsMax);
    assert.equal(report.results[0].result.longOutput, "(performance data: 2 metrics more than the 256 that are kept)");
  }
});

void test("values that no JSON holds", () => {
  for (const value of [
    undefined,
    () => 1,
    Symbol("x"),
    { status: undefined },
    { status: "ok", metrics: { a: undefined } },
  ]) {
    assert.equal(parseReportValue(value).kind, "complaint");
  }
});

const well: Outcome = { kind: "exited", code: 0 };
const failed: Outcome = { kind: "exited", code: 3 };
const timedOut: Outcome = { kind: "timed-out", afterMs: 2_500 };
const missing: Outcome = { kind: "not-started", errno: "ENOENT", reason: "no such file" };

const processes: readonly {
  readonly name: string;
  readonly outcome: Outcome;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly droppedBytes?: number;
  readonly want: readonly Want[];
}[] = [
  { name: "a report", outcome: well, stdout: `{"status":"slave"}\n`, want: [{ status: "slave" }] },
  {
    name: "a report and a failure",
    outcome: failed,
    stdout: `[{"status":"ok"},{"host":"b","status":"down"}]`,
    want: [{ status: "ok" }, { host: "b", status: "down" }],
  },
  {
    name: "a report and a complaint beside it",
    outcome: well,
    stdout: `{"status":"ok","longOutput":"x"}`,
    stderr: "deprecated\n",
    droppedBytes: 1,
    want: [{ status: "ok", longOutput: "x\non stderr:\ndeprecated\n(output: 1 byte more than are kept, thrown away)" }],
  },
  {
    name: "no report",
    outcome: well,
    stdout: "MASTER\nmore",
    want: [
      {
        status: "unknown",
        output: 'no report: expected a JSON object or an array of them, found "MASTER"',
        longOutput: "MASTER\nmore",
      },
    ],
  },
  {
    name: "no report and a failure",
    outcome: failed,
    stderr: "Traceback:\nValueError",
    want: [
      {
        status: "unknown",
        output: "exit 3, and no report: expected a JSON object or an array of them, found nothing",
        longOutput: "Traceback:\nValueError",
      },
    ],
  },
  {
    name: "never run",
    outcome: { kind: "exited", code: 127 },
    stdout: `{"status":"ok"}`,
    want: [{ status: "unknown", output: 'could not be run (exit 127), had printed: {"status":"ok"}' }],
  },
  {
    name: "not started",
    outcome: missing,
    want: [{ status: "unknown", output: "could not be run: no such file (ENOENT)" }],
  },
  {
    name: "timed out",
    outcome: timedOut,
    stdout: `{"status":"ok"}`,
    want: [{ status: "critical", output: 'timed out after 2.5 s, had printed: {"status":"ok"}' }],
  },
  {
    name: "killed",
    outcome: { kind: "killed", signal: "SIGTERM" },
    want: [{ status: "unknown", output: "killed by SIGTERM, had printed nothing" }],
  },
];

for (const { name, outcome, stdout = "", stderr = "", droppedBytes = 0, want } of processes) {
  void test(`a process: ${name}`, () => {
    const readings = readReport(outcome, { stdout, stderr, droppedBytes });
    assert.deepEqual(
      readings,
      want.map((one) => reading({ ...one, outcome })),
    );
  });
}

void test("a process: half a report", () => {
  const [only] = readReport(well, { stdout: '{"status":"ok"', stderr: "", droppedBytes: 70 });
  assert.equal(only?.result.status, "unknown");
  assert.match(only.result.output, /^no report: expected a JSON object or an array of them: .*JSON/);
  assert.equal(only.result.longOutput, '{"status":"ok"\n(output: 70 bytes more than are kept, thrown away)');
});
