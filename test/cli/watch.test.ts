/** Pictures of `watch`, for terminals that are large enough and for those that are not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ageStatus } from "../../src/cli/last-known.ts";
import { parseHistoryEntry, type HistoryEntry } from "../../src/cli/render-history.ts";
import { renderWatch } from "../../src/cli/render-watch.ts";
import { parseStatus, type ShownStatus } from "../../src/cli/status-shape.ts";
import { assertGolden } from "./golden.ts";
import { ill, nowWallMs, well } from "./sample-status.ts";

process.env["TZ"] = "UTC";

const entries = Array.from({ length: 30 }, (_, index): HistoryEntry => {
  const entry = parseHistoryEntry({
    seq: index + 1,
    at: `2026-01-05T05:59:${String(index + 10)}.000Z`,
    kind: "transition",
    sentence: `check_db on host1: ok -> critical: three results in a row, the last of number ${index + 1}`,
  });
  assert.ok(entry !== null);
  return entry;
});

const busy = { ...well, checks: Array.from({ length: 40 }, () => ({ ...well.checks[0] })) };

interface Row {
  readonly name: string;
  readonly status: unknown;
  readonly lost: string | null;
  readonly rows: number;
}

const rows: readonly Row[] = [
  { name: "watch-well.txt", status: well, lost: null, rows: 24 },
  { name: "watch-many-checks.txt", status: busy, lost: null, rows: 24 },
  { name: "watch-too-small.txt", status: ill, lost: null, rows: 18 },
  {
    name: "watch-lost.txt",
    status: ageStatus(well, 90_000),
    lost: "the daemon closed the connection to /opt/failoverd/var/failoverd.sock",
    rows: 24,
  },
];

for (const { name, status, lost, rows: height } of rows) {
  void test(name, () => {
    const picture = { status: read(status), entries, lost, nowWallMs };
    const lines = renderWatch(picture, { columns: 80, rows: height, isColoured: false });
    assert.ok(lines.length <= height, `${lines.length} lines`);
    assert.ok(lines.every((line) => line.length <= 80));
    assertGolden(name, lines.join("\n"));
  });
}

void test("whatever its size, a terminal is not written over", () => {
  for (let height = 1; height < 60; height += 1) {
    const picture = { status: read(ill), entries, lost: "gone", nowWallMs };
    assert.ok(renderWatch(picture, { columns: 80, rows: height, isColoured: true }).length <= height);
  }
});

function read(value: unknown): ShownStatus {
  const parsed = parseStatus(value, "status");
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.sentence);
  return parsed.value;
}
