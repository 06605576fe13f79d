/** What conditions mean, and that what the core says of one is read as the same again. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { sayCondition } from "../../src/core/condition-text.ts";
import { is, read, twoChecks } from "./meaning.ts";
import type { Condition } from "../../src/core/condition.ts";

const conditionRows: readonly { readonly given: string; readonly want: Condition }[] = [
  { given: "host1 is down", want: is("host1", "down") },
  { given: "local is down or critical", want: is("host1", "down", "critical") },
  { given: "%LOCAL% is down", want: is("host1", "down") },
  {
    given: "%MASTER% are critical or down or host2 is ok or slave",
    want: { kind: "or", parts: [is("%MASTER%", "critical", "down"), is("host2", "ok", "slave")] },
  },
  {
    given: "host1 is ok and host2 is ok or host1 is down",
    want: { kind: "or", parts: [{ kind: "and", parts: [is("host1", "ok"), is("host2", "ok")] }, is("host1", "down")] },
  },
  { given: "not not host1 is ok", want: { kind: "not", part: { kind: "not", part: is("host1", "ok") } } },
  {
    given: "host1 is not ok or warning",
    want: { kind: "is", subject: { kind: "host", host: "host1" }, isNegated: true, statuses: ["ok", "warning"] },
  },
  { given: "host1 was master", want: { kind: "was", subject: { kind: "host", host: "host1" }, statuses: ["master"] } },
  {
    given: "check_db_host1 is down or check_db_host2 on %MASTER% is down",
    want: {
      kind: "or",
      parts: [
        {
          kind: "is",
          subject: { kind: "check", check: "check_db_host1", on: null },
          isNegated: false,
          statuses: ["down"],
        },
        {
          kind: "is",
          subject: { kind: "check", check: "check_db_host2", on: { kind: "variable", variable: "MASTER" } },
          isNegated: false,
          statuses: ["down"],
        },
      ],
    },
  },
  {
    given: "(host1 is down or host2 is down) for 90s",
    want: {
      kind: "for",
      part: { kind: "or", parts: [is("host1", "down"), is("host2", "down")] },
      durationMs: 90_000,
      key: "(host1 is down or host2 is down) for 90s",
    },
  },
  {
    given: "local is down for 60s",
    want: { kind: "for", part: is("host1", "down"), durationMs: 60_000, key: "host1 is down for 1m" },
  },
  {
    given: "lag of %SLAVE% < 16MB",
    want: {
      kind: "metric",
      metric: "lag",
      subject: { kind: "variable", variable: "SLAVE" },
      comparison: "<",
      quantity: { kind: "bytes", bytes: 16_777_216, text: "16MB" },
    },
  },
  {
    given: '"/var free" of check_db_host1>=10%',
    want: {
      kind: "metric",
      metric: "/var free",
      subject: { kind: "check", check: "check_db_host1", on: null },
      comparison: ">=",
      quantity: { kind: "percent", value: 10 },
    },
  },
  {
    given: "rta of host1 != 1.5",
    want: {
      kind: "metric",
      metric: "rta",
      subject: { kind: "host", host: "host1" },
      comparison: "!=",
      quantity: { kind: "number", value: 1.5 },
    },
  },
  {
    given: "rta of host1 == 250ms",
    want: {
      kind: "metric",
      metric: "rta",
      subject: { kind: "host", host: "host1" },
      comparison: "=",
      quantity: { kind: "duration", ms: 250 },
    },
  },
  {
    given: "free of host1 is in its warning range",
    want: { kind: "range", metric: "free", subject: { kind: "host", host: "host1" }, range: "warning" },
  },
  {
    given: "all hosts are not down",
    want: { kind: "quantified", quantifier: "all", over: { kind: "hosts" }, isNegated: true, statuses: ["down"] },
  },
  {
    given: "any check on %MASTER% is critical",
    want: {
      kind: "quantified",
      quantifier: "any",
      over: { kind: "checks", check: null, on: { kind: "variable", variable: "MASTER" } },
      isNegated: false,
      statuses: ["critical"],
    },
  },
  {
    given: "all check_db_host1 are ok",
    want: {
      kind: "quantified",
      quantifier: "all",
      over: { kind: "checks", check: "check_db_host1", on: null },
      isNegated: false,
      statuses: ["ok"],
    },
  },
  {
    given: "count of hosts is slave or master >= 2",
    want: { kind: "count", over: { kind: "hosts" }, statuses: ["slave", "master"], comparison: ">=", count: 2 },
  },
  {
    given: "count of checks on host1 is critical > 0",
    want: {
      kind: "count",
      over: { kind: "checks", check: null, on: { kind: "host", host: "host1" } },
      statuses: ["critical"],
      comparison: ">",
      count: 0,
    },
  },
];

function conditionOf(text: string): Condition | undefined {
  const trigger = read(twoChecks, `[rule a]\nwhen ${text}\nplumb\n`).rules[0]?.trigger;
  return trigger?.kind === "condition" ? trigger.when : undefined;
}

for (const { given, want } of conditionRows) {
  void test(`a condition: ${given}`, () => {
    assert.deepEqual(conditionOf(given), want);
    if (!given.includes('"')) assert.deepEqual(conditionOf(sayCondition(want)), want);
  });
}
