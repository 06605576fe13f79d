/**
 * Starts /bin/sh in a session and process group of its own, with a socket to it as descriptor 3. One shape for the two
 * ways in which Node tells that it could not: an exception (out of memory) and an event (out of processes or handles).
 */
import { spawn, type ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { errnoOf } from "./errno.ts";

export interface Shell {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly channel: Socket;
}

export interface ShellOptions {
  readonly arguments: readonly string[];
  /** `pipe`: to `child.stderr`. `ignore`: for a shell that must outlive this process, and may complain then. */
  readonly stderr: "pipe" | "ignore";
  /** Not called before `spawnShell` has returned. */
  readonly onFailed: (errno: string) => void;
  readonly onExit: (code: number | null, signal: string | null) => void;
}

/** `null`: it could not be started, and `onFailed` will say why. */
export function spawnShell(options: ShellOptions): Shell | null {
  let child: ChildProcess;
  try {
    child = spawn("/bin/sh", options.arguments, {
      detached: true,
      stdio: ["ignore", "ignore", options.stderr, "pipe"],
    });
  } catch (error) {
    setImmediate(() => options.onFailed(errnoOf(error)));
    return null;
  }
  const { pid } = child;
  /** Without a process there may be no `stdio` at all: out of file handles, Node makes none. */
  const channel = pid === undefined ? null : child.stdio[3];
  if (pid === undefined || !(channel instanceof Socket)) {
    child.once("error", (error) => options.onFailed(errnoOf(error)));
    return null;
  }
  child.once("exit", options.onExit);
  /** Of a failed `kill` or a broken channel: the exit tells all there is to know. */
  child.on("error", ignore);
  channel.on("error", ignore);
  return { child, pid, channel };
}

function ignore(): void {
  /* Said by the exit. */
}
