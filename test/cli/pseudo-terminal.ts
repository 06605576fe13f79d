/**
 * Runs a program on a terminal, as a person does: `script` of util-linux, which every Debian has, makes the terminal. Keys are
 * sent when the screen shows what they are an answer to.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** False: there is nothing here to make a terminal with. */
export const hasTerminal: boolean = spawnSync("script", ["--version"]).status === 0;

export interface OnTerminal {
  /** Everything that was written to the terminal until now. */
  readonly shown: () => string;
  /** Waits until `pattern` was written; fails after a while, or at the program's end, with what was. */
  readonly until: (pattern: RegExp) => Promise<void>;
  readonly type: (keys: string) => void;
  /** Waits for the end; answers the exit code. */
  readonly ended: () => Promise<number | null>;
}

const patienceMs = 20_000;

/** Words must hold nothing that a shell would take apart. */
export function runOnTerminal(words: readonly string[]): OnTerminal {
  const child = spawn("script", ["-q", "-e", "-c", words.join(" "), "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, TERM: "xterm", TZ: "UTC", NO_COLOR: "1" },
  });
  let shown = "";
  child.stdout.on("data", (bytes: Buffer) => (shown += bytes.toString()));
  const end = once(child, "close");
  return {
    shown: () => shown,
    until: async (pattern) => {
      const deadline = AbortSignal.timeout(patienceMs);
      while (!pattern.test(shown)) {
        if (deadline.aborted || child.exitCode !== null) {
          child.kill("SIGKILL");
          throw new Error(`${String(pattern)} was not shown, but ${shown}`);
        }
        await sleep(20);
      }
    },
    type: (keys) => child.stdin.write(keys),
    ended: async () => {
      await end;
      return child.exitCode;
    },
  };
}
