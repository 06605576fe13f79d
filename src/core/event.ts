/** What can happen, and all that can happen. Each is a fact; what follows from it is decided in `step.ts`. */
import type { Configuration } from "./configuration.ts";
import type { Record } from "./record.ts";
import type { Outcome, ProcessIdentity, Result } from "./result.ts";

/** A result, and the host that it speaks of; null: the check's own. */
export interface HostResult {
  readonly host: string | null;
  readonly result: Result;
}

/** What has become of a step that an earlier daemon started. */
export type StepFate =
  /** Its end will be told by `step-ended`. */
  | { readonly kind: "running" }
  | {
      readonly kind: "ended";
      readonly outcome: Outcome;
      readonly output: string;
      readonly droppedBytes: number;
      /** How long ago, as far as anybody can tell; null: in another boot of the machine. */
      readonly endedAgoMs: number | null;
    }
  /** Nobody can account for it. */
  | { readonly kind: "in-doubt" };

/** Asks for an `answer` effect with the same number. */
interface Asked {
  readonly request: number;
}

export type Event =
  /** Time has passed; nothing else. */
  | { readonly kind: "tick" }
  /** The first event of a daemon. `isRestored`: it knows what the one before it knew. */
  | {
      readonly kind: "started";
      readonly version: string;
      readonly pid: number;
      readonly bootId: string;
      readonly isRestored: boolean;
      readonly found: string;
      /** What waited for its turn when the last daemon ended, and is not taken over. */
      readonly dropped: readonly Record[];
      /** Why the run that was cut off does not go on before a person has said so; null: it does, or there is none. */
      readonly doubt: string | null;
      /** What became of the step that this run was at; null: it was at none that had started. */
      readonly step: StepFate | null;
    }
  /** The last. Steps that run go on without it. */
  | { readonly kind: "stopping"; readonly reason: string }
  | { readonly kind: "reload-refused"; readonly errors: number; readonly first: string }
  /** Something outside that is to be written down. */
  | { readonly kind: "noted"; readonly topic: string; readonly sentence: string }
  | { readonly kind: "check-ended"; readonly job: number; readonly results: readonly HostResult[] }
  | { readonly kind: "resident-reported"; readonly job: number; readonly results: readonly HostResult[] }
  | { readonly kind: "resident-ended"; readonly job: number; readonly reason: string }
  /** Somebody reported over the socket. `host: null` where the check's name says which. */
  | (Asked & {
      readonly kind: "reported";
      readonly check: string;
      readonly host: string | null;
      readonly result: Result;
    })
  | { readonly kind: "launcher-ready"; readonly launcher: ProcessIdentity }
  | { readonly kind: "launcher-failed"; readonly reason: string }
  | {
      readonly kind: "step-ended";
      readonly run: number;
      readonly name: string;
      readonly outcome: Outcome;
      readonly output: string;
      readonly droppedBytes: number;
      /** Of an end that was found later: how much; null: nobody knows. */
      readonly endedAgoMs?: number | null;
    }
  /**
   * The loop was not run for this long: everything known is old. `countedMs` of it the monotonic clock has counted; it stands
   * still in a suspend. `isDisk`: it waited for a record to be durable.
   */
  | { readonly kind: "stalled"; readonly gapMs: number; readonly countedMs: number; readonly isDisk: boolean }
  /** It waited once more for a disk that is known to be slow. */
  | { readonly kind: "delayed"; readonly countedMs: number }
  /** The configuration that `step` is given is new; `before` is the one until now. */
  | { readonly kind: "reconfigured"; readonly before: Configuration; readonly generation: number }
  | (Asked & { readonly kind: "acknowledge"; readonly what: string })
  | (Asked & { readonly kind: "run-rule"; readonly rule: string })
  /** A person has a host switched off and proven so, or its devices asked. */
  | (Asked & { readonly kind: "fence-host"; readonly host: string; readonly verb: "off" | "status" })
  | (Asked & { readonly kind: "resume"; readonly run: number })
  | (Asked & { readonly kind: "abandon"; readonly run: number })
  | (Asked & {
      readonly kind: "maintenance-on";
      readonly scope: string;
      readonly forMs: number | null;
      readonly untilWallMs: number | null;
      readonly reason: string;
    })
  | (Asked & { readonly kind: "maintenance-off"; readonly scope: string });
