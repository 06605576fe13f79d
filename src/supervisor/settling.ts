/**
 * What is shown and saved: the state as of between two turns, and how far the journal was then. So it is never in the midst
 * of a turn, and what a crash takes back is neither in the journal nor in the table nor was it shown.
 */
import { lastingOf } from "../core/restore.ts";
import type { Configuration } from "../core/configuration.ts";
import type { State } from "../core/state.ts";
import type { Clock } from "../host/clock.ts";
import type { Table } from "../store/table-format.ts";
import type { StatusView } from "../wire/status.ts";
import type { Memory } from "./memory.ts";

export interface Known {
  readonly configuration: Configuration;
  readonly state: State;
}

/** What was known between two turns, and the last entry that is in it: that is durable, and that listeners were told of. */
export interface Settled extends Known {
  readonly seq: number;
  readonly toldSeq: number;
  /** False: something in it is in no journal. */
  readonly isRemembered: boolean;
}

export interface Settling {
  /** A turn is over. */
  readonly settle: (known: Known) => void;
  readonly settled: () => Settled;
}

export function startSettling(memory: Memory, known: Known): Settling {
  const settledAt = (now: Known): Settled => ({
    ...now,
    seq: memory.durableSeq,
    toldSeq: memory.toldSeq,
    isRemembered: memory.notRemembered === null,
  });
  let settled = settledAt(known);
  return {
    settle: (now) => {
      settled = settledAt(now);
    },
    settled: () => settled,
  };
}

/**
 * The table of what has settled; null: it stays as it was, because the journal cannot be written, and a table must not know of
 * a run that no record tells of.
 */
export function composeTable(
  of: { readonly clock: Clock; readonly bootId: string; readonly localHost: string },
  settled: Settled,
  status: StatusView,
): Table | null {
  const { configuration, state, seq, isRemembered } = settled;
  if (!isRemembered) return null;
  return {
    savedAtWallMs: of.clock.wallMs(),
    savedAtMs: of.clock.nowMs(),
    bootId: of.bootId,
    localHost: of.localHost,
    fingerprint: configuration.fingerprint,
    seq,
    state: lastingOf(state),
    status,
  };
}
