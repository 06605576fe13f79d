/** Addresses and routes between hosts that are network namespaces: who has an address, and whether the neighbours know. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathWith, writeScript } from "../checks/folder.ts";
import { skipWithout } from "../checks/needs.ts";
import { Resident, pathOf } from "../checks/script.ts";
import { Network, networkPrograms } from "./network.ts";
import { lastAnswer } from "./server.ts";

const skip = skipWithout({ programs: { ...networkPrograms, setpriv: "util-linux" }, isRoot: true });

const notTold = "the neighbours were not told, and their caches have to expire: ";

const tools = ["sh", "ip", "sleep", "sysctl"];
const families: readonly {
  readonly name: string;
  readonly address: string;
  readonly prefix: string;
  readonly tools: readonly string[];
}[] = [
  { name: "IPv4, perl", address: "10.99.0.100", prefix: "24", tools: [...tools, "perl"] },
  { name: "IPv4, arping", address: "10.99.0.100", prefix: "24", tools: [...tools, "arping"] },
  { name: "IPv6, perl", address: "fd99::100", prefix: "64", tools: [...tools, "perl"] },
  { name: "IPv6, nothing but the kernel", address: "fd99::100", prefix: "64", tools },
];

for (const { name, address, prefix, tools: programs } of families) {
  void test(`an address moves, and the neighbours are told: ${name}`, { skip }, async (context) => {
    const network = await Network.build(context);
    const path = await pathWith(context, ...programs);
    const take = `${address}/${prefix}`;

    const dry = await network.act("a", ["take_address", "--dry-run", take], path);
    assert.match(dry, new RegExp(`^exit 0: .*would run: ip address replace ${take} dev eth0`, "s"));
    assert.match(dry, /\nwould tell the neighbours 4 times$/);
    assert.equal(
      await network.ask("a", "check_address", "-a", address, "-r"),
      `exit 0: SLAVE - ${address} is not here | present=0`,
    );

    assert.equal(await network.act("a", ["take_address", take], path), `exit 0: ${address} is on eth0`);
    assert.equal(
      await network.ask("a", "check_address", "-a", address, "-r"),
      `exit 0: MASTER - ${address} is on eth0 | present=1`,
    );
    const answers = async (): Promise<string> =>
      `exit ${(await network.run("client", ["ping", "-c1", "-W1", address])).code}`;
    assert.equal(await lastAnswer(answers, /exit 0/), "exit 0");
    assert.equal(await network.learned(address), await network.mac("a"));

    assert.equal(await network.act("a", ["release_address", address]), `exit 0: ${address} is no longer on eth0`);
    assert.equal(await network.act("a", ["release_address", take]), `exit 0: ${address} was not here`);
    assert.equal(await network.act("b", ["take_address", "-i", "eth0", take], path), `exit 0: ${address} is on eth0`);
    const macOfB = await network.mac("b");
    /** Nobody asks: the client has been told. */
    assert.equal(await lastAnswer(() => network.learned(address), new RegExp(macOfB)), macOfB);

    assert.equal(await network.act("b", ["take_address", "-n", "1", take], path), `exit 0: ${address} is on eth0`);
    const dryRelease = await network.act("b", ["release_address", "--dry-run", address]);
    assert.match(dryRelease, /would run: ip address delete/);
    assert.match(await network.ask("b", "check_address", "-a", address), /^exit 0: OK/);
  });
}

void test("an address that leads nowhere, and one that nobody can be told of", { skip }, async (context) => {
  const network = await Network.build(context);
  const path = await pathWith(context, ...tools);
  assert.match(
    await network.act("a", ["take_address", "10.55.0.1/24"]),
    /^exit 1: no interface leads to 10\.55\.0\.1 /,
  );
  assert.match(await network.act("a", ["take_address", "nonsense/24"]), /^exit 2: /);
  assert.match(await network.act("a", ["take_address", "-i", "eth7", "10.99.0.100/24"]), /^exit 1: /);
  const here = (): Promise<string> => network.ask("a", "check_address", "-a", "10.99.0.100", "-r");
  await network.ip("wire", "link", "set", "to-a", "down");
  assert.equal(
    await network.act("a", ["take_address", "-i", "eth0", "10.99.0.100/24"]),
    "exit 1: eth0 has no link: nobody would find 10.99.0.100 there",
  );
  assert.match(await here(), /^exit 0: SLAVE/);
  await network.ip("wire", "link", "set", "to-a", "up");
  assert.equal(
    await network.act("a", ["take_address", "10.99.0.100/24"], path),
    `exit 0: ${notTold}needs perl or arping\n10.99.0.100 is on eth0`,
  );
  assert.match(await here(), /^exit 0: MASTER/);
});

