/**
 * The other way to live: a failoverd on each of the two hosts, which starts, promotes and watches what runs there with
 * Pacemaker's resource agents, and looks at its peer over the network.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../root.ts";
import { HostDaemon } from "./host-daemon.ts";
import type { Host } from "./lab.ts";
import { writeRedisFile } from "./pairs.ts";

/** A master on host1, which has the service's address, and a standby of it on host2; the failoverd on host2. */
export async function setUpAgents(): Promise<HostDaemon> {
  const daemon = await startOn("host1");
  const standby = await startOn("host2");
  await begin(daemon, "begin_as_master");
  await begin(standby, "begin_as_standby");
  return standby;
}

async function begin(daemon: HostDaemon, rule: string): Promise<void> {
  const { code, stdout, stderr } = await daemon.ctl("run", rule, "--yes", "--wait");
  if (code !== 0) throw new Error(`${rule}: exit ${code}\n${stdout}${stderr}`);
}

async function startOn(host: Host): Promise<HostDaemon> {
  const peer = host === "host1" ? "host2" : "host1";
  const port = host === "host1" ? "9002" : "9001";
  const read = (name: string): string =>
    readFileSync(join(repositoryRoot, "test/real/agents", name), "utf8")
      .replaceAll("PEER", peer)
      .replaceAll("/LOCAL/", `/${host}/`)
      .replaceAll("PORT", port);
  await writeRedisFile(host);
  const daemon = await HostDaemon.start(host, {
    "conf/checks.conf": read("checks.conf"),
    "conf/actions.conf": read("actions.conf"),
    "conf/secrets/bmc": "s3cret\n",
  });
  await daemon.report("wanted", host, "ok");
  return daemon;
}
