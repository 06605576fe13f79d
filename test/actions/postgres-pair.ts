/**
 * Two real PostgreSQL servers on loopback, as an operator has them: one primary, one standby that streams. They run as the
 * user postgres, each with its data directory, its port and its socket in one temporary folder.
 */
import { chownSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { findFreePorts } from "../demo/free-ports.ts";
import { makeFolder } from "../checks/folder.ts";
import { must, pathOf, run } from "../checks/script.ts";
import { whenOver } from "../checks/when-over.ts";

export const postgresPrograms = {
  "/usr/lib/postgresql/15/bin/postgres": "postgresql-15",
  psql: "postgresql-client-15",
  runuser: "util-linux",
};

const programs = "/usr/lib/postgresql/15/bin";

export interface Postgres {
  readonly name: string;
  readonly data: string;
  readonly port: number;
}

export class PostgresPair {
  readonly a: Postgres;
  readonly b: Postgres;
  readonly folder: string;

  private constructor(folder: string, a: Postgres, b: Postgres) {
    this.folder = folder;
    this.a = a;
    this.b = b;
  }

  /** `a` is the primary, `b` streams from it. */
  static async start(context: TestContext): Promise<PostgresPair> {
    const folder = makeFolder(context, 0o755);
    const [uid, gid] = await ownerOfPostgres();
    mkdirSync(join(folder, "sockets"));
    for (const path of [folder, join(folder, "sockets")]) chownSync(path, uid, gid);
    const [portOfA, portOfB] = await findFreePorts();
    const pair = new PostgresPair(
      folder,
      { name: "a", data: join(folder, "a"), port: portOfA },
      { name: "b", data: join(folder, "b"), port: portOfB },
    );
    whenOver(context, () => pair.#stopAll());
    await pair.#prepare();
    return pair;
  }

  async #prepare(): Promise<void> {
    const { a, b } = this;
    await asPostgres(`${programs}/initdb`, "-D", a.data, "-A", "trust", "-N", "-E", "UTF8", "--locale=C");
    this.configure(a, "wal_log_hints = on\nwal_keep_size = 256MB\nfsync = off\nlisten_addresses = '127.0.0.1'");
    this.configure(a, `unix_socket_directories = '${join(this.folder, "sockets")}'\nport = ${a.port}`);
    await this.startServer(a);
    const source = ["-h", "127.0.0.1", "-p", String(a.port)];
    await asPostgres(`${programs}/pg_basebackup`, ...source, "-D", b.data, "-R", "-C", "-S", "standby_b", "-c", "fast");
    this.configure(b, `port = ${b.port}`);
    await this.startServer(b);
    await this.sql(a, "create table story (line text)");
  }

  configure(server: Postgres, lines: string): void {
    const path = join(server.data, "postgresql.conf");
    writeFileSync(path, `${readFileSync(path, "utf8")}${lines}\n`);
  }

  async startServer(server: Postgres): Promise<void> {
    const log = join(this.folder, `${server.name}.log`);
    await asPostgres(`${programs}/pg_ctl`, "start", "-s", "-w", "-D", server.data, "-l", log);
  }

  /** The words for start_service, which take the place of a service manager's unit. */
  serviceWords(server: Postgres): readonly string[] {
    const log = join(this.folder, `${server.name}.log`);
    const control = `cd / && runuser -u postgres -- ${programs}/pg_ctl -D ${server.data}`;
    return [
      "-c",
      `${control} -s -w -l ${log} start`,
      "-s",
      `${pathOf("checks", "check_process")} -f ${server.data}/postmaster.pid`,
    ];
  }

  sql(server: Postgres, text: string): Promise<string> {
    return must("psql", "-wXAtq", "-h", "127.0.0.1", "-p", String(server.port), "-U", "postgres", "-c", text);
  }

  /** Ends the postmaster as a crash does; its children notice. */
  kill(server: Postgres, signal: NodeJS.Signals): void {
    process.kill(this.pidOf(server), signal);
  }

  pidOf(server: Postgres): number {
    return Number(readFileSync(join(server.data, "postmaster.pid"), "utf8").split("\n", 1)[0]);
  }

  async #stopAll(): Promise<void> {
    for (const { data } of [this.a, this.b])
      await run(["runuser", "-u", "postgres", "--", `${programs}/pg_ctl`, "stop", "-s", "-D", data, "-m", "immediate"]);
  }
}

async function ownerOfPostgres(): Promise<readonly [number, number]> {
  const ids = await Promise.all([must("id", "-u", "postgres"), must("id", "-g", "postgres")]);
  const [uid, gid] = ids;
  return [Number(uid), Number(gid)];
}

function asPostgres(...words: readonly string[]): Promise<string> {
  return must("runuser", "-u", "postgres", "--", "sh", "-c", 'cd / && exec "$@"', "sh", ...words);
}
