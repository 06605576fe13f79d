/**
 * What holds for any input at all: nothing throws, everything is bounded, nothing that a terminal obeys gets through, and
 * time is linear. Properties over random text from the characters that matter, and a megabyte of each thing that is
 * known to make parsers slow.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Metric, Outcome, Result } from "../../src/core/result.ts";
import { readCheck, readResidentLine } from "../../src/dialect/dialects.ts";
import {
  labelCharactersMax,
  metricsMax,
  parsePerfdata,
  printMetric,
  unitCharactersMax,
} from "../../src/dialect/perfdata.ts";
import { longOutputCharactersMax, outputCharactersMax } from "../../src/dialect/printed.ts";
import { isAlert, parseRange } from "../../src/base/range.ts";
import { parseReportValue, reportResultsMax } from "../../src/dialect/report.ts";
import { cleanText } from "../../src/dialect/text.ts";

const pieces: readonly string[] = [
  ...characters("a1=;'\" |.:@~,U%\n\r\t\\-+eE0/{}[]é\u001b\u0000\u009b\u202e\ud83d\udc18"),
  ...characters('a=1 \'a_b\'=2.5MB; MASTER DOWN ocf-exit-reason: {"status":"ok" "metrics":{ \u001b[31m \u001b]0;', " "),
];
const hostileText = fc.array(fc.constantFrom(...pieces), { maxLength: 120 }).map((parts) => parts.join(""));

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({
    kind: fc.constant("exited" as const),
    code: fc.oneof(fc.constantFrom(0, 1, 2, 3, 7, 8, 126, 127, 190), fc.integer()),
  }),
  fc.record({ kind: fc.constant("killed" as const), signal: hostileText }),
  fc.record({ kind: fc.constant("timed-out" as const), afterMs: fc.nat() }),
  fc.record({ kind: fc.constant("not-started" as const), errno: hostileText, reason: hostileText }),
  fc.record({ kind: fc.constant("lost" as const), reason: hostileText }),
);

/** UTF-16 units, also those that are half a character; or what stands between separators. */
function characters(text: string, separator = ""): readonly string[] {
  return text.split(separator);
}

/** Room for the sentences that are put behind what was cut. */
const sentencesMax = 600;

function checkResult({ status, output, longOutput, metrics }: Result): void {
  assert.match(status, /^[a-z_][a-z0-9_-]{0,63}$/);
  assert.ok(output.length > 0 && output.length <= outputCharactersMax + sentencesMax, "a line, and not too long");
  assert.ok(longOutput.length <= longOutputCharactersMax + sentencesMax);
  assert.ok(metrics.length <= metricsMax);
  assert.doesNotMatch(output, /\p{Cc}|\p{Cs}|\p{Bidi_Control}/u);
  assert.doesNotMatch(longOutput, /[^\P{Cc}\n\t]|\p{Cs}|\p{Bidi_Control}/u);
  for (const { label, unit, value } of metrics) {
    assert.ok(label !== "" && label.length <= labelCharactersMax && unit.length <= unitCharactersMax);
    assert.doesNotMatch(label + unit, /\p{Cc}|\p{Cs}|\p{Bidi_Control}/u);
    assert.ok(value === null || Number.isFinite(value));
  }
}

function checkAllDialects(stdout: string, stderr: string, ended: Outcome): void {
  for (const dialect of ["plugin", "ocf", "report"] as const) {
    for (const droppedBytes of [0, 1]) {
      const readings = readCheck({ dialect, isPromotable: true }, ended, { stdout, stderr, droppedBytes });
      assert.ok(readings.length > 0 && readings.length <= reportResultsMax);
      for (const { result } of readings) checkResult(result);
    }
    for (const { result } of readResidentLine(dialect, stdout)) checkResult(result);
  }
}

void test("any output of any end is a result within its limits", () => {
  fc.assert(fc.property(hostileText, hostileText, outcome, checkAllDialects), { numRuns: 400 });
});

void test("any JSON is results or a complaint", () => {
  const field = fc.constantFrom(
    "status",
    "host",
    "check",
    "output",
    "longOutput",
    "metrics",
    "label",
    "value",
    "unit",
    "warn",
  );
  const leaf = fc.oneof(hostileText, fc.double(), fc.constantFrom(null, "ok", "host1", true, 1));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(field, tie("value")),
    ),
  }));
  const likely = fc.record(
    { status: fc.constant("ok"), host: fc.constantFrom("a", null), output: hostileText, metrics: value },
    { requiredKeys: ["status"] },
  );
  const check = (json: unknown): void => {
    const report = parseReportValue(json);
    if (report.kind === "results") for (const { result } of report.results) checkResult(result);
    else assert.doesNotMatch(report.complaint, /\p{Cc}|\p{Bidi_Control}/u);
  };
  fc.assert(fc.property(fc.oneof(value, likely, fc.array(likely, { maxLength: 3 })), check), { numRuns: 400 });
});

