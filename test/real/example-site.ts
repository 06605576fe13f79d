/**
 * Two hosts as the examples in conf/examples/ take them for granted: 10.0.0.1 and 10.0.0.2, behind a gateway, 10.0.0.254,
 * each with a management controller, 10.0.0.101 and 10.0.0.102, and failoverd in /opt/failoverd. So their files are used as
 * they are; what is changed is what their paragraphs tell the reader to change.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../root.ts";
import { HostDaemon, installIn } from "./host-daemon.ts";
import { hosts, isUp, on, type Host } from "./lab.ts";
import { until } from "./pairs.ts";
import { must, run } from "./programs.ts";

export const net = "10.0.0";
export const serviceAddress = `${net}.10`;
export const gateway = `${net}.254`;
export const examplesFolder = join(repositoryRoot, "conf/examples");
const seenAs = "/opt/failoverd";

/** What a reader of the paragraph changes in the two files, or puts beside them. */
export interface Changes {
  /** For actions.conf of that host. Each text has to be there. */
  readonly replace?: Readonly<Partial<Record<Host, readonly (readonly [from: string, to: string])[]>>>;
  /** Files below the root, readable by root alone. */
  readonly files?: Readonly<Record<string, string>>;
  /** For what the hosts of the lab cannot have, by name. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** Both hosts run, know their gateway and can be fenced, and failoverd stands on them with the example's files. */
export async function setUpSite(example: string, changes: Changes = {}): Promise<void> {
  for (const address of [gateway, `${net}.101`, `${net}.102`])
    await must("ip", "address", "add", `${address}/24`, "dev", "eth0");
  for (const [name, script] of Object.entries({ systemctl, ...changes.programs })) writeProgram(name, script);
  const prepare = async (host: Host): Promise<void> => {
    await startController(host);
    const root = folderOf(host);
    installIn(root, { "conf/secrets/ipmi": "s3cret\n", ...changes.files });
    for (const [name, script] of scriptsOf(example)) writeFileSync(join(root, name), script, { mode: 0o755 });
    cpSync(join(examplesFolder, example, "checks.conf"), join(root, "conf/checks.conf"));
    let actions = readFileSync(join(examplesFolder, example, "actions.conf"), "utf8");
    for (const [from, to] of [...(changes.replace?.[host] ?? []), ...slowDoor]) {
      if (!actions.includes(from) && from !== slowDoor[0][0]) throw new Error(`${example}: there is no ${from}`);
      actions = actions.replaceAll(from, to);
    }
    writeFileSync(join(root, "conf/actions.conf"), actions);
    await setUpHost(host);
  };
  await Promise.all(hosts.map(prepare));
}

/** The simulated controller takes 14 s a question for another cipher than this one. */
const slowDoor = [["lanplus=1", "lanplus=1 cipher=3"]] as const;

/** What a boot does, and is gone with the power. What else this machine has in /opt, Node perhaps, the hosts have there, too. */
export async function setUpHost(host: Host): Promise<void> {
  await isUp(host);
  const before = `/run/lab/${host}/opt`;
  await on(
    host,
    `set -e
ip route replace default via ${gateway}
mkdir -p /run/systemd/system ${before}
mount --rbind /opt ${before}
mount -t tmpfs -o mode=755 opt /opt
for folder in ${before}/*/; do
  name=\${folder#${before}/}
  [ -d "$folder" ] && [ "/opt/\${name%/}" != ${seenAs} ] || continue
  mkdir "/opt/$name" && mount --rbind "$folder" "/opt/$name"
done
mkdir ${seenAs}
mount --bind ${folderOf(host)} ${seenAs}`,
  );
}

/** The host's failoverd; what `failoverctl check` says of its files has to be nothing. */
export async function startDaemon(host: Host): Promise<HostDaemon> {
  const check = `${process.execPath} ${seenAs}/bin/failoverctl check`;
  const { code, stdout, stderr } = await run(["ssh", "-o", "BatchMode=yes", host, check]);
  if (code !== 0) throw new Error(`failoverctl check on ${host}: exit ${code}\n${stdout}${stderr}`);
  const env = { ...process.env, HOME: homeOf(host), PATH: `${programs}:${process.env["PATH"] ?? ""}` };
  return HostDaemon.startIn(host, { root: folderOf(host), seenAs }, env);
}

export function folderOf(host: Host): string {
  return `/run/lab/${host}/failoverd`;
}

/** Root's home on the host, as far as its programs know. */
export function homeOf(host: Host): string {
  const home = `/run/lab/${host}/root`;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return home;
}

const programs = "/run/lab/bin";

/** The hosts have no init system; this is what the examples ask one for. */
const systemctl = `#!/bin/sh
case $* in
    "start -- postgresql@15-main") exec pg_ctlcluster --skip-systemctl-redirect 15 main start ;;
    "show --value -p RemainAfterExit -- postgresql@15-main") echo no ;;
    "show --value -p ActiveState -- postgresql@15-main")
        if pg_ctlcluster 15 main status >/dev/null; then echo active; else echo inactive; fi ;;
    "reset-failed -- postgresql@15-main") exit 0 ;;
    "start -- nfs-server") setsid busybox httpd -f -p 2049 -h /srv/data </dev/null >/dev/null 2>&1 & echo $! >/tmp/nfs.pid ;;
    "stop -- nfs-server") kill "$(cat /tmp/nfs.pid)" ;;
    "reset-failed -- nfs-server") exit 0 ;;
    "show --value -p LoadState -- nfs-server") echo loaded ;;
    "show --value -p RemainAfterExit -- nfs-server") echo yes ;;
    "show --value -p ConsistsOf -- nfs-server") echo ;;
    "show --value -p ActiveState -- nfs-server") if kill -0 "$(cat /tmp/nfs.pid)"; then echo active; else echo inactive; fi ;;
    *) echo "systemctl $*: not on this host" >&2; exit 1 ;;
esac
`;

function writeProgram(name: string, script: string): void {
  mkdirSync(programs, { recursive: true });
  writeFileSync(join(programs, name), script, { mode: 0o755 });
}

/** Scripts that the paragraph has, by where they belong. */
function scriptsOf(example: string): readonly (readonly [path: string, script: string])[] {
  const readme = readFileSync(join(examplesFolder, example, "README.md"), "utf8");
  return [...readme.matchAll(/^```sh (\w+)\n(.*?)^```$/gms)].map(([, name = "", script = ""]) => [
    join(name.startsWith("check_") ? "checks" : "actions", name),
    script,
  ]);
}

/** Another door to the host's power, where and for whom the examples expect it. */
async function startController(host: Host): Promise<void> {
  const lab = join(repositoryRoot, "test/real/lab");
  const folder = `/run/lab/${host}/door`;
  mkdirSync(join(folder, "state"), { recursive: true });
  const address = `${net}.10${host.slice("host".length)}`;
  const conf = readFileSync(join(lab, "bmc.conf"), "utf8")
    .replaceAll("HOST", host)
    .replaceAll("ADDRESS", `${address} 623`)
    .replaceAll("LAB", lab)
    .replaceAll("fencer", "ha");
  writeFileSync(join(folder, "lan.conf"), conf);
  const words = ["-c", join(folder, "lan.conf"), "-f", join(lab, "bmc.emu"), "-s", join(folder, "state"), "-n"];
  spawn("ipmi_sim", words, { stdio: "ignore" }).unref();
  const login = ["-I", "lanplus", "-C", "3", "-H", address, "-U", "ha", "-P", "s3cret"];
  await until(`the controller of ${host} answers`, async () => {
    return (await run(["ipmitool", ...login, "chassis", "power", "status"])).code === 0;
  });
}
