/** The checks and actions for PostgreSQL against two real servers: a failover, a rejoin, and back. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { skipWithout } from "../checks/needs.ts";
import { act, ask } from "../checks/script.ts";
import { PostgresPair, postgresPrograms, type Postgres } from "./postgres-pair.ts";

const skip = skipWithout({ programs: postgresPrograms, isRoot: true });

const login = (server: Postgres): readonly string[] => ["-H", "127.0.0.1", "-p", String(server.port), "-U", "postgres"];
const role = (server: Postgres): Promise<string> => ask("check_pgsql_role", [...login(server), "-t", "2"]);
const promote = (server: Postgres, ...words: string[]): Promise<string> =>
  act("promote_postgres", ["-p", String(server.port), "-U", "postgres", ...words, "127.0.0.1"]);
const sourceOf = (server: Postgres): string => `host=127.0.0.1 port=${server.port} user=postgres dbname=postgres`;

/** Asks again until the answer is as wanted; what it said last if it is not within 20 s. */
async function becomes(server: Postgres, wanted: RegExp): Promise<void> {
  const endMs = performance.now() + 20_000;
  for (;;) {
    const said = await role(server);
    if (wanted.test(said)) return;
    if (performance.now() > endMs) assert.match(said, wanted);
    await pause(100);
  }
}

async function story(pair: PostgresPair, server: Postgres): Promise<string> {
  return (await pair.sql(server, "select string_agg(line, ', ' order by line) from story")).trim();
}

void test(
  "PostgreSQL: roles, a failover, a rejoin from a second history, and one from a crash",
  { skip },
  async (context) => {
    const pair = await PostgresPair.start(context);
    const { a, b } = pair;

    await context.test("the roles, with lag, and what is no reason to fail over", () => roles(pair));

    await context.test(
      "rejoin_postgres: a standby that follows somebody else is told to follow the primary",
      async () => {
        await pair.sql(b, "alter system set primary_conninfo = 'host=127.0.0.1 port=1 user=postgres'");
        await pair.sql(b, "select pg_reload_conf()");
        await becomes(b, /^exit 0: SLAVE - not streaming/);
        const words = ["-D", b.data, sourceOf(a)];
        assert.match(await act("rejoin_postgres", ["--dry-run", ...words]), /^exit 0: .*would run: sh -c kill -HUP/s);
        assert.equal(await act("rejoin_postgres", words), "exit 0: it was told to follow the new primary");
        await becomes(b, /^exit 0: SLAVE - streaming, 0 bytes behind/);
        assert.equal(await act("rejoin_postgres", words), "exit 0: it is a standby of the new primary already");
      },
    );

    await context.test("the primary is killed: it is down, and the standby is one that can be promoted", async () => {
      await pair.sql(a, "insert into story values ('1 written on a')");
      await becomes(b, /lag=0B/);
      pair.kill(a, "SIGKILL");
      await becomes(a, /^exit 2: DOWN - nobody listens: /);
      await becomes(b, /^exit 0: SLAVE - not streaming, last transaction \d+ s old \| lag=0B streaming=0 age=\d+s$/);
    });

    await context.test("promote_postgres: dry, once, and once more", async () => {
      assert.equal(await promote(b, "--dry-run"), "exit 0: would run: select pg_promote(true, 25)");
      assert.match(await role(b), /^exit 0: SLAVE/);
      assert.equal(await promote(b), "exit 0: 127.0.0.1 is the primary");
      assert.equal(await promote(b), "exit 0: 127.0.0.1 is the primary already");
      assert.equal(await role(b), "exit 0: MASTER - timeline 2, 0 standbys | lag=UB standbys=0 timeline=2");
      await pair.sql(b, "insert into story values ('2 written on b')");
    });

    await context.test("demote_postgres: the old primary came back, and wrote", () => demote(pair));
    await context.test("rejoin_postgres: it follows, keeps its settings, and has what the other one has", () =>
      rejoin(pair),
    );

    await context.test("and back: the other one is killed, and rejoins from its crash", async () => {
      pair.kill(b, "SIGKILL");
      await becomes(b, /^exit 2: /);
      assert.equal(await promote(a), "exit 0: 127.0.0.1 is the primary");
      await pair.sql(a, "insert into story values ('3 written on a again')");
      assert.match(
        await act("rejoin_postgres", ["-D", b.data, sourceOf(a)]),
        /^exit 0: .*it will follow the new primary/s,
      );
      assert.match(await act("start_service", pair.serviceWords(b)), /^exit 0: .* runs$/s);
      await becomes(b, /^exit 0: SLAVE - streaming, 0 bytes behind/);
      assert.equal(await story(pair, b), "1 written on a, 2 written on b, 3 written on a again");
    });

    await context.test("a standby that crashed rejoins as well, and nothing is rewound", async () => {
      const pid = pair.pidOf(b);
      pair.kill(b, "SIGKILL");
      await becomes(b, /^exit 2: /);
      await pair.sql(a, "insert into story values ('4 written while b was away')");
      await isReaped(pid);
      assert.doesNotMatch(await act("rejoin_postgres", ["-D", b.data, sourceOf(a)]), /pg_rewind/);
      assert.match(await act("start_service", pair.serviceWords(b)), /^exit 0: .* runs$/s);
      await becomes(b, /^exit 0: SLAVE - streaming, 0 bytes behind/);
      assert.match(await story(pair, b), /4 written while b was away$/);
    });
  },
);

