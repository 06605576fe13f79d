/**
 * Entries of the journal as they are told to those who ask: over the sockets, and by `failoverctl history`. The journal holds
 * what a later daemon needs to go on with a run, so also the environment of its commands and the parameters of its fence
 * devices; these are for the daemon only, because passwords may be among them.
 */
import { shownWords } from "./agent-action.ts";
import type { Entry } from "./record.ts";
import type { BoundAction } from "./run.ts";

type RunStart = Extract<Entry, { readonly kind: "run-start" }>;

/** A run's actions are the words that people see, as in the records of its steps. */
export type ShownEntry =
  Exclude<Entry, RunStart> | (Omit<RunStart, "actions"> & { readonly actions: readonly (readonly string[])[] });

export function shownEntry(entry: Entry): ShownEntry {
  if (entry.kind !== "run-start") return entry;
  return { ...entry, actions: entry.actions.map(shownAction) };
}

function shownAction(action: BoundAction): readonly string[] {
  return action.kind === "fence" ? ["fence", action.host] : shownWords(action.command);
}
