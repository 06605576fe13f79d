/** A run's records, cut off behind each of them, as rows: what the daemon that comes back knows of the run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Record } from "../../src/core/record.ts";
import type { Run, StartedPhase } from "../../src/core/run.ts";
import { unfinishedRun } from "./journal-world.ts";
import { launcher } from "./samples.ts";

/** What changes of a run: the step it is at, its phase, what is done, why it failed. */
type Standing = Pick<Run, "at" | "phase" | "done" | "failure"> | null;

interface Row {
  readonly record: Record;
  readonly want: Standing;
}

export const ready = (attempt: number, sinceMs: number): Run["phase"] => ({
  kind: "ready",
  attempt,
  fence: null,
  sinceMs,
});

export function running(name: string, startedAtMs: number, attempt = 1): StartedPhase {
  const killAtMs = startedAtMs + 30_000;
  return { kind: "running", attempt, fence: null, name, launcher, startedAtMs, killAtMs, isKilled: false };
}

export function check(name: string, rows: readonly Row[]): void {
  void test(name, () => {
    rows.forEach(({ want }, index) => {
      const run = unfinishedRun(rows.slice(0, index + 1).map(({ record }) => record));
      const standing = run === null ? null : { at: run.at, phase: run.phase, done: run.done, failure: run.failure };
      assert.deepEqual(standing, want, `behind record ${index + 1}, ${rows[index]?.record.kind}`);
    });
  });
}
