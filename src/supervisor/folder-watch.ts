/**
 * Looks after var/ while the daemon runs. Somebody may remove it, or what is in it: a colleague who tidies up, a cleaner of
 * temporary files, an unmount. Open files live on without a name, so nothing else would notice: the journal would be written
 * to where nobody can read it, failoverctl would find no socket, and a second daemon would find no lock.
 *
 * What is missing is made again, and said. Of the lock that may come too late: who has it by then runs on, and this one ends,
 * because two that act on one set of rules are worse than one that does not.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { errnoInWords, errnoOf } from "../host/errno.ts";
import type { Clock } from "../host/clock.ts";
import type { HeldLock } from "../host/instance-lock.ts";
import type { Log } from "../host/log.ts";
import type { Listener } from "../host/sockets.ts";
import { currentName } from "../store/journal-files.ts";
import type { Memory } from "./memory.ts";

/** Four looks at the disk's names each time: nothing, and soon enough for whoever asks failoverctl what is wrong. */
const lookEveryMs = 1_000;

/** While one journal file follows another there is none for a moment. */
const looksMissing = 2;

export interface Watched {
  readonly folder: string;
  readonly lock: HeldLock;
  readonly listeners: readonly Listener[];
  readonly memory: Memory;
  readonly clock: Clock;
  readonly log: Log;
}

export interface FolderWatch {
  /** Resolves when another daemon is found to run on this folder, with its pid. */
  readonly whenTaken: Promise<number>;
  readonly end: () => void;
}

/** Begins to look. */
export function watchFolder(watched: Watched): FolderWatch {
  const { folder, memory, clock, log } = watched;
  let isEnded = false;
  let missingLooks = 0;
  let isFolderGone = false;
  let isSaid = false;
  let cancel = (): void => undefined;
  let tellTaken: (pid: number) => void = () => undefined;
  const whenTaken = new Promise<number>((resolve) => {
    tellTaken = resolve;
  });
  const look = async (): Promise<void> => {
    if (existsSync(join(folder, currentName))) {
      missingLooks = 0;
      isFolderGone = false;
      isSaid = false;
    } else {
      missingLooks += 1;
      isFolderGone ||= !existsSync(folder);
    }
    /** On a disk that is full or broken the journal may have no file, and knows it. */
    const isRemoved = isFolderGone || memory.isJournalAtRest;
    if (missingLooks >= looksMissing && isRemoved && !isSaid) {
      isSaid = true;
      memory.beginAnew(sayRemoved(isFolderGone ? folder : join(folder, currentName)));
    }
    const restored = await restore(watched);
    if (restored.kind === "taken") tellTaken(restored.pid);
    if (restored.kind === "failed")
      log.error("var", `${folder} cannot be made again: ${restored.reason}; acting all the same`);
  };
  const lookAgain = (): void => {
    if (isEnded) return;
    cancel = clock.callAt(clock.nowMs() + lookEveryMs, () => {
      look()
        .catch((error: unknown) => log.error("var", `${folder} could not be looked after: ${String(error)}`))
        .finally(lookAgain);
    });
  };
  lookAgain();
  return {
    whenTaken,
    end: () => {
      isEnded = true;
      cancel();
    },
  };
}

function sayRemoved(path: string): string {
  return `${path} was removed while failoverd runs: it is made again and goes on with all that is known; what was written before is lost`;
}

type Restored =
  | { readonly kind: "there" }
  | { readonly kind: "taken"; readonly pid: number }
  | { readonly kind: "failed"; readonly reason: string };

async function restore({ folder, lock, listeners }: Watched): Promise<Restored> {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    const holder = lock.retake();
    if (holder !== null) return { kind: "taken", pid: holder.pid };
  } catch (error) {
    return { kind: "failed", reason: error instanceof Error ? error.message : errnoInWords(errnoOf(error)) };
  }
  const failures = await Promise.all(listeners.map((listener) => listener.restore()));
  const failure = failures.find((found) => found !== null);
  return failure === undefined || failure === null ? { kind: "there" } : { kind: "failed", reason: failure.reason };
}
