/**
 * The private folder with the runners' FIFOs, and the end of what an earlier daemon left there: one that was killed cannot
 * end its hung checks, so the next one does. Must not be made while another daemon uses the same folder.
 */
import { readdirSync, readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "./make-folder.ts";
import { signalGroup } from "./process-group.ts";
import { isRunnerOf, parseFifoName } from "./runner-script.ts";

export class RunnerFolder {
  readonly #path: string;
  /** What checks begin with. */
  readonly umask: number;
  #number = 0;

  /** Throws what mkdir(2) and opendir(3) do. */
  constructor(path: string, umask: number) {
    this.#path = path;
    this.umask = umask;
    makeFolder(path, 0o700);
    for (const name of readdirSync(path)) this.#sweep(name);
  }

  /** Where a new runner's FIFOs are: see `fifoPaths`. Makes the folder again if somebody has removed it, and it can be made. */
  nextPathStart(): string {
    try {
      makeFolder(this.#path, 0o700);
    } catch {
      /** The runner will say that it cannot make its FIFOs, and why. */
    }
    this.#number += 1;
    return join(this.#path, String(this.#number));
  }

  #sweep(name: string): void {
    const pid = parseFifoName(name);
    if (pid === null) return;
    if (isRunnerOf(readCommandLine(pid), this.#path)) signalGroup(pid, "SIGKILL");
    removeFile(join(this.#path, name));
  }
}

/** Whether it is gone. A FIFO that stays behind is harmless, and swept by the next daemon. */
export function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Empty if there is no such process. */
function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
