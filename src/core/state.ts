/**
 * All that the daemon knows: plain data, replaced and never changed in place. The supervisor keeps one, the store writes
 * its lasting part to the table, the simulator compares two.
 *
 * Times are monotonic milliseconds (`…AtMs`, `…SinceMs`). Not in it: configuration, open files, running processes.
 */
import type { CheckKey } from "./configuration.ts";
import type { HoldKind } from "./hold.ts";
import type { ProcessIdentity, Result, Status } from "./result.ts";
import type { Cause, Run } from "./run.ts";

export type Role = "master" | "slave";

/** A confirmed status through time, of a check on a host or of a host. Advanced by `standing.ts` only. */
export interface Standing {
  readonly status: Status;
  readonly sinceMs: number;
  /** The status before this one. Null: nothing is known yet, also not that it is unknown. */
  readonly previous: Status | null;
  /** The last role confirmed. It outlives silence. */
  readonly role: Role | null;
  readonly roleSinceMs: number;
  /** Counts confirmations of roles over all hosts, so that "after" has a meaning; 0: never had one. */
  readonly roleOrder: number;
  /** The statuses seen since the status last was the role: `[master_to_critical]` fires once until it is master again. */
  readonly seenSinceRole: readonly Status[];
}

/** What one check says of one host. */
export interface Observation {
  readonly check: string;
  readonly host: string;
  /** The declared check that reports it. */
  readonly source: CheckKey;
  readonly standing: Standing;
  /** Results in a row that differ from the confirmed status, the latest last; never longer than rise or fall. */
  readonly confirming: readonly Status[];
  readonly latest: Result | null;
  /** When the latest result was observed: the start of the check that brought it. Null: never. */
  readonly latestAtMs: number | null;
  readonly isStale: boolean;
}

/** Where a scheduled or resident check is in its cycle. */
export interface CheckProgress {
  readonly nextAtMs: number;
  /** The job that runs; null between two. */
  readonly job: number | null;
  readonly startedAtMs: number;
  /** Intervals at whose start the last instance still ran. */
  readonly lateCount: number;
  /** Ends in a row of a resident, for its back-off. */
  readonly restarts: number;
  /** Results on hosts beyond those that one check may report on. */
  readonly droppedHosts: number;
}

export interface RuleProgress {
  /**
   * Its `when` was true and has fired; again only after it was false. A run that failed and left the rule blocked does not
   * count: whoever acknowledges has looked, and the rule acts again while its `when` is still true.
   */
  readonly hasFired: boolean;
  /** Since when its `when` is true; null: it is not. */
  readonly trueSinceMs: number | null;
  /** What keeps it from firing now, with its sentence; null: nothing, or it does not want to. */
  readonly hold: { readonly kind: HoldKind; readonly sentence: string } | null;
  /** Until somebody acknowledges. */
  readonly blocked: { readonly sentence: string; readonly sinceMs: number } | null;
  /** Starts of its last runs, for `limit`; not more than the limit's number. */
  readonly runStartsMs: readonly number[];
  readonly lastRunEndMs: number | null;
  /**
   * How its last run failed, until one goes well or somebody acknowledges; null: it did not, or it left the rule blocked,
   * which says as much. Not in what the first daemons wrote.
   */
  readonly failure?: string | null;
}

/** Of one `for`: how long its condition has been true, without a break. */
export type Clock =
  /** It is false. */
  | { readonly kind: "stopped" }
  | {
      readonly kind: "running";
      readonly sinceMs: number;
      /** The hosts that its variables stood for; for others it begins anew. */
      readonly about: string;
      /** It was seen to be false right before; if not, it may be true for longer than is known. */
      readonly isWhole: boolean;
    };

export type Clocks = Readonly<{ [key: string]: Clock }>;

/** An edge that waits for its turn. */
export interface WaitingTrigger {
  readonly rule: string;
  readonly cause: Cause;
  readonly atMs: number;
  /** Already written down as waiting. */
  readonly isAnnounced: boolean;
}

export interface Maintenance {
  /** A host, a check's key or a rule; `*` is everything. */
  readonly scope: string;
  readonly untilMs: number | null;
  readonly untilWallMs: number | null;
  readonly reason: string;
}

export interface State {
  /** Rules fire only when this is over: everything that counts was observed since `sinceMs`, or it took too long. */
  readonly learning: { readonly sinceMs: number; readonly isOver: boolean };
  readonly checks: Readonly<{ [key: CheckKey]: CheckProgress }>;
  readonly observations: Readonly<{ [key: CheckKey]: Observation }>;
  readonly hosts: Readonly<{ [host: string]: Standing }>;
  /** The last host that was confirmed master. */
  readonly lastMaster: string | null;
  /** The hosts that are confirmed master together, in the order in which they became it; empty if there are not two. */
  readonly splitBrain: readonly string[];
  readonly rules: Readonly<{ [rule: string]: RuleProgress }>;
  /** The clocks of `for`, of each rule its own. One that is not there: what it measures was not known a moment ago. */
  readonly clocks: Clocks;
  readonly waiting: readonly WaitingTrigger[];
  readonly run: Run | null;
  /** A launcher that waits for the next step's command. */
  readonly launcher: ProcessIdentity | null;
  readonly maintenance: readonly Maintenance[];
  /** Why nothing may be acted on although all is observed: the journal cannot be trusted. Null: it can. */
  readonly distrust: string | null;
  readonly nextJob: number;
  readonly nextRun: number;
  readonly nextOrder: number;
}
