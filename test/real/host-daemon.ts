/**
 * A failoverd that runs on one of the lab's hosts, in all of its namespaces, so that it dies when the host does. The witness
 * asks it over its socket, which is a file that both see, and looks at what it writes down.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StatusView } from "../../src/wire/status.ts";
import type { EntryOf, Kind } from "../e2e/real-daemon.ts";
import { WireClient } from "../e2e/wire-client.ts";
import { repositoryRoot } from "../root.ts";
import type { Host } from "./lab.ts";
import { run, type Ended } from "./programs.ts";
import { until } from "./pairs.ts";

/** What the lab asks of a daemon, wherever it runs. */
export interface Daemon {
  /** The whole journal, from entry 1 on. */
  readonly entries: readonly EntryOf<Kind>[];
  entriesOf<K extends Kind>(kind: K): readonly EntryOf<K>[];
  /** The first entry of that kind for which `isIt` holds; waits for it. */
  entry<K extends Kind>(kind: K, isIt?: (entry: EntryOf<K>) => boolean): Promise<EntryOf<K>>;
  status(): Promise<StatusView>;
  report(check: string, host: string, status: string): Promise<void>;
  /** Runs failoverctl to its end. */
  ctl(...words: readonly string[]): Promise<Ended>;
}

export class HostDaemon implements Daemon {
  readonly #root: string;
  readonly #client: WireClient;

  private constructor(root: string, client: WireClient) {
    this.#root = root;
    this.#client = client;
  }

  /** In a folder of its own. `files` stand below its root, readable by root alone. */
  static async start(host: Host, files: Readonly<Record<string, string>>): Promise<HostDaemon> {
    const root = mkdtempSync(join(tmpdir(), `failoverd-${host}-`));
    installIn(root, files);
    return HostDaemon.startIn(host, { root, seenAs: root });
  }

  /** Resolves when it answers. `seenAs`: where the host has the folder that is `root` here. */
  static async startIn(
    host: Host,
    { root, seenAs }: { readonly root: string; readonly seenAs: string },
    env: NodeJS.ProcessEnv = process.env,
  ): Promise<HostDaemon> {
    const enter = `pid=$(cat /run/lab/${host}/pid) && first=$(cat /proc/$pid/task/$pid/children) && exec nsenter -t $first -m -u -i -n -p -- "$@"`;
    const words = [process.execPath, join(seenAs, "bin/failoverd"), "--name", host];
    const child = spawn("sh", ["-c", enter, "sh", ...words], {
      stdio: ["ignore", "ignore", "inherit"],
      cwd: root,
      env,
    });
    child.unref();
    const client = await connect(join(root, "var/failoverd.sock"));
    await client.ask("subscribe", { fromSeq: 1 });
    return new HostDaemon(root, client);
  }

  get entries(): readonly EntryOf<Kind>[] {
    return this.#client.entries;
  }

  entriesOf<K extends Kind>(kind: K): readonly EntryOf<K>[] {
    return this.entries.filter((entry): entry is EntryOf<K> => entry.kind === kind);
  }

  async entry<K extends Kind>(kind: K, isIt: (entry: EntryOf<K>) => boolean = () => true): Promise<EntryOf<K>> {
    const find = (): EntryOf<K> | undefined => this.entriesOf(kind).find(isIt);
    await until(`the entry ${kind}`, () => find() !== undefined);
    return known(find());
  }

  async status(): Promise<StatusView> {
    return known((await this.#client.ask("status")).result);
  }

  async report(check: string, host: string, status: string): Promise<void> {
    const { error } = await this.#client.ask("report", { check, host, status });
    if (error !== undefined) throw new Error(`the report was refused: ${error.message}`);
  }

  ctl(...words: readonly string[]): Promise<Ended> {
    return run([join(this.#root, "bin/failoverctl"), ...words]);
  }
}

/** The drop-in folder, copied, with these files in it. */
export function installIn(root: string, files: Readonly<Record<string, string>>): void {
  cpSync(join(repositoryRoot, "dist"), root, { recursive: true, filter: (path) => !path.endsWith("dist/var") });
  mkdirSync(join(root, "conf/secrets"));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text, { mode: 0o600 });
}

async function connect(socket: string): Promise<WireClient> {
  const found: WireClient[] = [];
  await until(`somebody listens on ${socket}`, async () => {
    const client = await WireClient.connect(socket);
    if (client !== null) found.push(client);
    return client !== null;
  });
  return known(found[0]);
}

function known<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error("the daemon did not answer");
  return value;
}
