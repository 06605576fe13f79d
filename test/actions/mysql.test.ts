/** The checks and actions for MySQL and MariaDB against two real MariaDB servers: a failover, and the old master follows. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { findFreePorts } from "../demo/free-ports.ts";
import { makeFolder, writeScript } from "../checks/folder.ts";
import { skipWithout } from "../checks/needs.ts";
import { act, ask, must } from "../checks/script.ts";
import { lastAnswer, startServer, type Server } from "./server.ts";

const programs = { mariadbd: "mariadb-server", "mariadb-install-db": "mariadb-server", mariadb: "mariadb-client" };
const skip = skipWithout({ programs, isRoot: true });

const password = "s3cret ' \\ = quoted=";

class MariaDb {
  readonly id: number;
  readonly port: number;
  readonly folder: string;

  constructor(context: TestContext, id: number, port: number) {
    this.id = id;
    this.port = port;
    this.folder = makeFolder(context);
  }

  get socket(): string {
    return join(this.folder, "socket");
  }

  async start(context: TestContext): Promise<Server> {
    const data = `--datadir=${join(this.folder, "data")}`;
    if (!existsSync(join(this.folder, "data"))) {
      const install = [
        "--no-defaults",
        data,
        /** Two that are installed side by side must not meet in one folder of temporary tables. */
        `--tmpdir=${this.folder}`,
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        "--user=root",
      ];
      await must("mariadb-install-db", ...install);
    }
    const own = [
      `--port=${this.port}`,
      `--socket=${this.socket}`,
      `--server-id=${this.id}`,
      "--bind-address=127.0.0.1",
    ];
    const files = ["--log-bin=binlog", "--relay-log=relay", "--gtid-strict-mode=on"];
    const words = ["mariadbd", "--no-defaults", data, ...own, ...files, "--user=root", "--skip-name-resolve"];
    const answers = async (): Promise<boolean> => /^exit [01]:/.test(await this.role());
    return startServer(context, words, { folder: this.folder, answers });
  }

  role(): Promise<string> {
    return ask("check_mysql_role", ["-s", this.socket]);
  }

  async becomes(wanted: RegExp): Promise<void> {
    assert.match(await lastAnswer(() => this.role(), wanted), wanted);
  }

  sql(text: string): Promise<string> {
    return must("mariadb", "--no-defaults", "-S", this.socket, "-NBe", text);
  }

  promote(...words: string[]): Promise<string> {
    return act("promote_mysql", ["-s", this.socket, ...words]);
  }

  demoteTo(master: MariaDb, secret: string, ...words: string[]): Promise<string> {
    return act("demote_mysql", ["-s", this.socket, "-r", secret, ...words, "127.0.0.1", String(master.port)]);
  }
}

/** Two servers, of which `a` has a table, and a user as whom `b` can replicate. */
async function startPair(context: TestContext) {
  const [portOfA, portOfB] = await findFreePorts();
  const a = new MariaDb(context, 1, portOfA);
  const b = new MariaDb(context, 2, portOfB);
  const [serverOfA] = await Promise.all([a.start(context), b.start(context)]);
  const secret = join(a.folder, "replication");
  writeFileSync(secret, `user=replica\npassword=${password}\n`, { mode: 0o600 });
  await a.sql(`create user replica identified by '${password.replaceAll(/['\\]/g, String.raw`\$&`)}'`);
  await a.sql("grant replication slave on *.* to replica; create database story; create table story.lines (line text)");
  return { a, b, serverOfA, secret };
}

/** Until the replica has the master's table. */
async function follow(replica: MariaDb, master: MariaDb, secret: string): Promise<void> {
  assert.match(await replica.demoteTo(master, secret), /^exit 0: /);
  const tables = "select count(*) from information_schema.tables where table_schema = 'story'";
  assert.match(await lastAnswer(() => replica.sql(tables), /^1$/m), /^1$/m);
}

