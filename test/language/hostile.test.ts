/**
 * No bytes whatever make the language throw, hang, or say something that cannot be shown.
 *
 * That its time is linear is shown by each hostile file at a quarter of what a file may have, and at all of it: four times as
 * much may take three times four times as long, and something that is quadratic takes sixteen. What is measured is the
 * processor's time, so that a busy machine does not matter, and of several tries the best one counts.
 */
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { complaintsMax } from "../../src/language/complaints.ts";
import { printComplaint } from "../../src/language/print-complaint.ts";
import { readConfiguration } from "../../src/language/read-configuration.ts";
import { fileBytesMax } from "../../src/language/source.ts";
import { repositoryRoot } from "../root.ts";
import { hostile } from "./hostile.ts";
import { testSurroundings } from "./surroundings.ts";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 500);
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);
/** Below this a measurement is of the machine more than of the language. */
const noiseMs = 200;
const growthMax = 12;
const triesMax = 4;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const harmlessChecks = encode("[local]\ncheck_db_host1\n");
const harmlessActions = encode("[slave_to_master]\nstartservice1\n");

function read(checks: Uint8Array, actions: Uint8Array): void {
  const { configuration, complaints } = readConfiguration(
    { checks: { name: "checks.conf", bytes: checks }, actions: { name: "actions.conf", bytes: actions } },
    testSurroundings,
  );
  assert.equal(
    configuration === null,
    complaints.some(({ severity }) => severity === "error"),
  );
  assert.ok(complaints.length <= 2 * (complaintsMax + 1));
  for (const complaint of complaints) {
    const { line, column, width, source } = complaint;
    assert.ok(column === 0 ? width === 1 : line > 0 && column <= Array.from(source).length + 1 && width >= 1);
    assert.doesNotMatch(printComplaint(complaint), /[^\P{Cc}\n\t]/u);
  }
}

for (const { name, file, text } of hostile) {
  const bytesOf = (size: number): Uint8Array => encode(text(size)).subarray(0, fileBytesMax);
  const readAs = (as: typeof file, bytes: Uint8Array): void =>
    as === "checks" ? read(bytes, harmlessActions) : read(harmlessChecks, bytes);
  void test(`hostile file: ${name}`, () => {
    readAs(file === "checks" ? "actions" : "checks", bytesOf(fileBytesMax / 16));
    const [quarter, whole] = [bytesOf(fileBytesMax / 4), bytesOf(fileBytesMax)];
    let [quarterMs, wholeMs] = [Infinity, Infinity];
    for (let tries = 0; tries < triesMax && !isLinear(); tries += 1) {
      quarterMs = Math.min(
        quarterMs,
        processorMs(() => readAs(file, quarter)),
      );
      wholeMs = Math.min(
        wholeMs,
        processorMs(() => readAs(file, whole)),
      );
    }
    function isLinear(): boolean {
      return wholeMs <= noiseMs + growthMax * quarterMs && wholeMs !== Infinity;
    }
    assert.ok(isLinear(), `${quarter.length} bytes take ${quarterMs} ms, ${whole.length} take ${wholeMs} ms`);
  });
}

function processorMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

void test(`random bytes (SEED=${seed})`, () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(bytes, bytes, (checks, actions) => read(checks, actions)),
    { numRuns, seed },
  );
});

const golden = join(repositoryRoot, "test", "language", "golden");
const samples = readdirSync(golden)
  .map((name) => readFileSync(join(golden, name), "utf8").split("----\n")[0] ?? "")
  .filter((text) => text.length < 5_000);

const awkward = [
  "[",
  "]",
  "{",
  "}",
  "(",
  ")",
  '"',
  "'",
  "%",
  "\\",
  "\n",
  ",",
  "#",
  "=",
  " ",
  "\t",
  "\0",
  "\r",
  "\ud800",
  "é",
  "日",
  "for",
  " is ",
  " or ",
  "[local]\n",
  "[rule x]\nwhen ",
  "expect ",
];

/** A piece of a real file, with something of it removed, doubled or replaced. */
const mutated = fc
  .tuple(
    fc.constantFrom(...samples),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 }), fc.constantFrom("", ...awkward)), { minLength: 1, maxLength: 5 }),
  )
  .map(([sample, changes]) =>
    changes.reduce((text, [where, length, insert]) => {
      const at = where % (text.length + 1);
      return text.slice(0, at) + insert + text.slice(at + length);
    }, sample),
  );

void test(`files with something wrong in them (SEED=${seed})`, () => {
  fc.assert(
    fc.property(mutated, mutated, (checks, actions) => read(encode(checks), encode(actions))),
    { numRuns, seed },
  );
});
