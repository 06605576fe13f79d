/** A daemon in a process of its own (`small-daemon.ts`): to be killed, starved, or made another user. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { ProcessCommand, ProcessEvent, StepKey } from "../../src/host/processes.ts";
import { EventBook } from "./event-book.ts";

export type Call =
  | readonly ["startCheck", number, ProcessCommand, number]
  | readonly ["startStep", StepKey, ProcessCommand, string | null]
  | readonly ["killStep", StepKey];

export class Remote extends EventBook {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  /** `prefix`: a program that becomes it, to change its user or its limits. */
  constructor(context: TestContext, folder: string, prefix: readonly string[] = []) {
    super();
    mkdirSync(join(folder, "var"), { recursive: true, mode: 0o700 });
    const program = fileURLToPath(new URL("small-daemon.js", import.meta.url));
    const [command, ...words] = [...prefix, process.execPath, program, join(folder, "var")];
    this.#child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
    this.#exited = once(this.#child, "exit");
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on("line", (line) => this.see(parseEvent(line)));
    }
    context.after(() => this.kill());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  call(...call: Call): void {
    this.#child.stdin?.write(`${JSON.stringify(call)}\n`);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }
}

function parseEvent(line: string): ProcessEvent {
  const event: ProcessEvent = JSON.parse(line);
  return event;
}
