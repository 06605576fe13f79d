/**
 * A world for configurations: every script is there but those whose name begins with `missing` or is misspelt, hosts are named in the
 * files, and one fence agent can be asked. What is asked is answered by tables, as the language wants it.
 */
import type { AgentMetadata, FoundScript, Surroundings, Unanswered } from "../../src/language/surroundings.ts";
import { readConfiguration, type ReadConfiguration } from "../../src/language/read-configuration.ts";

const scripts = {
  checks: ["check_disk", "check_load", "check_pgsql_role", "check_tcp", "unsafe_check", "unsafe_checks"],
  actions: ["notify_mail", "plumb", "promote_postgres", "startservice1", "stopservice1", "unplumb", "unsafe_plumb"],
};

function agent(name: string, actions: readonly string[]): AgentMetadata {
  const optional = ["username", "password", "plug"];
  const unset = { isRequired: false, default: null };
  return {
    name,
    parameters: [
      { name: "ip", isRequired: true, default: null },
      { name: "ipaddr", isRequired: true, default: null },
      { name: "action", isRequired: true, default: "reboot" },
      ...optional.map((parameter) => ({ name: parameter, ...unset })),
      { name: "lanplus", ...unset, type: "boolean" },
      { name: "missing_as_off", ...unset, type: "boolean" },
      { name: "network-fencing", ...unset, type: "boolean" },
      { name: "delay", ...unset, type: "second" },
      { name: "power_wait", ...unset, type: "second" },
      { name: "ipport", ...unset, type: "integer" },
      { name: "method", ...unset, type: "select", choices: ["onoff", "cycle"] },
    ],
    actions,
  };
}

const agents: ReadonlyMap<string, AgentMetadata> = new Map([
  ["/usr/sbin/fence_ipmilan", agent("fence_ipmilan", ["on", "off", "reboot", "status", "metadata"])],
  ["/usr/sbin/fence_kdump", agent("fence_kdump", ["monitor", "metadata"])],
  ["/usr/sbin/fence_sbd", agent("fence_sbd", ["on", "off", "reboot", "status"])],
  ["/usr/sbin/fence_heuristics_ping", agent("fence_heuristics_ping", ["on", "off", "reboot"])],
  ...["fence_apc", "fence_apc_snmp", "fence_azure_arm", "fence_compute", "fence_crosslink"].map(
    (name) => [`/usr/sbin/${name}`, agent(name, ["on", "off", "reboot", "status"])] as const,
  ),
  ["/usr/sbin/fence_ovh", agent("fence_ovh", ["on", "off", "reboot"])],
]);

function resourceAgent(name: string, names: string, actions: string): AgentMetadata {
  const parameters = names.split(" ").map((parameter) => ({
    name: parameter.replace("!", ""),
    isRequired: parameter.endsWith("!"),
    default: "",
  }));
  return { name, parameters, actions: ["start", "stop", "monitor", "meta-data", ...actions.split(" ")] };
}

const resourceAgents: ReadonlyMap<string, AgentMetadata> = new Map([
  ["IPaddr2", resourceAgent("IPaddr2", "ip! nic cidr_netmask", "validate-all")],
  ["pgsql", resourceAgent("pgsql", "pgdata pgport start_opt", "promote demote notify")],
  ["redis", resourceAgent("redis", "bin port config", "promote demote notify")],
]);

function found(folder: string, word: string, user: string | null): FoundScript {
  const name = word.split("/").at(-1) ?? word;
  if (
    /^(missing|chek|promto)|^(and|or|cooldown|limit|every|timeout|wehn|whenever|unless|when:|on|fi|notfy_mail)$/.test(
      name,
    )
  ) {
    const reason = word.includes("/") ? `there is no ${word}` : `there is no ${word} in ${folder}/`;
    return { kind: "refused", path: word, reason, hint: null };
  }
  if (name === "") return { kind: "refused", path: word, reason: `${word} is a folder, not a program`, hint: null };
  if (name.startsWith("unsafe")) {
    const path = `/opt/failoverd/${folder}/${word}`;
    const reason = `the file ${path} can be written to by everybody (mode 0777), who could then run anything as root`;
    return { kind: "refused", path, reason, hint: `chmod go-w ${path}` };
  }
  if (name.startsWith("private") && user !== null && user !== "root") {
    const path = `/opt/failoverd/${folder}/${word}`;
    return { kind: "refused", path, reason: `${user} may not run ${path} (mode 0700, owner root)`, hint: null };
  }
  if (word.startsWith("ocf:"))
    return { kind: "found", path: `/usr/lib/ocf/resource.d/${word.split(":").slice(1).join("/")}` };
  return { kind: "found", path: word.startsWith("/") ? word : `/opt/failoverd/${folder}/${word}` };
}

const late: Unanswered = { kind: "unanswered", why: "it took longer than 10 s" };

export const testSurroundings: Surroundings = {
  localHost: "host1",
  findScript: (folder, word, user) => found(folder, word, user),
  scriptNames: (folder) => scripts[folder],
  userExists: (name) => (name === "late" ? late : ["root", "postgres", "nobody"].includes(name)),
  findFenceAgent: (word) => {
    if (word.startsWith("fence_missing")) {
      return { kind: "refused", path: word, reason: `${word} is no fence agent in /usr/sbin`, hint: "install it" };
    }
    return { kind: "found", path: word.startsWith("/") ? word : `/usr/sbin/${word}` };
  },
  fenceAgent: (path) => (path.endsWith("_late") ? late : (agents.get(path) ?? null)),
  ocfAgent: (path) => (path.endsWith("/late") ? late : (resourceAgents.get(path.split("/").at(-1) ?? "") ?? null)),
  ocfPlaces: {
    toolsFolder: "/opt/failoverd/lib/ocf",
    stateFolder: "/opt/failoverd/var/ocf",
    temporaryFolder: "/run/resource-agents",
    searchPath: "/usr/bin:/bin",
  },
  findSecret: (file) =>
    file.startsWith("conf/")
      ? { kind: "refused", reason: `/opt/failoverd/conf/${file} is not there`, hint: null }
      : file.startsWith("open/")
        ? {
            kind: "refused",
            reason: `/opt/failoverd/conf/${file} can be read by others (mode 0644)`,
            hint: "chmod 600",
          }
        : { kind: "found", path: `/opt/failoverd/conf/${file}` },
};

/** null: there is no such file. */
export interface Texts {
  readonly checks: string | null;
  readonly actions: string | null;
}

export function readTexts(texts: Texts, surroundings: Surroundings = testSurroundings): ReadConfiguration {
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  return readConfiguration(
    {
      checks: texts.checks === null ? null : { name: "checks.conf", bytes: bytesOf(texts.checks) },
      actions: texts.actions === null ? null : { name: "actions.conf", bytes: bytesOf(texts.actions) },
    },
    surroundings,
  );
}
