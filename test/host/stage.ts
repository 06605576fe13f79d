/** Where the tests of real processes play: a temporary folder, scripts in it, and a daemon's view of what happens. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { ProcessCommand, Processes, StepKey } from "../../src/host/processes.ts";
import { createProcesses } from "../../src/host/real-processes.ts";
import { EventBook, type EventOf } from "./event-book.ts";

export class Stage extends EventBook {
  readonly folder: string;
  readonly varFolder: string;
  readonly processes: Processes;
  #lastJob = 0;

  /** `folder`: one that an earlier daemon has used. */
  constructor(
    context: TestContext,
    options: { readonly runnersMax?: number; readonly umask?: number; readonly folder?: string } = {},
  ) {
    super();
    this.folder = options.folder ?? makeFolder(context);
    this.varFolder = join(this.folder, "var");
    mkdirSync(this.varFolder, { mode: 0o700, recursive: true });
    const { runnersMax = 32, umask = 0o022 } = options;
    this.processes = createProcesses({
      varFolder: this.varFolder,
      onEvent: (event) => this.see(event),
      runnersMax,
      umask,
    });
    context.after(() => this.processes.close());
  }

  /** A script of /bin/sh; its path. */
  script(name: string, body: string, mode = 0o755): string {
    return this.file(name, `#!/bin/sh\n${body}\n`, mode);
  }

  file(name: string, content: string | Uint8Array, mode = 0o755): string {
    const path = join(this.folder, name);
    writeFileSync(path, content, { mode });
    return path;
  }

  /** Runs a check to its end. */
  check(command: ProcessCommand, timeoutMs = 20_000): Promise<EventOf<"check-ended">> {
    const job = this.nextJob();
    this.processes.startCheck(job, command, timeoutMs);
    return this.checkEnded(job);
  }

  /** Runs a step to its end, as soon as a launcher is there. */
  async step(key: StepKey, command: ProcessCommand, stdin: string | null = null): Promise<EventOf<"step-ended">> {
    await this.launcherReady();
    this.processes.startStep(key, command, stdin);
    return this.stepEnded(key);
  }

  nextJob(): number {
    this.#lastJob += 1;
    return this.#lastJob;
  }
}

export function makeFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "failoverd-host-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function command(...argv: string[]): ProcessCommand {
  return { argv, env: {}, user: null };
}

/** What was found of a step, but for how long ago it ended. */
export function withoutAge(found: ReturnType<Processes["findStep"]>): unknown {
  return typeof found === "string" ? found : { outcome: found.outcome, output: found.output };
}
