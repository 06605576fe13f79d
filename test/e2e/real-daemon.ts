/**
 * A real failoverd from `dist/` in a folder of its own. What it did is learned from what it says: its journal, followed
 * over its socket, and its status. Nothing here sleeps and hopes; every wait has a limit and says what it waited for.
 *
 * All that a daemon starts inherits `E2E_ROOT` from it, in whatever session and under whatever parent it ends up. So
 * a test knows its own processes exactly: those are looked at, ended, and no others.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ShownEntry as JournalEntry } from "../../src/core/shown-entry.ts";
import type { CheckView, StatusView } from "../../src/wire/status.ts";
import { processesWith, readProc } from "../host/proc.ts";
import { repositoryRoot } from "../root.ts";
import { WireClient } from "./wire-client.ts";

export interface Files {
  readonly "checks.conf"?: string;
  readonly "actions.conf"?: string;
  /** Name -> content; a content without `#!` is a shell script's. */
  readonly checks?: Readonly<Record<string, string>>;
  readonly actions?: Readonly<Record<string, string>>;
}

export type Kind = JournalEntry["kind"];
export type EntryOf<K extends Kind> = Extract<JournalEntry, { readonly kind: K }>;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Machines are busy at times; nothing in a test takes nearly so long. */
const patienceMs = 30_000;

/** How often a status is asked for while one is waited for. Entries of the journal wake the wait by themselves. */
const lookEveryMs = 20;

/** Writes one line a call, each word in brackets: `[plumb][host1]`. */
export const noteDown = `printf '[%s]' "\${0##*/}" "$@" >>"$E2E_ROOT/done"; echo >>"$E2E_ROOT/done"`;

export class RealDaemon {
  readonly root: string;
  /** The whole journal, from entry 1 on. */
  entries: readonly JournalEntry[] = [];
  stderr = "";
  #daemon: ChildProcess | null = null;
  #client: WireClient | null = null;
  #waiting = new Set<() => void>();