async function roles(pair: PostgresPair): Promise<void> {
  const { a, b } = pair;
  await becomes(a, /^exit 0: MASTER - timeline 1, 1 standby \| lag=0B standbys=1 timeline=1$/);
  await becomes(b, /^exit 0: SLAVE - streaming, 0 bytes behind \| lag=0B streaming=1 age=\d+s$/);
  const stranger = await ask("check_pgsql_role", ["-H", "127.0.0.1", "-p", String(a.port), "-U", "nobody_here"]);
  assert.match(stranger, /^exit 3: UNKNOWN - the server is well, and this login is not: .*role "nobody_here"/);
  const absent = await ask("check_pgsql_role", [...login(a), "-d", "no_such_database"]);
  assert.match(absent, /^exit 3: UNKNOWN - the server is well/);
  assert.match(
    await ask("check_pgsql_role", ["-H", "host.invalid"]),
    /^exit 3: UNKNOWN - the name host.invalid cannot/,
  );
  const socket = await ask("check_pgsql_role", [
    "-H",
    join(pair.folder, "sockets"),
    "-p",
    String(a.port),
    "-U",
    "postgres",
  ]);
  assert.match(socket, /^exit 0: MASTER/);
  pair.kill(a, "SIGSTOP");
  assert.match(await role(a), /^exit 2: CRITICAL - /);
  pair.kill(a, "SIGCONT");
  assert.match(await role(a), /^exit 0: MASTER/);
}

async function demote(pair: PostgresPair): Promise<void> {
  const { a } = pair;
  await isReaped(pair.pidOf(a));
  /** A service manager, or a colleague. */
  assert.match(await act("start_service", pair.serviceWords(a)), /^exit 0: .* runs$/s);
  await pair.sql(a, "insert into story values ('2 written on a, where nobody should')");
  const words = ["-D", a.data];
  const dry = await act("demote_postgres", ["--dry-run", ...words]);
  assert.match(dry, /^exit 0: would run: touch .*standby\.signal\n.*would run: pg_ctl stop /s);
  assert.match(await role(a), /^exit 0: MASTER/);
  assert.match(await act("rejoin_postgres", [...words, sourceOf(pair.b)]), /^exit 1: it runs, and not as a standby/);
  assert.equal(await act("demote_postgres", words), "exit 0: it is stopped, and will be a standby");
  assert.ok(existsSync(join(a.data, "standby.signal")));
  assert.match(await role(a), /^exit 2: DOWN/);
  assert.equal(await act("demote_postgres", words), "exit 0: it does not run, and will be a standby");
}

async function rejoin(pair: PostgresPair): Promise<void> {
  const { a, b } = pair;
  const words = ["-D", a.data, "-S", "standby_a", sourceOf(b)];
  assert.match(await act("rejoin_postgres", ["--dry-run", ...words]), /^exit 0: .*would run: pg_rewind/s);
  assert.match(await act("rejoin_postgres", words), /^exit 0: .*it will follow the new primary when it is started/s);
  /** Its port would be the new primary's, had its own settings not been kept. */
  assert.match(await act("start_service", pair.serviceWords(a)), /^exit 0: .* runs$/s);
  await becomes(a, /^exit 0: SLAVE - streaming, 0 bytes behind/);
  await becomes(b, /^exit 0: MASTER - timeline 2, 1 standby/);
  assert.equal(await story(pair, a), "1 written on a, 2 written on b");
  assert.equal(
    (await pair.sql(b, "select active from pg_replication_slots where slot_name = 'standby_a'")).trim(),
    "t",
  );
  assert.equal(await act("rejoin_postgres", words), "exit 0: it is a standby of the new primary already");
  assert.equal(await act("demote_postgres", ["-D", a.data]), "exit 0: it is a standby");
}

/** A killed server stays a zombie until its parent looks; until then its lock counts, and nothing can be started. */
async function isReaped(pid: number): Promise<void> {
  const endMs = performance.now() + 20_000;
  while (existsSync(`/proc/${pid}`)) {
    assert.ok(performance.now() < endMs, `${pid} is still there, or a zombie`);
    await pause(50);
  }
}
