/**
 * What `status` answers, and `failoverctl status --json` prints: the shape that other programs may rely on. Fields are
 * added in time and none is taken away. Times are RFC 3339, durations milliseconds; the names are for readers outside of this program.
 */
import type { Metric, Status } from "../core/result.ts";
import type { Role } from "../core/state.ts";

export interface StatusView {
  readonly daemon: DaemonView;
  readonly hosts: readonly HostView[];
  /** The hosts that are confirmed master together; empty if there are not two. */
  readonly splitBrain: readonly string[];
  readonly checks: readonly CheckView[];
  readonly rules: readonly RuleView[];
  readonly run: RunView | null;
  /** The rules whose triggers wait for their turn, in that order. */
  readonly waiting: readonly string[];
  readonly maintenance: readonly MaintenanceView[];
}

export interface DaemonView {
  /** False in what was read from the table while no daemon answers. */
  readonly running: boolean;
  readonly pid: number;
  readonly version: string;
  readonly startedAt: string;
  /** How long ago the daemon last looked at what it knows. A dead daemon's grows for ever. */
  readonly heartbeatAgeMs: number;
  /** The last journal entry that is in this status: who subscribes from the next one on misses none, and sees none twice. */
  readonly seq: number;
  /** Everything that counts has been observed; before, no rule fires. */
  readonly learned: boolean;
  /** Why nothing is acted on until somebody acknowledges the journal; null: it can be trusted. */
  readonly distrust: string | null;
  /** Why the daemon acts and cannot remember; null: it can. */
  readonly notRemembered: string | null;
  /** Why the state table cannot be written; null: it can. The journal goes on, for a while in space that it had reserved. */
  readonly notSaved: string | null;
  /** Of `[notify]`: how many wait to be told, and how many were dropped because too many waited. */
  readonly notifications: { readonly waiting: number; readonly dropped: number };
  readonly configuration: {
    readonly generation: number;
    readonly fingerprint: string;
    /** Why the last reload was refused; null: it was not. */
    readonly refused: string | null;
  };
}

export interface HostView {
  readonly host: string;
  readonly status: Status;
  /** The last role that was confirmed. */
  readonly role: Role | null;
  /** Null: nothing was ever seen of it. */
  readonly since: string | null;
}

export interface CheckView {
  readonly check: string;
  readonly host: string;
  readonly status: Status;
  readonly since: string;
  readonly output: string;
  readonly longOutput: string;
  /** Null: it did not exit, or was reported over the socket. */
  readonly exit: number | null;
  /** Of the latest result; null: there was none yet. */
  readonly ageMs: number | null;
  readonly isStale: boolean;
  readonly isAdvisory: boolean;
  /** Intervals at whose start the last instance still ran. */
  readonly lateCount: number;
  /** Another status that was seen `seen` times in a row and is believed after `needed`; null: none. */
  readonly confirming: { readonly status: Status; readonly seen: number; readonly needed: number } | null;
  readonly metrics: readonly Metric[];
}

export const ruleStates = ["armed", "running", "waiting", "held", "blocked"] as const;
export type RuleState = (typeof ruleStates)[number];

export interface RuleView {
  readonly rule: string;
  readonly state: RuleState;
  readonly reason: string | null;
  /** How its last run failed, which nobody has seen to yet, and what to do; null: it did not, or the rule is blocked by that. */
  readonly failure: string | null;
}

export interface RunView {
  readonly run: number;
  readonly rule: string;
  /** From 1; `of`: how many there are. */
  readonly step: number;
  readonly of: number;
  readonly command: readonly string[];
  readonly phase: string;
  /** Why it failed, while its steps are undone; null: it goes well. */
  readonly failure: string | null;
}

export interface MaintenanceView {
  /** A host, a check, a rule, or `*`. */
  readonly scope: string;
  /** Null: until somebody ends it. */
  readonly until: string | null;
  readonly reason: string;
}
