/** What a command of failoverctl is: a row of the table in `commands.ts`. Help is printed from the same row. */
import type { Folders } from "../supervisor/folders.ts";
import type { OptionSpec } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";

export interface Command {
  readonly name: string;
  /** What stands behind the name: `CHECK STATUS [TEXT]`. Empty if nothing does. */
  readonly usage: string;
  /** How many words that may be. */
  readonly wordsMin: number;
  readonly wordsMax: number;
  /** What it is for, in less than a line. */
  readonly summary: string;
  /** Paragraphs for who asks further. */
  readonly details: readonly string[];
  readonly options: readonly OptionSpec[];
  /** What a shell may offer for each word; what it offers for the last goes for all that follow. */
  readonly completes: readonly (readonly Completion[])[];
  /** A command line, without the program's name, and what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** Tells what is wrong with the command line, if the command has its own way to; answers the exit code. */
  readonly refuse?: (sentence: string, terminal: Terminal) => number;
  /** Answers the exit code. */
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** Names that the daemon is asked for, or, behind a `=`, a word as it is. */
export type Completion = "rules" | "hosts" | "checks" | "runs" | `=${string}`;

/** A command line that was understood. */
export interface Invocation {
  readonly words: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly isJson: boolean;
  readonly folders: Folders;
  /** In the order in which they are tried. */
  readonly sockets: readonly string[];
  readonly terminal: Terminal;
}
