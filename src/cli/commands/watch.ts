/** The status, live. */
import { tellAbsent } from "../ask.ts";
import { connectDaemon } from "../client.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { followDaemon, type Following } from "../follow-daemon.ts";
import { ageStatus } from "../last-known.ts";
import { historyPrinter, type HistoryEntry } from "../render-history.ts";
import { renderStatus } from "../render-status.ts";
import { renderWatch } from "../render-watch.ts";
import { openScreen } from "../screen.ts";
import { parseStatus } from "../status-shape.ts";
import { wrap } from "../wrap.ts";

/** More entries than any screen has rows are not kept. */
const entriesMax = 200;

/** As many as `history --follow` begins with. */
const pipedPastEntries = 10;

/** What was answered longer ago is not fresh any more. */
const freshMs = 3_000;

const drawEveryMs = 1_000;

export const watch: Command = {
  name: "watch",
  usage: "",
  wordsMin: 0,
  wordsMax: 0,
  summary: "show the status live, and events as they come",
  details: [
    "On a terminal the picture is drawn anew at every event and every second; q or Ctrl-C ends it. In a pipe the status is printed once, then every event on a line of its own.",
    'It goes on when the daemon ends, says so, and finds it again when it is back. With --json each line is { "status": … } or { "entry": … }.',
  ],
  options: [],
  completes: [],
  examples: [
    ["watch", "during a switchover, on a second terminal"],
    ["watch | tee failover.log", "the same for a file: every event, appended"],
  ],
  run: async (invocation) => {
    const connection = await connectDaemon(invocation.sockets);
    if (connection.kind === "absent") return tellAbsent(invocation, connection);
    const stop = new AbortController();
    const end = (): void => stop.abort();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
    const view = showOnScreen(invocation, end) ?? showInPipe(invocation);
    try {
      const { sockets } = invocation;
      const { pastEntries } = view;
      await followDaemon(connection.client, { sockets, on: view, pastEntries, signal: stop.signal });
    } finally {
      view.close();
    }
    return exitCodes.well;
  },
};

interface View extends Following {
  readonly pastEntries: number;
  readonly close: () => void;
}

/** Null: there is no terminal to draw on, or nobody who could read a picture. */
function showOnScreen({ terminal, isJson }: Invocation, end: () => void): View | null {
  let status: unknown = null;
  let answeredAtMs = performance.now();
  let lost: string | null = null;
  let entries: readonly HistoryEntry[] = [];
  const draw = (): void => {
    const ageMs = Math.round(performance.now() - answeredAtMs);
    const known = parseStatus(lost === null && ageMs < freshMs ? status : ageStatus(status, ageMs), "status");
    const { columns, rows } = screen?.size() ?? { columns: 0, rows: 0 };
    if (screen === null) return;
    if (status === null) {
      if (lost !== null) screen.draw(wrap(`${lost}; looking again, q ends`, columns));
      return;
    }
    if (!known.ok) {
      screen.draw([`the daemon is of another version, and its status cannot be shown: ${known.sentence}`]);
      return;
    }
    const picture = { status: known.value, entries, lost, nowWallMs: Date.now() };
    screen.draw(renderWatch(picture, { columns, rows, isColoured: terminal.isColoured }));
  };
  const endKeys: readonly string[] = ["q", "Q", "\u0003", "\u0004"];
  const screen = isJson ? null : openScreen({ key: (key) => (endKeys.includes(key) ? end() : draw()), change: draw });
  if (screen === null) return null;
  const clock = setInterval(draw, drawEveryMs);
  return {
    pastEntries: entriesMax,
    status: (answered) => {
      status = answered;
      answeredAtMs = performance.now();
      draw();
    },
    entry: (entry) => {
      entries = [...entries, entry].slice(-entriesMax);
    },
    lost: (sentence) => {
      lost = sentence;
      draw();
    },
    back: () => {
      lost = null;
    },
    close: () => {
      clearInterval(clock);
      screen.close();
    },
  };
}

/** The status once, behind it every entry; as JSON also the status after every entry. */
function showInPipe({ terminal, isJson }: Invocation): View {
  const printer = historyPrinter(terminal);
  let isStatusDue = true;
  let early: HistoryEntry[] | null = [];
  const print = (entry: HistoryEntry): void => {
    terminal.print(isJson ? JSON.stringify({ entry: entry.fields }) : printer.print(entry));
  };
  return {
    pastEntries: isJson ? 0 : pipedPastEntries,
    status: (answered) => {
      if (!isStatusDue) return;
      isStatusDue = false;
      const parsed = parseStatus(answered, "status");
      if (isJson) terminal.print(JSON.stringify({ status: answered }));
      else if (parsed.ok) terminal.print(`${renderStatus(parsed.value, Date.now(), terminal)}\n`);
      early?.forEach(print);
      early = null;
    },
    entry: (entry) => {
      if (early === null) print(entry);
      else early.push(entry);
      isStatusDue ||= isJson;
    },
    lost: (sentence) => terminal.complain(`failoverctl: ${sentence}; looking again`),
    back: () => terminal.complain("failoverctl: the daemon answers again"),
    close: () => {},
  };
}