void test("MariaDB: roles, a failover, and the old master follows", { skip }, async (context) => {
  const { a, b, serverOfA, secret } = await startPair(context);

  await context.test("a replica is made, dry, once, and once more", async () => {
    assert.equal(await b.role(), "exit 0: MASTER - can be written to, replicates from nobody");
    const dry = await b.demoteTo(a, secret, "--dry-run");
    assert.match(
      dry,
      /^exit 0: would run: set global read_only = on\n.*would run: change master to .*\n.*start slave$/s,
    );
    assert.doesNotMatch(dry, /s3cret/);
    assert.match(await b.role(), /^exit 0: MASTER/);
    assert.equal(await b.demoteTo(a, secret), "exit 0: it replicates from 127.0.0.1");
    await b.becomes(/^exit 0: SLAVE - of 127\.0\.0\.1, 0 s behind \| lag=0s receiving=1 applying=1$/);
    assert.equal(await b.demoteTo(a, secret), "exit 0: it replicates from 127.0.0.1 already");
  });

  await context.test("what is no reason to fail over", async () => {
    const stranger = await ask("check_mysql_role", ["-s", a.socket, "-u", "nobody_here"]);
    assert.match(stranger, /^exit 3: UNKNOWN - the server answers, and this login is not allowed to ask: ERROR 1045 /);
    const noHost = await ask("check_mysql_role", ["-H", "host.invalid"]);
    assert.equal(noHost, "exit 3: UNKNOWN - the name host.invalid cannot be resolved");
  });

  await context.test("the master is killed, the replica is promoted: dry, once, and once more", async () => {
    await a.sql("insert into story.lines values ('1 written on a')");
    await lastAnswer(() => b.sql("select count(*) from story.lines"), /^1$/m);
    await serverOfA.kill();
    assert.match(await a.role(), /^exit 2: DOWN - nobody listens: /);
    await b.becomes(
      /^exit 0: SLAVE - of 127\.0\.0\.1, not connected \(Connecting\) .*\| lag=U receiving=0 applying=1$/,
    );
    assert.match(await b.promote("--dry-run"), /^exit 0: would run: .*would run: set global read_only = off$/s);
    assert.match(await b.role(), /^exit 0: SLAVE/);
    assert.equal(await b.promote(), "exit 0: this server is the master");
    assert.equal(await b.promote(), "exit 0: it is the master already");
    assert.match(await b.role(), /^exit 0: MASTER/);
    await b.sql("insert into story.lines values ('2 written on b')");
  });

  await context.test("the old master comes back, and follows", async () => {
    await a.start(context);
    assert.match(await a.role(), /^exit 0: MASTER/);
    assert.equal(await a.demoteTo(b, secret), "exit 0: it replicates from 127.0.0.1");
    await a.becomes(/^exit 0: SLAVE - of 127\.0\.0\.1, 0 s behind/);
    assert.equal(await a.sql("select line from story.lines order by line"), "1 written on a\n2 written on b\n");
  });

  await context.test("what it cannot apply is a warning, and what takes no writes is no master", async () => {
    await a.sql("set global read_only = off; set sql_log_bin = 0; drop table story.lines");
    await b.sql("insert into story.lines values ('3 written on b')");
    await a.becomes(/^exit 1: WARNING - a replica of 127\.0\.0\.1 that does not apply what it gets: .*story\.lines/);
    await b.sql("set global read_only = on");
    assert.equal(await b.role(), "exit 1: WARNING - read only, and replicates from nobody");
  });
});

