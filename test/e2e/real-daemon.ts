/**
 * A real failoverd from `dist/` in a folder of its own, for tests. What it did is learned from what it says: the journal,
 * followed through failoverctl. Nothing here sleeps and hopes; every wait has a limit and says what it waited for.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { repositoryRoot } from "../root.ts";

export interface Files {
  readonly "checks.conf"?: string;
  readonly "actions.conf"?: string;
  /** Name -> content; a content without `#!` is a shell script's. */
  readonly checks?: Readonly<Record<string, string>>;
  readonly actions?: Readonly<Record<string, string>>;
}

/** One line of `failoverctl --json history`. */
export type Entry = Readonly<Record<string, unknown>> & {
  readonly seq: number;
  readonly kind: string;
  readonly sentence: string;
};

/** Machines are busy at times; nothing in a test takes nearly so long. */
const patienceMs = 30_000;

export class RealDaemon {
  readonly root: string;
  readonly entries: Entry[] = [];
  stderr = "";
  #daemon: ChildProcess | null = null;
  #follower: ChildProcess | null = null;
  #waiting = new Set<() => void>();

  constructor(files: Files) {
    this.root = mkdtempSync(join(tmpdir(), "failoverd-test-"));
    cpSync(join(repositoryRoot, "dist"), this.root, { recursive: true, filter: (path) => !path.endsWith("dist/var") });
    this.write(files);
  }

  /** Writes or replaces configuration and scripts. */
  write(files: Files): void {
    for (const name of ["checks.conf", "actions.conf"] as const) {
      const text = files[name];
      if (text !== undefined) this.writeFile(join("conf", name), text, 0o644);
    }
    for (const folder of ["checks", "actions"] as const) {
      for (const [name, content] of Object.entries(files[folder] ?? {})) {
        this.writeFile(join(folder, name), content.startsWith("#!") ? content : `#!/bin/sh\n${content}\n`, 0o755);
      }
    }
  }

  writeFile(path: string, content: string, mode: number): void {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content);
    chmodSync(whole, mode);
  }

  get pid(): number {
    const pid = this.#daemon?.pid;
    if (pid === undefined) throw new Error("the daemon is not running");
    return pid;
  }

  /** Starts the daemon, and follows its journal as soon as it answers. */
  async start(
    options: { readonly words?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<void> {
    const daemon = spawn(join(this.root, "bin/failoverd"), [...(options.words ?? [])], {
      cwd: this.root,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ...options.env },
    });
    this.#daemon = daemon;
    daemon.stderr.setEncoding("utf8");
    daemon.stderr.on("data", (text: string) => {
      this.stderr += text;
    });
    daemon.on("exit", () => {
      for (const look of this.#waiting) look();
    });
    await this.until("the daemon to answer", async () => (await this.ctl("status")).code === 0 || null);
    this.#follow();
  }

  /** Runs failoverctl to its end. */
  ctl(...words: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    return new Promise((resolve) => {
      const options = { cwd: this.root, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: "1" } };
      execFile(join(this.root, "bin/failoverctl"), words, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ code, stdout, stderr });
      });
    });
  }

  async json(...words: string[]): Promise<unknown> {
    const { stdout } = await this.ctl("--json", ...words);
    return JSON.parse(stdout);
  }

  /** The first entry, from number `fromSeq` on, for which `isIt` holds; waits for it. */
  entry(what: string, isIt: (entry: Entry) => boolean, fromSeq = 0): Promise<Entry> {
    return this.until(what, () =>
      Promise.resolve(this.entries.find((entry) => entry.seq >= fromSeq && isIt(entry)) ?? null),
    );
  }

  /** Asks until the answer is not null: at each new entry, and ten times a second. */
  async until<Answer>(what: string, ask: () => Promise<Answer | null>): Promise<Answer> {
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      const answer = await ask();
      if (answer !== null) return answer;
      const isDead = this.#daemon !== null && (this.#daemon.exitCode !== null || this.#daemon.signalCode !== null);
      if (isDead || performance.now() > deadlineMs) {
        const seen = this.entries.slice(-20).map((entry) => `  ${entry.seq} ${entry.kind}: ${entry.sentence}`);
        const why = isDead ? "the daemon ended" : `${patienceMs} ms are over`;
        throw new Error(`waited for ${what}, and ${why}\n${seen.join("\n")}\n${this.stderr.slice(-4_000)}`);
      }
      await new Promise<void>((resolve) => {
        const look = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(look);
          resolve();
        };
        const timer = setTimeout(look, 100);
        this.#waiting.add(look);
      });
    }
  }

  /** Sends a signal to the daemon alone and waits for its end. */
  async end(
    signal: NodeJS.Signals = "SIGTERM",
  ): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
    const daemon = this.#daemon;
    if (daemon === null) throw new Error("the daemon is not running");
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
      if (daemon.exitCode !== null || daemon.signalCode !== null)
        resolve({ code: daemon.exitCode, signal: daemon.signalCode });
      else daemon.once("exit", (code, by) => resolve({ code, signal: by }));
    });
    daemon.kill(signal);
    const how = await ended;
    this.#daemon = null;
    this.#follower?.kill("SIGKILL");
    this.#follower = null;
    this.entries.length = 0;
    return how;
  }

  /** For `after` of a test: nothing is left, whatever went wrong. */
  async close(): Promise<void> {
    if (this.#daemon !== null) await this.end("SIGTERM");
    rmSync(this.root, { recursive: true, force: true });
  }

  #follow(): void {
    this.entries.length = 0;
    const follower = spawn(join(this.root, "bin/failoverctl"), ["--json", "history", "--follow"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#follower = follower;
    createInterface({ input: follower.stdout }).on("line", (line) => {
      this.entries.push(parseEntry(line));
      for (const look of this.#waiting) look();
    });
  }
}

export function parseEntry(line: string): Entry {
  return JSON.parse(line) as Entry;
}
