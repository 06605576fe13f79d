/**
 * The parsers against cases in files: our own, `vectors.json`, which has some of every kind, and those that others wrote: the
 * test suites of the monitoring plugins themselves, of Nagios, naemon, Icinga, Telegraf, Sensu and of several libraries, and
 * outputs of real plugins. Those are no part of the repository; where they are beside it, they are gone through as well, and
 * where they are not, their tests say that they were skipped.
 *
 * Every case must come out as it expects, save those in `choices`: there the peers disagree with one another, or the
 * design decides otherwise, and what we do instead is written down and held.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Metric, Outcome } from "../../src/core/result.ts";
import { parsePerfdata, printMetric } from "../../src/dialect/perfdata.ts";
import { readPlugin } from "../../src/dialect/plugin.ts";
import { splitOutput } from "../../src/dialect/printed.ts";
import { isAlert, parseRange } from "../../src/base/range.ts";
import { cleanText } from "../../src/dialect/text.ts";
import { repositoryRoot } from "../root.ts";

interface VectorMetric extends Omit<Metric, "unit"> {
  readonly uom: string;
}

interface Vectors {
  readonly perfdata: readonly {
    readonly id: string;
    readonly input: string;
    readonly expect: readonly VectorMetric[];
    readonly bad: readonly string[] | null;
    readonly conflict: string | null;
  }[];
  readonly ranges: readonly {
    readonly id: string;
    readonly input: string;
    readonly valid: boolean;
    readonly start: number | "-inf" | null;
    readonly end: number | "inf" | null;
    readonly inside: boolean;
    readonly alert: readonly number[];
    readonly ok: readonly number[];
    readonly conflict: string | null;
  }[];
  readonly thresholds: readonly {
    readonly id: string;
    readonly value: number;
    readonly warn: string | null;
    readonly crit: string | null;
    readonly status: number;
  }[];
  readonly output: readonly {
    readonly id: string;
    readonly input: string;
    readonly short: string;
    readonly long: string | null;
    readonly perf: string | null;
  }[];
  readonly serialize: readonly { readonly metric: VectorMetric; readonly text: string | null }[];
  readonly exit_codes: readonly {
    readonly exit?: number;
    readonly signal?: number;
    readonly timeout?: boolean;
    readonly status: string;
  }[];
}

const own = join(repositoryRoot, "test/dialect/vectors.json");
const ofOthers = join(repositoryRoot, "..", "shared", "data", "perfdata_cases.json");

/** Perfdata and ranges that we read differently, by the case's id: what we make of them, in a short notation, and why. */
const choices: ReadonlyMap<string, { readonly ours: string; readonly why: string }> = new Map([
  [
    "pd-109",
    { ours: "1=1 1=2", why: "a blank ends a label without quotes; only so is `os=Linux 6.1 active=0` read rightly" },
  ],
  [
    "pd-110",
    { ours: "1=1 '2\"'=2", why: "a quote that does not close is a stray word, and the next word is read as ever" },
  ],
  ["rg-020", { ours: "none", why: "a percent sign is no part of a range" }],
  ["rg-039", { ours: "none", why: "`~` is a start only; as an end it would be plus and minus infinity at once" }],
]);

const checks: Readonly<Record<string, (vectors: Vectors) => void>> = {
  perfdata: checkPerfdata,
  "perfdata within a plugin's output": checkPerfdataInOutput,
  ranges: checkRanges,
  thresholds: checkThresholds,
  output: checkOutput,
  printing: checkPrinting,
  "exit codes": checkExitCodes,
};

for (const [whose, file] of [
  ["our own", own],
  ["of others", ofOthers],
] as const) {
  const skip = file === ofOthers && !existsSync(file) && `${file} is not there: only our own cases were gone through`;
  for (const [name, check] of Object.entries(checks))
    void test(`${name}, ${whose}`, { skip }, () => check(parseVectors(readFileSync(file, "utf8"))));
}

