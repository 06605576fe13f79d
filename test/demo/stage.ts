/**
 * Everything that the demo sets up, in one temporary folder, and how it is taken down again whatever happened:
 *
 *     FOLDER/failoverd/   the real thing: a copy of dist/, with the demo's conf, checks and actions put in
 *     FOLDER/hosts        where the two servers listen            FOLDER/programs   the demo's own programs (a link)
 *     FOLDER/address      the floating address                    FOLDER/*.log      what everybody printed
 */
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../root.ts";
import { findFreePorts } from "./free-ports.ts";
import { printHosts, type KvHost } from "./hosts.ts";
import { endLeftovers, endProgram, startProgram, type Program } from "./programs.ts";

export class Stage {
  readonly folder: string;
  /** The installation: the copy of dist/. */
  readonly root: string;
  readonly hosts: readonly [KvHost, KvHost];
  /** In the order in which they were started; ended in the opposite one. */
  readonly #programs: Program[] = [];
  #isEnding = false;

  private constructor(folder: string, ports: readonly [number, number]) {
    this.folder = folder;
    this.root = join(folder, "failoverd");
    this.hosts = [
      { host: "host1", port: ports[0] },
      { host: "host2", port: ports[1] },
    ];
  }

  /** Makes the folder; nothing runs yet. Throws what the file system says. */
  static async build(): Promise<Stage> {
    const ports = await findFreePorts();
    const stage = new Stage(mkdtempSync(join(tmpdir(), "failoverd-demo-")), ports);
    try {
      stage.#fill();
    } catch (error) {
      rmSync(stage.folder, { recursive: true });
      throw error;
    }
    return stage;
  }

  #fill(): void {
    const dist = join(repositoryRoot, "dist");
    cpSync(dist, this.root, { recursive: true, filter: (source) => source !== join(dist, "var") });
    cpSync(join(repositoryRoot, "test/demo/drop-in"), this.root, { recursive: true });
    refuseOthers(this.root);
    symlinkSync(import.meta.dirname, join(this.folder, "programs"));
    writeFileSync(join(this.folder, "hosts"), printHosts(this.hosts));
    writeFileSync(join(this.folder, "address"), printHosts([this.hosts[0]]));
  }

  /** Once true, what still goes on is no longer of interest, and nothing can be started any more. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  get failoverctl(): string {
    return join(this.root, "bin/failoverctl");
  }

  startServer(role: "master" | "slave", { host, port }: KvHost): Program {
    const [first, second] = this.hosts;
    const peer = `127.0.0.1:${host === first.host ? second.port : first.port}`;
    const words = ["--role", role, "--port", `${port}`, "--peer", peer, "--attached"];
    const server = this.#start(host, [process.execPath, join(import.meta.dirname, "kv-server.js"), ...words]);
    writeFileSync(join(this.folder, `${host}.pid`), `${server.child.pid}\n`);
    return server;
  }

  startDaemon(): Program {
    return this.#start("failoverd", [join(this.root, "bin/failoverd"), "--root", this.root]);
  }

  /** The newest program of that name. Throws if none was started. */
  programNamed(name: string): Program {
    const program = this.#programs.findLast((each) => each.name === name);
    if (program === undefined) throw new Error(`${name} was not started`);
    return program;
  }

  /** Something else that has to be ended with the rest. */
  add(program: Program): Program {
    this.#programs.push(program);
    return program;
  }

  #start(name: string, argv: readonly string[]): Program {
    if (this.#isEnding) throw new Error(`${name} is not started: the demo is ending`);
    return this.add(startProgram({ name, argv, logFile: join(this.folder, `${name}.log`) }));
  }

  /** The last lines that a program printed. */
  logTail(name: string, linesMax: number): string[] {
    try {
      return readFileSync(join(this.folder, `${name}.log`), "utf8")
        .trimEnd()
        .split("\n")
        .slice(-linesMax);
    } catch {
      return []; // it was never started
    }
  }

  /** Ends everything, the last one first, and removes the folder. Nothing is left running. */
  async takeDown(): Promise<void> {
    this.#isEnding = true;
    for (const program of this.#programs.toReversed()) await endProgram(program, "SIGTERM");
    await endLeftovers([join(this.root, "actions/"), join(this.root, "checks/")]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A script that a group may write to is refused by the daemon, and a checkout under umask 002 is full of them. */
function refuseOthers(folder: string): void {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const path of [folder, ...names.map((name) => join(folder, name))])
    chmodSync(path, statSync(path).mode & 0o7755);
}
