/** A scenario's two files, read by the real language in a place where every script, user and fence agent is there. */
import assert from "node:assert/strict";
import type { Configuration } from "../../src/core/configuration.ts";
import { printComplaint } from "../../src/language/print-complaint.ts";
import { readConfiguration } from "../../src/language/read-configuration.ts";
import type { AgentMetadata, Surroundings } from "../../src/language/surroundings.ts";

/** Agents whose name has `mute` in it cannot be asked whether the host is off. */
function agent(path: string): AgentMetadata {
  return {
    name: path.split("/").at(-1) ?? path,
    parameters: ["ip", "action", "plug"].map((name) => ({ name, isRequired: false, default: null })),
    actions: path.includes("mute") ? ["off", "on", "reboot"] : ["off", "on", "reboot", "status"],
  };
}

const surroundings: Surroundings = {
  localHost: "host1",
  findScript: (folder, word) => ({
    kind: "found",
    path: word.startsWith("/") ? word : `/opt/failoverd/${folder}/${word}`,
  }),
  scriptNames: () => [],
  userExists: () => true,
  findFenceAgent: (word) => ({ kind: "found", path: `/usr/sbin/${word}` }),
  fenceAgent: agent,
  ocfAgent: () => null,
  ocfPlaces: { toolsFolder: "/", stateFolder: "/", temporaryFolder: "/", searchPath: "/bin" },
  findSecret: (file) => ({ kind: "found", path: `/opt/failoverd/conf/${file}` }),
};

/** A scenario's configuration has no errors; warnings are another test's. */
export function readFiles(files: { readonly checks: string; readonly actions: string }): Configuration {
  const source = (name: string, text: string) => ({ name, bytes: new TextEncoder().encode(text) });
  const { configuration, complaints } = readConfiguration(
    { checks: source("checks.conf", files.checks), actions: source("actions.conf", files.actions) },
    surroundings,
  );
  const errors = complaints.filter((complaint) => complaint.severity === "error");
  assert.ok(configuration !== null, errors.map(printComplaint).join("\n"));
  return configuration;
}
