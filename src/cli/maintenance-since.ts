/** Since when each maintenance is on: the status does not say it, the journal does. */
import { isObject } from "../base/shape.ts";
import type { Client } from "./client.ts";
import { parseHistoryEntry } from "./render-history.ts";

const pageEntries = 1_000;

/** A journal of so many pages is not read to its beginning: what is not in them was long ago. */
const pagesMax = 20;

/** The moments, in milliseconds since 1970, for those of `scopes` that were found, from the newest entry backwards. */
export async function maintenanceSince(
  client: Client,
  scopes: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const subscribed = scopes.length === 0 ? null : await client.ask("subscribe", {});
  const result = subscribed?.kind === "result" && isObject(subscribed.result) ? subscribed.result : {};
  let beforeSeq = typeof result["seq"] === "number" ? result["seq"] + 1 : 0;
  for (let page = 0; page < pagesMax && beforeSeq > 1 && found.size < scopes.length; page += 1) {
    const sinceSeq = Math.max(1, beforeSeq - pageEntries);
    const answer = await client.ask("history", { sinceSeq, limit: pageEntries });
    const listed = answer.kind === "result" && isObject(answer.result) ? answer.result["entries"] : [];
    const entries = (Array.isArray(listed) ? listed : []).flatMap((entry: unknown) => parseHistoryEntry(entry) ?? []);
    for (const { kind, at, seq, fields } of entries.toReversed()) {
      const { scope } = fields;
      if (kind !== "maintenance-on" || seq >= beforeSeq || typeof scope !== "string") continue;
      if (scopes.includes(scope) && !found.has(scope)) found.set(scope, Date.parse(at));
    }
    beforeSeq = sinceSeq;
  }
  return found;
}
