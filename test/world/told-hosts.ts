/**
 * What the daemon has told of its hosts, by its records alone, held against what it must believe of them (`beliefs.ts`):
 * a host that has become something else, and two that are seen to be master together, must have been told of.
 */
import type { Record } from "../../src/core/record.ts";
import type { State } from "../../src/core/state.ts";
import type { Beliefs } from "./beliefs.ts";

export class ToldHosts {
  readonly #statuses = new Map<string, string>();
  #splitBrain: readonly string[] = [];
  /** Since when each of two masters was heard again; null: they were not. */
  #togetherSinceMs: number | null = null;
  #changes = 0;

  /** What it goes on with has been told before. */
  restarted(state: State): void {
    this.#statuses.clear();
    for (const [host, { status }] of Object.entries(state.hosts)) this.#statuses.set(host, status);
    this.#splitBrain = state.splitBrain;
    this.#togetherSinceMs = null;
  }

  turn(records: readonly Record[], beliefs: Beliefs, nowMs: number): string | null {
    for (const record of records) {
      if (record.kind === "transition" && record.check === null && !record.isRole)
        this.#statuses.set(record.host, record.to);
      if (record.kind === "split-brain") this.#splitBrain = record.hosts;
      if (record.kind === "split-brain-over") this.#splitBrain = [];
    }
    const untold = records.length > 0 || beliefs.changes !== this.#changes ? this.#untold(beliefs) : null;
    this.#changes = beliefs.changes;
    return untold ?? this.#unseen(beliefs, nowMs);
  }

  #untold(beliefs: Beliefs): string | null {
    for (const host of beliefs.hosts()) {
      const [told, believed] = [this.#statuses.get(host) ?? "unknown", beliefs.hostStatus(host)];
      if (told !== believed) return `${host} is ${believed} by what its checks said, and was last told to be ${told}`;
    }
    return null;
  }

  /** Both are heard once more than the design asks for: one of them may have been taken for the master again only then. */
  #unseen(beliefs: Beliefs, nowMs: number): string | null {
    const masters = beliefs.mastersTogether();
    if (masters.length < 2) {
      this.#togetherSinceMs = null;
      return null;
    }
    this.#togetherSinceMs ??= nowMs;
    const sinceMs = this.#togetherSinceMs;
    if (!masters.every((host) => beliefs.isHostHeardSince(host, sinceMs))) return null;
    const missing = masters.filter((host) => !this.#splitBrain.includes(host));
    return missing.length === 0
      ? null
      : `${masters.join(" and ")} are seen to be master together, and that is not told`;
  }
}
