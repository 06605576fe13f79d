/**
 * Which edges are owed a decision: for every change that was written down, which rules it triggers, by the design's words;
 * for every one of these a run, or a sentence that it was dropped, or it waits. Kept as far as it is durable, so that it
 * can be compared with what a new daemon remembers.
 */
import { isByHand } from "./by-hand.ts";
import type { Configuration, Rule } from "../../src/core/configuration.ts";
import type { Record } from "../../src/core/record.ts";
import type { State, WaitingTrigger } from "../../src/core/state.ts";
import { isRoleWord } from "./beliefs.ts";

type Transition = Extract<Record, { readonly kind: "transition" }>;

interface Seen {
  role: string | null;
  /** Statuses since it last was in its role. */
  readonly since: Set<string>;
}

interface Page {
  readonly owed: Map<string, number>;
  readonly hosts: Map<string, Seen>;
  readonly configuration: Configuration | null;
  /** Records of this turn that are not written yet. */
  readonly unwritten: Record[];
  /** By those of it that are. */
  readonly triggered: Set<string>;
}

export class EdgeBook {
  #durable: Page = blank(new Map(), new Map());
  #pages: Page[] = [];
  /** What the last daemon did not remember, on a disk that did not give it back, another one may read again. */
  #wasAmnesiac = false;
  /** Which runs look after a failure. */
  readonly #afterFailure = new Map<number, boolean>();

  turn(configuration: Configuration, records: readonly Record[], after: State): string | null {
    if (records.length === 0) return null;
    const before = this.#pages.at(-1) ?? this.#durable;
    const page: Page = {
      owed: new Map(before.owed),
      hosts: new Map([...before.hosts].map(([host, { role, since }]) => [host, { role, since: new Set(since) }])),
      configuration,
      unwritten: [...records],
      triggered: new Set(),
    };
    this.#pages.push(page);
    /** A host's change triggers a rule once a turn, however many records tell of it. */
    const triggered = new Set<string>();
    for (const record of records) this.#note(page, configuration, record, triggered);
    return compare(page.owed, after.waiting);
  }

  /** One more record is durable. */
  written(): void {
    const [first] = this.#pages;
    const record = first?.unwritten.shift();
    if (first === undefined || record === undefined) return;
    if (first.unwritten.length > 0) {
      /** A crash may leave it at that. */
      if (first.configuration !== null) this.#note(this.#durable, first.configuration, record, first.triggered);
      return;
    }
    this.#durable = first;
    this.#pages.shift();
  }