void test("promote_mysql: what was received and is not applied is kept", { skip }, async (context) => {
  const { a, b, serverOfA, secret } = await startPair(context);
  const not = "exit 1: not all that was received is applied (--give-up-unapplied gives the rest up):";
  /** Has the replica got the master's last transaction, applied or not? */
  const received = async (): Promise<string> => {
    const at = (await a.sql("select @@gtid_binlog_pos")).trim();
    return (await b.sql("show slave status")).includes(`\t${at}\t`) ? "received" : "on its way";
  };
  await follow(b, a, secret);

  await context.test("an applier that is too slow", async () => {
    await b.sql("stop slave; change master to master_delay = 3600; start slave");
    await a.sql("insert into story.lines values ('1 received')");
    assert.equal(await lastAnswer(received, /^received/), "received");
    assert.equal(await b.promote("-t", "1"), `${not} not within 1 s`);
    await b.sql("stop slave; change master to master_delay = 0; start slave");
    assert.match(await lastAnswer(() => b.sql("select count(*) from story.lines"), /^1$/m), /^1$/m);
  });

  await context.test("an applier that is broken: mended, it goes on with what was received", async () => {
    await b.sql("set sql_log_bin = 0; rename table story.lines to story.away");
    await a.sql("insert into story.lines values ('2 received')");
    await b.becomes(/^exit 1: WARNING - a replica of 127\.0\.0\.1 that does not apply what it gets/);
    await serverOfA.kill();
    const promoted = await b.promote();
    assert.ok(promoted.startsWith(`${not} Error `) && promoted.includes("story.lines"), promoted);
    assert.match(await b.role(), /^exit 1: WARNING - a replica of 127\.0\.0\.1 that does not apply what it gets/);
    await b.sql("set sql_log_bin = 0; rename table story.away to story.lines");
    await b.sql("start slave sql_thread");
    assert.equal(await b.promote(), "exit 0: this server is the master");
    assert.equal(await b.sql("select line from story.lines order by line"), "1 received\n2 received\n");
  });
});

void test("promote_mysql --give-up-unapplied: the rest is thrown away, and that is said", { skip }, async (context) => {
  const { a, b, secret } = await startPair(context);
  await follow(b, a, secret);
  await b.sql("stop slave sql_thread");
  await a.sql("insert into story.lines values ('1 received')");
  const role = /^exit 1: WARNING - a replica of 127\.0\.0\.1 that does not apply/;
  await b.becomes(role);
  const not = /^exit 1: not all that was received is applied .*: its SQL thread does not run$/;
  assert.match(await lastAnswer(() => b.promote(), not), not);
  assert.equal(
    await b.promote("--give-up-unapplied"),
    "exit 0: what was received and is not applied is given up: its SQL thread does not run\nthis server is the master",
  );
  assert.equal(await b.sql("select count(*) from story.lines"), "0\n");
});

/** No MySQL is to be had in Debian: this stands in for its client, and keeps what it was asked. */
void test("demote_mysql on MySQL: administrators cannot write either", async (context) => {
  const folder = makeFolder(context);
  const asked = join(folder, "asked");
  const secret = join(folder, "replication");
  writeFileSync(secret, "user=replica\npassword=x\n", { mode: 0o600 });
  const locked = `grep -q 'set global super_read_only = on' ${asked} && is=1`;
  const answers = [
    `*"show global variables like 'super_read_only'"*) echo 'Variable_name: super_read_only' ;;`,
    `*@@global.super_read_only*) ${locked}; echo "version: 8.4.0"; echo "is_read_only: \${is-0}" ;;`,
    `*"show replica status"*) echo 'Source_Host: new'; echo 'Source_Port: 3306' ;;`,
    `*"set global read_only"*) exit 1 ;;`,
  ];
  writeFileSync(asked, "");
  writeScript(folder, "mariadb", `read -r line; echo "$line" >>${asked}; case $line in ${answers.join(" ")} esac`);
  const options = { env: { PATH: `${folder}:${process.env["PATH"] ?? ""}` } };
  const demote = (): Promise<string> => act("demote_mysql", ["-r", secret, "new"], options);
  assert.equal(await demote(), "exit 0: it replicates from new");
  assert.match(readFileSync(asked, "utf8"), /^set global super_read_only = on;\nstop replica;\nchange replication /m);
  assert.equal(await demote(), "exit 0: it replicates from new already");
});
