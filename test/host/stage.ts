/** Where the tests of real processes play: a temporary folder, scripts in it, and a daemon's view of what happens. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { ProcessCommand, ProcessEvent, Processes, StepKey } from "../../src/host/processes.ts";
import { createProcesses } from "../../src/host/real-processes.ts";

type EventOf<Kind extends ProcessEvent["kind"]> = Extract<ProcessEvent, { kind: Kind }>;

export class Stage {
  readonly folder: string;
  readonly varFolder: string;
  readonly processes: Processes;
  readonly events: ProcessEvent[] = [];
  readonly #waiters = new Set<() => void>();
  #lastJob = 0;

  constructor(context: TestContext, options: { readonly runnersMax?: number } = {}) {
    this.folder = makeFolder(context);
    this.varFolder = join(this.folder, "var");
    mkdirSync(this.varFolder, { mode: 0o700 });
    this.processes = createProcesses({ varFolder: this.varFolder, onEvent: (event) => this.#see(event), ...options });
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
    return this.when("check-ended", (event) => event.job === job);
  }

  /** Runs a step to its end, as soon as a launcher is there. */
  async step(key: StepKey, command: ProcessCommand, stdin: string | null = null): Promise<EventOf<"step-ended">> {
    await this.launcherReady();
    this.processes.startStep(key, command, stdin);
    return this.stepEnded(key);
  }

  stepEnded(key: StepKey): Promise<EventOf<"step-ended">> {
    return this.when("step-ended", (event) => event.key.run === key.run && event.key.name === key.name);
  }

  /** Takes the next launcher's announcement out of the events, so that each is used once. */
  async launcherReady(): Promise<EventOf<"launcher-ready">["launcher"]> {
    const ready = await this.when("launcher-ready", () => true);
    this.events.splice(this.events.indexOf(ready), 1);
    return ready.launcher;
  }

  nextJob(): number {
    this.#lastJob += 1;
    return this.#lastJob;
  }

  /** The first event of this kind that matches, among those that have been or will be. */
  when<Kind extends ProcessEvent["kind"]>(
    kind: Kind,
    matches: (event: EventOf<Kind>) => boolean,
  ): Promise<EventOf<Kind>> {
    const isKind = (event: ProcessEvent): event is EventOf<Kind> => event.kind === kind;
    const find = (): EventOf<Kind> | undefined => this.events.filter(isKind).find(matches);
    return new Promise((resolve) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        this.#waiters.delete(look);
        resolve(found);
      };
      this.#waiters.add(look);
      look();
    });
  }

  #see(event: ProcessEvent): void {
    this.events.push(event);
    for (const look of this.#waiters) look();
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
