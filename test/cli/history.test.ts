/** History as text, and the moments that it can begin at. Times of day are the reader's, so the zone is fixed here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMoment } from "../../src/cli/moment.ts";
import { historyPrinter, parseHistoryEntry, type HistoryEntry } from "../../src/cli/render-history.ts";

process.env["TZ"] = "UTC";

const entries = [
  {
    seq: 1,
    at: "2026-01-05T23:59:59.120Z",
    kind: "transition",
    sentence: "check_db on host1: ok -> critical: 3 results in a row, the last: connection refused by 10.0.0.1",
  },
  {
    seq: 2,
    at: "2026-01-06T00:00:00.001Z",
    kind: "run-start",
    sentence: "primary_lost fires: host1 is critical for 5.2 s",
  },
  {
    seq: 3,
    at: "2026-01-06T00:00:00.120Z",
    kind: "step-end",
    sentence: "primary_lost, run 7, step 1 of 2: plumb host2: exit 1 after 119 ms",
    isSuccess: false,
    output: "RTNETLINK answers:\u001b[31m Operation not permitted\nbye\n",
    droppedBytes: 12,
  },
  { seq: 4, at: "2026-01-06T00:00:00.130Z", kind: "of-the-future", sentence: "not known yet", isSuccess: true },
].map(read);

function read(value: unknown): HistoryEntry {
  const entry = parseHistoryEntry(value);
  assert.ok(entry !== null);
  return entry;
}

void test("in a pipe an entry is a line, whole, with its day", () => {
  const printer = historyPrinter({ columns: null, isColoured: false });
  assert.deepEqual(
    entries
      .map((entry) => printer.print(entry))
      .join("\n")
      .split("\n"),
    [
      "2026-01-05 23:59:59.120  transition       check_db on host1: ok -> critical: 3 results in a row, the last: connection refused by 10.0.0.1",
      "2026-01-06 00:00:00.001  run-start        primary_lost fires: host1 is critical for 5.2 s",
      "2026-01-06 00:00:00.120  step-end         primary_lost, run 7, step 1 of 2: plumb host2: exit 1 after 119 ms",
      String.raw`                                          | RTNETLINK answers:\x1b[31m Operation not permitted`,
      "                                          | bye",
      "                                          | (12 bytes more, in the step's log)",
      "2026-01-06 00:00:00.130  of-the-future    not known yet",
    ],
  );
});

void test("on a terminal it is folded into the line, under its day", () => {
  const printer = historyPrinter({ columns: 80, isColoured: false });
  const lines = entries
    .map((entry) => printer.print(entry))
    .join("\n")
    .split("\n");
  assert.deepEqual(lines, [
    "2026-01-05",
    "23:59:59.120  transition       check_db on host1: ok -> critical: 3 results in a",
    "                               row, the last: connection refused by 10.0.0.1",
    "2026-01-06",
    "00:00:00.001  run-start        primary_lost fires: host1 is critical for 5.2 s",
    "00:00:00.120  step-end         primary_lost, run 7, step 1 of 2: plumb host2:",
    "                               exit 1 after 119 ms",
    String.raw`                               | RTNETLINK answers:\x1b[31m Operation not`,
    "                               | permitted",
    "                               | bye",
    "                               | (12 bytes more, in the step's log)",
    "00:00:00.130  of-the-future    not known yet",
  ]);
  assert.ok(lines.every((line) => line.length <= 80));
});

void test("what asks for attention is red", () => {
  const printer = historyPrinter({ columns: null, isColoured: true });
  const texts = entries.map((entry) => printer.print(entry));
  assert.ok(texts[2]?.includes("\u001b[31mstep-end\u001b[0m         primary_lost"), texts[2]);
});

void test("what is no entry is none", () => {
  for (const value of [null, 1, [], {}, { seq: "1", at: "", kind: "" }]) assert.equal(parseHistoryEntry(value), null);
});

const nowWallMs = Date.parse("2026-01-06T12:00:00Z");
const moments: readonly (readonly [text: string, want: string | null])[] = [
  ["2h", "2026-01-06T10:00:00.000Z"],
  ["1.5d", "2026-01-05T00:00:00.000Z"],
  ["09:30", "2026-01-06T09:30:00.000Z"],
  ["2026-01-05", "2026-01-05T00:00:00.000Z"],
  ["2026-01-05 14:30", "2026-01-05T14:30:00.000Z"],
  ["2026-01-05T14:30:05", "2026-01-05T14:30:05.000Z"],
  ["2026-01-05T14:30:05.250Z", "2026-01-05T14:30:05.250Z"],
  ["2026-01-05T14:30:05+02:00", "2026-01-05T12:30:05.000Z"],
  ["", null],
  ["yesterday", null],
  ["2026-13-05", null],
  ["25:00", null],
  ["2", null],
  ["Z", null],
  ["2026-01-05Z", null],
];
for (const [text, want] of moments) {
  void test(`--since ${text}`, () => {
    const wallMs = parseMoment(text, nowWallMs);
    assert.equal(wallMs === null ? null : new Date(wallMs).toISOString(), want);
  });
}
