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

/** What `fence_x -o metadata` says. */
export interface FenceAgentMetadata {
  readonly name: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly isRequired: boolean;
    readonly default: string | null;
  }[];
  /** `off`, `on`, `reboot`, `status`, … */
  readonly actions: readonly string[];
}

export interface Surroundings {
  /** This host's name. */
  readonly localHost: string;
  /** `word` as it stands in the file: a bare name, a path, or `ocf:PROVIDER:TYPE`. */
  findScript(folder: ScriptFolder, word: string): FoundScript;
  /** What lies in the folder, for "did you mean". */
  scriptNames(folder: ScriptFolder): readonly string[];
  userExists(name: string): boolean;
  findFenceAgent(word: string): FoundScript;
  /** null: it could not be read. */
  fenceAgent(path: string): FenceAgentMetadata | null;
  findSecret(file: string): FoundSecret;
}
