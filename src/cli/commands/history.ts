/** What happened, from the daemon; or, if there is none, from its journal. */
import { isObject } from "../../base/shape.ts";
import { printable } from "../../base/terminal-text.ts";
import { shownEntry } from "../../core/shown-entry.ts";
import { realDisk } from "../../host/files.ts";
import { historyOf } from "../../store/history.ts";
import { sayLost, tellAbsent, tellFailure } from "../ask.ts";
import { connectDaemon, type Answer, type Client } from "../client.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { parseMoment } from "../moment.ts";
import { parseSerial } from "../serial.ts";
import { historyPrinter, parseHistoryEntry, type HistoryEntry } from "../render-history.ts";

/** Entries in one answer of the daemon. */
const pageEntries = 1_000;

/** What `--follow` begins with, if nothing else is said. */
const followedEntries = 10;

export const history: Command = {
  name: "history",
  usage: "",
  wordsMin: 0,
  wordsMax: 0,
  summary: "show transitions, runs, steps and decisions, the oldest first",
  details: [
    "Every decision is there with its reason, also the decision not to act; below a step stands what it printed. The whole output of a step is in VAR/runs/RUN/.",
    "Without a daemon, or if it hangs, the journal's files are read. With --json each line is one object, in a shape that stays.",
  ],
  options: [
    {
      name: "since",
      value: "WHEN",
      help: "only what came later: 2h (ago), 14:30, 2026-01-05, '2026-01-05 14:30', or RFC 3339",
    },
    { name: "run", value: "N", help: "only what belongs to this run" },
    { name: "limit", value: "N", help: "only the last N entries" },
    {
      name: "follow",
      value: null,
      help: "then go on with what comes; begins with the last 10, if nothing else is said",
    },
  ],
  completes: [],
  examples: [
    ["history --since 2h", "what happened in the last two hours"],
    ["history --run 12", "one failover from its trigger to its end"],
    ['--json history --since 2026-01-05 | grep \'"kind":"transition"\'', "for a program"],
  ],
  run: async (invocation) => {
    const wanted = readWanted(invocation.values, invocation.flags);
    if (typeof wanted === "string") {
      invocation.terminal.complain(`failoverctl: ${wanted}`);
      return exitCodes.usage;
    }
    const connection = await connectDaemon(invocation.sockets);
    if (connection.kind === "absent") {
      if (wanted.isFollowing || connection.why === "forbidden") return tellAbsent(invocation, connection);
      return fromFiles(connection.sentence, wanted, invocation);
    }
    const exitCode = await fromDaemon(connection.client, wanted, invocation);
    connection.client.close();
    return exitCode;
  },
};

interface Wanted {
  readonly sinceWallMs: number | null;
  readonly run: number | null;
  /** null: all. */
  readonly limit: number | null;
  readonly isFollowing: boolean;
}

/** What the options ask for, or what is wrong with them. */
function readWanted(values: ReadonlyMap<string, string>, flags: ReadonlySet<string>): Wanted | string {
  const since = values.get("since");
  const sinceWallMs = since === undefined ? null : parseMoment(since, Date.now());
  if (since !== undefined && sinceWallMs === null) {
    return `--since ${JSON.stringify(since)} is no time: write 2h, 14:30, 2026-01-05, '2026-01-05 14:30', or RFC 3339`;
  }
  const run = parseIfGiven(values.get("run"));
  const limit = parseIfGiven(values.get("limit"));
  if (run === "wrong") return `--run needs the number of a run, not ${JSON.stringify(values.get("run"))}`;
  if (limit === "wrong") return `--limit needs a number from 1 on, not ${JSON.stringify(values.get("limit"))}`;
  return {
    sinceWallMs: sinceWallMs === null ? null : Math.max(0, Math.round(sinceWallMs)),
    run,
    limit,
    isFollowing: flags.has("follow"),
  };
}

/** null: not given. */
function parseIfGiven(text: string | undefined): number | "wrong" | null {
  return text === undefined ? null : (parseSerial(text) ?? "wrong");
}

/** `why`: there is no answer from a daemon. */
async function fromFiles(why: string, wanted: Wanted, invocation: Invocation): Promise<number> {
  invocation.terminal.complain(`failoverctl: ${why}; this is what its journal says`);
  const shown = showing(wanted.limit, invocation);
  const query = {
    ...(wanted.sinceWallMs === null ? {} : { sinceWallMs: wanted.sinceWallMs }),
    ...(wanted.run === null ? {} : { run: wanted.run }),
  };
  let isMissing = false;
  for await (const item of historyOf(realDisk, invocation.folders.var, query)) {
    if (item.kind === "entry") shown.take(shownEntry(item.entry));
    else {
      invocation.terminal.complain(`failoverctl: ${item.sentence}`);
      isMissing = true;
    }
  }
  const exitCode = tellIfNothing(shown.end(), wanted, invocation);
  return isMissing ? exitCodes.notWell : exitCode;
}