  constructor(files: Files) {
    this.root = mkdtempSync(join(tmpdir(), "failoverd-e2e-"));
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

  /** Replaces the file in one go, so that nobody reads half of it. */
  writeFile(path: string, content: string, mode = 0o644): void {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(`${whole}.new`, content);
    chmodSync(`${whole}.new`, mode);
    renameSync(`${whole}.new`, whole);
  }

  /** A file below the root; empty if it is not there. */
  readFile(path: string): string {
    try {
      return readFileSync(join(this.root, path), "utf8");
    } catch {
      return "";
    }
  }

  /** What `noteDown` wrote: a line an action. */
  done(): readonly string[] {
    return this.readFile("done").split("\n").slice(0, -1);
  }

  get pid(): number {
    const pid = this.#daemon?.pid;
    if (pid === undefined) throw new Error("the daemon is not running");
    return pid;
  }

  /** The client that follows the journal. */
  get client(): WireClient {
    if (this.#client === null) throw new Error("the daemon is not running");
    return this.#client;
  }

  /** Starts the daemon, and follows its journal as soon as it answers. */
  async start(
    options: { readonly words?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<void> {
    const daemon = spawn(join(this.root, "bin/failoverd"), [...(options.words ?? [])], {
      cwd: this.root,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ...options.env, E2E_ROOT: this.root },
    });
    this.#daemon = daemon;
    daemon.stderr.setEncoding("utf8");
    daemon.stderr.on("data", (text: string) => {
      this.stderr += text;
    });
    daemon.on("exit", () => this.#look());
    const client = await this.until("the daemon to answer", () => this.#follow(daemon.pid));
    client.onEntry = () => this.#look();
    this.#client = client;
    this.entries = client.entries;
    await this.entry("daemon-start", ({ pid }) => pid === daemon.pid);
  }

  /** Null: nobody answers yet; or a killed daemon's child, which holds its socket for a moment. */
  async #follow(pid: number | undefined): Promise<WireClient | null> {
    const client = await this.connect();
    const answer = await client?.ask("status").catch(() => null);
    if (client !== null && answer?.result?.daemon.pid === pid) {
      await client.ask("subscribe", { fromSeq: 1 });
      return client;
    }
    client?.close();
    return null;
  }

  /** Nobody reads its log any more. */
  loseLogReader(): void {
    this.#daemon?.stderr?.destroy();
  }

  /** Another client; null: nobody listens. */
  connect(socket = "failoverd.sock"): Promise<WireClient | null> {
    return WireClient.connect(join(this.root, "var", socket));
  }

  /** Runs failoverctl to its end. */
  ctl(...words: readonly string[]): Promise<Printed> {
    return runProgram(join(this.root, "bin/failoverctl"), words);
  }

  async status(): Promise<StatusView> {
    const { result, error } = await this.client.ask("status");
    if (result === undefined) throw new Error(`no status: ${error?.message}`);
    return result;
  }

  /** Waits until the check is as `isIt` wants it. */
  check(name: string, what: string, isIt: (check: CheckView) => boolean): Promise<CheckView> {
    return this.until(`${name} ${what}`, async () => {
      const { checks } = await this.status();
      return checks.find((check) => check.check === name && isIt(check)) ?? null;
    });
  }

  /** Waits until a check that begins after this call has reported. */
  async checkedAgain(name: string): Promise<void> {
    const sinceMs = performance.now();
    await this.check(name, "reports again", ({ ageMs }) => ageMs !== null && ageMs < performance.now() - sinceMs - 1);
  }

  /** Reports a passive check's result over the socket, and waits for the answer. */
  async report(check: string, host: string, status: string, output?: string): Promise<void> {
    const { error } = await this.client.ask("report", {
      check,
      host,
      status,
      ...(output === undefined ? {} : { output }),
    });
    if (error !== undefined) throw new Error(`the report was refused: ${error.message}`);
  }

  /** The first entry of that kind, from number `fromSeq` on, for which `isIt` holds; waits for it. */
  entry<K extends Kind>(kind: K, isIt: (entry: EntryOf<K>) => boolean = () => true, fromSeq = 0): Promise<EntryOf<K>> {
    return this.until(`the entry ${kind}`, () =>
      Promise.resolve(this.entriesOf(kind).find((entry) => entry.seq >= fromSeq && isIt(entry)) ?? null),
    );
  }

  entriesOf<K extends Kind>(kind: K): readonly EntryOf<K>[] {
    return this.entries.filter(isOfKind(kind));
  }

  /** Waits until the state table on the disk knows all that the journal does. */
  async tableSaved(): Promise<void> {
    await this.until("the table to be saved", async () => {
      const { result } = await this.client.ask("history", { limit: 1, sinceSeq: this.#savedSeq() + 1 });
      return result?.entries.length === 0 || null;
    });
  }

  #savedSeq(): number {
    return Number(/"seq":(\d+)/.exec(this.readFile("var/table.json"))?.[1] ?? 0);
  }

  /** Waits until learning is over: from then on rules fire. */
  async learned(): Promise<void> {
    await this.until("learned", async () => (await this.status()).daemon.learned || null);
  }

  /** Asks until the answer is not null: at each new entry, and every few milliseconds. */
  async until<Answer>(what: string, ask: () => Promise<Answer | null>): Promise<Answer> {
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      const answer = await ask();
      if (answer !== null) return answer;
      if (this.#isDead() || performance.now() > deadlineMs) throw this.#disappointed(what);
      await new Promise<void>((resolve) => {
        const look = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(look);
          resolve();
        };
        const timer = setTimeout(look, lookEveryMs);
        this.#waiting.add(look);
      });
    }
  }

  /** Sends a signal to the daemon alone. */
  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Sends a signal to the daemon alone and waits for its end. */
  end(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    this.#daemon?.kill(signal);
    return this.ended(signal);
  }

  /** Waits for the daemon's end. */
  async ended(why: string = "whatever it is"): Promise<Ended> {
    const daemon = this.#daemon;
    if (daemon === null) throw new Error("the daemon is not running");
    const how = await new Promise<Ended>((resolve, reject) => {
      const limit = setTimeout(() => reject(this.#disappointed(`the end by ${why}`)), patienceMs);
      const settle = (code: number | null, by: NodeJS.Signals | null): void => {
        clearTimeout(limit);
        resolve({ code, signal: by });
      };
      if (this.#isDead()) settle(daemon.exitCode, daemon.signalCode);
      else daemon.once("exit", settle);
    });
    this.#client?.close();
    this.#client = null;
    this.#daemon = null;
    return how;
  }

  /** The living processes that this daemon, or one before it on this root, started; without the daemon itself. */
  left(): readonly number[] {
    return processesWith(`E2E_ROOT=${this.root}`).filter((pid) => pid !== this.#daemon?.pid);
  }

  /** Their command lines. */
  commandsLeft(): readonly string[] {
    /** One that is just ending has none any more. */
    return this.left()
      .map((pid) => readProc(pid, "cmdline").replaceAll("\0", " ").trim())
      .filter((command) => command !== "");
  }

  /** Kills them, and what they may have started meanwhile. */
  endLeft(): void {
    for (let pids = this.left(); pids.length > 0; pids = this.left()) pids.forEach(endProcess);
  }

  /** For `after` of a test: nothing is left, whatever went wrong. */
  async close(): Promise<void> {
    if (this.#daemon !== null) await this.end("SIGKILL");
    this.endLeft();
    rmSync(this.root, { recursive: true, force: true });
  }

  #isDead(): boolean {
    return this.#daemon !== null && (this.#daemon.exitCode !== null || this.#daemon.signalCode !== null);
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }

  #disappointed(what: string): Error {
    const seen = this.entries.slice(-25).map((entry) => `  ${entry.seq} ${entry.kind}: ${entry.sentence}`);
    const why = this.#isDead() ? "the daemon ended" : `${patienceMs} ms are over`;
    return new Error(`waited for ${what}, and ${why}\n${seen.join("\n")}\nit said:\n${this.stderr.slice(-2_000)}`);
  }
}

function isOfKind<K extends Kind>(kind: K): (entry: JournalEntry) => entry is EntryOf<K> {
  return (entry): entry is EntryOf<K> => entry.kind === kind;
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    return; // it has ended meanwhile
  }
}

/** Runs a program to its end, without colours. Its exit code is -1 if a signal ended it. */
export function runProgram(
  path: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = { NO_COLOR: "1" },
): Promise<Printed> {
  return new Promise((resolve) => {
    const options = { maxBuffer: 64 * 1024 * 1024, timeout: patienceMs, env: { ...process.env, ...env } };
    execFile(path, words, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}
