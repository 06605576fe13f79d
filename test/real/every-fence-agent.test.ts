/**
 * Every fence agent of this machine: what it says of itself is read as a real XML parser reads it, and a file that uses each
 * with what it needs has no error. An agent that says nothing is named, with the reason that it gives.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { before, test } from "node:test";
import type { AgentMetadata } from "../../src/language/surroundings.ts";
import { readMetadata } from "../../src/supervisor/agent-metadata.ts";
import { skipWithout } from "../checks/needs.ts";
import { readTexts, testSurroundings } from "../language/surroundings.ts";
import { run } from "./programs.ts";

const folder = "/usr/sbin";
const skip = skipWithout({ programs: { "/usr/sbin/fence_ipmilan": "fence-agents", "/usr/bin/python3": "python3" } });

/** Why an agent may print no metadata. All else is a failure. */
const excuses: readonly { readonly agent: RegExp; readonly said: RegExp; readonly reason: string }[] = [
  { agent: /^fence_ack_manual$/, said: /^usage:/, reason: "it is no agent, but the hand of a person" },
  { agent: /./, said: /(ModuleNotFoundError|ImportError|No module named)/, reason: "a Python module is not installed" },
];

const metadata = new Map<string, AgentMetadata>();
const texts = new Map<string, string>();
const silent: string[] = [];

before(async () => {
  if (skip !== false) return;
  const left = readdirSync(folder).filter((name) => name.startsWith("fence_"));
  const askOn = async (): Promise<void> => {
    for (let agent = left.pop(); agent !== undefined; agent = left.pop()) await ask(agent);
  };
  await Promise.all([askOn(), askOn(), askOn()]);
});

async function ask(agent: string): Promise<void> {
  const { code, stdout, stderr } = await run([join(folder, agent), "-o", "metadata"]);
  const read = code === 0 ? readMetadata(stdout) : null;
  if (read !== null) {
    metadata.set(agent, read);
    texts.set(agent, stdout);
    return;
  }
  const said = `${stdout}${stderr}`.trim();
  const excuse = excuses.find((each) => each.agent.test(agent) && each.said.test(said));
  silent.push(`${agent}: ${excuse?.reason ?? "NO REASON"}: ${said.split("\n").at(-1)}`);
}

void test("every agent says what it can do, or why it does not", { skip }, (t) => {
  for (const line of silent) t.diagnostic(line);
  assert.deepEqual(
    silent.filter((line) => line.includes("NO REASON")),
    [],
  );
  assert.ok(metadata.size > 50, `${metadata.size} agents`);
});

/** The same as `readMetadata`, out of many texts, by a parser that everybody trusts. */
const oracle = `
import json, sys, xml.etree.ElementTree as tree
def read(text):
    agent = tree.fromstring(text)
    def parameter(each):
        content = each.find("content")
        attributes = {} if content is None else content.attrib
        read = {"name": each.get("name"), "isRequired": each.get("required") == "1", "default": attributes.get("default")}
        if "type" in attributes: read["type"] = attributes["type"]
        choices = [] if content is None else [option.get("value") for option in content.findall("option")]
        if choices: read["choices"] = choices
        return read
    return {"name": agent.get("name"), "parameters": [parameter(each) for each in agent.iter("parameter")],
            "actions": [each.get("name") for each in agent.iter("action")]}
json.dump({name: read(text) for name, text in json.load(sys.stdin).items()}, sys.stdout)
`;

/**
 * What each agent of Debian 12 is good for when it says off; of the others the linter says why, with W19 or an error. Who meets
 * a new one looks at what its `status` means, and puts it here, and into src/language/lint/devices.ts if it is not to be believed.
 */
