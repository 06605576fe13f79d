/**
 * Processes that the demo starts, and how each is ended again: by its pid, and only ours. Each is the leader of a session of its
 * own, so that Ctrl-C at the terminal reaches the demo alone, which then ends them in good order.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface Program {
  readonly name: string;
  readonly child: ChildProcess;
}

/** Between TERM and KILL. */
const endWithinMs = 5_000;

export function isRunning({ child }: Program): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** How it ended, for a sentence. */
export function sayEnd({ child }: Program): string {
  if (child.pid === undefined) return "could not be started";
  return child.signalCode === null ? `ended with exit code ${child.exitCode}` : `was ended by ${child.signalCode}`;
}

/**
 * Starts argv[0]; its standard output and error go to `logFile`. Its standard input is a pipe that ends when the demo does, however
 * that happens. `node` is found by its scripts, whatever PATH says.
 */
export function startProgram(options: { name: string; argv: readonly string[]; logFile: string }): Program {
  const [program = "", ...words] = options.argv;
  const log = openSync(options.logFile, "a");
  const child = spawn(program, words, {
    stdio: ["pipe", log, log],
    detached: true,
    env: environment(),
  });
  closeSync(log);
  child.on("error", () => {}); // told by `sayEnd`: a process without a pid could not be started
  return { name: options.name, child };
}

/** The demo's own environment, with the node that runs it first in PATH. */
export function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? "/usr/bin:/bin"}` };
}

/** Ends it with `signal`, and with KILL if that is not enough. Resolves when it is gone. */
export async function endProgram(program: Program, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (!isRunning(program)) return;
  const isGone = once(program.child, "exit");
  program.child.kill(signal);
  const killing = setTimeout(() => program.child.kill("SIGKILL"), endWithinMs);
  await isGone;
  clearTimeout(killing);
}

/**
 * Waits for what still runs out of one of `folders` although its parent is gone (an action outlives its daemon by design), and
 * ends it if that takes too long. A process is ours if a word of its command line lies in there: only the demo's daemon
 * starts scripts of the demo's own folder.
 */
export async function endLeftovers(folders: readonly string[]): Promise<void> {
  const killAtMs = performance.now() + endWithinMs;
  for (let left = findProcesses(folders); left.length > 0; left = findProcesses(folders)) {
    if (performance.now() > killAtMs) left.forEach(killProcess);
    if (performance.now() > killAtMs + endWithinMs) return;
    await sleep(20);
  }
}

function findProcesses(folders: readonly string[]): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readCommandLine(pid).some((word) => folders.some((folder) => word.startsWith(folder))))
    .map(Number);
}

function readCommandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // it has ended meanwhile
  }
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    return; // it has ended meanwhile
  }
}
