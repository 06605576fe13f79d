/**
 * What must be known of all earlier entries to go on from here. Each journal file begins with it, so recovery reads one
 * file, however old the run in progress is, and old files can be dropped. Folded from the records, one by one, in order.
 */
import type { Record } from "../core/record.ts";
import type { Run } from "../core/run.ts";
import { foldRun } from "./unfinished.ts";

export interface Checkpoint {
  /** The run that has begun and not ended. */
  readonly run: Run | null;
  /** The highest number that a run was given; 0: there was none. */
  readonly lastRun: number;
  /** The machine's boot in which the last daemon started. */
  readonly bootId: string | null;
  /** The boot in which the last record of the run was written: process ids and monotonic times in `run` are of that one. */
  readonly runBootId: string | null;
  /** Why the journal cannot be trusted until somebody acknowledges it; null: it can. */
  readonly distrust: string | null;
}

export const emptyCheckpoint: Checkpoint = {
  run: null,
  lastRun: 0,
  bootId: null,
  runBootId: null,
  distrust: null,
};

/** What an operator acknowledges when he has looked at a damaged journal: `failoverctl ack journal`. */
export const journalScope = "journal";

export function foldCheckpoint(before: Checkpoint, record: Record): Checkpoint {
  const run = foldRun(before.run, record);
  const checkpoint = run === before.run ? before : { ...before, run, runBootId: before.bootId };
  if (record.kind === "run-start") return { ...checkpoint, lastRun: Math.max(before.lastRun, record.run) };
  if (record.kind === "daemon-start") return { ...checkpoint, bootId: record.bootId };
  if (record.kind === "acknowledged" && record.what === journalScope) return { ...checkpoint, distrust: null };
  return checkpoint;
}
