/**
 * No bytes whatever make the language throw, hang, or say something that cannot be shown. Time is held to be linear by
 * files so big that anything quadratic would take minutes; the limit is far above what they take (under 0.3 s each).
 */
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { complaintsMax } from "../../src/language/complaints.ts";
import { printComplaint } from "../../src/language/print-complaint.ts";
import { readConfiguration } from "../../src/language/read-configuration.ts";
import { repositoryRoot } from "../root.ts";
import { hostile } from "./hostile.ts";
import { testSurroundings } from "./surroundings.ts";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 500);
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);
/** A file may have 1 MiB; a quarter of it is enough to tell linear from quadratic. */
const bytesEach = Number(process.env["HOSTILE_BYTES"] ?? 262_144);
const limitMs = 20_000;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const harmlessChecks = encode("[local]\ncheck_db_host1\n");
const harmlessActions = encode("[slave_to_master]\nstartservice1\n");

function read(checks: Uint8Array, actions: Uint8Array): void {
  const startedAtMs = performance.now();
  const { configuration, complaints } = readConfiguration(
    { checks: { name: "checks.conf", bytes: checks }, actions: { name: "actions.conf", bytes: actions } },
    testSurroundings,
  );
  const tookMs = performance.now() - startedAtMs;
  assert.ok(tookMs < limitMs, `took ${tookMs} ms`);
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

for (const { name, text } of hostile) {
  void test(`hostile file: ${name}`, () => {
    const bytes = encode(text(bytesEach)).subarray(0, 1_048_576);
    read(bytes, harmlessActions);
    read(harmlessChecks, bytes);
  });
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
