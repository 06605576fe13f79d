/**
 * What is then wanted: ordered data. The supervisor performs effects, the simulator, the replayer and the tests perform
 * them differently; nothing else decides anything.
 */
import type { CheckProgram, Dialect, FenceDevice, NotifyTopic } from "./configuration.ts";
import type { Record } from "./record.ts";
import type { ProcessIdentity } from "./result.ts";
import type { BoundCommand } from "./run.ts";

/** Performed left to right. A record is durable before any later effect begins. */
export type Effects = readonly Effect[];

export type Effect =
  | { readonly kind: "record"; readonly record: Record }
  | {
      readonly kind: "startCheck";
      readonly job: number;
      readonly program: CheckProgram;
      readonly dialect: Dialect;
      readonly isPromotable: boolean;
      readonly timeoutMs: number;
    }
  | { readonly kind: "startResident"; readonly job: number; readonly program: CheckProgram; readonly dialect: Dialect }
  | { readonly kind: "stopCheck"; readonly job: number }
  /** Uses up the launcher that `launcher-ready` told of. `fence`: parameters and secrets go to its standard input. */
  | {
      readonly kind: "startStep";
      readonly run: number;
      readonly name: string;
      readonly command: BoundCommand;
      /** The one that the record names; no other may run it. */
      readonly launcher: ProcessIdentity;
      readonly fence: AgentCall | null;
    }
  | { readonly kind: "killStep"; readonly run: number; readonly name: string }
  | { readonly kind: "notify"; readonly topic: NotifyTopic; readonly record: Record }
  /** Answers the request of that number. `run`: the one that it has started. */
  | {
      readonly kind: "answer";
      readonly request: number;
      readonly isAccepted: boolean;
      readonly sentence: string;
      readonly run: number | null;
    }
  /** The one moment at which a `tick` is wanted, if nothing happens before. Replaces the last one. */
  | { readonly kind: "wakeAt"; readonly atMs: number };

/** What a fence agent is asked for. */
export interface AgentCall {
  readonly device: FenceDevice;
  readonly host: string;
  readonly verb: "off" | "status";
}

/** The process that a step starts next: what runs, how it is shown, what its files are called, how long it may take. */
export interface StepProgram {
  readonly command: BoundCommand;
  readonly shown: readonly string[];
  readonly name: string;
  readonly limitMs: number;
  readonly fence: AgentCall | null;
}
