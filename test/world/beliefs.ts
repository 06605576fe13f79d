/**
 * What the daemon may believe: kept from what the checks really said, in the order in which it was told, and written
 * anew here from the design's words (section 5), so that the core's own bookkeeping is not asked.
 */
import { checkKey, type Check, type CheckKey, type Configuration } from "../../src/core/configuration.ts";
import type { Status } from "../../src/core/result.ts";
import type { Said } from "./happening.ts";

const badness: { readonly [status: Status]: number } = { warning: 1, unknown: 2, critical: 3, down: 4 };
const howBad = (status: Status): number => badness[status] ?? 0;
export const isRoleWord = (status: Status): boolean => status === "master" || status === "slave";

interface Belief {
  readonly check: Check;
  readonly host: string;
  status: Status;
  /** What was said since the status was last believed or confirmed, in a row. */
  row: Status[];
  /** Its last word, which a stall does not take back. */
  lastSaid: Status;
  /** When the check began that said the last; null: never did. */
  heardAtMs: number | null;
  isStale: boolean;
  lagBytes: number | null;
}

interface HostBelief {
  status: Status;
  role: Status | null;
  /** Statuses and since when, the newest last. */
  readonly past: { readonly status: Status; readonly sinceMs: number }[];
}

const pastMax = 64;

export class Beliefs {
  #beliefs = new Map<CheckKey, Belief>();
  #hosts = new Map<string, HostBelief>();
  #configuration: Configuration;
  learnSinceMs: number;
  /** How often a host has become something else. */
  changes = 0;

  constructor(configuration: Configuration, nowMs: number) {
    this.#configuration = configuration;
    this.learnSinceMs = nowMs;
    this.configure(configuration, nowMs);
  }

