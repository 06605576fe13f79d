/**
 * The pool of runners: started when a check waits and none is idle, kept for the next check, never more than
 * `runnersMax`. A check that cannot be served at once waits in line; the line is no longer than there are checks, because
 * the caller never starts a second instance of one.
 */
import { performance } from "node:perf_hooks";
import { cancelled } from "./command-text.ts";
import type { RunnerFolder } from "./runner-folder.ts";
import { Runner, type RunnerJob, type StartFailure } from "./runner.ts";

/** 32 checks at one time keep a machine with few processors busy; hung ones leave room for the others. */
export const defaultRunnersMax = 32;

/** After a runner that could not be started the next try waits: this long, then twice that, up to the most. */
const startAgainAfterMs = 250;
const startAgainAfterMsMax = 5_000;

/** So many are started at a time: each start holds up the event loop for a millisecond or more. */
const startingMax = 4;

interface Failure {
  readonly start: NonNullable<StartFailure>;
  readonly afterMs: number;
  /** Of `performance.now()`: no other try before. */
  readonly untilMs: number;
}

export class Runners {
  readonly #folder: RunnerFolder;
  readonly #runnersMax: number;
  readonly #runners = new Set<Runner>();
  /** The last one used is the first one used again: its memory is warm. */
  readonly #idle: Runner[] = [];
  readonly #working = new Map<number, Runner>();
  #waiting: RunnerJob[] = [];
  #failure: Failure | null = null;
  #onEmpty: (() => void) | null = null;

  constructor(options: { readonly folder: RunnerFolder; readonly runnersMax: number }) {
    this.#folder = options.folder;
    this.#runnersMax = options.runnersMax;
  }

  run(job: RunnerJob): void {
    this.#waiting.push(job);
    if (this.#onEmpty === null) this.#serve();
    else this.#cancel(() => true);
  }

  /** Whether there was such a job. Its end is told. */
  stop(job: number): boolean {
    const runner = this.#working.get(job);
    runner?.stop();
    return runner !== undefined || this.#cancel((waiting) => waiting.job === job);
  }

  /** Ends all; resolves when no runner is left. What is run afterwards is cancelled. */
  close(): Promise<void> {
    this.#cancel(() => true);
    /** A runner that ends its check by force has no way back to the idle ones. */
    for (const runner of this.#runners) {
      runner.stop();
      runner.retire();
    }
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      this.#sayIfEmpty();
    });
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const runner = this.#idle.pop();
      if (runner === undefined) break;
      const job = this.#waiting.shift();
      if (job !== undefined) this.#give(runner, job);
    }
    if (this.#waiting.length > 0 && this.#mayStart()) this.#startSome();
    this.#giveUpWithoutRunners();
  }

  #mayStart(): boolean {
    return this.#failure === null || performance.now() >= this.#failure.untilMs;
  }

  #startSome(): void {
    const startingCount = [...this.#runners].filter((runner) => runner.state === "starting").length;
    const wantedCount = Math.min(this.#waiting.length, startingMax) - startingCount;
    const startCount = Math.min(wantedCount, this.#runnersMax - this.#runners.size);
    for (let count = 0; count < startCount; count += 1) this.#start();
  }

  #give(runner: Runner, job: RunnerJob): void {
    this.#working.set(job.job, runner);
    runner.give({
      ...job,
      onEnded: (ending, durationMs) => {
        this.#working.delete(job.job);
        job.onEnded(ending, durationMs);
      },
    });
  }

  #start(): void {
    const runner = new Runner({
      pathStart: this.#folder.nextPathStart(),
      umask: this.#folder.umask,
      onIdle: (idle) => {
        this.#failure = null;
        if (this.#onEmpty !== null) idle.retire();
        else this.#idle.push(idle);
        this.#serve();
      },
      onGone: (gone, failure) => this.#forget(gone, failure),
    });
    this.#runners.add(runner);
  }

  #forget(runner: Runner, start: StartFailure): void {
    this.#runners.delete(runner);
    const place = this.#idle.indexOf(runner);
    if (place >= 0) this.#idle.splice(place, 1);
    if (this.#onEmpty !== null) {
      this.#sayIfEmpty();
      return;
    }
    if (start !== null) this.#backOff(start);
    this.#serve();
  }

  #backOff(start: NonNullable<StartFailure>): void {
    const nowMs = performance.now();
    /** Several that were started together fail together: that is one failure. */
    if (this.#failure !== null && nowMs < this.#failure.untilMs) return;
    const afterMs = Math.min(
      this.#failure === null ? startAgainAfterMs : 2 * this.#failure.afterMs,
      startAgainAfterMsMax,
    );
    this.#failure = { start, afterMs, untilMs: nowMs + afterMs };
  }

  /** Those that wait for a runner that is there get it; without any, they are told at once why there is none. */
  #giveUpWithoutRunners(): void {
    const failure = this.#failure;
    if (failure === null || this.#runners.size > 0 || this.#waiting.length === 0) return;
    const jobs = this.#waiting;
    this.#waiting = [];
    setImmediate(() => {
      for (const job of jobs) job.onEnded({ kind: "not-started", ...failure.start }, 0);
    });
  }

  #cancel(isMeant: (job: RunnerJob) => boolean): boolean {
    const jobs = this.#waiting.filter(isMeant);
    this.#waiting = this.#waiting.filter((job) => !isMeant(job));
    setImmediate(() => {
      for (const job of jobs) job.onEnded(cancelled, 0);
    });
    return jobs.length > 0;
  }

  #sayIfEmpty(): void {
    if (this.#runners.size === 0) this.#onEmpty?.();
  }
}