  /** What a crash left unwritten has not happened. */
  restarted(how: {
    readonly state: State;
    readonly isRestored: boolean;
    readonly isAmnesiac: boolean;
    readonly found: string;
    readonly dropped: readonly Record[];
  }): string | null {
    this.#pages = [];
    /** Without a table nothing is known of what waited. */
    const isTableLess = how.found.startsWith("no state table");
    /** What it is about to drop has been found as well. */
    const found = [
      ...how.state.waiting,
      ...how.dropped.flatMap((record) => (record.kind === "dropped" ? [record] : [])),
    ];
    const isUnsure = how.isAmnesiac || this.#wasAmnesiac;
    this.#wasAmnesiac = how.isAmnesiac;
    const vanished = isUnsure || isTableLess ? null : compare(this.#durable.owed, found);
    if (how.isRestored && !isUnsure) return vanished;
    this.#durable = blank(count(found), rolesOf(how.state));
    return vanished;
  }

  /** `triggered`: which rules the turn has triggered so far; each only once for a host or a check. */
  #note(page: Page, configuration: Configuration, record: Record, triggered: Set<string>): void {
    const oweAll = (kind: Rule["trigger"]["kind"]): void => {
      for (const rule of configuration.rules) if (rule.trigger.kind === kind) owe(page, rule.name, 1);
    };
    if (record.kind === "transition") {
      for (const rule of configuration.rules) {
        const name = `${rule.name} ${record.check} ${record.host}`;
        if (!isTriggeredBy(rule, record, page.hosts.get(record.host)) || triggered.has(name)) continue;
        triggered.add(name);
        owe(page, rule.name, 1);
      }
      follow(page, record);
    }
    if (record.kind === "split-brain") oweAll("split-brain");
    if (record.kind === "dropped") owe(page, record.rule, -1);
    if (record.kind === "run-start") {
      this.#afterFailure.set(record.run, record.cause.failed !== null);
      if (isByEdge(configuration, record)) owe(page, record.rule, -1);
    }
    /** What fails while it looks after a failure triggers no more of them. */
    if (record.kind === "run-end" && record.outcome === "failed" && this.#afterFailure.get(record.run) !== true)
      oweAll("run-failed");
  }
}

function blank(owed: Page["owed"], hosts: Page["hosts"]): Page {
  return { owed, hosts, configuration: null, unwritten: [], triggered: new Set() };
}

function isByEdge(configuration: Configuration, record: Extract<Record, { readonly kind: "run-start" }>): boolean {
  const rule = configuration.rules.find(({ name }) => name === record.rule);
  return rule !== undefined && rule.trigger.kind !== "condition" && !isByHand(record);
}

function isTriggeredBy({ trigger }: Rule, record: Transition, seen: Seen | undefined): boolean {
  if (trigger.kind !== "transition" || trigger.check !== record.check) return false;
  /** A role that is only remembered again is no change of anything. */
  if (record.isRole && record.from === "none") return false;
  if (trigger.host !== null && trigger.host !== record.host) return false;
  const from = trigger.from.kind === "any" ? null : trigger.from.status;
  const to = trigger.to.kind === "any" ? null : trigger.to.status;
  if (from !== null && isRoleWord(from) && to !== null) {
    /** A change of role is told by the status alone where both change alike. */
    if (isRoleWord(to)) return seen?.role === from && record.to === to;
    /** From a role to something else, whatever stood between, once until it is in its role again. */
    return !record.isRole && record.to === to && seen?.role === from && !seen.since.has(to);
  }
  if (from === null && to !== null && isRoleWord(to)) return record.to === to;
  return !record.isRole && (from === null || record.from === from) && (to === null || record.to === to);
}

function follow(page: Page, { host, check, isRole, to, isOutlived }: Transition): void {
  if (check !== null) return;
  const seen = page.hosts.get(host) ?? { role: null, since: new Set<string>() };
  page.hosts.set(host, seen);
  if (isRole) {
    seen.role = to === "none" ? null : to;
    seen.since.clear();
  } else if (isRoleWord(to)) {
    seen.role = isOutlived === true ? null : to;
    seen.since.clear();
  } else {
    seen.since.add(to);
  }
}

function rolesOf(state: State): Map<string, Seen> {
  return new Map(
    Object.entries(state.hosts).map(([host, { role, seenSinceRole }]) => [
      host,
      { role, since: new Set(seenSinceRole) },
    ]),
  );
}

function owe(page: Page, rule: string, more: number): void {
  page.owed.set(rule, (page.owed.get(rule) ?? 0) + more);
}

function count(waiting: readonly Pick<WaitingTrigger, "rule">[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { rule } of waiting) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return counts;
}

function compare(owed: ReadonlyMap<string, number>, waiting: readonly Pick<WaitingTrigger, "rule">[]): string | null {
  const counts = count(waiting);
  for (const rule of new Set([...owed.keys(), ...counts.keys()])) {
    const [due, kept] = [owed.get(rule) ?? 0, counts.get(rule) ?? 0];
    if (due > kept)
      return `${due - kept} of the triggers of ${rule} have vanished without a sentence (${kept} wait, ${due} are owed)`;
    if (due < kept) return `${rule} has ${kept} triggers that wait, and ${due} are owed a decision`;
  }
  return null;
}
