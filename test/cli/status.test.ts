/** The status as text, for what an operator may meet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderStatus } from "../../src/cli/render-status.ts";
import { parseStatus, type ShownStatus } from "../../src/cli/status-shape.ts";
import { assertGolden } from "./golden.ts";
import { awaiting, dead, failed, ill, nowWallMs, well } from "./sample-status.ts";

process.env["TZ"] = "UTC";

const rows: readonly { readonly name: string; readonly status: unknown; readonly columns: number | null }[] = [
  { name: "status-well.txt", status: well, columns: 80 },
  { name: "status-well-piped.txt", status: well, columns: null },
  { name: "status-ill.txt", status: ill, columns: 80 },
  { name: "status-awaiting.txt", status: awaiting, columns: 80 },
  { name: "status-failed.txt", status: failed, columns: 80 },
  {
    name: "status-awaiting-down.txt",
    status: { ...awaiting, hosts: [{ ...well.hosts[0], status: "critical" }] },
    columns: 80,
  },
  { name: "status-dead.txt", status: dead, columns: 80 },
  { name: "status-empty.txt", status: { ...well, hosts: [], checks: [], rules: [] }, columns: 80 },
];

for (const { name, status, columns } of rows) {
  void test(name, () => assertGolden(name, renderStatus(read(status), nowWallMs, { columns, isColoured: false })));
}

void test("a status of the first version is enough, and one that is none is refused in a sentence", () => {
  const { splitBrain: _, ...first } = well;
  assert.ok(parseStatus(first, "status").ok);
  const wrong = parseStatus({ ...well, hosts: [{ host: 1 }] }, "status");
  assert.deepEqual(wrong, { ok: false, sentence: "status.hosts[0].host: expected a string, got 1" });
});

function read(value: unknown): ShownStatus {
  const parsed = parseStatus(value, "status");
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.sentence);
  return parsed.value;
}
