/**
 * What a check reported, once: the result. And how a process ended: the outcome. Both are plain data that cross the
 * whole program, from a script's exit to the operator's terminal; nothing here decides anything.
 */

/** How a process ended, in one shape for checks, actions and fence agents. */
export type Outcome =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "killed"; readonly signal: string }
  /** Ended by us, because it took longer than it may. */
  | { readonly kind: "timed-out"; readonly afterMs: number }
  /** It never ran: `errno` is the system's name of the reason (`ENOENT`, `EACCES`, `EAGAIN`), `reason` the sentence. */
  | { readonly kind: "not-started"; readonly errno: string; readonly reason: string }
  /** The process that watched over it died, so its exit code is not known. */
  | { readonly kind: "lost"; readonly reason: string };

/** A process by pid and start time (field 22 of /proc/PID/stat, clock ticks since boot), which together are never used twice in one boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: number;
}

/** One number out of a check's performance data. Raw thresholds are kept as they were written. */
export interface Metric {
  readonly label: string;
  /** `null`: the plugin said `U`, it could not be determined. */
  readonly value: number | null;
  /** As written: `ms`, `s`, `%`, `B`, `KB`, `MB`, `c`, or anything else; empty if there was none. */
  readonly unit: string;
  readonly warn: string | null;
  readonly crit: string | null;
  readonly min: number | null;
  readonly max: number | null;
}

/**
 * One word. These have a rank of their own; any other identifier (`leader`, `syncing`) that a report names ranks as `ok`.
 */
export type Status = string;

/** One report of a check on one host. */
export interface Result {
  readonly status: Status;
  /** One line for a human. */
  readonly output: string;
  readonly longOutput: string;
  readonly metrics: readonly Metric[];
  /** How the process ended; `null` for a report that came over the socket. */
  readonly outcome: Outcome | null;
}
