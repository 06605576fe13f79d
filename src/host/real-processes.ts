/** The real `Processes`: checks by a pool of runners, residents and actions each under a shell of their own. Linux only (/proc). */
import { join } from "node:path";
import { Checks } from "./checks.ts";
import type { ProcessEvent, Processes } from "./processes.ts";
import { Residents } from "./residents.ts";
import { RunnerFolder } from "./runner-folder.ts";
import { defaultRunnersMax, Runners } from "./runners.ts";
import { Steps } from "./steps.ts";

export interface ProcessesOptions {
  /** An absolute path. `runners/` and `runs/` are made in it, and no other daemon may use it at the same time. */
  readonly varFolder: string;
  /** Never called before the call that caused the event has returned. */
  readonly onEvent: (event: ProcessEvent) => void;
  /** How many checks may run at one time; the others wait. */
  readonly runnersMax?: number;
  /** What scripts begin with; if none is given, this process's own. */
  readonly umask?: number;
}

/**
 * Ends what an earlier daemon has left of runners, and starts the first launcher: a `launcher-ready` or `launcher-failed`
 * follows. Throws, with a sentence, if `varFolder/runners` cannot be made.
 */
export function createProcesses(options: ProcessesOptions): Processes {
  const { onEvent, umask = process.umask() } = options;
  const folder = openRunnerFolder(join(options.varFolder, "runners"), umask);
  const runners = new Runners({ folder, runnersMax: options.runnersMax ?? defaultRunnersMax });
  const checks = new Checks({ runners, onEvent });
  const residents = new Residents({ folder, onEvent });
  const steps = new Steps({ runsFolder: join(options.varFolder, "runs"), umask, onEvent });
  return {
    startCheck: (job, command, timeoutMs) => checks.start(job, command, timeoutMs),
    startResident: (job, command) => residents.start(job, command),
    stopCheck: (job) => {
      if (!checks.stop(job)) residents.stop(job);
    },
    startStep: (key, command, stdin) => steps.start(key, command, stdin),
    killStep: (key) => steps.kill(key),
    findStep: (key, identity) => steps.find(key, identity),
    awaitStep: (key, identity) => steps.await(key, identity),
    close: async () => {
      await Promise.all([runners.close(), residents.close(), steps.close()]);
    },
  };
}

function openRunnerFolder(path: string, umask: number): RunnerFolder {
  try {
    return new RunnerFolder(path, umask);
  } catch (error) {
    throw new Error(`the folder for the checks' output, ${path}, could not be made`, { cause: error });
  }
}
