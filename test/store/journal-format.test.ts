/** Single lines of the journal whose seal is in order, and which are all the same not what this version can go on from. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c, printChecksum } from "../../src/base/checksum.ts";
import { emptyCheckpoint } from "../../src/store/checkpoint.ts";
import { encodeEntry, encodeHeader, parseEntry, parseHeader } from "../../src/store/journal-format.ts";
import { sealLine, unsealLine } from "../../src/store/seal.ts";
import { note } from "./samples.ts";

type Fields = Readonly<{ [name: string]: unknown }>;

const at = "2026-01-05T03:12:44.120Z";
const header = { failoverd: "journal", version: 1, firstSeq: 1, at, checkpoint: emptyCheckpoint };
const entry = { seq: 7, at, kind: "note", topic: "test", sentence: "one", group: 5 };

function without(fields: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name));
}

function line(fields: Fields): Uint8Array {
  return sealLine(fields).subarray(0, -1);
}

const notOurs = "it does not begin as a journal of failoverd does";
const notKnown = "it is not a header that this version knows";

const headers: readonly (readonly [name: string, fields: Fields, reason: string | null])[] = [
  ["as it is written", header, null],
  ["with a field of a later day", { ...header, moon: "full" }, null],
  ["no object", { ...header, failoverd: undefined }, notOurs],
  ["of another kind of file", { ...header, failoverd: "table" }, notOurs],
  ["without a version", without(header, "version"), "it has no version"],
  ["a version that is a word", { ...header, version: "1" }, "it has no version"],
  ["a version that is no whole number", { ...header, version: 1.5 }, "it has no version"],
  ["version 0", { ...header, version: 0 }, "it has no version"],
  ["without a first number", without(header, "firstSeq"), notKnown],
  ["a first number that is none", { ...header, firstSeq: 0 }, notKnown],
  ["without a time", without(header, "at"), notKnown],
  [
    "without a checkpoint",
    without(header, "checkpoint"),
    "it holds what cannot be: checkpoint: expected an object, got nothing",
  ],
  [
    "a checkpoint that is null",
    { ...header, checkpoint: null },
    "it holds what cannot be: checkpoint: expected an object, got null",
  ],
  [
    "a checkpoint with half a run",
    { ...header, checkpoint: { ...emptyCheckpoint, run: { run: 1, rule: "a" } } },
    "it holds what cannot be: checkpoint.run.cause: expected an object, got nothing",
  ],
];

for (const [name, fields, reason] of headers) {
  void test(`a header: ${name}`, () => {
    const want =
      reason === null
        ? { kind: "header", header: { firstSeq: 1, at, checkpoint: emptyCheckpoint } }
        : { kind: "bad", reason };
    assert.deepEqual(parseHeader(line(fields)), want);
  });
}

void test("a header without its seal is ours to know by its first fields, and not to be trusted", () => {
  const bytes = (fields: Fields): Uint8Array => new TextEncoder().encode(JSON.stringify(fields));
  assert.deepEqual(parseHeader(bytes(header)), { kind: "bad", reason: "it has no checksum" });
  assert.deepEqual(parseHeader(bytes({ ...header, version: 2 })), { kind: "future", version: 2 });
  assert.deepEqual(parseHeader(line({ ...header, version: 2 })), { kind: "future", version: 2 });
  const changed = line(header);
  changed[3] = (changed[3] ?? 0) ^ 1;
  assert.deepEqual(parseHeader(changed), { kind: "bad", reason: "its checksum is wrong" });
});

const entries: readonly (readonly [name: string, fields: Fields, isEntry: boolean])[] = [
  ["as it is written", entry, true],
  ["the first of its group", { ...entry, group: 7 }, true],
  ["of a group that begins behind it", { ...entry, group: 8 }, false],
  ["without a group", without(entry, "group"), false],
  ["of a group 0", { ...entry, group: 0 }, false],
  ["without a number", without(entry, "seq"), false],
  ["a number that is too large to count with", { ...entry, seq: 2 ** 53 }, false],
  ["without a time", without(entry, "at"), false],
  ["without a kind", without(entry, "kind"), false],
  ["without a sentence", without(entry, "sentence"), false],
];

for (const [name, fields, isEntry] of entries) {
  void test(`an entry: ${name}`, () => {
    const { group, ...rest } = fields;
    const want = isEntry
      ? { kind: "entry", entry: rest, groupSeq: group }
      : { kind: "bad", reason: "the line is not a journal entry" };
    assert.deepEqual(parseEntry(line(fields)), want);
  });
}

const unfit: readonly (readonly [fields: Fields, reason: string])[] = [
  [{ kind: "transition", host: 1 }, "transition.host: expected a string, got 1"],
  [{ kind: "run-start", run: 1, rule: "a" }, "run-start.cause: expected an object, got nothing"],
  [{ kind: "run-end", run: 0 }, "run-end.run: expected a whole number from 1 to 9007199254740991, got 0"],
  [{ kind: "daemon-start" }, "daemon-start.bootId: expected a string, got nothing"],
];

for (const [fields, reason] of unfit) {
  void test(`an entry that is sealed and cannot be: ${reason}`, () => {
    const want = { kind: "unfit", seq: 8, reason: `the line holds what cannot be: ${reason}` };
    assert.deepEqual(parseEntry(line({ ...entry, seq: 8, group: 8, ...fields })), want);
  });
}

void test("an entry of a kind that only a later version knows is let through", () => {
  assert.equal(parseEntry(line({ ...entry, kind: "eclipse", moon: "new" })).kind, "entry");
});

void test("what is written is what is read", () => {
  const written = { ...note("one"), seq: 7, at };
  const read = parseEntry(encodeEntry(written, { groupSeq: 5 }).subarray(0, -1));
  assert.deepEqual(read, { kind: "entry", entry: written, groupSeq: 5 });
  const begun = { firstSeq: 7, at, checkpoint: { ...emptyCheckpoint, lastRun: 3 } };
  assert.deepEqual(parseHeader(encodeHeader(begun).subarray(0, -1)), { kind: "header", header: begun });
});

void test("a right checksum over what is not JSON is no seal of ours", () => {
  const body = new TextEncoder().encode('{"seq":');
  const seal = new TextEncoder().encode(`,"sum":"${printChecksum(crc32c(body))}"}`);
  assert.deepEqual(unsealLine(Uint8Array.from([...body, ...seal])), { kind: "changed" });
});
