/** A run, shown from its first entry to its end, as it goes on. */
import { printable } from "../base/terminal-text.ts";
import { tellFailure } from "./ask.ts";
import type { Client } from "./client.ts";
import type { Invocation } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { historyPrinter, parseHistoryEntry, type HistoryEntry } from "./render-history.ts";

export interface FollowedRun {
  /** Shows what has come so far, below the sentence if there is one, and what comes. The exit code, when the run has ended. */
  readonly show: (sentence: string | null) => Promise<number>;
}

/**
 * The next run of that name. Entries wait until `show` is called, because a run may be over before its start is answered.
 * `exitCodeOf` judges the entries of the run when it has ended; without it, a run that is done is well.
 */
export async function followRun(
  client: Client,
  of: { readonly rule: string; readonly exitCodeOf?: (entries: readonly HistoryEntry[]) => number },
  invocation: Invocation,
): Promise<FollowedRun> {
  const { terminal, isJson } = invocation;
  const { exitCodeOf = isDone } = of;
  const printer = historyPrinter(terminal);
  const entries: HistoryEntry[] = [];
  let run: unknown = null;
  let isShown = false;
  const print = (entry: HistoryEntry): void =>
    terminal.print(isJson ? JSON.stringify(entry.fields) : printer.print(entry));
  const end = new Promise<number>((resolve) => {
    client.listen({
      record: (value) => {
        const entry = parseHistoryEntry(value);
        if (entry === null) return;
        const { kind, fields } = entry;
        if (run === null && kind === "run-start" && fields["rule"] === of.rule) run = fields["run"];
        if (run === null || fields["run"] !== run) return;
        entries.push(entry);
        if (isShown) print(entry);
        if (kind === "run-end") resolve(exitCodeOf(entries));
      },
      lost: (sentence) => resolve(tellFailure(invocation, { kind: "lost", sentence })),
    });
  });
  await client.ask("subscribe", {});
  return {
    show: (sentence) => {
      if (sentence !== null && !isJson) terminal.print(printable(sentence));
      entries.forEach(print);
      isShown = true;
      return end;
    },
  };
}

function isDone(entries: readonly HistoryEntry[]): number {
  return entries.at(-1)?.fields["outcome"] === "done" ? exitCodes.well : exitCodes.notWell;
}
