/**
 * Each example of conf/examples/ as its paragraph tells it: what is said to run already runs, the thing happens that it is
 * there for, and what the paragraph promises is seen from outside. What the daemons said on the way is the answer.
 */
import {
  ask,
  drbdPrograms,
  drbdRole,
  maria,
  mountPostgres,
  prepareNginx,
  prepareVolume,
  redis,
  serveWeb,
  setUpMaria,
  setUpPostgres,
  sql,
  startMaria,
  startRedis,
} from "./example-services.ts";
import { gateway, serviceAddress, setUpHost, setUpSite, startDaemon } from "./example-site.ts";
import type { HostDaemon } from "./host-daemon.ts";
import { crash, hasPower, hosts, on, switchOn, type Host } from "./lab.ts";
import { until } from "./pairs.ts";
import { must } from "./programs.ts";

/** Checks every 3 s, three in a row, and 5 s more, a fence, an expectation; and the machine may be busy. */
const withinMs = 60_000;

type Story = readonly string[];

export const examples: Readonly<Record<string, () => Promise<Story>>> = {
  /** Its own sentence: `echo "MASTER - by hand" >/tmp/host2` is a failover. */
  seed: async () => {
    await setUpSite("seed");
    const daemon = await startDaemon("host1");
    await knows(daemon, { host1: "slave", host2: "slave" });
    await on("host1", `echo "MASTER - by hand" >/tmp/host2`);
    await ran(daemon, "slave_to_master");
    const printed = daemon.entriesOf("step-end").map(({ output }) => output.trim());
    const isMoved = printed.length === 4 && printed[2] === "host2 would be given the address: take_address --help";
    demand(isMoved, `four actions ran, and plumb was given host2: ${printed.join(", ")}`);
    return [...story(daemon), ...printed];
  },

  /** The web server of the host with the address dies: the host lets go, the other one takes it. */
  vip: async () => {
    await setUpSite("vip", { replace: { host2: [["for 5s         # 10s", "for 10s        # 10s"]] } });
    await Promise.all(hosts.map(serveWeb));
    const [one, other] = await startBoth();
    await ran(one, "take_over");
    await until("host1 serves", async () => (await ask()) === "host1");
    await sees(other, "answer", "ok");
    await on("host1", "kill $(cat /tmp/httpd.pid)");
    await ran(other, "take_over");
    await inTurn([one, "let_go"], [other, "take_over"]);
    await until("host2 serves", async () => (await ask()) === "host2");
    await serveWeb("host1");
    await sees(one, "web", "ok");
    await toHaveItTwice();
    return [...story(one), ...story(other)];
  },

  /** Both start; then both lose their gateway, and have it again; then the primary dies. Only this last one is fenced. */
  drbd: async () => {
    const onHost2 = [
      ["PEER = host2", "PEER = host1"],
      ["down for 10s  ", "down for 30s  "],
      ["down) for 10s", "down) for 30s"],
    ] as const;
    await setUpSite("drbd", { replace: { host2: onHost2 }, programs: drbdPrograms });
    await Promise.all(hosts.map(prepareVolume));
    const [one, other] = await startBoth();
    await ran(one, "take_over");
    await until("host1 serves", async () => (await ask(2049)) === "host1");
    await sees(other, "answer", "ok");
    await must("ip", "address", "del", `${gateway}/24`, "dev", "eth0");
    await ran(one, "let_go");
    demand((await drbdRole("host1")) === "Secondary", "host1 has let go of all");
    await must("ip", "address", "add", `${gateway}/24`, "dev", "eth0");
    await ran(other, "take_over");
    await until("host2 serves", async () => (await ask(2049)) === "host2");
    const fenced = [one, other].flatMap((daemon) => daemon.entriesOf("run-start")).map(({ rule }) => rule);
    demand(!fenced.includes("take_over_alone"), `nobody was fenced so far: ${fenced.join(", ")}`);
    await sees(one, "answer", "ok");
    await crash("host2");
    await ran(one, "take_over_alone");
    demand(!(await hasPower("host2")), "host2 was fenced");
    demand(await hasPower("host1"), "host1 was not");
    await until("host1 serves again", async () => (await ask(2049)) === "host1");
    return [...story(one), ...story(other)];
  },

  /** The whole first host dies, is fenced, replaced, and made a standby when it is back. */
  postgres: async () => {
    await setUpSite("postgres");
    await setUpPostgres();
    await on("host1", `ip address add ${serviceAddress}/24 dev eth0`);
    const [one, other] = await startBoth();
    await knows(one, { host1: "master" });
    await knows(other, { host1: "master", host2: "slave" });
    await sql("create table story (line text); insert into story values ('before')");
    await crash("host1");
    await ran(other, "primary_lost");
    demand(!(await hasPower("host1")), "host1 was fenced");
    await sql("insert into story values ('after')");
    const back = await comeBack("host1", mountPostgres);
    await knows(back, { host2: "master" });
    await ran(back, "rejoin", 3 * withinMs);
    const there = await on("host1", `cd / && runuser -u postgres -- psql -XAtqc "select line from story"`);
    demand(there === "before\nafter\n", `the old primary has all that the new one has, and not: ${there}`);
    return [...story(one), ...story(other), ...story(back)];
  },

  /** The server of the master dies, its host is fenced, and comes back as what it was. */
  redis: async () => {
    await setUpSite("redis", { files: { "conf/secrets/redis": "s3cret\n" } });
    await Promise.all(hosts.map(startRedis));
    const [one, other] = await startBoth();
    await ran(one, "address_missing");
    await knows(other, { host1: "master", host2: "slave" });
    demand((await redis("set", "word", "before")) === "OK\n", "the master takes writes");
    await on("host1", "kill -KILL $(cat /run/redis.pid)");
    await ran(other, "master_lost");
    await inTurn([one, "let_go"], [other, "master_lost"]);
    demand(!(await hasPower("host1")), "host1 was fenced");
    demand((await redis("get", "word")) === "before\n", "the replica has what the master had");
    demand((await redis("set", "word", "after")) === "OK\n", "it takes writes, alone");
    const back = await comeBack("host1", startRedis);
    await ran(back, "old_master");
    demand((await redis("get", "word")) === "after\n", "what was written in between is there");
    return [...story(one), ...story(other), ...story(back)];
  },

  /** The master crashes and is started again at once; and then as PostgreSQL's. */
  mysql: async () => {
    const login = "[client]\nuser=failoverd\npassword=s3cret\n";
    await setUpSite("mysql", {
      files: { "conf/secrets/mysql.cnf": login, "conf/secrets/replication": "user=replica\npassword=s3cret\n" },
    });
    await setUpMaria();
    await on("host1", `ip address add ${serviceAddress}/24 dev eth0`);
    const [one, other] = await startBoth();
    await knows(one, { host1: "master" });
    await knows(other, { host1: "master", host2: "slave" });
    await maria(
      "create database story; create table story.lines (line text); insert into story.lines values ('before')",
    );
    await on("host1", "kill -KILL $(cat /run/lab/host1/mysql/*.pid)");
    await startMaria("host1");
    await ran(one, "started_again");
    await maria("insert into story.lines values ('again')");
    demand(await hasPower("host1"), "host1 was not fenced, since it came back at once");
    await crash("host1");
    await ran(other, "master_lost");
    demand(!(await hasPower("host1")), "host1 was fenced");
    await maria("insert into story.lines values ('after')");
    const back = await comeBack("host1", startMaria);
    await knows(back, { host2: "master" });
    await ran(back, "rejoin", 2 * withinMs);
    await until("the old master has all that the new one has", async () => {
      return (await on("host1", `mariadb -NBe "select line from story.lines"`)) === "before\nagain\nafter\n";
    });
    return [...story(one), ...story(other), ...story(back)];
  },

  /** The web server of the host with the address dies, and cannot be started there. */
  ocf: async () => {
    await setUpSite("ocf", {
      replace: { host2: [["for 8s                   # 16s", "for 16s                  # 16s"]] },
    });
    await Promise.all(hosts.map(prepareNginx));
    const [one, other] = await startBoth();
    await ran(one, "take_over");
    await until("host1 serves", async () => (await ask()) === "host1");
    await sees(other, "answer", "ok");
    await on("host1", "kill $(cat /run/nginx.pid)");
    await ran(other, "take_over");
    await inTurn([one, "let_go"], [other, "take_over"]);
    await until("host2 serves", async () => (await ask()) === "host2");
    await toHaveItTwice();
    return [...story(one), ...story(other)];
  },
};

