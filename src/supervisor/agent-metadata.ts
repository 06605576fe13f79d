/**
 * What fence agents and resource agents say of themselves: XML with their parameters and actions, printed when they are
 * asked. Asked for when the configuration is loaded, because an agent that is given a misspelt parameter ignores it.
 *
 * The XML is that of the cluster project's fence agents (FenceAgentAPI.md), which is OCF's. No XML parser: three elements
 * and their attributes are looked for, and what is not understood is left out, which at worst refuses a parameter.
 */
import { askProgram } from "../host/ask-program.ts";
import type { AgentMetadata, Unanswered } from "../language/surroundings.ts";

/** Many agents are Python programs: 50 ms are usual, several seconds on a busy machine are not unheard of. */
const metadataTimeoutMs = 10_000;

/** The longest one of Debian's agents prints has 40 KB. */
const metadataBytesMax = 1_048_576;

export type MetadataAnswer = AgentMetadata | Unanswered | null;

/** Runs an agent so that it prints its metadata. Unanswered: it takes too long or fails; null: what it prints is none. */
export function askMetadata(
  path: string,
  words: readonly string[],
  {
    env = {},
    timeoutMs = metadataTimeoutMs,
  }: { readonly env?: Readonly<Record<string, string>>; readonly timeoutMs?: number } = {},
): Promise<MetadataAnswer> {
  return new Promise((resolve) => {
    askProgram(path, words, { timeoutMs, bytesMax: metadataBytesMax, env }, ({ stdout, failure }) => {
      if (failure === null) resolve(readMetadata(stdout));
      else resolve({ kind: "unanswered", why: failure.why });
    });
  });
}

/** The metadata in an agent's XML; null if it is none. */
export function readMetadata(xml: string): AgentMetadata | null {
  const text = xml.replaceAll(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>/g, "");
  const agent = /<resource-agent\s([^>]*)>/.exec(text)?.[1];
  if (agent === undefined) return null;
  const parameters = [...text.matchAll(/<parameter\s([^>]*)>([\s\S]*?)<\/parameter>/g)].map(
    ([, head = "", body = ""]) => {
      const content = /<content\s([^>]*)>/.exec(body)?.[1] ?? "";
      const type = attribute(content, "type");
      const choices = [...body.matchAll(/<option\s([^>]*)>/g)].flatMap(
        ([, head = ""]) => attribute(head, "value") ?? [],
      );
      return {
        name: attribute(head, "name") ?? "",
        isRequired: attribute(head, "required") === "1",
        default: attribute(content, "default"),
        ...(type === null ? {} : { type }),
        ...(choices.length === 0 ? {} : { choices }),
      };
    },
  );
  const actions = [...text.matchAll(/<action\s([^>]*)>/g)].map(([, head = ""]) => attribute(head, "name") ?? "");
  return {
    name: attribute(agent, "name") ?? "",
    parameters: parameters.filter(({ name }) => name !== ""),
    actions: [...new Set(actions.filter((name) => name !== ""))],
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
