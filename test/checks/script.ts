/** Runs the scripts that ship as the daemon does: an argument list, no shell around it, nothing on standard input. */
import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { repositoryRoot } from "../root.ts";
import { whenOver } from "./when-over.ts";

export interface Ended {
  /** null: a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** No script here waits for longer, unless it hangs. */
const withinMs = 60_000;

/** Runs a program to its end. Throws if it cannot be started. */
export function run(words: readonly string[], { env = {}, input }: RunOptions = {}): Promise<Ended> {
  const [program = "", ...rest] = words;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { env: { ...process.env, LC_ALL: "C", ...env }, timeout: withinMs });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
    child.on("error", reject);
    /** Not `close`: what an action leaves in the background holds its output. */
    child.on("exit", (code) => setImmediate(() => resolve({ code, stdout, stderr })));
    child.stdin.on("error", () => undefined); // it may end without having read it
    child.stdin.end(input ?? "");
  });
}

/** Runs a program that has to end well; what it printed. */
export async function must(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(words);
  if (code !== 0) throw new Error(`${words.join(" ")}: exit ${code}\n${stdout}${stderr}`);
  return stdout;
}

export function pathOf(folder: "checks" | "actions", name: string): string {
  return join(repositoryRoot, folder, name);
}

/** Absolute paths of all scripts of a folder. */
export function scriptsIn(folder: "checks" | "actions"): readonly string[] {
  return readdirSync(join(repositoryRoot, folder))
    .filter((name) => !name.includes("."))
    .sort()
    .map((name) => pathOf(folder, name));
}

/** Runs a check by its name; what matters of it in one line: `exit 0: MASTER - … | lag=0B`. */
export async function ask(check: string, words: readonly string[] = [], options: RunOptions = {}): Promise<string> {
  const { code, stdout } = await run([pathOf("checks", check), ...words], options);
  return `exit ${code}: ${stdout.trimEnd()}`;
}

/** The same of an action, which may say something on standard error. */
export async function act(action: string, words: readonly string[] = [], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run([pathOf("actions", action), ...words], options);
  return `exit ${code}: ${stdout}${stderr}`.trimEnd();
}

/** A check that stays, in a process group of its own, as the daemon runs it. */
export class Resident {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  #look = (): void => undefined;
  #hasEnded = false;

  constructor(context: TestContext, words: readonly string[]) {
    const [program = "", ...rest] = words;
    const child = spawn(program, rest, { detached: true, stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    createInterface({ input: child.stdout }).on("line", (line) => {
      this.lines.push(line);
      this.#look();
    });
    child.on("exit", () => {
      this.#hasEnded = true;
      this.#look();
    });
    whenOver(context, () => this.end());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with the first line from the `from`-th on that begins with `start`. */
  async line(start: string, from = 0): Promise<string> {
    return this.#until(`a line that begins with ${start}`, () =>
      this.lines.slice(from).find((l) => l.startsWith(start)),
    );
  }

  async ended(): Promise<void> {
    await this.#until("its end", () => (this.#hasEnded ? true : undefined));
  }

  end(): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }

  #until<Found>(what: string, find: () => Found | undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const name = basename(this.#child.spawnfile);
      const said = (): string => `${name} has said:\n${this.lines.join("\n")}`;
      const timer = setTimeout(() => reject(new Error(`not within 20 s: ${what}; ${said()}`)), 20_000);
      this.#look = () => {
        const found = find();
        if (found === undefined) return;
        clearTimeout(timer);
        this.#look = () => undefined;
        resolve(found);
      };
      this.#look();
    });
  }
}
