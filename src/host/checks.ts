/** Checks: commands become jobs of the pool of runners, and how they ended becomes an event. */
import type { Outcome } from "../core/result.ts";
import { cancelled, writeCommand, type CommandText } from "./command-text.ts";
import { OutputHead } from "./output-decoder.ts";
import { checkOutputBytesMax, type CheckOutput, type ProcessCommand, type ProcessEvent } from "./processes.ts";
import type { JobEnding, RunnerJob } from "./runner.ts";
import type { Runners } from "./runners.ts";
import { outcomeOfEnding } from "./why-not-started.ts";

export class Checks {
  readonly #runners: Runners;
  readonly #onEvent: (event: ProcessEvent) => void;
  /** Jobs whose user is being asked for. One that is stopped meanwhile is taken out. */
  readonly #asked = new Set<number>();

  constructor(options: { readonly runners: Runners; readonly onEvent: (event: ProcessEvent) => void }) {
    this.#runners = options.runners;
    this.#onEvent = options.onEvent;
  }

  start(job: number, command: ProcessCommand, timeoutMs: number): void {
    const runnerJob = this.#jobFor(job, command, timeoutMs);
    this.#asked.add(job);
    writeCommand(command, (written) => this.#hand(runnerJob, written));
  }

  /** Whether there is such a check. */
  stop(job: number): boolean {
    return this.#asked.delete(job) || this.#runners.stop(job);
  }

  #hand(job: Omit<RunnerJob, "text">, written: CommandText): void {
    const isWanted = this.#asked.delete(job.job);
    if (isWanted && written.kind === "ready") {
      this.#runners.run({ ...job, text: written.text });
      return;
    }
    const ending = written.kind === "ready" ? cancelled : written;
    setImmediate(() => job.onEnded(ending, 0));
  }

  #jobFor(job: number, command: ProcessCommand, timeoutMs: number): Omit<RunnerJob, "text"> {
    const stdout = new OutputHead(checkOutputBytesMax);
    const stderr = new OutputHead(checkOutputBytesMax);
    const onEnded = (ending: JobEnding, durationMs: number): void => {
      const droppedBytes = stdout.droppedBytes + stderr.droppedBytes;
      const output = { stdout: stdout.text(), stderr: stderr.text(), droppedBytes };
      this.#onEvent({ kind: "check-ended", job, outcome: outcomeOfJob(command, ending, output), output, durationMs });
    };
    return { job, timeoutMs, stdout, stderr, onEnded };
  }
}

/** A shell's exit code is looked into; what became of the job otherwise is known already. */
export function outcomeOfJob(command: ProcessCommand, ending: JobEnding, output: CheckOutput): Outcome {
  if (ending.kind !== "code") return ending;
  return outcomeOfEnding({
    code: ending.code,
    program: command.argv[0] ?? "",
    user: command.user,
    isSilent: output.stdout === "",
    complaint: output.stderr,
  });
}
