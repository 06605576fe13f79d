/** The ranks of statuses: how bad each is. Nothing else compares two statuses. */
import type { Status } from "./result.ts";
import type { Role } from "./state.ts";

const ranks: ReadonlyMap<Status, number> = new Map([
  ["master", 0],
  ["slave", 0],
  ["ok", 0],
  ["conflict", 0], // of a host, whose role checks do not agree
  ["warning", 1],
  ["unknown", 2],
  ["critical", 3],
  ["down", 4],
]);

/** 0 is well. An identifier that only a report knows (`leader`, `syncing`) ranks as well. */
export function rankOf(status: Status): number {
  return ranks.get(status) ?? 0;
}

/** It is a word of the daemon's own, and not one that only a report knows. */
export function isRanked(status: Status): boolean {
  return ranks.has(status);
}

export function isRole(status: Status): status is Role {
  return status === "master" || status === "slave";
}
