/**
 * Residents: checks that stay, and print a result a line. Each has a runner of its own, which gives it the same life as
 * any check: its group, its output that /dev/stdout can be opened of, its reason when it cannot be run, and its end when
 * the daemon was killed.
 */
import { performance } from "node:perf_hooks";
import { outcomeOfJob } from "./checks.ts";
import { cancelled, writeCommand } from "./command-text.ts";
import { LineSplitter } from "./line-splitter.ts";
import { OutputTail } from "./output-decoder.ts";
import { checkOutputBytesMax, type ProcessCommand, type ProcessEvent } from "./processes.ts";
import type { RunnerFolder } from "./runner-folder.ts";
import { Runner, type JobEnding, type RunnerJob } from "./runner.ts";

/** What it complained of last; it may have run, and complained, for months. */
const stderrBytesMax = 4 * 1024;

export class Residents {
  readonly #folder: RunnerFolder;
  readonly #onEvent: (event: ProcessEvent) => void;
  /** Not begun yet: their user is being asked for, or their runner starts. One that is stopped meanwhile is taken out. */
  readonly #waiting = new Set<number>();
  readonly #working = new Map<number, Runner>();
  readonly #runners = new Set<Runner>();
  #onEmpty: (() => void) | null = null;

  constructor(options: { readonly folder: RunnerFolder; readonly onEvent: (event: ProcessEvent) => void }) {
    this.#folder = options.folder;
    this.#onEvent = options.onEvent;
  }

  start(job: number, command: ProcessCommand): void {
    const runnerJob = this.#jobFor(job, command);
    this.#waiting.add(job);
    writeCommand(command, (written) => {
      if (written.kind === "ready") this.#startRunner({ ...runnerJob, text: written.text });
      else setImmediate(() => this.#endUnbegun(runnerJob, written));
    });
  }

  /** Whether there is such a resident. Its end is told. */
  stop(job: number): boolean {
    const runner = this.#working.get(job);
    runner?.stop();
    return this.#waiting.delete(job) || runner !== undefined;
  }

  /** Ends all; resolves when none is left. */
  close(): Promise<void> {
    this.#waiting.clear();
    for (const runner of this.#runners) {
      runner.stop();
      runner.retire();
    }
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      this.#sayIfEmpty();
    });
  }

  #startRunner(job: RunnerJob): void {
    let isBegun = false;
    const runner = new Runner({
      pathStart: this.#folder.nextPathStart(),
      umask: this.#folder.umask,
      onIdle: (idle) => {
        if (!isBegun && this.#waiting.delete(job.job)) {
          isBegun = true;
          this.#working.set(job.job, idle);
          idle.give(job);
        } else idle.retire();
      },
      onGone: (gone, failure) => {
        this.#runners.delete(gone);
        if (!isBegun) this.#endUnbegun(job, failure === null ? cancelled : { kind: "not-started", ...failure });
        this.#sayIfEmpty();
      },
    });
    this.#runners.add(runner);
  }

  #endUnbegun(job: Omit<RunnerJob, "text">, ending: JobEnding): void {
    this.#waiting.delete(job.job);
    job.onEnded(ending, 0);
  }

  #jobFor(job: number, command: ProcessCommand): Omit<RunnerJob, "text"> {
    const onLine = (line: string): void => this.#onEvent({ kind: "resident-line", job, line });
    const stdout = new LineSplitter({ lineBytesMax: checkOutputBytesMax, onLine, nowMs: () => performance.now() });
    const stderr = new OutputTail(stderrBytesMax);
    const onEnded = (ending: JobEnding): void => {
      this.#working.delete(job);
      stdout.end();
      const droppedBytes = stdout.droppedBytes + stderr.droppedBytes;
      const output = { stdout: "", stderr: stderr.text(), droppedBytes };
      const outcome = outcomeOfJob(command, ending, output);
      this.#onEvent({ kind: "resident-ended", job, outcome, output });
    };
    return { job, timeoutMs: null, stdout, stderr, onEnded };
  }

  #sayIfEmpty(): void {
    if (this.#runners.size === 0) this.#onEmpty?.();
  }
}
