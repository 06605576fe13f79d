/**
 * Signals to whole process groups. Everything that is run here leads a group of its own, and is ended with all that it
 * started and that stayed in the group. The number of a group is not given away anew while one member lives, and is not
 * used here for longer than moments after the last was seen.
 */
import { errnoOf } from "./errno.ts";
import { isGroupRunning, membersOf, type GroupMembers } from "./process-identity.ts";
import { killAfterMs, undeadAfterMs } from "./processes.ts";

/** How often it is looked whether somebody is left. */
const lookEveryMs = 20;

/** Every so many looks /proc is searched, which costs milliseconds. */
const closeLookEvery = 5;

/** `signal` 0 only asks. Whether there was anybody to get it; a member that is not ours to signal counts. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ESRCH") return false;
    if (errnoOf(error) === "EPERM") return true;
    throw new Error(`process group ${group} could not be signalled`, { cause: error });
  }
}

/**
 * TERM now, KILL after `killAfterMs` if anybody is left, then `onEnd` when nobody lives any more; `null`: nobody waits for
 * that. What hangs in the kernel (a disk or a file server that does not answer) cannot be killed: after `undeadAfterMs` more
 * it is given up, and `left` says who lives still. The answer forgets about it: no more signals, and `onEnd` is not called.
 */
export function endGroup(group: number, onEnd: ((left: GroupMembers) => void) | null): () => void {
  signalGroup(group, "SIGTERM");
  /** A stopped process hears TERM only when it goes on. */
  signalGroup(group, "SIGCONT");
  let lookCount = 0;
  const look = setInterval(() => {
    lookCount += 1;
    /** Orphans that have ended stay as zombies until process 1 asks for them, which it may do late, or never. */
    const isCloseLook = onEnd !== null && lookCount % closeLookEvery === 0;
    if (!signalGroup(group, 0) || (isCloseLook && !isGroupRunning(group))) finish(nobody);
  }, lookEveryMs);
  let limit = setTimeout(() => {
    signalGroup(group, "SIGKILL");
    if (onEnd === null) finish(nobody);
    else limit = setTimeout(() => finish(membersOf(group)), undeadAfterMs);
  }, killAfterMs);
  const forget = (): void => {
    clearInterval(look);
    clearTimeout(limit);
  };
  const finish = (left: GroupMembers): void => {
    forget();
    onEnd?.(left);
  };
  return forget;
}

const nobody: GroupMembers = { pids: [], isAll: true };
