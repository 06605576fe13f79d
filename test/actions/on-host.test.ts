/** Actions on another host: over a real ssh to a real sshd on loopback, which plays that host. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { findFreePorts } from "../demo/free-ports.ts";
import { makeFolder, writeScript } from "../checks/folder.ts";
import { skipWithout } from "../checks/needs.ts";
import { act, must, pathOf, run } from "../checks/script.ts";
import { startServer } from "./server.ts";

const programs = { "/usr/sbin/sshd": "openssh-server", ssh: "openssh-client", "ssh-keygen": "openssh-client" };
const skip = skipWithout({ programs, isRoot: true });

/** A PATH whose ssh knows the host `otherhost`. */
async function otherHost(context: TestContext): Promise<string> {
  const folder = makeFolder(context);
  const file = (name: string): string => join(folder, name);
  for (const key of ["host-key", "key"]) await must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file(key));
  writeFileSync(file("authorized"), await must("cat", file("key.pub")), { mode: 0o600 });
  const [port] = await findFreePorts();
  writeFileSync(file("known"), `[127.0.0.1]:${port} ${await must("cat", file("host-key.pub"))}`);
  const daemon = [
    `HostKey ${file("host-key")}`,
    `AuthorizedKeysFile ${file("authorized")}`,
    "StrictModes no",
    "UsePAM no",
  ];
  writeFileSync(file("sshd_config"), `Port ${port}\nListenAddress 127.0.0.1\nPidFile none\n${daemon.join("\n")}\n`);
  const client = [
    `Port ${port}`,
    "HostName 127.0.0.1",
    `IdentityFile ${file("key")}`,
    `UserKnownHostsFile ${file("known")}`,
  ];
  writeFileSync(file("ssh_config"), `Host otherhost\n${client.join("\n")}\nUser ${userInfo().username}\n`);
  mkdirSync("/run/sshd", { recursive: true });
  chmodSync(file("key"), 0o600);
  writeScript(folder, "ssh", `exec /usr/bin/ssh -F ${file("ssh_config")} "$@"`);
  const answers = async (): Promise<boolean> =>
    (await run([file("ssh"), "-o", "BatchMode=yes", "otherhost", "true"])).code === 0;
  await startServer(context, ["/usr/sbin/sshd", "-D", "-e", "-f", file("sshd_config")], { folder, answers });
  return `${folder}:${process.env["PATH"] ?? ""}`;
}

const odd = [`it's`, `"q"`, "a  b", "$HOME", "*", "`id`", "\\n", "", "-x", "%VIP%"];

void test("another host: arguments arrive as they are, exit codes come back", { skip }, async (context) => {
  const path = await otherHost(context);
  const options = { env: { PATH: path } };
  const folder = makeFolder(context);
  const script = writeScript(folder, "tell", 'printf "<%s>" "$0" "$@" "${SSH_CONNECTION:+there}"; cat; exit 7');
  const told = await act("on_host", ["otherhost", script, ...odd], { ...options, input: "nothing of this\n" });
  assert.equal(told, `exit 7: ${["tell", ...odd, "there"].map((word) => `<${word}>`).join("")}`);

  /** What it starts reads from its standard input, and does not eat the rest of the script. */
  const reader = writeScript(folder, "reader", "cat >/dev/null; echo 'it goes on'");
  assert.equal(await act("on_host", ["otherhost", reader], options), "exit 0: it goes on");

  const there = await act("release_address", ["--on", "otherhost", "--dry-run", "203.0.113.77"], options);
  assert.equal(there, "exit 0: 203.0.113.77 was not here");
  const state = join(folder, "state");
  const service = ["-c", `: >${state}; sleep 30 & echo $! >${state}`, "-s", `[ -e ${state} ]`];
  /** Does not wait for what it leaves running. */
  assert.match(await act("start_service", ["--on", "otherhost", ...service], options), /^exit 0: .* runs$/);
  process.kill(Number((await must("cat", state)).trim()), "SIGKILL");

  assert.match(await act("on_host", ["nohost.invalid", script], options), /^exit 255: /);
});

void test("this host, by any of its names, needs no ssh", async (context) => {
  const folder = makeFolder(context);
  const script = writeScript(folder, "tell", 'printf "<%s>" "$@"');
  const options = { env: { FAILOVERD_LOCAL_HOST: "db7" } };
  for (const host of [hostname(), hostname().split(".")[0] ?? "", "localhost", "db7", "root@db7"])
    assert.equal(
      await act("on_host", [host, script, ...odd], options),
      `exit 0: ${odd.map((word) => `<${word}>`).join("")}`,
    );
  const said = await act("release_address", ["--on", "db7", "203.0.113.77"], options);
  assert.match(said, /^exit (0: 203\.0\.113\.77 was not here|3: needs ip)/);
});

void test("what is no shell script is not sent, and what is not there neither", async (context) => {
  assert.match(await act("on_host", ["otherhost", "/bin/ls"]), /^exit 2: on_host: \/bin\/ls is no shell script/);
  assert.match(await act("on_host", ["otherhost", "no_such_action"]), /^exit 2: on_host: there is no /);
  assert.match(await act("on_host", ["-oProxyCommand=id", pathOf("actions", "on_host")]), /^exit 2: /);
  assert.match(await act("release_address", ["--on"]), /^exit 2: /);
  const empty = makeFolder(context);
  const { code } = await run([pathOf("actions", "on_host"), "otherhost", "release_address"], { env: { PATH: empty } });
  assert.equal(code, 3);
});
