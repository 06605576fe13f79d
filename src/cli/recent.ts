/** The end of the journal, as the daemon has it. */
import { isObject } from "../base/shape.ts";
import type { Client } from "./client.ts";
import { parseHistoryEntry, type HistoryEntry } from "./render-history.ts";

export interface Recent {
  readonly entries: readonly HistoryEntry[];
  /** The last of them; entries that come from now on have higher numbers. */
  readonly lastSeq: number;
}

/** Subscribes, and answers with the last entries, at most `entriesMax`; what follows them is told to `client.listen`. */
export async function recentEntries(client: Client, entriesMax: number): Promise<Recent> {
  const subscribed = await client.ask("subscribe", {});
  const result = subscribed.kind === "result" && isObject(subscribed.result) ? subscribed.result : {};
  const lastSeq = typeof result["seq"] === "number" ? result["seq"] : 0;
  if (lastSeq < 1 || entriesMax < 1) return { entries: [], lastSeq };
  const sinceSeq = Math.max(1, lastSeq - entriesMax + 1);
  const answer = await client.ask("history", { sinceSeq, limit: entriesMax });
  const page = answer.kind === "result" && isObject(answer.result) ? answer.result["entries"] : [];
  const entries = (Array.isArray(page) ? page : []).flatMap((entry: unknown) => parseHistoryEntry(entry) ?? []);
  return { entries: entries.filter(({ seq }) => seq <= lastSeq), lastSeq };
}
