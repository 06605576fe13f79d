/** A run, shown from its first entry to its end, as it goes on. */
import { constants } from "node:os";
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
  let run: number | null = null;
  let isShown = false;
  const print = (entry: HistoryEntry): void =>
    terminal.print(isJson ? JSON.stringify(entry.fields) : printer.print(entry));
  const end = new Promise<End>((resolve) => {
    client.listen({
      record: (value) => {
        const entry = parseHistoryEntry(value);
        if (entry === null) return;
        const { kind, fields } = entry;
        const isOfIt = kind === "run-start" && fields["rule"] === of.rule;
        if (run === null && isOfIt && typeof fields["run"] === "number") run = fields["run"];
        if (run === null || fields["run"] !== run) return;
        entries.push(entry);
        if (isShown) print(entry);
        if (kind === "run-end") resolve({ kind: "ended" });
      },
      lost: (sentence) => resolve({ kind: "lost", sentence }),
    });
  });
  const tell = (seen: End): number => {
    switch (seen.kind) {
      case "ended":
        return exitCodeOf(entries);
      case "lost":
        tellFailure(invocation, { kind: "lost", sentence: `${seen.sentence}; ${sayStarted(run)}` });
        return exitCodes.notWell;
      case "signal":
        terminal.complain(`failoverctl: ${sayGoesOn(run)}`);
        return 128 + constants.signals[seen.signal];
    }
  };
  await client.ask("subscribe", {});
  return {
    show: (sentence) => {
      if (sentence !== null && !isJson) terminal.print(printable(sentence));
      entries.forEach(print);
      isShown = true;
      return Promise.race([end, signalled()]).then(tell);
    },
  };
}

type End =
  | { readonly kind: "ended" }
  /** The daemon ended, or hangs. */
  | { readonly kind: "lost"; readonly sentence: string }
  /** Whoever watches has seen enough. */
  | { readonly kind: "signal"; readonly signal: (typeof endSignals)[number] };

const endSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The first of the signals that would end this program without a word, as which a run that goes on would be taken for ended. */
function signalled(): Promise<End> {
  return new Promise((resolve) => {
    for (const signal of endSignals) process.once(signal, () => resolve({ kind: "signal", signal }));
  });
}

/** `run`: its number; null: its start could not be written down, so nobody was told of it. */
function sayGoesOn(run: number | null): string {
  if (run === null) return "what was started goes on; `failoverctl status` shows it";
  return `run ${run} goes on; \`failoverctl abandon ${run}\` ends it; \`failoverctl history --run ${run} --follow\` shows it`;
}

function sayStarted(run: number | null): string {
  const which = run === null ? "it" : `run ${run}`;
  const shows = run === null ? "status" : `history --run ${run}`;
  return `${which} was started, and the daemon, or the next one, goes on with it: \`failoverctl ${shows}\` shows how far it is`;
}

function isDone(entries: readonly HistoryEntry[]): number {
  return entries.at(-1)?.fields["outcome"] === "done" ? exitCodes.well : exitCodes.notWell;
}