/** The first host stood still, was thought dead, and goes on with the address. In the end one of them has it, and serves. */
async function toHaveItTwice(): Promise<void> {
  await on("host1", `ip address add ${serviceAddress}/24 dev eth0`);
  const holders = async (): Promise<number> => {
    const found = await Promise.all(hosts.map((host) => on(host, `ip -o address show to ${serviceAddress}`)));
    return found.filter((each) => each !== "").length;
  };
  await until("not both have the address", async () => (await holders()) < 2, withinMs);
  await until("one host serves", async () => (await holders()) === 1 && (await ask()) !== "", withinMs);
}

async function startBoth(): Promise<readonly [HostDaemon, HostDaemon]> {
  return Promise.all([startDaemon("host1"), startDaemon("host2")]);
}

async function comeBack(host: Host, start: (host: Host) => Promise<unknown>): Promise<HostDaemon> {
  await switchOn(host);
  await setUpHost(host);
  await start(host);
  return startDaemon(host);
}

/** Waits until it has learned, and sees these hosts so. */
async function knows(daemon: HostDaemon, wanted: Readonly<Partial<Record<Host, string>>>): Promise<void> {
  await until(
    `the hosts are ${JSON.stringify(wanted)}`,
    async () => {
      const status = await daemon.status();
      const isSo = ([name, role]: readonly [string, string]): boolean =>
        status.hosts.some(({ host, status: seen }) => host === name && seen === role);
      return status.daemon.learned && Object.entries(wanted).every(isSo);
    },
    withinMs,
  );
}

