/**
 * Which process is which: /proc/PID/stat (proc(5)). A pid alone is used again; pid and start time together never are in
 * one boot. A zombie counts as dead: it has ended, only nobody has asked for its exit code yet, and where process 1 is
 * slow to ask it may stay for seconds.
 */
import { readdirSync, readFileSync } from "node:fs";
import { errnoOf } from "./errno.ts";
import type { ProcessIdentity } from "./processes.ts";

export interface ProcessState {
  readonly identity: ProcessIdentity;
  readonly isDead: boolean;
  /** The process group. */
  readonly group: number;
}

/** `null` if there is no such process. Throws if /proc cannot be read for another reason (no file handles left). */
export function readProcess(pid: number): ProcessState | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ESRCH") return null;
    throw new Error(`process ${pid} could not be looked at`, { cause: error });
  }
  return parseStat(text);
}

/**
 * Whether that very process still runs. If /proc cannot be read it is taken to run: to wait longer is safe, to call a
 * living step dead is not.
 */
export function isRunning(identity: ProcessIdentity): boolean {
  let found: ProcessState | null;
  try {
    found = readProcess(identity.pid);
  } catch {
    return true;
  }
  return found !== null && !found.isDead && found.identity.startTicks === identity.startTicks;
}

export interface GroupMembers {
  /** Those that surely live: zombies do not count. */
  readonly pids: readonly number[];
  /** False: not everybody could be looked at (no file handles left), so there may be more. */
  readonly isAll: boolean;
}

/** The living processes of a group. Looks at every process there is, 20 µs each. */
export function membersOf(group: number): GroupMembers {
  let names: readonly string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return { pids: [], isAll: false };
  }
  let isAll = true;
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const living = pids.filter((pid) => {
    try {
      const found = readProcess(pid);
      return found !== null && found.group === group && !found.isDead;
    } catch {
      isAll = false;
      return false;
    }
  });
  return { pids: living, isAll };
}

/** Whether a process of this group lives. If /proc cannot be read it is taken to, as in `isRunning`. */
export function isGroupRunning(group: number): boolean {
  const { pids, isAll } = membersOf(group);
  return pids.length > 0 || !isAll;
}

/**
 * Whether this process, which led a group of its own, is dead and has left somebody alive in it. Its pid is nobody else's as
 * long as it has: where there is a process of that pid, and it is another one, nobody is left.
 */
export function isGroupLeft(leader: ProcessIdentity): boolean {
  /** Pid 0 is nobody's, and the kernel's own threads are in a group of that number. */
  if (leader.pid === 0 || isRunning(leader)) return false;
  return !isPidOfAnother(leader) && isGroupRunning(leader.pid);
}

function isPidOfAnother({ pid, startTicks }: ProcessIdentity): boolean {
  try {
    const found = readProcess(pid);
    return found !== null && found.identity.startTicks !== startTicks;
  } catch {
    return false;
  }
}

/** One line of /proc/PID/stat. The name in parentheses may hold blanks and parentheses itself, so the last one counts. */
export function parseStat(text: string): ProcessState | null {
  const nameEnd = text.lastIndexOf(")");
  const pid = Number.parseInt(text, 10);
  /** Field 3 of proc(5), the state, is the first behind the name. */
  const fields = text.slice(nameEnd + 2).split(" ");
  const state = fields[0] ?? "";
  const group = Number(fields[5 - 3]);
  const startTicks = Number(fields[22 - 3]);
  if (nameEnd < 0 || !Number.isSafeInteger(pid) || !Number.isSafeInteger(startTicks)) return null;
  return { identity: { pid, startTicks }, isDead: state === "Z" || state === "X", group };
}