  /** Starts over with what the journal says was confirmed; nothing of it is fresh. */
  restore(confirmed: ReadonlyMap<CheckKey, Status>, roles: ReadonlyMap<string, Status>, nowMs: number): void {
    for (const [key, status] of confirmed) {
      const at = key.lastIndexOf(" on ");
      const [name, host] = [key.slice(0, at), key.slice(at + 4)];
      const check = this.#configuration.checks.find(
        (other) => other.name === name && (other.host === host || other.dialect === "report"),
      );
      if (check !== undefined)
        this.#beliefs.set(key, { ...this.#beliefOf(check, host), status, lastSaid: status, heardAtMs: nowMs - 1 });
    }
    for (const [host, role] of roles) this.#hosts.set(host, { status: "unknown", role, past: [] });
    this.#deriveHosts(nowMs);
  }

  configure(configuration: Configuration, nowMs: number): void {
    this.#configuration = configuration;
    const before = this.#beliefs;
    this.#beliefs = new Map();
    for (const [key, belief] of before) {
      const check = configuration.checks.find((other) => other.key === belief.check.key);
      if (check !== undefined) this.#beliefs.set(key, { ...belief, check });
    }
    for (const check of configuration.checks) {
      if (!this.#beliefs.has(check.key)) this.#beliefs.set(check.key, this.#beliefOf(check, check.host));
    }
    this.#deriveHosts(nowMs);
  }

  /** Nothing known counts as seen any more. */
  relearn(nowMs: number): void {
    this.learnSinceMs = nowMs;
    for (const belief of this.#beliefs.values()) belief.row = [];
  }

  hear(key: CheckKey, said: readonly Said[], startedAtMs: number, nowMs: number): void {
    const check = this.#configuration.checks.find((other) => other.key === key);
    if (check === undefined || startedAtMs < this.learnSinceMs) return;
    for (const { host, status, lagBytes } of said) {
      const known = [...this.#beliefs.values()].filter((belief) => belief.check.key === key);
      const spoken = host === null && known.length > 0 ? known.map((belief) => belief.host) : [host ?? check.host];
      for (const about of spoken) {
        if (this.#isOld(check, startedAtMs, nowMs)) this.#heardLate(check, about, startedAtMs);
        else this.#confirm(check, about, { status, lagBytes, startedAtMs });
      }
    }
    this.#deriveHosts(nowMs);
  }

  /** What has become too old is not believed. */
  age(nowMs: number): void {
    let isChanged = false;
    for (const belief of this.#beliefs.values()) {
      if (belief.isStale || belief.heardAtMs === null) continue;
      if (!this.#isOld(belief.check, belief.heardAtMs, nowMs)) continue;
      belief.isStale = true;
      belief.status = "unknown";
      belief.row = [];
      isChanged = true;
    }
    if (isChanged) this.#deriveHosts(nowMs);
  }

  hostStatus(host: string): Status {
    return this.#hosts.get(host)?.status ?? "unknown";
  }

  role(host: string): Status | null {
    return this.#hosts.get(host)?.role ?? null;
  }

  hosts(): readonly string[] {
    return [...this.#hosts.keys()];
  }

  /** What the host was believed to be at each moment since then, the newest last. */
  hostStatusesSince(host: string, sinceMs: number): readonly Status[] {
    const past = this.#hosts.get(host)?.past ?? [];
    const first = past.findLastIndex((entry) => entry.sinceMs <= sinceMs);
    return past.slice(Math.max(0, first)).map((entry) => entry.status);
  }

  checkStatus(check: string, host: string): Status {
    return this.#beliefs.get(checkKey(check, host))?.status ?? "unknown";
  }

  /** Heard since learning began, and not too long ago. A passive check's word holds until its limit. */
  isFresh(key: CheckKey): boolean {
    const belief = this.#beliefs.get(key);
    if (belief === undefined || belief.heardAtMs === null || belief.isStale) return false;
    return belief.check.run.kind === "passive" || belief.heardAtMs >= this.learnSinceMs;
  }

  /** Whether what the host is believed to be rests on fresh words. */
  isHostFresh(host: string): boolean {
    const status = this.hostStatus(host);
    const bearing = this.#counting(host).filter((belief) => belief.status === status || status === "conflict");
    const isFresh = (belief: Belief): boolean => this.isFresh(checkKey(belief.check.name, belief.host));
    return howBad(status) >= 3 ? bearing.some(isFresh) : bearing.length > 0 && bearing.every(isFresh);
  }

  /** Whether all that it rests on was heard since then. */
  isHostHeardSince(host: string, sinceMs: number): boolean {
    const status = this.hostStatus(host);
    const bearing = this.#counting(host).filter((belief) => belief.status === status);
    return bearing.length > 0 && bearing.every(({ heardAtMs }) => heardAtMs !== null && heardAtMs >= sinceMs);
  }

  /** Hosts that are master by the last word too, each heard to be since the last of them became it. */
  mastersTogether(): readonly string[] {
    const masters = [...this.#hosts].filter(([, { status }]) => status === "master");
    if (masters.length < 2) return [];
    const sinceMs = Math.max(...masters.map(([, { past }]) => past.at(-1)?.sinceMs ?? 0));
    const isLastWord = (host: string): boolean =>
      this.#counting(host).every(({ status, lastSaid }) => status !== "master" || lastSaid === "master");
    return masters.map(([host]) => host).filter((host) => isLastWord(host) && this.isHostHeardSince(host, sinceMs));
  }

  lagBytes(host: string): number | null {
    for (const belief of this.#beliefs.values())
      if (belief.host === host && belief.lagBytes !== null && this.isFresh(checkKey(belief.check.name, host)))
        return belief.lagBytes;
    return null;
  }

  /** The checks that count and have not been heard since learning began. */
  unheard(): readonly CheckKey[] {
    return this.#configuration.checks
      .filter((check) => !check.isAdvisory)
      .filter(
        (check) => ![...this.#beliefs].some(([key, belief]) => belief.check.key === check.key && this.isFresh(key)),
      )
      .map((check) => check.key);
  }

  /** A daemon that was not run gives its own checks their time once more, before it takes them for silent. */
  #isOld(check: Check, heardAtMs: number, nowMs: number): boolean {
    const sinceMs = check.run.kind === "passive" ? heardAtMs : Math.max(heardAtMs, this.learnSinceMs);
    return nowMs - sinceMs > check.staleAfterMs;
  }

  #heardLate(check: Check, host: string, startedAtMs: number): void {
    const key = checkKey(check.name, host);
    const belief = this.#beliefs.get(key) ?? this.#beliefOf(check, host);
    this.#beliefs.set(key, belief);
    belief.heardAtMs = startedAtMs;
  }

  #confirm(check: Check, host: string, said: { status: Status; lagBytes: number | null; startedAtMs: number }): void {
    const key = checkKey(check.name, host);
    const belief = this.#beliefs.get(key) ?? this.#beliefOf(check, host);
    this.#beliefs.set(key, belief);
    belief.heardAtMs = said.startedAtMs;
    belief.lastSaid = said.status;
    belief.isStale = false;
    belief.lagBytes = said.lagBytes;
    if (said.status === belief.status) {
      belief.row = [];
      return;
    }
    const isWorse = (status: Status): boolean => howBad(status) > howBad(belief.status);
    if (belief.row.some((status) => isWorse(status) !== isWorse(said.status))) belief.row = [];
    belief.row.push(said.status);
    const needed = isWorse(said.status) ? check.fall : check.rise;
    if (belief.row.length < needed) return;
    const counted = belief.row.slice(-needed);
    const mildest = Math.min(...counted.map(howBad));
    const worst = Math.max(...counted.map(howBad));
    const level = isWorse(said.status) ? mildest : worst;
    const believed = counted.findLast((status) => howBad(status) === level) ?? said.status;
    belief.row = belief.row.slice(belief.row.lastIndexOf(believed) + 1);
    belief.status = believed;
  }

  #deriveHosts(nowMs: number): void {
    const names = new Set([...this.#configuration.hosts, ...[...this.#beliefs.values()].map((belief) => belief.host)]);
    for (const name of names) {
      const host: HostBelief = this.#hosts.get(name) ?? { status: "unknown", role: null, past: [] };
      this.#hosts.set(name, host);
      const status = this.#derive(name);
      if (isRoleWord(status)) host.role = status;
      if (host.past.length > 0 && status === host.status) continue;
      host.status = status;
      this.changes += 1;
      host.past.push({ status, sinceMs: nowMs });
      if (host.past.length > pastMax) host.past.shift();
    }
  }

  #derive(host: string): Status {
    const statuses = this.#counting(host).map((belief) => belief.status);
    if (statuses.includes("down")) return "down";
    if (statuses.includes("critical")) return "critical";
    const roles = new Set(statuses.filter(isRoleWord));
    if (roles.size > 1) return "conflict";
    const [role] = roles;
    if (role !== undefined) return role;
    return statuses.toSorted((a, b) => howBad(b) - howBad(a))[0] ?? "unknown";
  }

  #counting(host: string): readonly Belief[] {
    return [...this.#beliefs.values()].filter(
      (belief) => belief.host === host && !belief.check.isAdvisory && belief.heardAtMs !== null,
    );
  }

  #beliefOf(check: Check, host: string): Belief {
    return {
      check,
      host,
      status: "unknown",
      row: [],
      lastSaid: "unknown",
      heardAtMs: null,
      isStale: false,
      lagBytes: null,
    };
  }
}
