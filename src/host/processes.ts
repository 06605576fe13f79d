/**
 * Processes as the supervisor sees them: the interface, and nothing else. The real ones are in `runners.ts` (checks),
 * `residents.ts` (checks that stay) and `launcher.ts` (actions); the simulator has its own.
 *
 * Everything is started by a call that returns at once, and answered by exactly one `…-ended` event (a resident check:
 * any number of lines, then one end). Nothing here decides anything: when to start, what a result means and what to do
 * when something ended is the core's. Only the time limit of a check is kept here, because it belongs to the runner.
 */
import type { Outcome } from "../core/result.ts";

/** A program to run: no shell ever sees these words. */
export interface ProcessCommand {
  /** argv[0] is an absolute path. No word holds NUL or a newline. */
  readonly argv: readonly string[];
  /** Set on top of the daemon's own environment. Names are `[A-Za-z_][A-Za-z0-9_]*`. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs as this user (uid, gid, supplementary groups); `null`: as the daemon. */
  readonly user: string | null;
}

/** The processes that a finished check may have left in its output. */
export interface CheckOutput {
  /** UTF-8 decoded, invalid bytes replaced, NUL bytes removed; up to `checkOutputBytesMax`. */
  readonly stdout: string;
  readonly stderr: string;
  /** What came beyond the limit, and was read and thrown away. */
  readonly droppedBytes: number;
}

/** Names a step's process and its files `var/runs/RUN/NAME.log` and `NAME.exit`; `name` is a safe file name. */
export interface StepKey {
  readonly run: number;
  readonly name: string;
}

/** A process by pid and start time (field 22 of /proc/PID/stat, clock ticks since boot), which together are never used twice in one boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: number;
}

export type ProcessEvent =
  | {
      readonly kind: "check-ended";
      readonly job: number;
      readonly outcome: Outcome;
      readonly output: CheckOutput;
      readonly durationMs: number;
    }
  | { readonly kind: "resident-line"; readonly job: number; readonly line: string }
  | { readonly kind: "resident-ended"; readonly job: number; readonly outcome: Outcome; readonly output: CheckOutput }
  /** A launcher waits for its command; the next `startStep` uses it, so the step's pid is known before the step starts. */
  | { readonly kind: "launcher-ready"; readonly launcher: ProcessIdentity }
  /** No launcher could be forked; tried again with back-off. */
  | { readonly kind: "launcher-failed"; readonly errno: string; readonly reason: string }
  | {
      readonly kind: "step-ended";
      readonly key: StepKey;
      readonly outcome: Outcome;
      /** The head of what it printed, stdout and stderr together, decoded as above, up to `stepOutputBytesMax`. */
      readonly output: string;
      readonly droppedBytes: number;
    };

/** The end of a step that nobody was there to see. */
export interface FoundEnd {
  readonly outcome: Outcome;
  readonly output: string;
  /** How long ago, by the wall clock, which may have been set since: never less than 0, and not to be believed blindly. */
  readonly endedAgoMs: number;
}

export interface Processes {
  /** Runs a check to its end, at most `timeoutMs` long. `job` is the caller's number and comes back in `check-ended`. */
  startCheck(job: number, command: ProcessCommand, timeoutMs: number): void;
  /** Starts a check that stays. Each line of its stdout is a `resident-line`. */
  startResident(job: number, command: ProcessCommand): void;
  /** Ends a check or resident with its whole process group (TERM, `killAfterMs`, KILL). Its end is still told. */
  stopCheck(job: number): void;
  /**
   * Hands the command to the waiting launcher. `stdin` (a fence agent's parameters) is written to the process's standard
   * input through a pipe, never to a file; `null`: /dev/null. Programmer's error if there is no launcher ready.
   */
  startStep(key: StepKey, command: ProcessCommand, stdin: string | null): void;
  /**
   * Ends the step's process group (TERM, `killAfterMs`, KILL). Its end is still told, by `step-ended`, when nothing of the
   * group lives any more; of what cannot be killed, after `undeadAfterMs`, that it is `lost`, and who lives still.
   */
  killStep(key: StepKey): void;
  /**
   * After a restart of the daemon: what became of a step that an earlier daemon started. One whose launcher was killed and
   * that left something alive is running, and is ended when it is awaited.
   */
  findStep(key: StepKey, identity: ProcessIdentity): "running" | FoundEnd | "in-doubt";
  /** Tells `step-ended` when a step that an earlier daemon started (and `findStep` calls running) has ended. */
  awaitStep(key: StepKey, identity: ProcessIdentity): void;
  /** Ends all checks and runners; steps are left alone, they outlive the daemon. Resolves when none is left. */
  close(): Promise<void>;
}

/** Enough for the longest plugin output that means anything; Nagios keeps 8 KiB, the rest is dropped and counted. */
export const checkOutputBytesMax = 64 * 1024;

/** The head of an action's output that goes into the journal; the whole of it (up to `stepLogBytesMax`) is in its log. */
export const stepOutputBytesMax = 4 * 1024;

/** An action that prints without end must not fill the disk: its log is emptied when it is longer than this, and that is said. */
export const stepLogBytesMax = 16 * 1024 * 1024;

/** Between TERM and KILL: long enough to tidy up, short enough for a failover. */
export const killAfterMs = 2_000;

/** From KILL on: memory of many gigabytes is given back in that time, and a failover does not wait longer for what never ends. */
export const undeadAfterMs = 8_000;
