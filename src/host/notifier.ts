/**
 * A notifier's process: told one thing on its standard input, given a while, and forgotten. It runs under a launcher of its
 * own, as actions do, so that nothing ties it to the daemon, and goes on when that ends. What it prints on stdout goes
 * nowhere; what it complains of goes to a file, whose end is kept for the sentence that says why it failed.
 */
import type { Outcome } from "../core/result.ts";
import { writeCommand } from "./command-text.ts";
import { launcherArguments, withPipe, writeNotifier } from "./launcher-script.ts";
import { endGroup } from "./process-group.ts";
import type { ProcessCommand } from "./processes.ts";
import { removeFile } from "./runner-folder.ts";
import { spawnShell } from "./spawn-shell.ts";
import { makeLog, readEnd } from "./step-files.ts";
import { StepLogs } from "./step-logs.ts";
import type { UserIdentity } from "./user-identity.ts";
import { outcomeOfCode } from "./why-not-started.ts";

/** The last of its complaint; enough for a stack trace's end. */
const complaintBytesMax = 2 * 1024;

export interface NotifierOptions {
  /** What the last notifier complained of. */
  readonly logPath: string;
  /** What scripts begin with. */
  readonly umask: number;
}

interface Telling {
  readonly stdin: string;
  readonly timeoutMs: number;
}

/** Neither is called before the call that starts the notifier has returned. */
interface NotifierEvents {
  /** All of `stdin` lies with the notifier, which goes on by itself from now on. Does not come for one that cannot be started. */
  readonly onTold: () => void;
  /** Comes once. */
  readonly onEnded: (outcome: Outcome, complaint: string) => void;
}

/**
 * Starts a notifier, which is ended with its whole group after `timeoutMs`. What it answers lets go: one that was told goes on
 * by itself, for the daemon's end does not wait for somebody who is being told of it; one that was not is not started any more.
 */
export type RunNotifier = (command: ProcessCommand, telling: Telling, events: NotifierEvents) => () => void;

export function notifierRunner(options: NotifierOptions): RunNotifier {
  return (command, telling, events) => {
    let isWanted = true;
    let letGo = (): void => {
      isWanted = false;
    };
    writeCommand({ ...command, argv: withPipe(command.argv) }, (written) => {
      if (!isWanted) return;
      if (written.kind === "not-started") setImmediate(() => events.onEnded(written, ""));
      else letGo = start(written, { ...options, ...telling }, events);
    });
    return () => letGo();
  };
}

function start(
  command: { readonly text: string; readonly user: UserIdentity | null },
  { logPath, umask, stdin, timeoutMs }: NotifierOptions & Telling,
  { onTold, onEnded }: NotifierEvents,
): () => void {
  const log = newLog(logPath, command.user);
  const logs = new StepLogs();
  let isLate = false;
  let deadline: NodeJS.Timeout | undefined;
  const shell = spawnShell({
    arguments: launcherArguments(umask),
    stderr: "ignore",
    onFailed: (errno) => onEnded({ kind: "not-started", errno, reason: `no process could be forked (${errno})` }, ""),
    onExit: (code, signal) => {
      clearTimeout(deadline);
      logs.close();
      shell?.channel.destroy();
      const said = readEnd(log, complaintBytesMax);
      if (isLate) onEnded({ kind: "timed-out", afterMs: timeoutMs }, said);
      else if (code === null) onEnded({ kind: "killed", signal: signal ?? "SIGKILL" }, said);
      else onEnded(outcomeOfCode(code), said);
    },
  });
  if (shell === null) return () => undefined;
  logs.watch(log);
  /** What a command writes to its standard input is nobody's business. */
  shell.channel.resume();
  shell.channel.end(writeNotifier({ text: command.text, logPath: log }) + stdin, (error?: Error | null) => {
    /** It went away before it had read all: its end says the rest. */
    if (error === undefined || error === null) onTold();
  });
  deadline = setTimeout(() => {
    isLate = true;
    endGroup(shell.pid, () => null);
  }, timeoutMs);
  return () => {
    clearTimeout(deadline);
    logs.close();
    shell.child.unref();
    shell.channel.unref();
  };
}

/** A new file: one that is left from before may still be written to. On a disk that is full, what it complains of is lost. */
function newLog(path: string, user: UserIdentity | null): string {
  try {
    removeFile(path);
    makeLog(path, user);
    return path;
  } catch {
    return "/dev/null";
  }
}
