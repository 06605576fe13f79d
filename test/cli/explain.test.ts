/** Explanations as people read them, for what may hold a rule back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExplanation, type ShownExplanation } from "../../src/cli/explanation-shape.ts";
import { renderExplanation } from "../../src/cli/render-explanation.ts";
import { parseHistoryEntry, type HistoryEntry } from "../../src/cli/render-history.ts";
import { assertGolden } from "./golden.ts";

process.env["TZ"] = "UTC";

const when = {
  of: "when",
  depth: 0,
  text: "%MASTER% is critical or down for 5s",
  truth: "true",
  because: "%MASTER% (host1) is critical for 7.2 s; true for 7.2 s (needs 5 s)",
  ageMs: null,
};
const whenPart = {
  of: "when",
  depth: 1,
  text: "%MASTER% is critical or down",
  truth: "true",
  because: "%MASTER% (host1) is critical for 7.2 s",
  ageMs: 246,
};
const both = { ...when, text: "(%MASTER% is critical or down for 5s) and host2 is slave", truth: "unknown" };
const other = {
  of: "when",
  depth: 1,
  text: "host2 is slave",
  truth: "true",
  because: "host2 is slave for 3.1 h",
  ageMs: 3_100,
};
const lag =
  "lag of check_replication on host2 is 48MB, check_replication on host2 is slave for 3.1 h, last result 812 ms ago";
const guard = [
  { of: "if", depth: 0, text: "%SLAVE% is slave and lag of %SLAVE% < 16MB", truth: "false", because: lag, ageMs: null },
  {
    of: "if",
    depth: 1,
    text: "%SLAVE% is slave",
    truth: "true",
    because: "%SLAVE% (host2) is slave for 3.1 h",
    ageMs: 812,
  },
  { of: "if", depth: 1, text: "lag of %SLAVE% < 16MB", truth: "false", because: lag, ageMs: 812 },
];
const held = {
  rule: "primary_lost",
  state: "held",
  reason: `primary_lost held: its guard "if %SLAVE% is slave and lag of %SLAVE% < 16MB" is false: ${lag}`,
  hold: `primary_lost held: its guard "if %SLAVE% is slave and lag of %SLAVE% < 16MB" is false: ${lag}`,
  parts: [when, whenPart, ...guard],
};
const armed = { ...held, state: "armed", reason: null, hold: null, parts: [{ ...when, truth: "false" }, whenPart] };
const edge = {
  rule: "slave_to_master",
  state: "armed",
  reason: null,
  hold: null,
  parts: [
    {
      of: "on",
      depth: 0,
      text: "a host goes from slave to master",
      truth: "false",
      because: "it has not come; now host1 is master, host2 is \u001b[2Jslave",
      ageMs: null,
    },
  ],
};
const entries = [
  { seq: 7, at: "2026-01-05T05:59:53.120Z", kind: "held", rule: "primary_lost", sentence: held.reason },
  {
    seq: 9,
    at: "2026-01-05T05:59:58.001Z",
    kind: "run-end",
    rule: "primary_lost",
    outcome: "failed",
    sentence: "primary_lost, run 7: FAILED: step 1: promote host2 ended with exit 1",
  },
].map(readEntry);

interface Row {
  readonly name: string;
  readonly explanation: unknown;
  readonly lately: readonly HistoryEntry[];
  readonly columns: number | null;
}

const rows: readonly Row[] = [
  { name: "explain-held.txt", explanation: held, lately: entries, columns: 80 },
  { name: "explain-held-piped.txt", explanation: held, lately: entries, columns: null },
  { name: "explain-edge.txt", explanation: edge, lately: [], columns: 80 },
];

for (const { name, explanation, lately, columns } of rows) {
  void test(name, () => {
    const text = renderExplanation(read(explanation), lately, { columns, isColoured: false });
    if (columns !== null) assert.ok(text.split("\n").every((line) => line.length <= columns));
    assertGolden(name, text);
  });
}

const verdicts: readonly (readonly [name: string, explanation: unknown, want: RegExp])[] = [
  [
    "true, and nothing holds it",
    { ...armed, parts: [when] },
    /\n\nNothing holds it back, and its condition is true: it fires now\.$/,
  ],
  [
    "false, and nothing holds it",
    {
      ...armed,
      parts: [
        { ...when, truth: "false" },
        { ...whenPart, truth: "false" },
      ],
    },
    /\n\nNothing holds it back: it fires when its condition becomes true\.$/,
  ],
  [
    "true, and its time is not up",
    armed,
    /\n\nNothing holds it back: its condition is true, and it fires when its time is up\.$/,
  ],
  [
    "true, and since when is not known",
    { ...armed, parts: [{ ...when, truth: "unknown" }, whenPart] },
    /\n\nNothing holds it back: its condition is true, and it fires when its time is up\.$/,
  ],
  [
    "one part's time is not up, and the other part is true",
    { ...armed, parts: [both, { ...when, depth: 1, truth: "unknown" }, { ...whenPart, depth: 2 }, other] },
    /it fires when its time is up\.$/,
  ],
  [
    "one part's time is not up, and the other part is not true",
    {
      ...armed,
      parts: [both, { ...when, depth: 1, truth: "unknown" }, { ...whenPart, depth: 2 }, { ...other, truth: "unknown" }],
    },
    /Its condition cannot be judged now, and nothing fires on what is not known\.$/,
  ],
  [
    "not what is true",
    { ...armed, parts: [{ ...when, text: "not host1 is ok", truth: "false" }, whenPart] },
    /it fires when its condition becomes true\.$/,
  ],
  [
    "not known",
    { ...armed, parts: [{ ...when, truth: "unknown" }] },
    /\n\nIts condition cannot be judged now, and nothing fires on what is not known\.$/,
  ],
  [
    "false, and held if it were true",
    { ...armed, hold: "primary_lost held: maintenance of everything for another 2 h" },
    /\n\nIf it were triggered now, it would be held back: maintenance of everything for another 2 h\.$/,
  ],
  [
    "held, when it cannot be judged whether it would fire",
    { ...held, parts: [{ ...when, truth: "unknown" }], hold: "primary_lost held: it waits" },
    /^primary_lost is held\n\nwhen [^]*\n\nHeld back: it waits\.$/,
  ],
  [
    "true, and held by something newer than its state says",
    { ...armed, parts: [when], hold: "primary_lost held: cooling down" },
    /\n\nHeld back: cooling down\.$/,
  ],
  [
    "blocked",
    {
      ...armed,
      state: "blocked",
      reason: "primary_lost is blocked: its run 7 failed",
      hold: "primary_lost is blocked: its run 7 failed",
    },
    /^primary_lost is blocked\nIts run 7 failed\.\n\nwhen /,
  ],
  [
    "has fired",
    { ...armed, reason: "has fired, and fires again …" },
    /^primary_lost is armed\nHas fired, and fires again …\.\n/,
  ],
];

for (const [name, explanation, want] of verdicts) {
  void test(`verdict: ${name}`, () => {
    assert.match(renderExplanation(read(explanation), [], { columns: null, isColoured: false }), want);
  });
}

void test("an answer that is none is refused in a sentence", () => {
  assert.deepEqual(parseExplanation({ ...held, parts: [{ of: "while" }] }, "explanation"), {
    ok: false,
    sentence: 'explanation.parts[0].of: expected "when" or "if" or "on", got "while"',
  });
});

function read(value: unknown): ShownExplanation {
  const parsed = parseExplanation(value, "explanation");
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.sentence);
  return parsed.value;
}

function readEntry(value: unknown): HistoryEntry {
  const entry = parseHistoryEntry(value);
  assert.ok(entry !== null);
  return entry;
}
