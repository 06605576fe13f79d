/** Runs that a person has started: what holds rules back does not hold them. */
import type { Record } from "../../src/core/record.ts";

export function isByHand({ sentence, rule }: Extract<Record, { readonly kind: "run-start" }>): boolean {
  return sentence === `${rule} fires: by hand` || sentence.startsWith(`${rule}, by hand`);
}
