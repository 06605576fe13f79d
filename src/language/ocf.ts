/**
 * OCF resource agents take an action as their only argument and their parameters from the environment. What that
 * environment is, and whether the agent knows what it is told: it is asked for its metadata when the file is read, because
 * an agent that is given a misspelt parameter ignores it and takes its default.
 *
 * Source: Open Cluster Framework resource agent API 1.1, and what the agents of resource-agents 4.12 need in practice:
 * an interval other than 0 for a `monitor` (0 is a probe, for which a missing binary means "stopped"), a time limit, to be
 * told that they can be promoted, the node's name, and the cluster's tools, for which there are stand-ins.
 */
import { didYouMean } from "./suggest.ts";
import type { Complaints } from "./complaints.ts";
import { isUnanswered, type AgentMetadata, type Surroundings } from "./surroundings.ts";
import type { Span } from "./tree.ts";
import type { Template } from "../core/configuration.ts";

/** A word behind the agent, constants replaced. In a check its value is text; in an action it may have variables. */
export interface AgentParameter<Value> {
  /** null: it is not `name=value`. */
  readonly name: string | null;
  readonly value: Value;
  readonly shown: string;
  readonly span: Span;
}

export interface AgentCall<Value> {
  /** `ocf:PROVIDER:TYPE`. */
  readonly agent: string;
  readonly span: Span;
  readonly path: string;
  readonly action: string;
  readonly actionSpan: Span;
  readonly parameters: readonly AgentParameter<Value>[];
  readonly timeoutMs: number;
  /** Of a check; 0 for an action. */
  readonly everyMs: number;
  /** Hosts that may run it, for agents that count them. */
  readonly hostCount: number;
  /** What the operator sets himself, and is left as it is. */
  readonly env: Readonly<Record<string, string>>;
}

export interface AgentMeaning<Value> {
  /** Without OCF_RESOURCE_INSTANCE, the name under which the agent keeps what it remembers: that is the caller's. */
  readonly env: Readonly<Record<string, string | Value>>;
  /** It has the action `promote`, and nobody said that it is not to be promoted. */
  readonly isPromotable: boolean;
}

export function isOcf(script: string): boolean {
  return script.startsWith("ocf:");
}

export function splitParameter(text: string, span: Span): AgentParameter<string> {
  const [, name, value] = nameAndValue.exec(text) ?? [];
  return { name: name ?? null, value: value ?? text, shown: text, span };
}

export function splitTemplate(template: Template, span: Span): AgentParameter<string | Template> {
  const shown = template.map((part) => (typeof part === "string" ? part : `%${part.variable}%`)).join("");
  const [first = "", ...rest] = template;
  const { name, value } = splitParameter(typeof first === "string" ? first : "", span);
  if (template.every((part) => typeof part === "string")) return splitParameter(shown, span);
  return { name, value: value === "" ? rest : [value, ...rest], shown, span };
}

const nameAndValue = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;

/** null: something is wrong with it, which is told. */
export function readAgentCall<Value extends string | Template>(
  call: AgentCall<Value>,
  surroundings: Surroundings,
  complaints: Complaints,
): AgentMeaning<Value> | null {
  const answer = surroundings.ocfAgent(call.path);
  const metadata = isUnanswered(answer) ? null : answer;
  const given = readParameters(call, metadata, complaints);
  if (metadata === null) {
    const hint = `look at what \`OCF_ROOT=${ocfRootOf(call.path)} ${call.path} meta-data\` prints`;
    if (isUnanswered(answer)) {
      const message = `the resource agent \`${call.agent}\` was asked what it can do, and did not say: ${answer.why}`;
      complaints.add("E319", call.span, message, hint);
    } else {
      const message = `the resource agent \`${call.agent}\` does not say what it can do: its metadata could not be read`;
      complaints.add("E318", call.span, message, hint);
    }
    return null;
  }
  if (!metadata.actions.includes(call.action)) {
    const known = metadata.actions.filter((action) => action !== "meta-data").join(", ");
    const hint = (): string => didYouMean(call.action, metadata.actions) ?? `it knows ${known}`;
    complaints.add("E317", call.actionSpan, `\`${call.agent}\` has no action \`${call.action}\``, hint);
    return null;
  }
  if (given === null || complainOfMissing(call, given, metadata, complaints)) return null;
  const values = Object.fromEntries([...given].map(([name, value]) => [`OCF_RESKEY_${name}`, value]));
  const said: Readonly<Record<string, string | Value>> = { ...values, ...call.env };
  const isPromotable =
    metadata.actions.includes("promote") && (said["OCF_RESKEY_CRM_meta_promotable"] ?? "true") === "true";
  const env = { ...environmentOf(call, surroundings), ...(isPromotable ? promotable(call) : {}), ...said };
  return { env, isPromotable };
}