void test("every word of perfdata is a metric or is counted", () => {
  const check = (text: string): void => {
    const { metrics, skipped, firstSkipped, beyondLimit } = parsePerfdata(text);
    const words = text.split(/[ \t\n\r\v\f|]+/).filter((word) => word !== "").length;
    assert.ok(metrics.length + skipped + beyondLimit <= words, "no word counts twice");
    assert.equal(metrics.length + skipped === 0, words === 0);
    assert.equal(firstSkipped === null, skipped === 0);
  };
  fc.assert(fc.property(hostileText, check), { numRuns: 1_000 });
});

void test("a metric that is printed is read back the same", () => {
  const bound = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0));
  const threshold = fc.option(fc.constantFrom("10", "10:", "~:-1.5", "@5:06", "1e3:2E+3"));
  const label = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }).filter((text) => !/\p{Cc}/u.test(text));
  const unit = fc.constantFrom("", "%", "MB", "s", "E", "c", "°C", "B/s");
  const metric = fc.record({ label, value: bound, unit, warn: threshold, crit: threshold, min: bound, max: bound });
  const check = (given: Metric): void => {
    const want = { ...given, unit: given.value === null ? "" : given.unit };
    assert.deepEqual(parsePerfdata(`x=1 ${printMetric(given)} y=2`).metrics.slice(1, -1), [want]);
  };
  fc.assert(fc.property(metric, check), { numRuns: 500 });
});

void test("a range with an @ alerts exactly where the same without it does not", () => {
  const end = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  fc.assert(
    fc.property(end, end, fc.double({ noNaN: true }), (one, other, value) => {
      const text = `${Math.min(one, other)}:${Math.max(one, other)}`;
      const [outside, inside] = [parseRange(text), parseRange(`@${text}`)];
      assert.ok(outside !== null && inside !== null, text);
      assert.notEqual(isAlert(outside, value), isAlert(inside, value));
    }),
  );
});

void test("clean text stays as it is", () => {
  fc.assert(
    fc.property(hostileText, (text) => assert.equal(cleanText(cleanText(text)), cleanText(text))),
    { numRuns: 400 },
  );
});

/** Each is repeated up to a megabyte, as it is and behind a pipe, and read in every dialect. */
const floods: readonly string[] = [
  ...characters("'\"=;| \n\r\t1a.:@-e[{,\\\u001b\u0000\u009b\u202e\ud800é"),
  ...characters(
    "''_''' _'a _'''a _\"a 'a _x''_' '_a=_=1 _a=1_a=1 _a=1;_'a b'=1 _a=1._a=1e_1:2_\r\n_ \n_MASTER_MASTER ",
    "_",
  ),
  ...characters("\u001b[_\u001b]_\u001b[0;_\u001b[0 _\u001bP\n_ocf-exit-reason:_🐘", "_"),
  ...characters('{"a":_[{"status":"ok"},_{"status":"ok"} _{"status":"ok","metrics":{"a":1},', "_"),
];

const floodCharacters = 1_000_000;
const floodMs = 1_000;

void test("a megabyte of anything is read within a second", () => {
  const inputs: [string, string][] = floods.map((piece) => [piece, piece.repeat(floodCharacters / piece.length)]);
  inputs.push(["a deep array", "[".repeat(floodCharacters / 2) + "]".repeat(floodCharacters / 2)]);
  inputs.push(["a long number", `x | a=${"9".repeat(floodCharacters)}`]);
  inputs.push(["a long label", `x | '${"a".repeat(floodCharacters)}'=1`]);
  inputs.push(["many metrics", `{"status":"ok","metrics":[${'{"label":"a","value":1},'.repeat(40_000)}1]}`]);
  inputs.push(["many wrong results", `[${"{},".repeat(250)}{"status":"${"x".repeat(floodCharacters)}"}]`]);
  const well: Outcome = { kind: "exited", code: 0 };
  for (const [name, text] of inputs) {
    /** CPU time of this process, so that a busy machine fails nothing. */
    const before = process.cpuUsage();
    for (const stdout of [text, `x | ${text}`]) {
      readCheck({ dialect: "plugin", isPromotable: true }, well, { stdout, stderr: "", droppedBytes: 0 });
    }
    readCheck({ dialect: "report", isPromotable: true }, well, { stdout: text, stderr: "", droppedBytes: 1 });
    readCheck({ dialect: "ocf", isPromotable: true }, well, { stdout: "", stderr: text, droppedBytes: 0 });
    const { user } = process.cpuUsage(before);
    assert.ok(user < floodMs * 1_000, `${JSON.stringify(name)} took ${user} us`);
  }
});
