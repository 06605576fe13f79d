/** The checks and actions for Redis against two real servers: a failover, and the old master as a replica. */
import assert from "node:assert/strict";
import { writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { findFreePorts } from "../demo/free-ports.ts";
import { makeFolder, writeScript } from "../checks/folder.ts";
import { skipWithout } from "../checks/needs.ts";
import { act, ask, must, run } from "../checks/script.ts";
import { lastAnswer, startServer, type Server } from "./server.ts";

const skip = skipWithout({ programs: { "redis-server": "redis-server", "redis-cli": "redis-tools" } });

const password = `s3cret "quoted" \\ back`;

class Redis {
  readonly port: number;
  readonly folder: string;
  readonly passwordFile: string;

  constructor(context: TestContext, port: number) {
    this.port = port;
    this.folder = makeFolder(context);
    this.passwordFile = join(this.folder, "password");
    writeFileSync(this.passwordFile, `${password}\n`, { mode: 0o600 });
    const quoted = `"${password.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
    const lines = [`port ${port}`, "bind 127.0.0.1", 'save ""', `requirepass ${quoted}`, "repl-diskless-sync-delay 0"];
    writeFileSync(this.configuration, `${lines.join("\n")}\n`);
  }

  get configuration(): string {
    return join(this.folder, "redis.conf");
  }

  start(context: TestContext): Promise<Server> {
    const answers = async (): Promise<boolean> =>
      (await run(["redis-cli", "-p", String(this.port), "ping"])).code === 0;
    return startServer(context, ["redis-server", this.configuration], { folder: this.folder, answers });
  }

  role(): Promise<string> {
    return ask("check_redis_role", ["-p", String(this.port), "-a", this.passwordFile]);
  }

  async becomes(wanted: RegExp): Promise<void> {
    assert.match(await lastAnswer(() => this.role(), wanted), wanted);
  }

  cli(...words: string[]): Promise<string> {
    return must("redis-cli", "--no-auth-warning", "-a", password, "-p", String(this.port), ...words);
  }

  promote(...words: string[]): Promise<string> {
    return act("promote_redis", [...words, "-p", String(this.port), "-a", this.passwordFile]);
  }

  demoteTo(master: Redis, ...words: string[]): Promise<string> {
    const self = ["-p", String(this.port), "-a", this.passwordFile];
    return act("demote_redis", [...words, ...self, "127.0.0.1", String(master.port)]);
  }
}

void test("Redis: roles, a failover, and the old master comes back", { skip }, async (context) => {
  const [portOfA, portOfB] = await findFreePorts();
  const a = new Redis(context, portOfA);
  const b = new Redis(context, portOfB);
  const serverOfA = await a.start(context);
  await b.start(context);

  await context.test("a replica is made, dry, once, and once more", async () => {
    assert.match(await b.role(), /^exit 0: MASTER - 0 replica\(s\) \| lag=U replicas=0 uptime=\d+s$/);
    assert.equal(await b.demoteTo(a, "--dry-run"), `exit 0: would run: REPLICAOF 127.0.0.1 ${a.port}`);
    assert.match(await b.role(), /^exit 0: MASTER/);
    assert.equal(await b.demoteTo(a), `exit 0: 127.0.0.1:${b.port} is a replica of 127.0.0.1:${a.port}`);
    assert.match(await b.demoteTo(a), /^exit 0: .* already$/);
    await b.becomes(/^exit 0: SLAVE - of 127\.0\.0\.1, link up \| lag=\d+B link_down=0s uptime=\d+s$/);
    await a.becomes(/^exit 0: MASTER - 1 replica\(s\) \| lag=\d+B replicas=1 uptime=\d+s$/);
  });

  await context.test("what is no reason to fail over", async () => {
    assert.match(await ask("check_redis_role", ["-p", String(a.port)]), /^exit 3: UNKNOWN - NOAUTH /);
    assert.match(
      await ask("check_redis_role", ["-H", "host.invalid"]),
      /^exit 3: UNKNOWN - the name host.invalid cannot/,
    );
    assert.match(
      await ask("check_redis_role", ["-a", "/nowhere/password"]),
      /^exit 3: UNKNOWN - the password file \/nowhere\/password cannot be read$/,
    );
  });

  await context.test("the master is killed, the replica is promoted: dry, once, and once more", async () => {
    await a.cli("set", "story", "written on a");
    assert.equal((await a.cli("wait", "1", "10000")).trim(), "1");
    await serverOfA.kill();
    assert.match(await a.role(), /^exit 2: DOWN - nobody listens: /);
    await b.becomes(/^exit 0: SLAVE - of 127\.0\.0\.1, link down \| lag=0B link_down=\d+s uptime=\d+s$/);
    assert.equal(await b.promote("--dry-run"), "exit 0: would run: REPLICAOF NO ONE");
    assert.equal(await b.promote(), `exit 0: 127.0.0.1:${b.port} is a master`);
    assert.equal(await b.promote(), `exit 0: 127.0.0.1:${b.port} is a master already`);
    assert.match(await b.role(), /^exit 0: MASTER/);
    assert.equal((await b.cli("get", "story")).trim(), "written on a");
    assert.doesNotMatch(readFileSync(b.configuration, "utf8"), /^(replicaof|slaveof) /m);
  });

  await context.test("the old master comes back as one, and is made a replica that stays one", async () => {
    const back = await a.start(context);
    assert.match(await a.role(), /^exit 0: MASTER/);
    assert.match(await a.demoteTo(b), /^exit 0: /);
    await a.becomes(/^exit 0: SLAVE - of 127\.0\.0\.1, link up/);
    assert.equal((await a.cli("get", "story")).trim(), "written on a");
    await back.kill();
    await a.start(context);
    await a.becomes(/^exit 0: SLAVE/);
  });

  await context.test("a replica that never had its master is not one to promote", async () => {
    const [nobody] = await findFreePorts();
    await a.cli("replicaof", "127.0.0.1", String(nobody));
    await a.cli("config", "rewrite");
    await a.cli("shutdown", "nosave").catch(() => undefined);
    await a.start(context);
    assert.match(
      await a.role(),
      /^exit 1: WARNING - a replica of 127\.0\.0\.1 that has not been connected since it started$/,
    );
    assert.equal(
      await a.promote(),
      `exit 1: 127.0.0.1:${a.port} has not been connected to its master since it started, and may be old or empty (--force)`,
    );
    assert.match(await a.cli("info", "replication"), /^role:slave/m);
    assert.equal(await a.promote("--force"), `exit 0: 127.0.0.1:${a.port} is a master`);
  });
});

void test("promote_redis: before version 7, never is all the seconds since 1970", async (context) => {
  const folder = makeFolder(context);
  const info = "role:slave\nmaster_link_status:down\nmaster_sync_in_progress:0\nmaster_link_down_since_seconds";
  writeScript(folder, "redis-cli", `printf '${info.replaceAll("\n", "\\r\\n")}:%s\\r\\n' "$(date +%s)"`);
  const options = { env: { PATH: `${folder}:${process.env["PATH"] ?? ""}` } };
  assert.match(await act("promote_redis", [], options), /^exit 1: .* has not been connected to its master/);
  assert.match(await ask("check_redis_role", [], options), /^exit 1: WARNING - .* that has not been connected/);
});

void test("demote_redis with users: as whom it replicates is set whole, or left alone", { skip }, async (context) => {
  const [portOfA, portOfB] = await findFreePorts();
  const a = new Redis(context, portOfA);
  const b = new Redis(context, portOfB);
  await Promise.all([a.start(context), b.start(context)]);
  for (const server of [a, b])
    await server.cli("acl", "setuser", "admin", "on", "allcommands", "allkeys", `>${password}`);
  await a.cli("acl", "setuser", "copy", "on", "+psync", "+replconf", "+ping", ">of copy");
  const configured = async (): Promise<string> =>
    (await b.cli("config", "get", "masteruser")) + (await b.cli("config", "get", "masterauth"));
  const admin = ["-u", "admin"] as const;

  await b.cli("config", "set", "masteruser", "copy");
  await b.cli("config", "set", "masterauth", "of copy");
  assert.match(await b.demoteTo(a, ...admin), /^exit 0: /);
  assert.equal(await configured(), "masteruser\ncopy\nmasterauth\nof copy\n");
  await b.becomes(/^exit 0: SLAVE - of 127\.0\.0\.1, link up/);

  const secret = join(b.folder, "replication");
  writeFileSync(secret, `user=admin\npassword=${password}\n`, { mode: 0o600 });
  assert.match(await b.promote(...admin), /^exit 0: /);
  assert.match(await b.demoteTo(a, ...admin, "-r", secret), /^exit 0: /);
  assert.equal(await configured(), `masteruser\nadmin\nmasterauth\n${password}\n`);
  await b.becomes(/^exit 0: SLAVE - of 127\.0\.0\.1, link up/);

  assert.match(await b.promote(), /^exit 0: /);
  assert.match(await b.demoteTo(a), /^exit 0: /);
  assert.equal(await configured(), `masteruser\n\nmasterauth\n${password}\n`);
  await b.becomes(/^exit 0: SLAVE - of 127\.0\.0\.1, link up/);
  assert.equal(await b.demoteTo(a, "-r", "/nowhere/file"), "exit 2: the file /nowhere/file cannot be read");
});
