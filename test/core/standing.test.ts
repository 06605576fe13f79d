/** A standing through time: which changes there are, and what rules they are changes for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { advance, identifiersSeenMax, isChangeBetween, unknownStanding } from "../../src/core/standing.ts";
import { isRole } from "../../src/core/status.ts";
import type { StatusPattern } from "../../src/core/configuration.ts";
import type { Status } from "../../src/core/result.ts";

function pattern(word: string): StatusPattern {
  return word === "any" ? { kind: "any" } : { kind: "status", status: word };
}

/** What of `rules` the last of these statuses triggers. */
function triggered(statuses: readonly Status[], rules: readonly string[]): readonly string[] {
  let standing = unknownStanding(0);
  let found: readonly string[] = [];
  for (const [at, status] of statuses.entries()) {
    const next = advance(standing, { status, role: isRole(status) ? status : null }, at, at);
    ({ standing } = next);
    found = rules.filter((rule) => {
      const [from = "", to = ""] = rule.split("_to_");
      return next.changes.some((change) => isChangeBetween(change, pattern(from), pattern(to)));
    });
  }
  return found;
}

const all = ["slave", "master", "critical", "down", "unknown", "ok", "any"];
const everyRule = all.flatMap((from) => all.map((to) => `${from}_to_${to}`));

const rows: readonly {
  readonly name: string;
  readonly statuses: readonly Status[];
  readonly want: readonly string[];
}[] = [
  {
    name: "role to role",
    statuses: ["slave", "master"],
    want: ["slave_to_master", "slave_to_any", "any_to_master", "any_to_any"],
  },
  {
    name: "role to role over a silence",
    statuses: ["slave", "unknown", "master"],
    want: ["slave_to_master", "unknown_to_master", "unknown_to_any", "any_to_master", "any_to_any"],
  },
  {
    name: "role to role over an outage",
    statuses: ["slave", "critical", "unknown", "master"],
    want: ["slave_to_master", "unknown_to_master", "unknown_to_any", "any_to_master", "any_to_any"],
  },
  {
    name: "role to status",
    statuses: ["master", "critical"],
    want: ["master_to_critical", "master_to_any", "any_to_critical", "any_to_any"],
  },
  {
    name: "role to status over another",
    statuses: ["master", "unknown", "critical"],
    want: ["master_to_critical", "unknown_to_critical", "unknown_to_any", "any_to_critical", "any_to_any"],
  },
  {
    name: "the same status once more before the role was seen again",
    statuses: ["master", "critical", "unknown", "critical"],
    want: ["unknown_to_critical", "unknown_to_any", "any_to_critical", "any_to_any"],
  },
  {
    name: "the same status after the role was seen again",
    statuses: ["master", "critical", "master", "critical"],
    want: ["master_to_critical", "master_to_any", "any_to_critical", "any_to_any"],
  },
  {
    name: "worse than the first",
    statuses: ["master", "critical", "down"],
    want: ["master_to_down", "critical_to_down", "critical_to_any", "any_to_down", "any_to_any"],
  },
  {
    name: "back to the role that it had",
    statuses: ["master", "critical", "master"],
    want: ["critical_to_master", "critical_to_any", "any_to_master", "any_to_any"],
  },
  {
    name: "a first role is no change of role",
    statuses: ["ok", "master"],
    want: ["ok_to_master", "ok_to_any", "any_to_master", "any_to_any"],
  },
  {
    name: "status to status",
    statuses: ["ok", "critical"],
    want: ["critical", "any"].flatMap((to) => [`ok_to_${to}`, `any_to_${to}`]),
  },
  { name: "no change", statuses: ["master", "master"], want: [] },
];

for (const { name, statuses, want } of rows) {
  void test(`${name}: ${statuses.join(", ")}`, () => {
    assert.deepEqual([...triggered(statuses, everyRule)].toSorted(), [...want].toSorted());
  });
}

void test("what stays as it was is the same standing, and not another like it", () => {
  const standing = unknownStanding(7);
  assert.equal(advance(standing, { status: "unknown", role: null }, 9, 1).standing, standing);
});

void test("a standing remembers since when, what it was before, and the order of its role", () => {
  const first = advance(unknownStanding(1), { status: "slave", role: "slave" }, 5, 1).standing;
  const silent = advance(first, { status: "unknown", role: null }, 6, 2).standing;
  const second = advance(silent, { status: "master", role: "master" }, 8, 2).standing;
  assert.deepEqual(second, {
    status: "master",
    sinceMs: 8,
    previous: "unknown",
    role: "master",
    roleSinceMs: 8,
    roleOrder: 2,
    seenSinceRole: [],
  });
  assert.deepEqual(silent.seenSinceRole, ["unknown"]);
  assert.equal(silent.role, "slave");
});

void test("what a role was left for is not kept without an end: what is beyond counts as seen, and what is bad never does", () => {
  const words = Array.from({ length: identifiersSeenMax }, (_, index) => `rev_${index}`);
  assert.deepEqual(triggered(["master", ...words.slice(1), "rev_x"], ["master_to_rev_x"]), ["master_to_rev_x"]);
  assert.deepEqual(triggered(["master", ...words, "rev_x"], ["master_to_rev_x", "any_to_rev_x"]), ["any_to_rev_x"]);
  for (const status of ["critical", "down", "unknown", "conflict"])
    assert.deepEqual(triggered(["master", ...words, "rev_x", status], [`master_to_${status}`]), [
      `master_to_${status}`,
    ]);
  assert.deepEqual(triggered(["master", ...words, "critical", "rev_x", "critical"], ["master_to_critical"]), []);
});

void test("without a role there is nothing that it could be left for", () => {
  let standing = unknownStanding(0);
  for (const status of ["ok", "warning", "critical", "ok"])
    ({ standing } = advance(standing, { status, role: null }, 1, 1));
  assert.deepEqual(standing.seenSinceRole, []);
});