/** Waits for the end of the rule's first run, which has to be a good one. */
async function ran(daemon: HostDaemon, rule: string, limitMs = withinMs): Promise<void> {
  const find = () => daemon.entriesOf("run-end").find((entry) => entry.rule === rule);
  await until(`a run of ${rule} ends`, () => find() !== undefined, limitMs).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${story(daemon).join("\n")}`, { cause: error });
  });
  demand(find()?.outcome === "done", `${rule} ends well, and not:\n${story(daemon).join("\n")}`);
}

async function sees(daemon: HostDaemon, check: string, status: string): Promise<void> {
  const isSo = async (): Promise<boolean> =>
    (await daemon.status()).checks.some((each) => each.check === check && each.status === status);
  await until(`${check} is ${status}`, isSo, withinMs);
}

type Run = readonly [daemon: HostDaemon, rule: string];

/** The one has ended before the other begins: both never had the address. */
async function inTurn([one, first]: Run, [other, second]: Run): Promise<void> {
  await ran(one, first);
  const ended = one.entriesOf("run-end").find(({ rule }) => rule === first)?.at ?? "";
  const began = other.entriesOf("run-start").find(({ rule }) => rule === second)?.at ?? "";
  demand(Date.parse(ended) <= Date.parse(began), `${first} ends, at ${ended}, before ${second} begins, at ${began}`);
}

/** What was decided and done, as the daemon said it. */
function story(daemon: HostDaemon): Story {
  const told = daemon.entries.filter(({ kind }) => ["run-start", "step-end", "expectation", "run-end"].includes(kind));
  return told.map((entry) =>
    entry.kind === "step-end" && !entry.isSuccess ? `${entry.sentence}\n${entry.output}` : entry.sentence,
  );
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it has to be that ${what}`);
}
