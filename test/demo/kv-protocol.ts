/**
 * The words of the demo's key-value servers: one request a line, blanks between the words, one line back unless it says otherwise.
 *
 *     SET KEY VALUE          OK OFFSET replicated | OK OFFSET alone      when the slave has it, or when there is no slave
 *     GET KEY                VALUE TEXT | NONE
 *     ROLE                   ROLE master|slave term=N offset=N lag=N
 *     LAG                    LAG BYTES                                   what the slave does not have yet
 *     PROMOTE                OK master term=N                            also if it is master already
 *     DUMP                   DUMP COUNT, then COUNT lines KEY VALUE
 *     WATCH                  a ROLE line now, at each change of role, and every `watchEveryMs`
 *     REPLICATE TERM OFFSET  SNAPSHOT TERM OFFSET COUNT, then COUNT lines KEY VALUE, then for ever ENTRY OFFSET KEY VALUE,
 *                            each SNAPSHOT and ENTRY answered with ACK OFFSET. COUNT is `-` if nothing is missing
 *
 * Everything may be answered with `ERR sentence`.
 */
import type { Position } from "./kv-store.ts";

export type KvRequest =
  | { readonly kind: "set"; readonly key: string; readonly value: string }
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "role" }
  | { readonly kind: "lag" }
  | { readonly kind: "promote" }
  | { readonly kind: "dump" }
  | { readonly kind: "watch" }
  | { readonly kind: "replicate"; readonly position: Position }
  | { readonly kind: "acknowledge"; readonly offset: number }
  | { readonly kind: "malformed"; readonly reason: string };

export type KvRole = "master" | "slave";

/** What a ROLE line says. */
export interface KvState {
  readonly role: KvRole;
  readonly position: Position;
  readonly lagBytes: number;
}

/** Between two lines of WATCH: five of them may be lost before the check calls the server dead. */
export const watchEveryMs = 100;

export function readRequest(line: string): KvRequest {
  const [word = "", ...rest] = line.split(" ");
  const [first = "", second = ""] = rest;
  const shape = `${word}/${rest.length}`;
  if (shape === "SET/2" && first !== "") return { kind: "set", key: first, value: second };
  if (shape === "GET/1") return { kind: "get", key: first };
  if (shape === "ROLE/0") return { kind: "role" };
  if (shape === "LAG/0") return { kind: "lag" };
  if (shape === "PROMOTE/0") return { kind: "promote" };
  if (shape === "DUMP/0") return { kind: "dump" };
  if (shape === "WATCH/0") return { kind: "watch" };
  const [one, two] = [readNumber(first), readNumber(second)];
  if (shape === "REPLICATE/2" && one !== null && two !== null) {
    return { kind: "replicate", position: { term: one, offset: two } };
  }
  if (shape === "ACK/1" && one !== null) return { kind: "acknowledge", offset: one };
  return {
    kind: "malformed",
    reason: `not a request: ${JSON.stringify(line.slice(0, 40))}; one is, for example, SET KEY VALUE`,
  };
}

export function printState(state: KvState): string {
  return `ROLE ${state.role} term=${state.position.term} offset=${state.position.offset} lag=${state.lagBytes}`;
}

/** A ROLE line -> what it says; `null` if it is none. */
export function readState(line: string): KvState | null {
  const match = /^ROLE (master|slave) term=(\d+) offset=(\d+) lag=(\d+)$/.exec(line);
  if (match === null) return null;
  const [, role, term, offset, lag] = match;
  return {
    role: role === "master" ? "master" : "slave",
    position: { term: Number(term), offset: Number(offset) },
    lagBytes: Number(lag),
  };
}

/** A whole number of bytes, terms or entries; `null` if it is not one. */
export function readNumber(word: string): number | null {
  return /^\d{1,15}$/.test(word) ? Number(word) : null;
}
