/** What the lab is made of, for `skip` of a test: all of it from Debian's packages, and root's rights to make namespaces. */
import { spawnSync } from "node:child_process";
import { skipWithout } from "../checks/needs.ts";

const programs: Readonly<Record<string, string>> = {
  ip: "iproute2",
  unshare: "util-linux",
  ipmi_sim: "openipmi",
  ipmitool: "ipmitool",
  fence_ipmilan: "fence-agents",
  arping: "iputils-arping",
  ssh: "openssh-client",
  sshd: "openssh-server",
  psql: "postgresql-client-15",
  "/usr/lib/postgresql/15/bin/postgres": "postgresql-15",
  "redis-server": "redis-server",
};

/** false: all is there. In CI nothing may be missing. */
export function skipWithoutLab(more: Readonly<Record<string, string>> = {}): string | false {
  const reason = skipWithout({ programs: { ...programs, ...more }, isRoot: true });
  if (reason !== false) return reason;
  const tried = spawnSync("unshare", ["--net", "--mount", "--pid", "--fork", "--mount-proc", "true"], {
    encoding: "utf8",
  });
  if (tried.status === 0) return false;
  const sentence = `namespaces cannot be made here: ${tried.stderr.trim()}`;
  if (process.env["CI"] === "true") throw new Error(sentence);
  return sentence;
}
