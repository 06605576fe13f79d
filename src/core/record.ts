/**
 * Records: what the journal holds, and all that it holds. A record is written before what it announces is done, so that a
 * daemon that died knows, when it is back, what it had begun. Each carries its sentence for people, and the facts as data.
 *
 * `seq`, `at` and the checksum are put around a record by the store; times in here are durations, or monotonic `…AtMs`.
 */
import type { HoldKind } from "./hold.ts";
import type { Outcome, ProcessIdentity, Status } from "./result.ts";
import type { BoundAction, Cause } from "./run.ts";

/** Why a transition fires nothing, beside what holds a rule. */
export type PassedOver =
  | "no-longer" // it did not hold any more when its turn came
  | "again" // the same already waits
  | "queue-full"
  | "reload"; // only the configuration changed

export type RunOutcome = "done" | "failed" | "abandoned";

interface Said {
  /** One line for a human, with its numbers. */
  readonly sentence: string;
}

/** Fields that every record of a step has. `step` counts from 1; a retry has the same step and a higher attempt. */
export interface OfStep {
  readonly run: number;
  readonly rule: string;
  readonly step: number;
  readonly attempt: number;
  /** The command as bound and as shown: `["plumb", "host2"]`. */
  readonly command: readonly string[];
  /** Names its files in var/runs/RUN/. */
  readonly name: string;
  /** It undoes the step of this number. */
  readonly isUndo: boolean;
}

export type Record =
  | (Said & {
      readonly kind: "daemon-start";
      readonly version: string;
      readonly pid: number;
      readonly bootId: string;
      readonly isRestored: boolean;
    })
  | (Said & { readonly kind: "daemon-stop" })
  | (Said & { readonly kind: "configured"; readonly generation: number; readonly fingerprint: string })
  | (Said & { readonly kind: "reload-refused"; readonly errors: number })
  | (Said & { readonly kind: "learned"; readonly tookMs: number })
  | (Said & { readonly kind: "stalled"; readonly gapMs: number })
  /** A confirmed change of a check's status (`check` given), a host's status, or a host's role (`isRole`). */
  | (Said & {
      readonly kind: "transition";
      readonly host: string;
      readonly check: string | null;
      readonly isRole: boolean;
      readonly from: Status;
      readonly to: Status;
      /** A host that says master by what was heard before another became it: its status is that, and its role is none. */
      readonly isOutlived?: true;
    })
  /** In the order in which they became master: the last is the one that joined the others. */
  | (Said & { readonly kind: "split-brain"; readonly hosts: readonly string[] })
  | (Said & { readonly kind: "split-brain-over"; readonly hosts: readonly string[] })
  | (Said & { readonly kind: "check-removed"; readonly check: string; readonly host: string })
  /** A trigger waits for the run in progress, or for what has to be learned first. */
  | (Said & { readonly kind: "waiting"; readonly rule: string })
  /** A rule whose `when` is true does not fire now. Written when the reason changes, not at every evaluation. */
  | (Said & { readonly kind: "held"; readonly rule: string; readonly hold: HoldKind })
  /** A transition that would have fired a rule, and did not; or one that no longer held when its turn came. */
  | (Said & {
      readonly kind: "dropped";
      readonly rule: string;
      readonly cause: Cause;
      readonly hold: HoldKind | PassedOver;
      /** It waited for its turn; false: it was not even put behind those that do. Not in what the first daemons wrote. */
      readonly hasWaited?: boolean;
    })
  | (Said & { readonly kind: "blocked"; readonly rule: string })
  | (Said & { readonly kind: "acknowledged"; readonly what: string })
  | (Said & {
      readonly kind: "run-start";
      readonly run: number;
      readonly rule: string;
      readonly cause: Cause;
      readonly variables: Readonly<{ [name: string]: string }>;
      readonly actions: readonly BoundAction[];
      readonly hasLimit: boolean;
      readonly startedAtMs: number;
    })
  | (OfStep & Said & { readonly kind: "step-start"; readonly launcher: ProcessIdentity; readonly startedAtMs: number })
  | (OfStep &
      Said & {
        readonly kind: "step-end";
        readonly outcome: Outcome;
        readonly isSuccess: boolean;
        /** What follows from it: the step is over, well or not; it is tried again, or a fence agent asked again; or the checks are waited for. */
        readonly next: "done" | "failed" | "again" | "expect";
        readonly ms: number;
        readonly output: string;
        readonly droppedBytes: number;
      })
  /** What `expect` came to. */
  | (Said & {
      readonly kind: "expectation";
      readonly run: number;
      readonly rule: string;
      readonly step: number;
      readonly isMet: boolean;
      readonly ms: number;
    })
  /** A step whose outcome a crash took away: started again, or, if `once`, left to an operator. */
  | (Said & {
      readonly kind: "in-doubt";
      readonly run: number;
      readonly rule: string;
      readonly step: number;
      readonly isWaiting: boolean;
    })
  /** A `manual` fence device: the run waits until a person has switched the host off and says so. */
  | (Said & {
      readonly kind: "awaiting";
      readonly run: number;
      readonly rule: string;
      readonly step: number;
      readonly attempt: number;
      readonly host: string;
      /** Index of the device, and which attempt of it. */
      readonly device: number;
      readonly deviceAttempt: number;
    })
  | (Said & { readonly kind: "resumed"; readonly run: number; readonly rule: string })
  /** An operator gave the run up while its step ran: that is ended, and then the run is. */
  | (Said & { readonly kind: "abandoned"; readonly run: number; readonly rule: string; readonly step: number })
  | (Said & {
      readonly kind: "run-end";
      readonly run: number;
      readonly rule: string;
      readonly outcome: RunOutcome;
      readonly ms: number;
      readonly endedAtMs: number;
      /** The steps whose undo failed, from 1; not there: none. */
      readonly notUndone?: readonly number[];
    })
  | (Said & {
      readonly kind: "maintenance-on";
      readonly scope: string;
      readonly untilWallMs: number | null;
      readonly reason: string;
    })
  | (Said & { readonly kind: "maintenance-off"; readonly scope: string })
  /** Something that nobody has to decide, but somebody may ask about: a runner replaced, output dropped, damage found. */
  | (Said & { readonly kind: "note"; readonly topic: string });

/** A record in its place: numbered without a gap from 1 on, over all files and restarts. `at` is for people (RFC 3339, UTC). */
export type Entry = Record & { readonly seq: number; readonly at: string };
