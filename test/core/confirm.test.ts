/** When a result is believed: `fall` in a row for a worse status, `rise` for a better or an equally good one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { confirm } from "../../src/core/observe.ts";
import { unknownStanding } from "../../src/core/standing.ts";
import type { Status } from "../../src/core/result.ts";

interface Row {
  readonly name: string;
  readonly rise: number;
  readonly fall: number;
  readonly confirmed: Status;
  /** Results, and behind each what is then confirmed. */
  readonly results: readonly (readonly [Status, Status])[];
}

const rows: readonly Row[] = [
  {
    name: "one result is enough where one is asked for",
    rise: 1,
    fall: 1,
    confirmed: "ok",
    results: [
      ["critical", "critical"],
      ["ok", "ok"],
    ],
  },
  {
    name: "three in a row for a worse status",
    rise: 1,
    fall: 3,
    confirmed: "ok",
    results: [
      ["critical", "ok"],
      ["critical", "ok"],
      ["critical", "critical"],
    ],
  },
  {
    name: "the confirmed status in between begins the row anew",
    rise: 1,
    fall: 2,
    confirmed: "ok",
    results: [
      ["critical", "ok"],
      ["ok", "ok"],
      ["critical", "ok"],
      ["critical", "critical"],
    ],
  },
  {
    name: "of several worse ones the mildest",
    rise: 1,
    fall: 3,
    confirmed: "ok",
    results: [
      ["down", "ok"],
      ["warning", "ok"],
      ["critical", "warning"],
      ["critical", "warning"],
      ["down", "critical"],
    ],
  },
  {
    name: "of equally mild ones the latest",
    rise: 2,
    fall: 2,
    confirmed: "critical",
    results: [
      ["slave", "critical"],
      ["master", "master"],
    ],
  },
  {
    name: "of several better ones the least good",
    rise: 2,
    fall: 1,
    confirmed: "down",
    results: [
      ["ok", "down"],
      ["warning", "warning"],
      ["ok", "warning"],
      ["ok", "ok"],
    ],
  },
  {
    name: "worse and better ones are two rows",
    rise: 2,
    fall: 2,
    confirmed: "warning",
    results: [
      ["critical", "warning"],
      ["ok", "warning"],
      ["critical", "warning"],
      ["down", "critical"],
    ],
  },
  {
    name: "an equally good status needs rise",
    rise: 2,
    fall: 1,
    confirmed: "slave",
    results: [
      ["master", "slave"],
      ["slave", "slave"],
      ["master", "slave"],
      ["master", "master"],
    ],
  },
  {
    name: "unknown is worse than warning and better than critical",
    rise: 1,
    fall: 2,
    confirmed: "warning",
    results: [
      ["unknown", "warning"],
      ["unknown", "unknown"],
      ["critical", "unknown"],
      ["warning", "warning"],
    ],
  },
  {
    name: "what is found first: better than unknown at once, worse after fall",
    rise: 1,
    fall: 2,
    confirmed: "unknown",
    results: [
      ["critical", "unknown"],
      ["critical", "critical"],
    ],
  },
  {
    name: "a name that only a report knows ranks as ok",
    rise: 1,
    fall: 3,
    confirmed: "master",
    results: [
      ["leader", "leader"],
      ["critical", "leader"],
    ],
  },
  {
    name: "what was seen behind the believed one counts for the next",
    rise: 1,
    fall: 3,
    confirmed: "ok",
    results: [
      ["warning", "ok"],
      ["critical", "ok"],
      ["critical", "warning"],
      ["critical", "critical"],
    ],
  },
];

for (const row of rows) {
  void test(row.name, () => {
    let standing = { ...unknownStanding(0), status: row.confirmed };
    let confirming: readonly Status[] = [];
    const seen = row.results.map(([result]): readonly [Status, Status] => {
      const next = confirm({ standing, confirming }, result, row);
      standing = { ...standing, status: next.status };
      ({ confirming } = next);
      assert.ok(
        confirming.length < Math.max(row.rise, row.fall),
        "what is being confirmed is shorter than what confirms",
      );
      return [result, next.status];
    });
    assert.deepEqual(seen, row.results);
  });
}
