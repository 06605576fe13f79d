/** Every resource agent of this machine says what it knows, and a file that names them all with what they need has no error. */
import assert from "node:assert/strict";
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isUnanswered } from "../../src/language/surroundings.ts";
import { loadConfiguration } from "../../src/supervisor/configuration-files.ts";
import { foldersOf } from "../../src/supervisor/folders.ts";
import { askOcfAgent } from "../../src/supervisor/ocf-agents.ts";
import { skipWithout } from "../checks/needs.ts";

const resources = "/usr/lib/ocf/resource.d";
const skip = skipWithout({ programs: { [`${resources}/heartbeat/Dummy`]: "resource-agents" } });
const root = mkdtempSync(join(tmpdir(), "failoverd-agents-"));
after(() => rmSync(root, { recursive: true }));

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const agentsOf = (provider: string): readonly string[] =>
  readdirSync(join(resources, provider))
    .filter((type) => !type.startsWith(".") && isProgram(join(resources, provider, type)))
    .map((type) => `${provider}:${type}`);

/** What no file may be without: a word for what is needed and has no default. */
async function lineOf(agent: string): Promise<string> {
  const metadata = await askOcfAgent(join(resources, ...agent.split(":")));
  assert.ok(metadata !== null && !isUnanswered(metadata), `ocf:${agent} printed no metadata`);
  assert.ok(metadata.actions.includes("monitor") && metadata.actions.includes("start"), `ocf:${agent}`);
  const needed = metadata.parameters.filter((parameter) => parameter.isRequired && (parameter.default ?? "") === "");
  const words = needed.map(({ name }) => `${name}=x`);
  return [`ocf:${agent}`, ...words, `{ as ${agent.replace(":", ".")} }`].join(" ");
}

void test("every agent's metadata is read, and taken", { skip }, async () => {
  const agents = readdirSync(resources).flatMap(agentsOf);
  assert.ok(agents.length > 0);
  const lines: string[] = [];
  for (const agent of agents) lines.push(await lineOf(agent));
  mkdirSync(join(root, "conf"));
  writeFileSync(join(root, "conf/checks.conf"), `[local]\n${lines.join("\n")}\n`, { mode: 0o644 });
  writeFileSync(join(root, "conf/actions.conf"), "[any_to_down]\nocf:heartbeat:Dummy start\n", { mode: 0o644 });
  const folders = foldersOf({ root, conf: null, var: null });
  const { configuration, complaints } = await loadConfiguration(folders, { localHost: "host1" });
  const errors = complaints
    .filter(({ severity }) => severity === "error")
    .map(({ line, message }) => `${line}: ${message}`);
  assert.deepEqual(errors, []);
  const promotable = configuration?.checks.filter((check) => check.isPromotable).map(({ name }) => name) ?? [];
  for (const name of ["heartbeat.redis", "heartbeat.mysql", "heartbeat.pgsql"]) {
    if (agents.includes(name.replace(".", ":"))) assert.ok(promotable.includes(name), `${name} is promotable`);
  }
  assert.ok(!promotable.includes("heartbeat.Dummy"));
});

void test("an agent that is not there is a complaint, with the one that was meant", { skip }, async () => {
  writeFileSync(join(root, "conf/checks.conf"), "[local]\nocf:hartbeat:Dumy\nocf:heartbeat:nothing_like_it\n", {
    mode: 0o644,
  });
  const folders = foldersOf({ root, conf: null, var: null });
  const { complaints } = await loadConfiguration(folders, { localHost: "host1" });
  assert.deepEqual(
    complaints.map(({ code, hint }) => `${code} ${hint}`),
    [
      "E316 did you mean `ocf:heartbeat:Dummy`?",
      "E316 resource agents are in the packages resource-agents and pacemaker-resource-agents (of Debian)",
    ],
  );
});