void test("what peers disagree on is read as the table in checks/README.md says, and all of it stands there", () => {
  const readme = readFileSync(join(repositoryRoot, "checks/README.md"), "utf8");
  const rows = [...readme.matchAll(/^\| `(.*?=.*?)` +\| (nothing|`.*?`) +\| .* \|$/gm)];
  const table = rows.map(([, printed, read]) => `${printed} -> ${read?.replaceAll("`", "")}`);
  const { perfdata } = parseVectors(readFileSync(own, "utf8"));
  const cases = perfdata
    .filter(({ conflict }) => conflict !== null)
    .map(({ input, expect }) => {
      const read = expect.map((metric) => printMetric(fromVector(metric))).join(" ");
      return `${input} -> ${read === "" ? "nothing" : read}`;
    });
  assert.ok(cases.length > 10);
  assert.deepEqual(table, cases);
});

function checkPerfdata({ perfdata }: Vectors): void {
  for (const { id, input, expect, bad, conflict } of perfdata) {
    const choice = choices.get(id);
    for (const text of [input, `${input} `, `${input}\r\n`, `\t${input}|`]) {
      const found = parsePerfdata(text);
      if (choice === undefined) {
        assert.deepEqual(found.metrics, expect.map(fromVector), `${id} ${input}`);
        const badWords = (bad ?? []).flatMap((token) => token.split(" "));
        assert.equal(found.skipped, badWords.length, `${id} ${input}: words skipped`);
      } else {
        assert.notEqual(conflict, null, `${id}: a choice is only for what peers disagree on`);
        assert.equal(found.metrics.map(printMetric).join(" "), choice.ours, `${id} ${input}`);
      }
    }
  }
}

function checkPerfdataInOutput({ perfdata }: Vectors): void {
  for (const { id, input } of perfdata) {
    if (input.trim().includes("\n")) continue;
    const result = readPlugin({ kind: "exited", code: 0 }, { stdout: `OK | ${input}\n`, stderr: "", droppedBytes: 0 });
    assert.deepEqual(result.metrics, parsePerfdata(input).metrics, id);
  }
}

function checkRanges({ ranges }: Vectors): void {
  for (const { id, input, valid, start, end, inside, alert, ok, conflict } of ranges) {
    const range = parseRange(input);
    if (choices.has(id)) {
      assert.notEqual(conflict, null, `${id}: a choice is only for what peers disagree on`);
      assert.equal(range, null, id);
      continue;
    }
    assert.equal(range !== null, valid, `${id} ${input}`);
    if (range === null) continue;
    assert.equal(range.start, start === "-inf" ? Number.NEGATIVE_INFINITY : start, id);
    assert.equal(range.end, end === "inf" ? Number.POSITIVE_INFINITY : end, id);
    assert.equal(range.isAlertInside, inside, id);
    for (const value of alert) assert.ok(isAlert(range, value), `${id}: ${value} raises an alert`);
    for (const value of ok) assert.ok(!isAlert(range, value), `${id}: ${value} raises none`);
  }
}

function checkThresholds({ thresholds }: Vectors): void {
  for (const { id, value, warn, crit, status } of thresholds) {
    const raises = (text: string | null): boolean => {
      const range = text === null ? null : parseRange(text);
      assert.equal(range === null, text === null, `${id}: ${text} is a range`);
      return range !== null && isAlert(range, value);
    };
    const [isCritical, isWarning] = [raises(crit), raises(warn)];
    assert.equal(isCritical ? 2 : Number(isWarning), status, `${id}: ${value} against ${warn} and ${crit}`);
  }
}

function checkOutput({ output }: Vectors): void {
  const flat = (text: string): string => text.split(/[\s|]+/).join(" ").trim(); // prettier-ignore
  for (const { id, input, short, long, perf } of output) {
    for (const text of [input, input.replaceAll("\n", "\r\n"), `${input}\n\n`]) {
      const found = splitOutput(cleanText(text));
      assert.equal(found.line, short, id);
      assert.equal(found.more, (long ?? "").trimEnd(), id);
      assert.equal(flat(found.perfdata), flat(perf ?? ""), id);
    }
  }
}

function checkPrinting({ serialize }: Vectors): void {
  for (const { metric, text } of serialize) {
    const printed = printMetric(fromVector(metric));
    /** No text: the label must be refused or quoted. We quote. */
    if (text === null) assert.match(printed, /^'.*'=/);
    else assert.equal(printed, text);
    assert.deepEqual(parsePerfdata(printed).metrics, [fromVector(metric)]);
  }
}

function checkExitCodes({ exit_codes }: Vectors): void {
  for (const { exit, timeout, status } of exit_codes) {
    const result = readPlugin(outcomeOf(exit, timeout), { stdout: "", stderr: "", droppedBytes: 0 });
    /** The one difference: a check that ran out of time is critical, so that a host that hangs is failed over. */
    assert.equal(result.status, timeout === true ? "critical" : status.toLowerCase());
  }
}

function outcomeOf(exit: number | undefined, timeout: boolean | undefined): Outcome {
  if (exit !== undefined) return { kind: "exited", code: exit };
  return timeout === true ? { kind: "timed-out", afterMs: 1_000 } : { kind: "killed", signal: "SIGKILL" };
}

function fromVector({ uom, ...rest }: VectorMetric): Metric {
  return { ...rest, unit: uom };
}

function parseVectors(text: string): Vectors {
  const parsed: Vectors = JSON.parse(text);
  return parsed;
}
