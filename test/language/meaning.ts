/** Reads conf files that are meant to be well, for tests of what they mean. */
import assert from "node:assert/strict";
import { readTexts } from "./surroundings.ts";
import type { Condition } from "../../src/core/condition.ts";
import type { Configuration } from "../../src/core/configuration.ts";

/** Fails on an error; warnings do not matter here. */
export function read(checks: string, actions: string): Configuration {
  const { configuration, complaints } = readTexts({ checks, actions });
  const errors = complaints.filter(({ severity }) => severity === "error").map(({ message }) => message);
  assert.deepEqual(errors, []);
  assert.ok(configuration !== null);
  return configuration;
}

export const twoChecks = "[local]\ncheck_db_host1\ncheck_db_host2\n";

/** The part of `whole` that `wanted` speaks of. */
export function assertHas(whole: unknown, wanted: object): void {
  for (const [name, value] of Object.entries(wanted)) {
    const entry = Object.entries(whole ?? {}).find(([key]) => key === name);
    assert.deepEqual(entry?.[1], value, name);
  }
}

export const is = (host: string, ...statuses: readonly string[]): Condition => ({
  kind: "is",
  subject: host.startsWith("%") ? { kind: "variable", variable: host.slice(1, -1) } : { kind: "host", host },
  isNegated: false,
  statuses,
});