const decided = {
  proves: `
    aliyun alom amt apc apc_snmp aws azure_arm bladecenter cdu cisco_ucs cyberpower_ssh docker drac drac5 eaton_snmp ecloud
    emerson eps gce hds_cb hpblade ibm_powervs ibm_vpc ibmblade idrac ilo ilo2 ilo3 ilo3_ssh ilo4 ilo4_ssh ilo5 ilo5_ssh
    ilo_moonshot ilo_mp ilo_ssh imm intelmodular ipdu ipmilan ipmilanplus ironic kubevirt ldom lindypdu lpar netio openstack
    powerman pve raritan raritan_px3 redfish rhevm rsa rsb tripplite_snmp vbox virsh vmware vmware_rest vmware_soap
    vmware_vcloud wti xenapi zvmip`,
  doubtful: "brocade cisco_mds compute dummy evacuate ibmz ifmib mpath sanbox2 sbd scsi skalar",
  cannot: "crosslink heuristics_ping kdump ovh",
  "is refused": "ack_manual rcd_serial",
};

void test("of every agent it is decided whether it is to be believed", { skip }, () => {
  const wanted = new Map(
    Object.entries(decided).flatMap(([what, kinds]) =>
      kinds
        .trim()
        .split(/\s+/)
        .map((kind) => [`fence_${kind}`, what]),
    ),
  );
  const found = readdirSync(folder).filter((name) => name.startsWith("fence_"));
  for (const agent of found) assert.ok(wanted.has(agent), `${agent}: is it to be believed when it says off?`);
  for (const [agent, read] of metadata) assert.equal(judge(agent, read), wanted.get(agent), agent);
});

function judge(agent: string, { parameters, actions }: AgentMetadata): string {
  const modest = { name: agent, parameters: parameters.map((each) => ({ ...each, isRequired: false })), actions };
  const { complaints, configuration } = readTexts(
    { checks: "[passive]\nrole { for host1 }\n", actions: `[any_to_down]\nfence host1\n[fence host1]\n${agent}\n` },
    { ...testSurroundings, fenceAgent: () => modest },
  );
  if (configuration === null) return "is refused";
  const device = configuration.fences[0]?.devices[0];
  if (device?.canProve !== true) return "cannot";
  return complaints.some(({ code }) => code === "W19") ? "doubtful" : "proves";
}

void test("it is read as a parser of XML reads it", { skip }, () => {
  const input = JSON.stringify(Object.fromEntries(texts));
  const { status, stdout, stderr } = spawnSync("/usr/bin/python3", ["-c", oracle], { input, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const want = parseMetadata(stdout);
  for (const [agent, read] of metadata) assert.deepEqual(read, want[agent], agent);
});

void test("a file that uses them all, with what they need, has no error", { skip }, () => {
  const usable = [...metadata].filter(([, { actions }]) => actions.includes("off"));
  const devices = usable.map(([agent, { parameters }]) => {
    const needed = parameters.filter(
      ({ name, isRequired, ...rest }) => isRequired && rest.default === null && name !== "action",
    );
    const words = needed.map(({ name, type, choices }) => `${name}=${choices?.[0] ?? (type === "string" ? "x" : "1")}`);
    return [agent, ...words].join(" ");
  });
  const checks = "[passive]\nrole { for host1 }\n";
  const actions = `[any_to_down]\nfence host1\n[fence host1]\n{ timeout 10m }\n${devices.join("\n")}\n`;
  const { complaints } = readTexts(
    { checks, actions },
    { ...testSurroundings, fenceAgent: (path) => metadata.get(basename(path)) ?? null },
  );
  const errors = complaints.filter(({ severity }) => severity === "error");
  assert.deepEqual(
    errors.map(({ line, message }) => `${line}: ${message}`),
    [],
  );
  const useless = [...metadata.keys()].filter((agent) => !usable.some(([name]) => name === agent));
  assert.ok(useless.length < 5, `cannot switch off: ${useless.join(" ")}`);
});

function parseMetadata(text: string): Readonly<Record<string, AgentMetadata>> {
  const parsed: Readonly<Record<string, AgentMetadata>> = JSON.parse(text);
  return parsed;
}
