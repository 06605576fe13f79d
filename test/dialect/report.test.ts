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

const names = "a name of letters, digits and . _ : - (253 characters at most)";
const status = 'a word such as "ok", "critical" or "master"';
const refused: readonly { readonly name: string; readonly given: string; readonly want: string }[] = [
  { name: "nothing", given: " \n", want: "expected a JSON object or an array of them, found nothing" },
  {
    name: "a text",
    given: "OK - \u001b[31mfine\nmore",
    want: 'expected a JSON object or an array of them, found "OK - fine"',
  },
  { name: "a number", given: "42", want: 'expected an object with a "status", found 42' },
  { name: "null", given: "null", want: 'expected an object with a "status", found null' },
  { name: "no results", given: "[]", want: "the report is an empty array, expected one result or more" },
  { name: "an array in an array", given: "[[]]", want: 'expected an object with a "status", found an empty array' },
  { name: "no status", given: `{"host":"a"}`, want: `"status" is missing, expected ${status}` },
  { name: "a null status", given: `{"status":null}`, want: `"status" is null, expected ${status}` },
  { name: "an empty status", given: `{"status":""}`, want: `"status" is "", expected ${status}` },
  { name: "a status of two words", given: `{"status":"not ok"}`, want: `"status" is "not ok", expected ${status}` },
  { name: "a number as status", given: `{"status":0}`, want: `"status" is 0, expected ${status}` },
  {
    name: "a status too long",
    given: `{"status":"${"s".repeat(65)}"}`,
    want: `"status" is "${"s".repeat(40)}… (25 characters more)", expected ${status}`,
  },
  { name: "a host with blanks", given: `{"status":"ok","host":"a b"}`, want: `"host" is "a b", expected ${names}` },
  { name: "a host with a path", given: `{"status":"ok","host":"../x"}`, want: `"host" is "../x", expected ${names}` },
  { name: "a host with a newline", given: `{"status":"ok","host":"a\\n"}`, want: `"host" is "a", expected ${names}` },
  { name: "an empty host", given: `{"status":"ok","host":""}`, want: `"host" is "", expected ${names}` },
  { name: "a host that is none", given: `{"status":"ok","host":["a"]}`, want: `"host" is an array, expected ${names}` },
  { name: "a check with a slash", given: `{"status":"ok","check":"a/b"}`, want: `"check" is "a/b", expected ${names}` },
  {
    name: "an output that is no text",
    given: `{"status":"ok","output":{"a":1}}`,
    want: '"output" is an object, expected a string',
  },
  {
    name: "metrics that are none",
    given: `{"status":"ok","metrics":"a=1"}`,
    want: '"metrics" is "a=1", expected an object of numbers or an array of metrics',
  },
  {
    name: "a metric that is a text",
    given: `{"status":"ok","metrics":{"lag":"12"}}`,
    want: 'metric "lag": "value" is "12", expected a number',
  },
  {
    name: "a metric that is true",
    given: `{"status":"ok","metrics":{"lag":true}}`,
    want: 'metric "lag": "value" is true, expected a number',
  },
  {
    name: "a number too large",
    given: `{"status":"ok","metrics":{"lag":1e999}}`,
    want: 'metric "lag": "value" is Infinity, expected a number',
  },
  {
    name: "a metric without a label",
    given: `{"status":"ok","metrics":{"":1}}`,
    want: 'a metric\'s "label" is "", expected a string of 1 to 255 characters',
  },
  {
    name: "an entry without a label",
    given: `{"status":"ok","metrics":[{"value":1}]}`,
    want: 'a metric\'s "label" is missing, expected a string of 1 to 255 characters',
  },
  {
    name: "an entry without a value",
    given: `{"status":"ok","metrics":[{"label":"a"}]}`,
    want: 'metric "a": "value" is missing, expected a number or null',
  },
  {
    name: "a bare entry",
    given: `{"status":"ok","metrics":[4]}`,
    want: 'a metric is 4, expected an object with "label" and "value"',
  },
  {
    name: "a threshold that is none",
    given: `{"status":"ok","metrics":[{"label":"a","value":1,"warn":"5:1"}]}`,
    want: 'metric "a": "warn" is "5:1", expected a range such as "10", "10:20" or "@10:20"',
  },
  {
    name: "a minimum that is none",
    given: `{"status":"ok","metrics":[{"label":"a","value":1,"min":"0"}]}`,
    want: 'metric "a": "min" is "0", expected a number',
  },
  {
    name: "a unit too long",
    given: `{"status":"ok","metrics":[{"label":"a","value":1,"unit":"${"u".repeat(33)}"}]}`,
    want: `metric "a": "unit" is "${"u".repeat(33)}", expected a string of 32 characters at most`,
  },
  {
    name: "the second of two",
    given: `[{"status":"ok"},{"status":7}]`,
    want: `result 2: "status" is 7, expected ${status}`,
  },
  {
    name: "many mistakes",
    given: `[{},{"status":7,"host":1}]`,
    want: `result 1: "status" is missing, expected ${status} (and 2 more like this)`,
  },
];

for (const { name, given, want } of refused) {
  void test(`refuses ${name}`, () => {
    assert.deepEqual(parseReport(given), { kind: "complaint", complaint: want });
  });
}

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
    complaint: "the report has 257 results, expected 256 at most",
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
    10n,
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
    name: "half a report",
    outcome: well,
    stdout: `{`,
    droppedBytes: 70,
    want: [
      {
        status: "unknown",
        output:
          "no report: expected a JSON object or an array of them: Expected property name or '}' in JSON at position 1",
        longOutput: "{\n(output: 70 bytes more than are kept, thrown away)",
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
    /** Node words its complaints about JSON a little differently from version to version. */
    const plain = JSON.stringify(readings).replace(" (line 1 column 2)", "");
    assert.deepEqual(
      JSON.parse(plain),
      want.map((one) => reading({ ...one, outcome })),
    );
  });
}
