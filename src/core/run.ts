/**
 * One execution of a rule's actions, as data. What was bound when it started (`BoundAction`) goes into the journal with
 * the run's first record and never changes, whatever a reload does; what changes is the step it is at, and that step's phase.
 */
import type { Condition } from "./condition.ts";
import type { FenceDevice, Place } from "./configuration.ts";
import type { ProcessIdentity, Status } from "./result.ts";

/** What made a rule fire. */
export interface Cause {
  /** `%HOST%`, `%FROM%`, `%TO%`, `%CHECK%`; null where the trigger has none. */
  readonly host: string | null;
  readonly from: Status | null;
  readonly to: Status | null;
  readonly check: string | null;
  /** For `[on_failure]`: the run that failed, `%RULE%` and `%RUN%`. */
  readonly failed: { readonly rule: string; readonly run: number } | null;
  /** For `[split_brain]`: the hosts that are master together with `host`, the oldest first. */
  readonly others?: readonly string[];
}

/** A command with every variable replaced. */
export interface BoundCommand {
  /** Absolute path of the program; the words' first is what the operator wrote. */
  readonly program: string;
  readonly words: readonly string[];
  readonly env: Readonly<{ [name: string]: string }>;
  readonly user: string | null;
}

export interface BoundOptions {
  readonly timeoutMs: number;
  readonly retries: number;
  readonly retryEveryMs: number;
  readonly onFailure: "stop" | "continue";
  /** Its variables are bound as well. */
  readonly expect: { readonly condition: Condition; readonly withinMs: number; readonly text: string } | null;
  readonly isOnce: boolean;
  readonly undo: BoundCommand | null;
}

export type BoundAction =
  | { readonly kind: "command"; readonly command: BoundCommand; readonly options: BoundOptions; readonly place: Place }
  | {
      readonly kind: "fence";
      /** `off`: the host is switched off and proven so. `status`: each device is only asked. */
      readonly verb: "off" | "status";
      readonly host: string;
      readonly devices: readonly FenceDevice[];
      readonly options: BoundOptions;
      readonly place: Place;
    };

/** Which call of which fence agent a step is at. */
export interface FenceCall {
  /** Index into the action's devices. */
  readonly device: number;
  readonly deviceAttempt: number;
  readonly verb: "off" | "status";
  /** How many times `status` was asked, for file names. */
  readonly asked: number;
  /** Until when this device may take. */
  readonly untilMs: number;
  /** What the devices before it have used up of the action's own time. */
  readonly spentMs: number;
}

export type StepPhase =
  /** Wants a launcher, and starts as soon as there is one. */
  | { readonly kind: "ready"; readonly attempt: number; readonly fence: FenceCall | null; readonly sinceMs: number }
  | {
      readonly kind: "running";
      readonly attempt: number;
      readonly fence: FenceCall | null;
      readonly name: string;
      readonly launcher: ProcessIdentity;
      readonly startedAtMs: number;
      /** When it is ended if it still runs. */
      readonly killAtMs: number;
      /** It was too slow, or somebody gave the run up: its end is awaited, its exit code no longer counts. */
      readonly isKilled: boolean;
    }
  /** Between a failed attempt and the next, or between two questions to a fence agent. */
  | { readonly kind: "pausing"; readonly attempt: number; readonly fence: FenceCall | null; readonly untilMs: number }
  /** The process ended well; now the checks must show what was expected, by data newer than `sinceMs`. */
  | {
      readonly kind: "expecting";
      readonly attempt: number;
      readonly sinceMs: number;
      /** What passive checks have reported since then counts: from the step's start on, because a hook reports once. */
      readonly heardSinceMs: number;
      readonly untilMs: number;
    }
  /** A person switches the host off, and says so: `failoverctl ack fence HOST`. As long as it takes. */
  | { readonly kind: "awaiting"; readonly attempt: number; readonly fence: FenceCall }
  /** A crash took its outcome and it must not run twice, or much may have happened since: an operator says `resume` or `abandon`. */
  | {
      readonly kind: "in-doubt";
      /** How many there were; 0: it was not started yet. */
      readonly attempt: number;
      /** Its process ended well, and only what the checks must show was waited for: that, and no second start, is resumed. */
      readonly hasEnded: boolean;
      /** It still runs: its end is awaited, and counts, but nothing follows from it before the operator's word. */
      readonly left: StartedPhase | null;
    };

export type StartedPhase = Extract<StepPhase, { readonly kind: "running" }>;

export interface Run {
  readonly run: number;
  readonly rule: string;
  readonly cause: Cause;
  readonly variables: Readonly<{ [name: string]: string }>;
  readonly actions: readonly BoundAction[];
  readonly hasLimit: boolean;
  readonly startedAtMs: number;
  /** Index of the step in progress; when undoing, of the step that is being undone. */
  readonly at: number;
  readonly phase: StepPhase;
  /** Indexes of the steps that ended well, in order: what has to be undone, from the last, if the run fails. */
  readonly done: readonly number[];
  /** Why it failed; null while it goes well. Once set, nothing but undos run. */
  readonly failure: string | null;
  /** Indexes of the steps whose undo failed, in that order. Not in what the first daemons wrote. */
  readonly notUndone?: readonly number[];
  /**
   * Launchers that were ended from outside before the step in progress could begin with them: each took the number of an
   * attempt, and none of the retries. Not in what the first daemons wrote.
   */
  readonly lostLaunchers?: number;
  /** A person gave it up: what runs is ended, its end is `abandoned`, and nothing is undone. */
  readonly isAbandoned: boolean;
}
