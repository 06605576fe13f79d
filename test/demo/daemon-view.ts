/** What the demo knows of the daemon: what anybody can ask it, through the failoverctl that lies beside it. */
import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { Record } from "../../src/core/record.ts";
import { environment, type Program } from "./programs.ts";

/** A line of `history --json`. */
export type HistoryEntry = Record & { readonly seq: number; readonly at: string };

/** The part of `status --json` that the demo looks at. */
export interface DaemonStatus {
  readonly isLearned: boolean;
  readonly hosts: readonly { readonly host: string; readonly status: string }[];
}

/** How long failoverctl may take; it answers in a tenth of a second. */
const askWithinMs = 5_000;

/** What `failoverctl status` says; a sentence if it says nothing (yet). `onStart` is given the process that asks. */
export async function askStatus(
  failoverctl: string,
  onStart: (program: Program) => void,
): Promise<DaemonStatus | string> {
  try {
    const asking = promisify(execFile)(failoverctl, ["--json", "status"], { env: environment(), timeout: askWithinMs });
    onStart({ name: "failoverctl status", child: asking.child });
    return parseStatus((await asking).stdout);
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

/** Shows the journal's entries as they come, the old ones first. Ends when the daemon does. */
export function followHistory(failoverctl: string, onEntry: (entry: HistoryEntry) => void): Program {
  const child = spawn(failoverctl, ["--json", "history", "--follow"], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
    env: environment(),
  });
  child.on("error", () => {}); // seen by who waits for the first entry
  createInterface({ input: child.stdout }).on("line", (line) => onEntry(parseEntry(line)));
  return { name: "failoverctl history --follow", child };
}

function parseStatus(text: string): DaemonStatus | string {
  const status: { readonly daemon?: { readonly learned?: boolean }; readonly hosts?: DaemonStatus["hosts"] } =
    JSON.parse(text);
  if (status.hosts === undefined) return `failoverctl status has no hosts: ${text.slice(0, 200)}`;
  return { isLearned: status.daemon?.learned === true, hosts: status.hosts };
}

function parseEntry(line: string): HistoryEntry {
  const entry: HistoryEntry = JSON.parse(line);
  return entry;
}