void test("an address is one that is written out, and it is looked whether it is there", { skip }, async (context) => {
  const network = await Network.build(context);
  const before = await network.ip("a", "-o", "address");
  const prefixes = ["10.99.0/24", "0.0.0.0/0", "010.99.0.100/24", "10.99.0.100/0", "10.99.0.100/255.255.255.0", "::/0"];
  for (const word of ["10.99.0.100", "10.99.0.100/24 dev lo", "any/24", "10.99.0.1.1/24", ...prefixes])
    assert.equal(
      await network.act("a", ["take_address", "-i", "eth0", word]),
      `exit 2: ${word} is not ADDRESS/PREFIX, as 10.0.0.10/24 is; see take_address --help`,
    );
  for (const word of ["default", "any", "all", "10.99.0", "0.0.0.0/0", "::", "::/0", "10.99.0.1 dev eth0"])
    assert.equal(
      await network.act("a", ["release_address", word]),
      `exit 2: ${word} is no address that is written out, as 10.0.0.10 is; see release_address --help`,
    );
  for (const word of ["10.99.0.1/33", "10.99.0.300/24", "fd99::1/129", "fd99::1::2/64"])
    for (const action of ["take_address", "release_address"] as const)
      assert.match(await network.act("a", [action, word]), /^exit 2: Error: any valid prefix is expected/);
  assert.equal(await network.ip("a", "-o", "address"), before);
  /** An \`ip\` that says that all is well, and has added nothing. */
  const folder = await pathWith(context, "sh", "perl");
  writeScript(folder, "ip", 'case "$*" in "address replace"*) ;; *) exec /usr/sbin/ip "$@" ;; esac');
  assert.equal(
    await network.act("a", ["take_address", "10.99.0.100/24"], folder),
    "exit 1: 10.99.0.100 was added to eth0, and is not there",
  );
});

void test("one who may not announce an address says so, and asks another program", { skip }, async (context) => {
  const network = await Network.build(context);
  const folder = await pathWith(context, ...tools, "perl");
  const take = async (address: string): Promise<string> => {
    const words = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", "env", `PATH=${folder}`];
    const { code, stdout } = await network.run("a", [...words, pathOf("actions", "take_address"), address]);
    return `exit ${code}: ${stdout.trimEnd()}`;
  };
  for (const [address, prefix] of [
    ["10.99.0.100", "24"],
    ["fd99::100", "64"],
  ])
    assert.equal(
      await take(`${address}/${prefix}`),
      `exit 0: ${notTold}Operation not permitted\n${address} is on eth0`,
    );
  const told = join(folder, "told");
  writeScript(folder, "arping", `echo "$*" >>${told}`);
  assert.equal(await take("10.99.0.100/24"), "exit 0: 10.99.0.100 is on eth0");
  assert.match(readFileSync(told, "utf8"), /^-q -U -c 1 -I eth0 10\.99\.0\.100\n/);
});

void test("an address that was released again is not announced any more", { skip }, async (context) => {
  const network = await Network.build(context);
  const folder = await pathWith(context, "sh", "ip", "cat", "env", "true");
  const told = join(folder, "told");
  writeScript(folder, "arping", `echo told >>${told}`);
  /** The pause after the first one is when the address is released. */
  writeScript(folder, "sleep", "ip address delete 10.99.0.100/24 dev eth0 2>/dev/null || true");
  /** What is in the background holds the pipe, so this is over when that has ended. */
  const words = [pathOf("actions", "take_address"), "-i", "eth0", "10.99.0.100/24"];
  const attended = ["sh", "-c", '"$@" 3>&1 >/dev/null | cat', "sh", "env", `PATH=${folder}`, ...words];
  assert.deepEqual(await network.run("a", attended), { code: 0, stdout: "", stderr: "" });
  assert.equal(readFileSync(told, "utf8"), "told\n");
});

