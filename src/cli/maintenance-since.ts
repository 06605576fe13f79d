/** Since when each maintenance is on: the status does not say it, the journal does. */
import { isObject } from "../base/shape.ts";
import type { Answer, Client, Failure } from "./client.ts";
import { parseHistoryEntry } from "./render-history.ts";

const pageEntries = 1_000;

/** A journal of so many pages is not read to its beginning: what is not in them was long ago. */
const pagesMax = 20;

export type Since =
  /** The moments, in milliseconds since 1970, of those scopes whose beginning was found. */
  { readonly kind: "read"; readonly moments: ReadonlyMap<string, number> } | Failure;

/** Looks for the beginning of each of `scopes`, from the newest entry backwards. Not to be answered is no answer. */
export async function maintenanceSince(client: Client, scopes: readonly string[]): Promise<Since> {
  const found = new Map<string, number>();
  if (scopes.length === 0) return { kind: "read", moments: found };
  const subscribed: Answer = await client.ask("subscribe", {});
  if (subscribed.kind !== "result") return subscribed;
  const { result } = subscribed;
  let beforeSeq = isObject(result) && typeof result["seq"] === "number" ? result["seq"] + 1 : 0;
  for (let page = 0; page < pagesMax && beforeSeq > 1 && found.size < scopes.length; page += 1) {
    const sinceSeq = Math.max(1, beforeSeq - pageEntries);
    const answer: Answer = await client.ask("history", { sinceSeq, limit: pageEntries });
    if (answer.kind !== "result") return answer;
    const listed = isObject(answer.result) ? answer.result["entries"] : [];
    const entries = (Array.isArray(listed) ? listed : []).flatMap((entry: unknown) => parseHistoryEntry(entry) ?? []);
    for (const { kind, at, seq, fields } of entries.toReversed()) {
      const { scope } = fields;
      if (kind !== "maintenance-on" || seq >= beforeSeq || typeof scope !== "string") continue;
      if (scopes.includes(scope) && !found.has(scope)) found.set(scope, Date.parse(at));
    }
    beforeSeq = sinceSeq;
  }
  return { kind: "read", moments: found };
}
