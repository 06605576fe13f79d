/**
 * What a daemon that is not there knew last: the status in its table. Its ages go on growing, and nothing in it is fresh,
 * so that a dead daemon never reads as a healthy one.
 */
import { isObject } from "../base/shape.ts";
import { readBootId } from "../host/boot.ts";
import { realClock } from "../host/clock.ts";
import { realDisk } from "../host/files.ts";
import { readTable } from "../store/table.ts";

export type LastKnown =
  /** `status`: in the shape of a living daemon's. */
  | { readonly kind: "known"; readonly status: unknown; readonly ageMs: number }
  | { readonly kind: "nothing"; readonly sentence: string };

/** Reads `table.json` in `folder`. */
export async function readLastKnown(folder: string): Promise<LastKnown> {
  const read = await readTable(realDisk, folder);
  switch (read.kind) {
    case "none":
      return { kind: "nothing", sentence: `there is no state table in ${folder} either: no daemon has run there yet` };
    case "unusable":
      return { kind: "nothing", sentence: `its state table is of no use: ${read.sentence}` };
    case "table": {
      const { savedAtMs, savedAtWallMs, bootId, status } = read.table;
      const isThisBoot = bootId === readBootId();
      const ageMs = Math.max(0, isThisBoot ? realClock.nowMs() - savedAtMs : realClock.wallMs() - savedAtWallMs);
      return { kind: "known", status: ageStatus(status, Math.round(ageMs)), ageMs };
    }
  }
}

/** The status as it was shown `ageMs` ago, as it has to be shown now. */
export function ageStatus(status: unknown, ageMs: number): unknown {
  if (!isObject(status)) return status;
  const { daemon, checks } = status;
  return {
    ...status,
    daemon: isObject(daemon)
      ? { ...daemon, running: false, heartbeatAgeMs: ageMs + numberOf(daemon["heartbeatAgeMs"]) }
      : daemon,
    checks: Array.isArray(checks) ? checks.map((check: unknown) => ageCheck(check, ageMs)) : checks,
  };
}

function ageCheck(check: unknown, ageMs: number): unknown {
  if (!isObject(check)) return check;
  const before = check["ageMs"];
  return { ...check, isStale: true, ageMs: typeof before === "number" ? before + ageMs : before };
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
