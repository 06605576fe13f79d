/**
 * What the language asks of the world outside: are the scripts there, who is this host. The supervisor answers from the
 * real file system, tests and the simulator from tables.
 */

export type ScriptFolder = "checks" | "actions";

export type FoundScript =
  | { readonly kind: "found"; readonly path: string }
  /** `reason` is a sentence that begins with the script's path; `hint` says how to mend it. */
  | { readonly kind: "refused"; readonly path: string; readonly reason: string; readonly hint: string | null };

export type FoundSecret =
  | { readonly kind: "found"; readonly path: string }
  | { readonly kind: "refused"; readonly reason: string; readonly hint: string | null };

/** What an agent says of itself: a fence agent's `-o metadata`, a resource agent's `meta-data`. */
export interface AgentMetadata {
  readonly name: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly isRequired: boolean;
    readonly default: string | null;
    /** `string`, `boolean`, `integer`, `second`, … Not there: the agent does not say. */
    readonly type?: string;
    /** The values that there are; not there, or none: any. */
    readonly choices?: readonly string[];
  }[];
  /** `off`, `on`, `reboot`, `status`, …; `start`, `stop`, `promote`, … */
  readonly actions: readonly string[];
}

/** A question that was put and not answered; asked again, it may be. `why` is what stands behind a colon. */
export interface Unanswered {
  readonly kind: "unanswered";
  readonly why: string;
}

export function isUnanswered(answer: AgentMetadata | Unanswered | boolean | null): answer is Unanswered {
  return typeof answer === "object" && answer !== null && "kind" in answer;
}

/** Where resource agents find what they expect of a cluster. Absolute paths. */
export interface OcfPlaces {
  /** The stand-ins for the cluster's own tools. */
  readonly toolsFolder: string;
  /** Where those keep what agents tell them. */
  readonly stateFolder: string;
  /** For agents' own files; emptied when the machine starts anew. */
  readonly temporaryFolder: string;
  /** The daemon's PATH. */
  readonly searchPath: string;
}

export interface Surroundings {
  /** This host's name. */
  readonly localHost: string;
  /** `word` as it stands in the file: a bare name, a path, or `ocf:PROVIDER:TYPE`. `user`: as whom it runs; null: as the daemon does. */
  findScript(folder: ScriptFolder, word: string, user: string | null): FoundScript;
  /** What lies in the folder, for "did you mean". */
  scriptNames(folder: ScriptFolder): readonly string[];
  userExists(name: string): boolean | Unanswered;
  findFenceAgent(word: string): FoundScript;
  /** null: what it says is no metadata. */
  fenceAgent(path: string): AgentMetadata | Unanswered | null;
  /** null: what it says is no metadata. */
  ocfAgent(path: string): AgentMetadata | Unanswered | null;
  readonly ocfPlaces: OcfPlaces;
  findSecret(file: string): FoundSecret;
}
