/** One case being played: the pair, a failoverd, a writer behind the service's address, a prober on each host. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RealDaemon, type EntryOf } from "../e2e/real-daemon.ts";
import { repositoryRoot } from "../root.ts";
import { setUpAgents } from "./agents.ts";
import type { Daemon } from "./host-daemon.ts";
import { hosts, isUp, probe, type Host, type Prober } from "./lab.ts";
import { longestGapMs, lostRows, servedMs, togetherMs, type Writable } from "./measure.ts";
import { setUpPair, until } from "./pairs.ts";
import type { Ended } from "./programs.ts";
import { services, type ServiceName } from "./services.ts";
import { Writer } from "./writer.ts";

/** What a case came to. Times in milliseconds. */
export interface Measured {
  /** From the fault, or the command, to the start of the first action. */
  readonly actionMs: number;
  /** From the fault to the first row that was acknowledged by the new master through the service's address. */
  readonly servedMs: number;
  readonly gapMs: number;
  readonly acknowledged: number;
  /** Of those that must not be. */
  readonly lost: number;
  /** For how long both hosts took writes. */
  readonly togetherMs: number;
}

/** Enough to measure by, before the fault and after it. */
const rowsBefore = 100;
const rowsAfter = 50;

export class Scene {
  readonly service: ServiceName;
  readonly daemon: Daemon;
  readonly writer = new Writer();
  /** What `failoverctl check` says of the files. */
  checked: Ended = { code: null, stdout: "", stderr: "" };
  #probers: ReadonlyMap<Host, Prober> = new Map();
  #probed: ReadonlyMap<Host, readonly Writable[]> = new Map();

  private constructor(service: ServiceName, daemon: Daemon) {
    this.service = service;
    this.daemon = daemon;
  }

  /** A failoverd on the witness. Everything runs, it has learned who is master, and rows are written. */
  static async open(service: ServiceName, folder: string = service): Promise<Scene> {
    await Promise.all(hosts.map(isUp));
    await setUpPair(service);
    const daemon = new RealDaemon({
      "checks.conf": read(folder, "checks.conf"),
      "actions.conf": read(folder, "actions.conf"),
    });
    daemon.writeFile("conf/secrets/bmc", "s3cret\n", 0o600);
    await daemon.start({ words: ["--name", "witness"] });
    if (folder === service) await daemon.report("planned_switchover", "witness", "ok");
    return new Scene(service, daemon).#begin();
  }

  /** A failoverd on each host, with resource agents; that of host2 is looked at. */
  static async openAgents(): Promise<Scene> {
    await Promise.all(hosts.map(isUp));
    return new Scene("redis", await setUpAgents()).#begin();
  }

  async #begin(): Promise<Scene> {
    this.checked = await this.daemon.ctl("check");
    await until("the daemon has learned who is who", async () => {
      const { daemon, hosts: seen } = await this.daemon.status();
      const statusOf = (name: Host): string | undefined => seen.find(({ host }) => host === name)?.status;
      return daemon.learned && statusOf("host1") === "master" && statusOf("host2") === "slave";
    });
    const { service } = this;
    this.#probers = new Map(hosts.map((host) => [host, probe(host, service)]));
    this.writer.start(services[service].open, { host: "service", port: services[service].port });
    await until("rows are written", () => this.writer.acknowledged.length >= rowsBefore);
    return this;
  }

  /** Waits for the end of the rule's first run; throws an Error if it does not end well. */
  async ran(rule: string): Promise<EntryOf<"run-end">> {
    const end = await this.daemon.entry("run-end", (entry) => entry.rule === rule);
    if (end.outcome === "done") return end;
    const told = this.daemon.entries.map((entry) =>
      entry.kind === "step-end" && !entry.isSuccess ? `${entry.sentence}\n${entry.output}` : entry.sentence,
    );
    throw new Error(told.join("\n"));
  }

  /** Waits until the other host has taken rows; then no more are written. */
  async served(faultMs: number): Promise<void> {
    const { acknowledged } = this.writer;
    await until("host2 takes rows", () => {
      const after = acknowledged.filter(({ host, sentMs }) => sentMs > faultMs && host === "host2");
      return after.length >= rowsAfter;
    });
    await this.writer.end();
  }

  /** Ends all that writes, and counts what there is. */
  async measure(faultMs: number): Promise<Measured> {
    const { acknowledged } = this.writer;
    await this.writer.end();
    await this.endProbers();
    const action = this.daemon.entriesOf("step-start").find(({ startedAtMs }) => startedAtMs > faultMs);
    return {
      actionMs: (action?.startedAtMs ?? Number.NaN) - faultMs,
      servedMs: (servedMs(acknowledged, faultMs, "host1") ?? Number.NaN) - faultMs,
      gapMs: longestGapMs(acknowledged),
      acknowledged: acknowledged.length,
      lost: lostRows(acknowledged, { host: "host2", rows: await this.rowsOf("host2") }).length,
      togetherMs: togetherMs(this.#probed.get("host1") ?? [], this.#probed.get("host2") ?? []),
    };
  }

  async rowsOf(host: Host): Promise<readonly number[]> {
    const session = await services[this.service].open({ host, port: services[this.service].port }, 5_000);
    try {
      return await session.rows();
    } finally {
      session.close();
    }
  }

  /** Idempotent. */
  async endProbers(): Promise<void> {
    if (this.#probed.size > 0) return;
    const ended = [...this.#probers].map(async ([host, prober]) => [host, await prober.end()] as const);
    this.#probed = new Map(await Promise.all(ended));
  }

  periodsOf(host: Host): readonly Writable[] {
    return this.#probed.get(host) ?? [];
  }
}

function read(folder: string, name: string): string {
  return readFileSync(join(repositoryRoot, "test/real", folder, name), "utf8");
}
