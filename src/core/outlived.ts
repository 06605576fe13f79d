/**
 * What outlives a boot of the machine, or a long time without a daemon: what people decided, what was run, and a failure
 * that waits to be looked after. What was observed does not; so what waited because of it is dropped, and that is written
 * down like every other decision.
 */
import { replayRecords, restoreState, type LastingState } from "./restore.ts";
import { sayCause } from "./triggers.ts";
import type { Configuration } from "./configuration.ts";
import type { Record } from "./record.ts";

/** `dropped` decides what becomes of a failure that waits. */
const outliving: readonly Record["kind"][] = [
  "run-start",
  "run-end",
  "dropped",
  "blocked",
  "acknowledged",
  "maintenance-on",
  "maintenance-off",
];

export function isOutliving(record: Record): boolean {
  return outliving.includes(record.kind);
}

/**
 * Of a table that is not current, and the records behind it: a record for each trigger that waited for what was observed.
 * `savedAtMs`: monotonic, of the table's own boot.
 */
export function droppedOf(
  configuration: Configuration,
  table: { readonly state: LastingState; readonly savedAtMs: number },
  records: readonly Record[],
): readonly Record[] {
  const when = { nowMs: table.savedAtMs, shiftMs: 0, isCurrent: true };
  const before = restoreState(configuration, table.state, when);
  const newer = { records, unfinished: null, isCurrent: true };
  const { waiting } = replayRecords(configuration, before, newer, table.savedAtMs);
  return waiting.flatMap(({ rule, cause }): readonly Record[] => {
    if (cause.failed !== null) return [];
    const sentence = `${rule} dropped: ${sayCause(cause)}, and when its turn came no daemon ran: what was known then is not believed any more`;
    return [{ kind: "dropped", rule, cause, hold: "stale", hasWaited: true, sentence }];
  });
}
