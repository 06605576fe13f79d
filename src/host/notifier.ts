/**
 * A notifier's process: told one thing on its standard input, given a while, and forgotten. What it prints on stdout goes
 * nowhere; what it complains of is kept for the sentence that says why it failed.
 */
import { Socket } from "node:net";
import type { Outcome } from "../core/result.ts";
import { writeCommand } from "./command-text.ts";
import { OutputTail } from "./output-decoder.ts";
import { endGroup } from "./process-group.ts";
import type { ProcessCommand } from "./processes.ts";
import { spawnShell } from "./spawn-shell.ts";
import { launcherName, outcomeOfCode } from "./why-not-started.ts";

/** The last of its complaint; enough for a stack trace's end. */
const complaintBytesMax = 2 * 1024;

/**
 * Calls `onEnded` once, not before this has returned. Ended with its whole group after `timeoutMs`. The answer lets go of it:
 * it goes on by itself, and the daemon's end does not wait for somebody who is being told of it.
 */
export function runNotifier(
  command: ProcessCommand,
  options: { readonly stdin: string; readonly timeoutMs: number },
  onEnded: (outcome: Outcome, complaint: string) => void,
): () => void {
  let letGo = (): void => undefined;
  writeCommand(command, (written) => {
    if (written.kind === "not-started") setImmediate(() => onEnded(written, ""));
    else letGo = start(written.text, options, onEnded);
  });
  return () => letGo();
}

function start(
  text: string,
  { stdin, timeoutMs }: { readonly stdin: string; readonly timeoutMs: number },
  onEnded: (outcome: Outcome, complaint: string) => void,
): () => void {
  const complaint = new OutputTail(complaintBytesMax);
  let isLate = false;
  let deadline: NodeJS.Timeout | undefined;
  const shell = spawnShell({
    arguments: ["-c", `exec ${text} <&3 3>&-`, launcherName],
    stderr: "pipe",
    onFailed: (errno) => onEnded({ kind: "not-started", errno, reason: `no process could be forked (${errno})` }, ""),
    onExit: (code, signal) => {
      clearTimeout(deadline);
      const said = complaint.text();
      if (isLate) onEnded({ kind: "timed-out", afterMs: timeoutMs }, said);
      else if (code === null) onEnded({ kind: "killed", signal: signal ?? "SIGKILL" }, said);
      else onEnded(outcomeOfCode(code), said);
    },
  });
  if (shell === null) return () => undefined;
  shell.child.stderr?.on("data", (bytes: Uint8Array) => complaint.push(bytes));
  shell.channel.end(stdin);
  deadline = setTimeout(() => {
    isLate = true;
    endGroup(shell.pid, () => null);
  }, timeoutMs);
  return () => {
    clearTimeout(deadline);
    shell.child.unref();
    shell.channel.unref();
    if (shell.child.stderr instanceof Socket) shell.child.stderr.unref();
  };
}
