/** Sets up a master on host1, which has the service's address, and a hot standby of it on host2. */
import { setTimeout as pause } from "node:timers/promises";
import { on, serviceAddress, type Host } from "./lab.ts";
import { must, run } from "./programs.ts";
import { services, type ServiceName } from "./services.ts";

const withinMs = 30_000;

export async function setUpPair(service: ServiceName): Promise<void> {
  switch (service) {
    case "postgres":
      await setUpPostgres();
      break;
    case "redis":
      await setUpRedis();
      break;
  }
  await on("host1", `ip address add ${serviceAddress}/24 dev eth0`);
}

const bin = "/usr/lib/postgresql/15/bin";
const asPostgres = (command: string): string => `cd / && runuser -u postgres -- ${bin}/${command}`;
const dataOf = (host: Host): string => `/run/lab/${host}/postgres`;
const startPostgres = (host: Host): string =>
  asPostgres(`pg_ctl start -s -w -D ${dataOf(host)} -l /run/lab/${host}/log`);

/**
 * host1 acknowledges nothing that host2 does not have. host2, once it is the primary, waits for nobody, because then
 * nobody is there.
 */
async function setUpPostgres(): Promise<void> {
  await on(
    "host1",
    `install -d -o postgres -m 700 ${dataOf("host1")} && install -o postgres /dev/null /run/lab/host1/log
${asPostgres(`initdb -D ${dataOf("host1")} -U postgres -A trust -k -N`)} >/dev/null
printf '%s\\n' "host all all 10.99.0.0/24 trust" "host replication all 10.99.0.0/24 trust" >>${dataOf("host1")}/pg_hba.conf
printf '%s\\n' "listen_addresses = '*'" "cluster_name = 'host1'" "synchronous_standby_names = '*'" >>${dataOf("host1")}/postgresql.conf
${startPostgres("host1")}
${asPostgres("psql -X -q")} -c 'set synchronous_commit = local' -c 'create table rows (id int primary key)' -c 'create table touches (id serial)'`,
  );
  await on(
    "host2",
    `install -d -o postgres -m 700 ${dataOf("host2")} && install -o postgres /dev/null /run/lab/host2/log
${asPostgres(`pg_basebackup -D ${dataOf("host2")} -h host1 -U postgres -R -C -S host2 -c fast --no-sync`)}
printf '%s\\n' "cluster_name = 'host2'" "synchronous_standby_names = ''" >>${dataOf("host2")}/postgresql.conf
${startPostgres("host2")}`,
  );
  const state = "select sync_state from pg_stat_replication where application_name = 'host2'";
  await until("host2 streams synchronously", async () =>
    /^(sync|quorum)/.test(await must("psql", "-XAtq", "-h", "host1", "-U", "postgres", "-c", state)),
  );
}

async function setUpRedis(): Promise<void> {
  await startRedis("host1", "");
  await startRedis("host2", "replicaof host1 6379");
  await until("host2 is connected", async () =>
    /master_link_status:up/.test(await must("redis-cli", "-h", "host2", "info", "replication")),
  );
}

async function startRedis(host: Host, more: string): Promise<void> {
  await on(host, `redis-server ${await writeRedisFile(host, "daemonize yes", more)}`);
  await until(
    `the server of ${host} answers`,
    async () => (await run(["redis-cli", "-h", host, "ping"])).stdout === "PONG\n",
  );
}

/** The host's redis.conf; where it is. host1 and host2 know each other by name, as failoverd does. */
export async function writeRedisFile(host: Host, ...more: readonly string[]): Promise<string> {
  const lines = [
    "bind * -::*",
    "protected-mode no",
    `dir /run/lab/${host}/redis`,
    `logfile /run/lab/${host}/log`,
    'save ""',
    `replica-announce-ip ${host}`,
    "repl-diskless-sync-delay 0",
    ...more,
  ];
  const file = `/run/lab/${host}/redis.conf`;
  await on(host, `mkdir -p /run/lab/${host}/redis && cat >${file} <<'END'\n${lines.join("\n")}\nEND`);
  return file;
}

/** Both hold the same, also of what was written behind the service's back: nothing is left that only one of them had. */
export async function areAlike(service: ServiceName): Promise<boolean> {
  const [one, other] = await Promise.all((["host1", "host2"] as const).map((host) => contentOf(service, host)));
  return one !== null && one === other;
}

async function contentOf(service: ServiceName, host: Host): Promise<string | null> {
  const session = await services[service].open({ host, port: services[service].port }, 2_000).catch(() => null);
  if (session === null) return null;
  try {
    const rows = await session.rows();
    return `${rows.toSorted((a, b) => a - b).join(" ")} ${await session.touches()}`;
  } catch {
    return null; // it is going up, or down
  } finally {
    session.close();
  }
}

/** Looks again and again. Throws an Error when it takes too long. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs: number = withinMs,
): Promise<void> {
  const giveUpMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > giveUpMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await pause(20);
  }
}