async function fromDaemon(client: Client, wanted: Wanted, invocation: Invocation): Promise<number> {
  const follower = wanted.isFollowing ? follow(client, wanted, invocation) : null;
  const subscribed = follower === null ? null : await client.ask("subscribe", {});
  if (subscribed !== null && subscribed.kind !== "result") return tellFailure(invocation, subscribed);
  const lastSeq =
    isObject(subscribed?.result) && typeof subscribed.result["seq"] === "number" ? subscribed.result["seq"] : Infinity;

  const isOpen = wanted.sinceWallMs === null && wanted.run === null && wanted.limit === null;
  const shown = showing(wanted.limit, invocation);
  let sinceSeq: number | null = follower !== null && isOpen ? Math.max(1, lastSeq - followedEntries + 1) : 1;
  while (sinceSeq !== null && sinceSeq <= lastSeq) {
    const answer: Answer = await client.ask("history", {
      sinceSeq,
      limit: pageEntries,
      ...(wanted.sinceWallMs === null ? {} : { sinceWallMs: wanted.sinceWallMs }),
      ...(wanted.run === null ? {} : { run: wanted.run }),
    });
    const isFirst = follower === null && sinceSeq === 1;
    if (answer.kind === "lost" && isFirst) return fromFiles(sayLost(answer), wanted, invocation);
    if (answer.kind !== "result") return tellFailure(invocation, answer);
    const page = readPage(answer.result);
    for (const gap of page.gaps) invocation.terminal.complain(`failoverctl: ${printable(gap)}`);
    for (const entry of page.entries) if (entry.seq <= lastSeq) shown.take(entry.fields);
    sinceSeq = page.nextSeq;
  }
  const count = shown.end();
  return follower === null ? tellIfNothing(count, wanted, invocation) : follower(lastSeq);
}

/** Keeps what comes until the past is shown; the answer then shows it, and goes on until the daemon ends. */
function follow(client: Client, wanted: Wanted, invocation: Invocation): (lastSeq: number) => Promise<number> {
  const shown = showing(null, invocation);
  let kept: unknown[] | null = [];
  let show = (_entry: unknown): void => {};
  const isLost = new Promise<string>((lost) => {
    client.listen({ record: (entry) => (kept === null ? show(entry) : kept.push(entry)), lost });
  });
  return async (lastSeq) => {
    show = (value) => {
      const entry = parseHistoryEntry(value);
      if (entry === null || entry.seq <= lastSeq) return;
      if (wanted.run === null || entry.fields["run"] === wanted.run) shown.take(value);
    };
    for (const entry of kept ?? []) show(entry);
    kept = null;
    return tellFailure(invocation, { kind: "lost", sentence: await isLost });
  };
}

interface Page {
  readonly entries: readonly HistoryEntry[];
  readonly gaps: readonly string[];
  readonly nextSeq: number | null;
}

function readPage(result: unknown): Page {
  const { entries, gaps, nextSeq } = isObject(result) ? result : {};
  const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  return {
    entries: listOf(entries).flatMap((entry) => parseHistoryEntry(entry) ?? []),
    gaps: listOf(gaps).filter((gap) => typeof gap === "string"),
    nextSeq: typeof nextSeq === "number" ? nextSeq : null,
  };
}

/** Who asks for a run that is not there has mistaken its number, or it is too long ago. */
function tellIfNothing(count: number, { run }: Wanted, { terminal }: Invocation): number {
  if (count > 0 || run === null) return exitCodes.well;
  terminal.complain(`failoverctl: the journal says nothing of run ${run}; \`failoverctl history\` shows what there is`);
  return exitCodes.notWell;
}

/** Prints entries as they come, or with a limit the last ones when the end is known; `end` answers how many there were. */
function showing(
  limit: number | null,
  { terminal, isJson }: Invocation,
): { take: (entry: unknown) => void; end: () => number } {
  const printer = historyPrinter(terminal);
  let count = 0;
  const print = (value: unknown): void => {
    const entry = parseHistoryEntry(value);
    if (entry !== null) terminal.print(isJson ? JSON.stringify(entry.fields) : printer.print(entry));
  };
  const last: unknown[] = [];
  return {
    take: (entry) => {
      count += 1;
      if (limit === null) {
        print(entry);
        return;
      }
      last.push(entry);
      if (last.length > limit) last.shift();
    },
    end: () => {
      last.forEach(print);
      return count;
    },
  };
}
