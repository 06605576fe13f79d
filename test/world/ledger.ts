/**
 * What the journal has said so far, kept apart from the daemon: the run in progress and its step. Fed with entries as they
 * become durable and, when a daemon was killed before it told, from the disk.
 *
 * A daemon that could not remember (a disk that failed, or rotted) does not know what it did before. Then the run that
 * either of the two knows is excused from what is promised of runs, and said so.
 */
import type { Entry } from "../../src/core/record.ts";
import type { Run } from "../../src/core/run.ts";

export type RunStart = Extract<Entry, { readonly kind: "run-start" }>;
export type StepStart = Extract<Entry, { readonly kind: "step-start" }>;

export interface OpenRun {
  readonly run: number;
  readonly rule: string;
  readonly start: RunStart | null;
  readonly beganAtWorldMs: number;
  open: StepStart | null;
  /** Its outcome does not matter any more: an operator gave the run up while it ran. */
  givenUp: StepStart | null;
  /** The daemon has lost its memory of it, so nothing is promised of it any more. */
  isExcused: boolean;
}

export class Ledger {
  run: OpenRun | null = null;
  lastRun = 0;
  lastSeq = 0;
  /** Some of it the daemon goes on without. */
  isBehind = false;

  take(entry: Entry, isDurable: boolean, nowWorldMs: number): void {
    this.lastSeq = entry.seq;
    this.isBehind = !isDurable;
    switch (entry.kind) {
      case "run-start":
        this.lastRun = entry.run;
        this.run = {
          run: entry.run,
          rule: entry.rule,
          start: entry,
          beganAtWorldMs: nowWorldMs,
          open: null,
          givenUp: null,
          isExcused: false,
        };
        return;
      case "step-start":
        if (this.run?.run === entry.run) this.run.open = entry;
        return;
      case "in-doubt":
        if (this.run?.run !== entry.run) return;
        this.run.givenUp = entry.isWaiting ? this.run.open : null;
        this.run.open = null;
        return;
      case "abandoned":
        if (this.run?.run !== entry.run) return;
        this.run.givenUp = this.run.open;
        this.run.open = null;
        return;
      case "step-end":
      case "resumed":
        if (this.run?.run !== entry.run) return;
        this.run.givenUp = null;
        this.run.open = null;
        return;
      case "run-end":
        if (this.run?.run === entry.run) this.run = null;
        return;
      case "daemon-start":
      case "daemon-stop":
      case "configured":
      case "reload-refused":
      case "learned":
      case "stalled":
      case "transition":
      case "split-brain":
      case "split-brain-over":
      case "check-removed":
      case "waiting":
      case "held":
      case "dropped":
      case "blocked":
      case "acknowledged":
      case "expectation":
      case "awaiting":
      case "maintenance-on":
      case "maintenance-off":
      case "note":
        return;
    }
  }

  /** The daemon knows less than there was: from here on what it knows is what there is. */
  forget(known: { readonly lastSeq: number; readonly nextRun: number; readonly run: Run | null }): void {
    this.lastSeq = known.lastSeq;
    this.lastRun = known.nextRun - 1;
    this.isBehind = false;
    const { run } = known;
    this.run =
      run === null
        ? null
        : { run: run.run, rule: run.rule, start: null, beganAtWorldMs: 0, open: null, givenUp: null, isExcused: true };
  }
}