/** What every call of an agent gets. */
function environmentOf(
  call: AgentCall<unknown>,
  { localHost, ocfPlaces }: Surroundings,
): Readonly<Record<string, string>> {
  const [, provider = "", type = ""] = call.agent.split(":");
  const { toolsFolder, stateFolder, temporaryFolder, searchPath } = ocfPlaces;
  /** A `monitor` that nobody repeats is one all the same, and no probe. */
  const intervalMs = call.action === "monitor" ? call.everyMs || call.timeoutMs : 0;
  return {
    OCF_ROOT: ocfRootOf(call.path),
    OCF_RA_VERSION_MAJOR: "1",
    OCF_RA_VERSION_MINOR: "1",
    OCF_RESOURCE_TYPE: type,
    OCF_RESOURCE_PROVIDER: provider,
    OCF_CHECK_LEVEL: "0",
    OCF_RESKEY_CRM_meta_interval: String(intervalMs),
    OCF_RESKEY_CRM_meta_timeout: String(call.timeoutMs),
    OCF_RESKEY_CRM_meta_on_node: localHost,
    HA_SBIN_DIR: toolsFolder,
    HA_RSCTMP: temporaryFolder,
    PATH: `${toolsFolder}:${searchPath}`,
    FAILOVERD_OCF_STATE: stateFolder,
    FAILOVERD_LOCAL_HOST: localHost,
  };
}

/** One master, and one instance a host: all that failoverd knows. Old agents look for `master_…`. */
function promotable({ hostCount }: AgentCall<unknown>): Readonly<Record<string, string>> {
  const meta = {
    promotable: "true",
    promoted_max: "1",
    promoted_node_max: "1",
    master_max: "1",
    master_node_max: "1",
    clone_max: String(hostCount),
    clone_node_max: "1",
    globally_unique: "false",
  };
  return Object.fromEntries(Object.entries(meta).map(([name, value]) => [`OCF_RESKEY_CRM_meta_${name}`, value]));
}

/** By name; null: one has a mistake, which is told; all are looked at. Without metadata only their form is. */
function readParameters<Value>(
  { agent, action, parameters }: AgentCall<Value>,
  metadata: AgentMetadata | null,
  complaints: Complaints,
): ReadonlyMap<string, Value> | null {
  const known = metadata?.parameters.map(({ name }) => name);
  const given = new Map<string, Value>();
  let isBroken = false;
  const refuse = (span: Span, message: string, hint: string | null | (() => string | null)): void => {
    complaints.add("E317", span, message, hint);
    isBroken = true;
  };
  for (const { name, value, shown, span } of parameters) {
    if (name === null) {
      const hint = shown === action ? `its action is always \`${action}\` here, and needs not be said` : null;
      refuse(span, `a resource agent takes parameters as name=value, and \`${shown}\` is not that`, hint);
    } else if (given.has(name)) {
      refuse(span, `\`${name}\` is given twice`, null);
    } else if (known !== undefined && !known.includes(name) && !name.startsWith("CRM_meta_")) {
      const hint = (): string => didYouMean(name, known) ?? `it knows ${known.join(", ")}`;
      refuse(span, `\`${agent}\` has no parameter \`${name}\``, hint);
    } else given.set(name, value);
  }
  return isBroken ? null : given;
}

/** True, with a complaint for each, if a parameter is missing that the agent needs and has no default for. */
function complainOfMissing(
  call: AgentCall<unknown>,
  given: ReadonlyMap<string, unknown>,
  metadata: AgentMetadata,
  complaints: Complaints,
): boolean {
  const missing = metadata.parameters.filter(
    ({ name, isRequired, default: byDefault }) =>
      isRequired && (byDefault ?? "") === "" && !given.has(name) && call.env[`OCF_RESKEY_${name}`] === undefined,
  );
  for (const { name } of missing) complaints.add("E317", call.span, `\`${call.agent}\` needs \`${name}=…\``, null);
  return missing.length > 0;
}

/** Where the agents are, if nobody says that they are elsewhere. */
export const ocfRootDefault = "/usr/lib/ocf";

/** The folder that `resource.d` is in, by an agent's path: its OCF_ROOT, when it is asked and when it is run. */
export function ocfRootOf(agentPath: string): string {
  const end = agentPath.indexOf("/resource.d/");
  return end === -1 ? ocfRootDefault : agentPath.slice(0, end);
}
