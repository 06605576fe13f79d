/**
 * What a daemon knows at its start: the table of the one before it, the records behind it, and the run that they left
 * unfinished. Decides what of that is still believed: statuses only of this boot and not of long ago; what people decided,
 * and what was run, always.
 */
import { sayDuration } from "../base/duration.ts";
import { droppedOf, isOutliving } from "../core/outlived.ts";
import { rebaseRun, resumeRun } from "../core/rebase.ts";
import { initialState, replayRecords, restoreState } from "../core/restore.ts";
import { historyOf } from "../store/history.ts";
import type { Configuration } from "../core/configuration.ts";
import type { Record } from "../core/record.ts";
import type { Run } from "../core/run.ts";
import type { State } from "../core/state.ts";
import type { Clock } from "../host/clock.ts";
import type { Disk } from "../store/disk.ts";
import type { Recovery } from "../store/open-journal.ts";
import type { Table } from "../store/table-format.ts";

/** A table that is older than this tells of another time, even in the same boot. */
export const restoredAgeMsMax = 10 * 60_000;

export interface Recovered {
  readonly state: State;
  readonly found: string;
  readonly isRestored: boolean;
  /** What waited and is not taken over: to be durable before a table that does not know of it. */
  readonly dropped: readonly Record[];
  /** Why the run that was cut off is not gone on with before a person has said so; null: it is. */
  readonly doubt: string | null;
}

/** Table, then the records behind it, then the run that they left unfinished. */
export async function recover(
  world: {
    readonly clock: Clock;
    readonly disk: Disk;
    readonly varFolder: string;
    readonly bootId: string;
    readonly newestRun: () => Promise<number>;
  },
  configuration: Configuration,
  table: Table | null,
  recovery: Recovery,
): Promise<Recovered> {
  const { clock, bootId } = world;
  const nowMs = clock.nowMs();
  const isSameBoot = table !== null && table.bootId === bootId;
  const ageMs = table === null ? 0 : isSameBoot ? nowMs - table.savedAtMs : clock.wallMs() - table.savedAtWallMs;
  const isCurrent = isSameBoot && ageMs <= restoredAgeMsMax;
  const shiftMs = table === null || isSameBoot ? 0 : nowMs - clock.wallMs() - (table.savedAtMs - table.savedAtWallMs);
  const begin =
    table === null
      ? initialState(configuration, nowMs)
      : restoreState(configuration, table.state, { nowMs, shiftMs, isCurrent });
  const newer: Record[] = [];
  let unread: string | null = null;
  let lastAt: string | null = null;
  for await (const item of historyOf(world.disk, world.varFolder, { sinceSeq: (table?.seq ?? 0) + 1 })) {
    if (item.kind === "entry") {
      /** Without a table it is the whole journal. */
      if (table !== null || isOutliving(item.entry)) newer.push(item.entry);
      lastAt = item.entry.at;
    } else if (item.isUnread) unread ??= sayUnread(item.sentence);
  }
  const unfinished = unfinishedOf(recovery, bootId, nowMs);
  const records = isCurrent ? newer : newer.filter(isOutliving);
  const wallMs = clock.wallMs();
  const state = replayRecords(configuration, begin, { records, unfinished, isCurrent, wallMs }, nowMs);
  const distrust = recovery.distrust ?? unread;
  /** What a run that nobody remembers has left in its folder must not be taken for the next one's. */
  const lastRun = Math.max(recovery.lastRun, await world.newestRun());
  const lasting = { ...state, nextRun: Math.max(state.nextRun, lastRun + 1), distrust };
  const silentMs = table !== null ? ageMs : lastAt === null ? null : wallMs - Date.parse(lastAt);
  const doubt = doubtOf(recovery, bootId, silentMs);
  const dropped = table === null || isCurrent ? [] : droppedOf(configuration, table, newer);
  return {
    state: lasting,
    found: sayFound(table, { isSameBoot, isCurrent, ageMs }, { run: unfinished, doubt }),
    isRestored: isCurrent,
    dropped,
    doubt,
  };
}

/** It must not do again what it does not know to be done. Another start may find the disk well. */
function sayUnread(gap: string): string {
  return `what happened lately is not known: ${gap}. See to the disk and start failoverd again, or "failoverctl ack journal"`;
}

function unfinishedOf(recovery: Recovery, bootId: string, nowMs: number): Run | null {
  const { run, runBootId } = recovery;
  if (run === null) return null;
  /** Which boot it was is not known if the journal is damaged there: its process is looked for all the same. */
  const isOtherBoot = runBootId !== null && runBootId !== bootId;
  return isOtherBoot ? rebaseRun(run, nowMs) : resumeRun(run, nowMs);
}

/**
 * The world has gone on since: what was right to do next may be wrong by now. `silentMs`: how long no daemon ran, by the
 * table or, without one, by the journal's last entry and the wall clock; null: nobody knows.
 */
function doubtOf({ run, runBootId }: Recovery, bootId: string, silentMs: number | null): string | null {
  if (run === null) return null;
  if (runBootId !== bootId) return "it was cut off in another boot of this machine";
  if (silentMs === null || silentMs < 0) return "it was cut off, and how long ago is not known";
  return silentMs <= restoredAgeMsMax ? null : `it was cut off, and no daemon ran for ${sayDuration(silentMs)}`;
}

function sayFound(
  table: Table | null,
  how: { isSameBoot: boolean; isCurrent: boolean; ageMs: number },
  { run, doubt }: { readonly run: Run | null; readonly doubt: string | null },
): string {
  const next = doubt === null && run?.phase.kind !== "in-doubt" ? "is gone on with" : "waits for an operator";
  const left = run === null ? "" : `; run ${run.run} of ${run.rule} was cut off at step ${run.at + 1} and ${next}`;
  if (table === null) return `no state table, everything begins unknown${left}`;
  if (how.isCurrent) return `state table of ${sayDuration(how.ageMs)} ago restored${left}`;
  const why = how.isSameBoot ? `is ${sayDuration(how.ageMs)} old` : "was written in another boot of this machine";
  return `the state table ${why}, everything begins unknown${left}`;
}
