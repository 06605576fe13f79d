/**
 * The journal read for those who ask over the sockets: one at a time, the others wait in line. A whole journal is a second of
 * reading and parsing; hundreds of them together would hold up the daemon's own writes, behind which a failover waits.
 */
import { historyOf, readHistory, type HistoryItem, type HistoryPage, type HistoryQuery } from "../store/history.ts";
import type { Disk } from "../store/disk.ts";

export interface HistoryReader {
  /** Null: when its turn came nobody wanted it any more. */
  readonly page: (
    query: HistoryQuery & { readonly limit: number },
    isWanted: () => boolean,
  ) => Promise<HistoryPage | null>;
  /** Everything from an entry on. Whoever begins to read it reads to its end or leaves the loop: the others wait for that. */
  readonly past: (sinceSeq: number) => AsyncGenerator<HistoryItem, void>;
}

export function historyReader(disk: Disk, folder: string): HistoryReader {
  let last: Promise<void> = Promise.resolve();

  /** Resolves when all who came before have left, to what one leaves with. */
  function enter(): Promise<() => void> {
    const before = last;
    let leave = (): void => undefined;
    last = new Promise((resolve) => {
      leave = resolve;
    });
    return before.then(() => leave);
  }

  return {
    page: async (query, isWanted) => {
      const leave = await enter();
      try {
        return isWanted() ? await readHistory(disk, folder, query) : null;
      } finally {
        leave();
      }
    },
    past: async function* (sinceSeq) {
      const leave = await enter();
      try {
        yield* historyOf(disk, folder, { sinceSeq });
      } finally {
        leave();
      }
    },
  };
}
