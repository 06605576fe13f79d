/**
 * What is true: a few hosts with a database each, an address that clients follow, and a client that writes once a second
 * to whoever has the address and is master. Nothing in here knows of the daemon. The questions that a failover is judged
 * by are answered from it: who is really master, who serves, was a host really off, how many writes were lost.
 *
 * The model is small: a slave follows the master as long as both are on and neither is cut off; a promoted slave has what
 * it had, and all that was acknowledged beyond it is lost; a host that loses its power forgets nothing but its address.
 */
import type { Agenda } from "./agenda.ts";

export type Database = "stopped" | "slave" | "master";

export interface Host {
  readonly name: string;
  isOn: boolean;
  database: Database;
  /** Reached by the daemon's checks and actions. Its fence device has a network of its own. */
  isLinked: boolean;
  hasAddress: boolean;
  /** Writes that it has. */
  position: number;
  /** How far it follows behind when it is slave. */
  lagWrites: number;
  /** It stands still while this is later than now: replication is broken. */
  isFollowing: boolean;
  /** When it was last seen to be without power; null: never was. */
  lastOffAtMs: number | null;
}

const bytesPerWrite = 16 * 1024;

export class Cluster {
  readonly #agenda: Agenda;
  readonly #hosts: readonly Host[];
  #lastMs = 0;
  /** Writes that clients were told are kept, and are there no more. */
  lostWrites = 0;

  constructor(agenda: Agenda, names: readonly string[]) {
    this.#agenda = agenda;
    this.#hosts = names.map((name, index) => ({
      name,
      isOn: true,
      database: index === 0 ? "master" : "slave",
      isLinked: true,
      hasAddress: index === 0,
      position: 0,
      lagWrites: 0,
      isFollowing: true,
      lastOffAtMs: null,
    }));
  }

  get hosts(): readonly Host[] {
    return this.#hosts;
  }

  host(name: string): Host | undefined {
    return this.#hosts.find((host) => host.name === name);
  }

  masters(): readonly Host[] {
    return this.#hosts.filter((host) => host.isOn && host.database === "master");
  }

  serving(): readonly Host[] {
    return this.masters().filter((host) => host.hasAddress);
  }

  /** Whether it was without power at any moment since then. */
  wasOffSince(host: Host, sinceMs: number): boolean {
    return !host.isOn || (host.lastOffAtMs !== null && host.lastOffAtMs >= sinceMs);
  }

  lagBytes(host: Host): number {
    this.#advance();
    const master = Math.max(0, ...this.masters().map((other) => other.position));
    return Math.round(Math.max(0, master - host.position) * bytesPerWrite);
  }

  powerOff(host: Host): void {
    this.#change(host, { isOn: false, database: "stopped", hasAddress: false });
    host.lastOffAtMs = this.#agenda.nowMs;
  }

  /** Comes up with its database stopped. */
  powerOn(host: Host): void {
    if (!host.isOn) host.lastOffAtMs = this.#agenda.nowMs;
    this.#change(host, { isOn: true });
  }

  /** False: it has no database that could be. */
  promote(host: Host): boolean {
    if (!host.isOn || host.database === "stopped") return false;
    if (host.database === "master") return true;
    this.#advance();
    this.#change(host, { database: "master", isFollowing: true });
    return true;
  }

  /** What it has and the master has not is thrown away. */
  follow(host: Host): boolean {
    if (!host.isOn) return false;
    this.#advance();
    if (host.database === "master") this.#lose(host);
    const [master] = this.masters().filter((other) => other !== host);
    const position = master === undefined ? host.position : Math.min(host.position, master.position);
    this.#change(host, { database: "slave", position });
    return true;
  }

  stopDatabase(host: Host): void {
    this.#change(host, { database: "stopped" });
  }

  change(host: Host, to: Partial<Pick<Host, "isLinked" | "hasAddress" | "isFollowing" | "lagWrites">>): void {
    this.#change(host, to);
  }

  #change(host: Host, to: Partial<Host>): void {
    this.#advance();
    Object.assign(host, to);
  }

  /** What a second of time does, for all the time since it was last asked. */
  #advance(): void {
    const ms = this.#agenda.nowMs - this.#lastMs;
    if (ms === 0) return;
    this.#lastMs = this.#agenda.nowMs;
    const serving = this.serving();
    for (const host of serving) host.position += ms / 1_000;
    const [master] = this.masters();
    if (master === undefined) return;
    for (const host of this.#hosts) {
      const follows = host.isOn && host.database === "slave" && host.isFollowing;
      if (follows) host.position = Math.max(host.position, master.position - host.lagWrites);
    }
  }

  #lose(host: Host): void {
    const kept = Math.max(
      0,
      ...this.masters()
        .filter((other) => other !== host)
        .map((other) => other.position),
    );
    this.lostWrites += Math.max(0, host.position - kept);
  }
}
