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

export interface TerminalOptions {
  /** How wide it says it is; 0: it does not know. */
  readonly columns?: number;
  readonly isColoured?: boolean;
}

/**
 * Words must hold nothing that a shell would take apart. `script` runs them by a shell, which makes way for them: one that
 * stayed before them, as dash may and bash does not, would hear each key that is a signal, and its end would be shown.
 */
export function runOnTerminal(words: readonly string[], options: TerminalOptions = {}): OnTerminal {
  const size = options.columns === undefined ? "" : `stty cols ${options.columns}; `;
  const child = spawn("script", ["-q", "-e", "-c", `${size}exec ${words.join(" ")}`, "/dev/null"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      ...process.env,
      SHELL: "/bin/sh",
      TERM: "xterm",
      TZ: "UTC",
      NO_COLOR: options.isColoured === true ? "" : "1",
    },
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
