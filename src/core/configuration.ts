/**
 * The configuration as the core knows it: what the language makes of the conf files, complete, resolved and checked.
 * Every default is filled in, every script is a path, every name refers to something that is there.
 *
 * Not in it: text, positions beyond file and line, anything that could be wrong.
 */
import type { Condition } from "./condition.ts";
import type { Status } from "./result.ts";

/** Where something was written, for sentences: `actions.conf:12`. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export type Dialect = "plugin" | "ocf" | "report";

/**
 * Names a check on a host, and reads as the language writes it: `check_disk on host1`. Made by `checkKey` only. Its blanks
 * keep it from being the name of something that every object has.
 */
export type CheckKey = string;

export function checkKey(check: string, host: string): CheckKey {
  return `${check} on ${host}`;
}

/** A program with its words, as it stands in checks.conf: no variable in it is left. */
export interface CheckProgram {
  /** argv[0] is an absolute path. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string | null;
}

export interface Check {
  readonly key: CheckKey;
  readonly name: string;
  /** The host that it is about. */
  readonly host: string;
  readonly place: Place;
  readonly run:
    | {
        readonly kind: "scheduled";
        readonly program: CheckProgram;
        readonly everyMs: number;
        readonly retryMs: number;
        readonly timeoutMs: number;
      }
    | { readonly kind: "resident"; readonly program: CheckProgram }
    /** Reported by others, over the socket. */
    | { readonly kind: "passive" };
  readonly dialect: Dialect;
  /** For `ocf` only: exit 0 is a slave, because the agent can be promoted; else it is just ok. */
  readonly isPromotable: boolean;
  /** Results in a row that confirm a better / a worse status. */
  readonly rise: number;
  readonly fall: number;
  /** A result older than this is not believed. */
  readonly staleAfterMs: number;
  readonly isAdvisory: boolean;
}

/** A word of a command, with its variables still open: `"%MASTER%:5432"` is `[{ variable: "MASTER" }, ":5432"]`. */
export type Template = readonly (string | { readonly variable: string })[];

/** A command of actions.conf: the words of one argv, and what the first of them was found to be. */
export interface CommandTemplate {
  /** Absolute path of the program. */
  readonly program: string;
  /** All words, the first as the operator wrote it (`plumb`), which is how the command is shown. */
  readonly words: readonly Template[];
  /** Only what a resource agent is given can have variables in it. */
  readonly env: Readonly<Record<string, string | Template>>;
  readonly user: string | null;
}

export interface ActionOptions {
  readonly timeoutMs: number;
  /** Further attempts on failure, and the pause between them. */
  readonly retries: number;
  readonly retryEveryMs: number;
  readonly onFailure: "stop" | "continue";
  readonly expect: { readonly condition: Condition; readonly withinMs: number } | null;
  /** Never started again after a crash. */
  readonly isOnce: boolean;
  /** Run, in reverse order of the steps, if the run fails later. */
  readonly undo: CommandTemplate | null;
}

export type Action =
  | {
      readonly kind: "command";
      readonly command: CommandTemplate;
      readonly options: ActionOptions;
      readonly place: Place;
    }
  /** Built in: proves that a host is off. */
  | { readonly kind: "fence"; readonly host: Template; readonly options: ActionOptions; readonly place: Place };

/** A status, or any. */
export type StatusPattern = { readonly kind: "status"; readonly status: Status } | { readonly kind: "any" };

export type Trigger =
  | {
      /** `[A_to_B …]`: an edge. */
      readonly kind: "transition";
      readonly from: StatusPattern;
      readonly to: StatusPattern;
      /** Both null: the status or role of any host. */
      readonly host: string | null;
      readonly check: string | null;
    }
  /** `[rule NAME]` with `when`: a level. */
  | { readonly kind: "condition"; readonly when: Condition }
  /** `[split_brain]`: two hosts were confirmed master at once. */
  | { readonly kind: "split-brain" }
  /** `[on_failure]`: a run failed. `%RULE%` and `%RUN%` are those of the run that failed. */
  | { readonly kind: "run-failed" };

export interface Rule {
  /** The header's text for an edge (`slave_to_master`, `slave_to_master of host1`), the name for a `when`. Unique. */
  readonly name: string;
  readonly place: Place;
  readonly trigger: Trigger;
  readonly guard: Condition | null;
  readonly actions: readonly Action[];
  readonly cooldownMs: number;
  readonly limit: { readonly runs: number; readonly withinMs: number } | null;
}

export interface FenceDevice {
  /** Absolute path of the agent, or null for `manual`: a person does it, and says so. */
  readonly agent: string | null;
  /** How it is shown: the agent's name, without its parameters. */
  readonly name: string;
  /** Plain parameters, sent on stdin. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** Parameters whose value is a file's content, read at each use. */
  readonly secrets: readonly (readonly [name: string, file: string])[];
  readonly timeoutMs: number;
  readonly retries: number;
  /** The agent's metadata offers `status`; without it nothing can be proven. */
  readonly canProve: boolean;
  readonly place: Place;
}

export interface Fence {
  readonly host: string;
  readonly devices: readonly FenceDevice[];
}

/** What `[notify]` may be told of; `on` in actions.conf lists some, all by default. */
export const notifyTopics = ["transition", "run", "fence", "split_brain", "hold", "blocked", "daemon"] as const;
export type NotifyTopic = (typeof notifyTopics)[number];

export interface Notifier {
  readonly command: CommandTemplate;
  readonly topics: readonly NotifyTopic[];
  readonly timeoutMs: number;
  readonly place: Place;
}

export interface Configuration {
  /** Of all the files' text: 12 hex digits that change when anything does. */
  readonly fingerprint: string;
  /** This host's name. */
  readonly localHost: string;
  /** Every host that is named, in the order of their first naming in checks.conf; this order prefers one slave over another. */
  readonly hosts: readonly string[];
  readonly checks: readonly Check[];
  readonly rules: readonly Rule[];
  /** `[vars]`. Their values hold no variables. */
  readonly variables: Readonly<Record<string, string>>;
  readonly fences: readonly Fence[];
  readonly notifiers: readonly Notifier[];
}