void test("an address that came before the host's own goes alone", { skip }, async (context) => {
  const network = await Network.build(context);
  const setting = "/proc/sys/net/ipv4/conf/eth0/promote_secondaries";
  const own = ["10.99.0.1/24", "dev", "eth0"] as const;
  /** As where nobody has turned it on; the floating address is the first one. */
  await network.run("a", ["sh", "-c", `echo 0 >${setting}`]);
  await network.ip("a", "address", "delete", ...own);
  await network.ip("a", "address", "add", "10.99.0.100/24", "dev", "eth0");
  await network.ip("a", "address", "add", ...own);
  await network.ip("a", "route", "add", "default", "via", "10.99.0.3");

  const release = pathOf("actions", "release_address");
  const readOnly = `mount -o remount,bind,ro /proc/sys || mount --bind -o ro /proc/sys /proc/sys; exec ${release} 10.99.0.100`;
  const refused = await network.run("a", ["unshare", "-m", "sh", "-c", readOnly]);
  assert.equal(refused.code, 1);
  assert.match(
    refused.stdout,
    /^10\.99\.0\.100 would take others of eth0 with it, because promote_secondaries cannot be/,
  );
  assert.match(await network.ip("a", "address", "show", "dev", "eth0"), /10\.99\.0\.100/);

  assert.equal(await network.act("a", ["release_address", "10.99.0.100"]), "exit 0: 10.99.0.100 is no longer on eth0");
  const left = await network.ip("a", "-4", "-o", "address", "show", "dev", "eth0");
  assert.match(left, /^\S+ eth0 +inet 10\.99\.0\.1\/24 [^\n]*\n$/);
  assert.match(await network.ip("a", "route"), /^default via 10\.99\.0\.3/m);
  assert.equal((await network.run("a", ["cat", setting])).stdout, "0\n");
});

void test("routes are taken and released, twice each", { skip }, async (context) => {
  const network = await Network.build(context);
  const words = ["192.168.7.0/24", "via", "10.99.0.3"] as const;
  assert.equal(
    await network.act("a", ["take_route", "--dry-run", ...words]),
    `exit 0: would run: ip -4 route replace ${words.join(" ")}`,
  );
  for (let time = 0; time < 2; time += 1)
    assert.equal(await network.act("a", ["take_route", ...words]), `exit 0: route: ${words.join(" ")}`);
  assert.match(await network.ip("a", "route"), /^192\.168\.7\.0\/24 via 10\.99\.0\.3 dev eth0/m);
  assert.match(await network.act("a", ["take_route", "fd77::/64", "via", "fd99::3"]), /^exit 0: /);
  assert.match(await network.act("a", ["release_route", "fd77::/64"]), /^exit 0: no longer a route/);
  assert.match(await network.act("a", ["release_route", "192.168.7.0/24"]), /^exit 0: no longer a route/);
  assert.match(await network.act("a", ["release_route", "192.168.7.0/24"]), /^exit 0: there was no such route/);
  assert.match(await network.act("a", ["take_route", "192.168.7.0/24", "via", "172.31.255.1"]), /^exit 1: /);
  for (const [network4, network6] of [
    ["10.99.0.2", "fd99::2"],
    ["10.99.0.3", "fd99::3"],
  ] as const) {
    const metric = network4.at(-1) ?? "";
    await network.ip("a", "route", "add", "192.168.7.0/24", "via", network4, "metric", metric);
    await network.ip("a", "-6", "route", "add", "fd77::/64", "via", network6, "metric", metric);
  }
  for (const destination of ["192.168.7.0/24", "fd77::/64"]) {
    assert.equal(await network.act("a", ["release_route", destination]), `exit 0: no longer a route: ${destination}`);
    assert.equal(await network.ip("a", "route", "show", destination), "");
  }
});

void test("the gateway answers, is cut off, and is not there", { skip }, async (context) => {
  const network = await Network.build(context);
  assert.match(
    await network.ask("a", "check_gateway"),
    /^exit 2: CRITICAL - there is no default route with a gateway$/,
  );
  await network.ip("a", "route", "add", "default", "via", "10.99.0.3");
  await network.ip("a", "-6", "route", "add", "default", "via", "fd99::3");
  assert.match(
    await network.ask("a", "check_gateway"),
    /^exit 0: OK - 10\.99\.0\.3 answers through eth0 \| rta=[\d.]+ms$/,
  );
  assert.match(
    await network.ask("a", "check_gateway", "-6"),
    /^exit 0: OK - fd99::3 answers through eth0 \| rta=[\d.]+ms$/,
  );
  assert.match(await network.ask("a", "check_gateway", "-a", "10.99.0.2"), /^exit 0: OK - 10\.99\.0\.2 answers \|/);
  assert.equal(
    await network.ask("a", "check_gateway", "-a", "gateway.invalid"),
    "exit 3: UNKNOWN - the name gateway.invalid cannot be resolved",
  );
  await network.ip("wire", "link", "set", "to-client", "down");
  const cut = "exit 2: CRITICAL - 10.99.0.3 does not answer through eth0";
  assert.equal(await network.ask("a", "check_gateway", "-c", "1"), cut);
});

