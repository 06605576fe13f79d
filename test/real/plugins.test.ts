/** What the daemon makes of plugins that everybody has: status, output, metrics, each as `status --json` shows it. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { CheckView } from "../../src/wire/status.ts";
import { skipWithoutLab } from "./needs.ts";
import { plugins, type PluginRow } from "./plugins.ts";
import { inWorld } from "./world.ts";

const skip = skipWithoutLab({
  "/usr/lib/nagios/plugins/check_dummy": "monitoring-plugins-basic",
  "/usr/lib/nagios/plugins/check_pgsql": "monitoring-plugins-standard",
});
let checks: readonly CheckView[] = [];

before(async () => {
  if (skip === false) checks = parseChecks(await inWorld("play-plugins.js"));
});

for (const row of plugins) void test(`${row.name}: ${row.command}`, { skip }, () => check(row));

function check({ name, status, exit, output, metrics, longOutput }: PluginRow): void {
  const seen = checks.find((each) => each.check === name);
  assert.ok(seen !== undefined);
  assert.deepEqual([seen.status, seen.exit], [status, exit], JSON.stringify(seen));
  if (typeof output === "string") assert.equal(seen.output, output);
  else assert.match(seen.output, output);
  if (longOutput !== undefined) assert.match(seen.longOutput, longOutput);
  /** A value that changes is not compared; the row has a `*` for it. */
  const labels = seen.metrics.map(({ label, value, unit }) => `${label}=${value}${unit === "" ? "" : ` ${unit}`}`);
  if (metrics === undefined) return;
  assert.equal(labels.length, metrics.length, labels.join(", "));
  for (const [index, want] of metrics.entries()) {
    const isAny = want.includes("=*");
    const got = labels[index] ?? "";
    assert.equal(isAny ? got.replace(/=-?[\d.e-]+/, "=*") : got, want);
  }
}

function parseChecks(text: string): readonly CheckView[] {
  const parsed: readonly CheckView[] = JSON.parse(text);
  return parsed;
}
