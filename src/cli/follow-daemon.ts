/**
 * A daemon, watched: its status at every change and at least once a second, its journal's entries as they come, and that
 * it is gone or back. It goes on through a daemon's end and its next start, without an entry missing or shown twice.
 */
import { connectDaemon, type Client } from "./client.ts";
import { recentEntries } from "./recent.ts";
import { parseHistoryEntry, type HistoryEntry } from "./render-history.ts";

export interface Following {
  /** What `status` answers, unread. */
  readonly status: (status: unknown) => void;
  readonly entry: (entry: HistoryEntry) => void;
  /** The daemon is gone, or hangs; it is looked for again, and again. */
  readonly lost: (sentence: string) => void;
  readonly back: () => void;
}

/** Status is asked for at least this often, so that ages go on. */
const statusEveryMs = 1_000;

/** And not more often than this, however many entries come. */
const statusPauseMs = 50;

/** A daemon that hangs is said to hang after this long. */
const answerWithinMs = 5_000;

/** So many entries that came while nobody was connected are made up for. */
const missedEntriesMax = 1_000;

/** Goes on until `signal` is aborted. `first` is connected already, and closed at the end. */
export async function followDaemon(
  first: Client,
  options: {
    readonly sockets: readonly string[];
    readonly on: Following;
    /** Of what was before. */
    readonly pastEntries: number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { on, signal, sockets } = options;
  let lastSeq = 0;
  const tell = (entry: HistoryEntry): void => {
    if (entry.seq <= lastSeq) return;
    lastSeq = entry.seq;
    on.entry(entry);
  };
  let client: Client | null = first;
  let { pastEntries } = options;
  while (client !== null) {
    const sentence = await followOne(client, { on: { ...on, entry: tell }, pastEntries, signal });
    pastEntries = missedEntriesMax;
    client.close();
    if (sentence !== null) on.lost(sentence);
    client = sentence === null ? null : await reconnect(sockets, signal);
    if (client !== null) on.back();
  }
}

/** Follows one connection to its end: answers why it ended, or null if `signal` was aborted. */
async function followOne(
  client: Client,
  options: { readonly on: Following; readonly pastEntries: number; readonly signal: AbortSignal },
): Promise<string | null> {
  const { on, signal } = options;
  const alarm = createAlarm(signal);
  /** Entries wait until those before them are shown. */
  let early: HistoryEntry[] | null = [];
  client.listen({
    record: (value) => {
      const entry = parseHistoryEntry(value);
      if (entry === null) return;
      if (early === null) on.entry(entry);
      else early.push(entry);
      alarm.ring();
    },
    lost: () => alarm.ring(),
  });
  const { entries } = await recentEntries(client, options.pastEntries);
  for (const entry of [...entries, ...early]) on.entry(entry);
  early = null;
  while (!signal.aborted) {
    const answer = await client.ask("status", {});
    if (signal.aborted) return null;
    if (answer.kind === "lost") return answer.sentence;
    if (answer.kind === "error") return answer.message;
    on.status(answer.result);
    await alarm.wait(statusPauseMs, "whole");
    await alarm.wait(statusEveryMs - statusPauseMs, "or-ring");
  }
  return null;
}

/** Null: `signal` was aborted before there was one. */
async function reconnect(sockets: readonly string[], signal: AbortSignal): Promise<Client | null> {
  const alarm = createAlarm(signal);
  while (!signal.aborted) {
    const connection = await connectDaemon(sockets, answerWithinMs);
    if (connection.kind === "connected") return connection.client;
    await alarm.wait(statusEveryMs, "whole");
  }
  return null;
}

interface Alarm {
  /** Ends the next `wait`, or the one that is under way, unless it is to be whole. */
  readonly ring: () => void;
  readonly wait: (ms: number, until: "whole" | "or-ring") => Promise<void>;
}

/** A wait that an entry, or the end, can cut short. A ring that nobody waits for is kept. */
function createAlarm(signal: AbortSignal): Alarm {
  let hasRung = false;
  let wake = (): void => {};
  return {
    ring: () => {
      hasRung = true;
      wake();
    },
    wait: (ms, until) =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", end);
          wake = () => {};
          if (until === "or-ring") hasRung = false;
          resolve();
        };
        const timer = setTimeout(end, ms);
        signal.addEventListener("abort", end);
        if (until === "or-ring") wake = end;
        if (signal.aborted || (until === "or-ring" && hasRung)) end();
      }),
  };
}