void test("an address and its link", { skip }, async (context) => {
  const network = await Network.build(context);
  const ask = (...words: string[]): Promise<string> => network.ask("a", "check_address", ...words);
  assert.equal(await ask("-a", "10.99.0.1"), "exit 0: OK - 10.99.0.1 is on eth0 | present=1");
  assert.equal(await ask("-a", "10.99.0.1", "-i", "lo"), "exit 2: CRITICAL - 10.99.0.1 is not here on lo | present=0");
  assert.equal(await ask("-a", "10.99.0.1", "-i", "eth7"), "exit 2: CRITICAL - there is no interface eth7 | present=0");
  assert.match(await ask("-a", "10.99.0.300"), /^exit 3: UNKNOWN - ip: /);
  /** As take_address has it: the prefix does not make it the question whether anything of the network is here. */
  assert.equal(await ask("-a", "10.99.0.100/24", "-r"), "exit 0: SLAVE - 10.99.0.100 is not here | present=0");
  assert.equal(await ask("-a", "fd99::100/64", "-r"), "exit 0: SLAVE - fd99::100 is not here | present=0");
  assert.equal(await ask("-a", "10.99.0.1/24", "-r"), "exit 0: MASTER - 10.99.0.1 is on eth0 | present=1");
  await network.ip("wire", "link", "set", "to-a", "down");
  assert.equal(await ask("-a", "10.99.0.1"), "exit 2: CRITICAL - 10.99.0.1 is here, and eth0 is down | present=1");
});

void test("an IPv6 address that another host has as well", { skip }, async (context) => {
  const network = await Network.build(context);
  const words = ["check_address_events", "-a", "fd99::2", "-r"] as const;
  const events = new Resident(context, network.on("a", pathOf("checks", words[0]), ...words.slice(1)));
  await events.line("SLAVE");
  await network.ip("a", "address", "add", "fd99::2/64", "dev", "eth0");
  assert.equal(await events.line("CRITICAL"), "CRITICAL - another host has fd99::2 as well | present=1");
  assert.match(await network.ask("a", "check_address", "-a", "fd99::2", "-r"), /^exit 2: CRITICAL - another host has/);
});

void test("check_address_events and check_link_events say at once what changed", { skip }, async (context) => {
  const network = await Network.build(context);
  const onA = (check: string, ...words: string[]): Resident =>
    new Resident(context, network.on("a", pathOf("checks", check), ...words));
  const address = onA("check_address_events", "-a", "10.99.0.100/24", "-r", "-n", "1");
  const link = onA("check_link_events", "-i", "eth0", "-n", "1");
  assert.equal(await address.line("SLAVE"), "SLAVE - 10.99.0.100 is not here | present=0");
  assert.equal(await link.line("OK"), "OK - eth0 has a link | link=1");

  await network.ip("a", "address", "add", "10.99.0.100/24", "dev", "eth0");
  assert.equal(await address.line("MASTER"), "MASTER - 10.99.0.100 is on eth0 | present=1");
  await network.ip("a", "address", "delete", "10.99.0.100/24", "dev", "eth0");
  await address.line("SLAVE", address.lines.indexOf("MASTER - 10.99.0.100 is on eth0 | present=1"));
  /** Its clock stands still: what it says, it was told by the kernel. */
  const own = onA("check_address_events", "-a", "10.99.0.1", "-n", "3600");
  assert.equal(await own.line("OK"), "OK - 10.99.0.1 is on eth0 | present=1");

  await network.ip("wire", "link", "set", "to-a", "down");
  assert.equal(await link.line("CRITICAL"), "CRITICAL - eth0 has no link | link=0");
  assert.equal(await own.line("CRITICAL"), "CRITICAL - 10.99.0.1 is here, and eth0 is down | present=1");
  await network.ip("wire", "link", "set", "to-a", "up");
  await link.line("OK", link.lines.lastIndexOf("CRITICAL - eth0 has no link | link=0"));
  await network.ip("a", "link", "set", "eth0", "down");
  assert.equal(await link.line("CRITICAL - eth0 is"), "CRITICAL - eth0 is switched off | link=0");
  await network.ip("wire", "link", "delete", "to-a");
  assert.equal(await link.line("CRITICAL - there"), "CRITICAL - there is no interface eth0 | link=0");
  /** Without a change it says it again and again. */
  const before = link.lines.length;
  await link.line("CRITICAL", before);
});
