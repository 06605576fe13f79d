/** What the tests look up in /proc, and how they wait for it. */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { readProcess } from "../../src/host/process-identity.ts";

/** The living processes in whose arguments or environment this text stands. */
export function processesWith(text: string): readonly number[] {
  const pids = readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid);
  return pids.filter(
    (pid) => isAlive(pid) && [readProc(pid, "cmdline"), readProc(pid, "environ")].join("\0").includes(text),
  );
}

export function isAlive(pid: number): boolean {
  const found = readProcess(pid);
  return found !== null && !found.isDead;
}

/** A file of /proc/PID; empty if the process is gone, or not ours to look at. */
export function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

/** Looks again and again; what cannot be waited for as an event. Fails after `withinMs`, with what was waited for. */
export async function until(holds: () => boolean, what: string, withinMs = 5_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(5);
  }
}
