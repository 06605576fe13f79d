/**
 * A launcher: the shell under which one step will run, and the one that is kept waiting so that the next step does not wait
 * for a fork. Its script tells how it lives (`launcher-script.ts`).
 */
import { errnoInWords, errnoOf } from "./errno.ts";
import { launcherArguments } from "./launcher-script.ts";
import { isRunning, readProcess } from "./process-identity.ts";
import type { ProcessIdentity } from "./processes.ts";
import { spawnShell, type Shell } from "./spawn-shell.ts";

export interface LauncherExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export class Launcher {
  readonly identity: ProcessIdentity;
  readonly #shell: Shell;
  #exit: LauncherExit | null = null;
  #onExit: ((exit: LauncherExit) => void) | null = null;

  constructor(shell: Shell, identity: ProcessIdentity) {
    this.#shell = shell;
    this.identity = identity;
    /** What a command writes to its standard input is nobody's business. */
    shell.channel.resume();
  }

  /** Gives it its line, and the command its standard input, in one write: a daemon that dies here gives all or nothing. */
  hand(line: string, stdin: string | null): void {
    this.#shell.channel.end(line + (stdin ?? ""));
  }

  /** Calls back when it has ended, or soon if it has. */
  whenExited(onExit: (exit: LauncherExit) => void): void {
    const exit = this.#exit;
    if (exit === null) this.#onExit = onExit;
    else setImmediate(() => onExit(exit));
  }

  exited(exit: LauncherExit): void {
    this.#exit = exit;
    this.#shell.channel.destroy();
    this.#onExit?.(exit);
  }

  /** Without a line there is nothing for it to do: it ends. */
  dismiss(): void {
    this.#shell.channel.end();
  }

  /** It may outlive this process, which shall not wait for it. */
  release(): void {
    this.#shell.child.unref();
    this.#shell.channel.unref();
  }
}

/** After a fork that failed the next try waits: this long, then twice that, up to the most. */
const forkAgainAfterMs = 250;
const forkAgainAfterMsMax = 5_000;

/** Keeps one launcher waiting. */
export class Launchers {
  readonly #umask: number;
  readonly #onReady: (launcher: ProcessIdentity) => void;
  readonly #onFailed: (errno: string, reason: string) => void;
  #waiting: Launcher | null = null;
  #againAfterMs = forkAgainAfterMs;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #onClosed: (() => void) | null = null;

  /** Neither is called before the constructor has returned. */
  constructor(options: {
    readonly umask: number;
    readonly onReady: (launcher: ProcessIdentity) => void;
    readonly onFailed: (errno: string, reason: string) => void;
  }) {
    this.#umask = options.umask;
    this.#onReady = options.onReady;
    this.#onFailed = options.onFailed;
    this.#fork();
  }

  /**
   * The waiting one, which is the caller's from now on; `null` if there is none. The next is forked right after. One that was
   * ended a moment ago, of which nobody has told us yet, is none: what is given to it would be lost, and nobody could say whether it
   * had begun.
   */
  take(): Launcher | null {
    const launcher = this.#waiting;
    if (launcher === null || !isRunning(launcher.identity)) return null;
    this.#waiting = null;
    setImmediate(() => this.#fork());
    return launcher;
  }

  /** Ends the waiting one. */
  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const launcher = this.#waiting;
    if (launcher === null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onClosed = resolve;
      launcher.dismiss();
    });
  }

  #fork(): void {
    if (this.#isClosed) return;
    let launcher: Launcher | null = null;
    const shell = spawnShell({
      arguments: launcherArguments(this.#umask),
      stderr: "ignore",
      onFailed: (errno) =>
        this.#retry(errno, `no launcher for the next action could be started: ${errnoInWords(errno)}`),
      onExit: (code, signal) => {
        launcher?.exited({ code, signal });
        if (launcher !== null && this.#waiting === launcher) this.#lose(launcher, signal);
      },
    });
    if (shell === null) return;
    launcher = this.#identify(shell);
    if (launcher === null) return;
    const ready = launcher;
    this.#waiting = ready;
    shell.child.once("spawn", () => {
      if (this.#waiting !== ready || this.#isClosed) return;
      this.#againAfterMs = forkAgainAfterMs;
      this.#onReady(ready.identity);
    });
  }

  #identify(shell: Shell): Launcher | null {
    let errno = "ESRCH";
    try {
      const found = readProcess(shell.pid);
      if (found !== null) return new Launcher(shell, found.identity);
    } catch (error) {
      errno = errnoOf(error instanceof Error ? error.cause : error);
    }
    shell.channel.end();
    setImmediate(() =>
      this.#retry(errno, `the launcher for the next action could not be identified: ${errnoInWords(errno)}`),
    );
    return null;
  }

  #lose(launcher: Launcher, signal: string | null): void {
    this.#waiting = null;
    if (this.#isClosed) {
      this.#onClosed?.();
      return;
    }
    const how = signal === null ? "ended by itself" : `was ended by ${signal}`;
    this.#retry("ESRCH", `the waiting launcher (pid ${launcher.identity.pid}) ${how}`);
  }

  #retry(errno: string, reason: string): void {
    if (this.#isClosed) return;
    this.#onFailed(errno, reason);
    this.#timer = setTimeout(() => this.#fork(), this.#againAfterMs);
    this.#againAfterMs = Math.min(2 * this.#againAfterMs, forkAgainAfterMsMax);
  }
}
