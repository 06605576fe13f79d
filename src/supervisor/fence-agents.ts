/**
 * What a fence agent says of itself: `fence_x -o metadata` prints XML with its parameters and actions. Parameters are
 * checked against it when the configuration is loaded, because an agent that is given a misspelt parameter warns, ignores
 * it, and reboots a machine.
 *
 * The XML is that of the cluster project's fence agents (FenceAgentAPI.md). No XML parser: three elements and their
 * attributes are looked for, and what is not understood is left out, which at worst refuses a parameter.
 */
import { execFile } from "node:child_process";
import type { FenceAgentMetadata } from "../language/surroundings.ts";

/** Agents are Python programs: 50 ms are usual, several seconds on a busy machine are not unheard of. */
const metadataTimeoutMs = 10_000;

/** The longest one of Debian's agents prints has 40 KB. */
const metadataBytesMax = 1_048_576;

/** Asks the agent at an absolute path; null if it cannot be run, takes too long, or prints no metadata. */
export function askFenceAgent(path: string): Promise<FenceAgentMetadata | null> {
  const options = { timeout: metadataTimeoutMs, killSignal: "SIGKILL", maxBuffer: metadataBytesMax, cwd: "/" } as const;
  return new Promise((resolve) => {
    execFile(path, ["-o", "metadata"], options, (error, stdout) => {
      resolve(error === null ? readMetadata(stdout) : null);
    });
  });
}

/** The metadata in an agent's XML; null if it is none. */
export function readMetadata(xml: string): FenceAgentMetadata | null {
  const agent = /<resource-agent\s([^>]*)>/.exec(xml)?.[1];
  if (agent === undefined) return null;
  const parameters = [...xml.matchAll(/<parameter\s([^>]*)>(.*?)<\/parameter>/gs)].map(([, head = "", body = ""]) => ({
    name: attribute(head, "name") ?? "",
    isRequired: attribute(head, "required") === "1",
    default: attribute(/<content\s([^>]*)>/.exec(body)?.[1] ?? "", "default"),
  }));
  const actions = [...xml.matchAll(/<action\s([^>]*)>/g)].map(([, head = ""]) => attribute(head, "name") ?? "");
  return {
    name: attribute(agent, "name") ?? "",
    parameters: parameters.filter(({ name }) => name !== ""),
    actions: actions.filter((name) => name !== ""),
  };
}

function attribute(head: string, name: string): string | null {
  const [, double, single] = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(head) ?? [];
  const value = double ?? single;
  return value === undefined
    ? null
    : value.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => entities[entity] ?? "");
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
