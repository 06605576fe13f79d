/**
 * OCF resource agents take an action as their only argument and their parameters from the environment.
 *
 * Source: Open Cluster Framework resource agent API 1.1, and what the agents of resource-agents 4.12 need in practice:
 * an interval other than 0 (0 is a probe, for which a missing binary means "stopped"), a time limit, and to be told that
 * they can be promoted.
 */

/** Mistakes are sentences. */
export type OcfEnvironment =
  | { readonly kind: "environment"; readonly env: Readonly<Record<string, string>> }
  | { readonly kind: "mistake"; readonly word: string };

export interface OcfCall {
  /** `ocf:PROVIDER:TYPE`. */
  readonly agent: string;
  readonly path: string;
  readonly instance: string;
  /** `name=value` each. */
  readonly parameters: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

export function isOcf(script: string): boolean {
  return script.startsWith("ocf:");
}

export function ocfEnvironment(call: OcfCall): OcfEnvironment {
  const [, provider = "", type = ""] = call.agent.split(":");
  const rootEnd = call.path.indexOf("/resource.d/");
  const env: Record<string, string> = {
    OCF_ROOT: rootEnd === -1 ? "/usr/lib/ocf" : call.path.slice(0, rootEnd),
    OCF_RA_VERSION_MAJOR: "1",
    OCF_RA_VERSION_MINOR: "1",
    OCF_RESOURCE_INSTANCE: call.instance,
    OCF_RESOURCE_TYPE: type,
    OCF_RESOURCE_PROVIDER: provider,
    OCF_CHECK_LEVEL: "0",
    OCF_RESKEY_CRM_meta_interval: String(call.intervalMs),
    OCF_RESKEY_CRM_meta_timeout: String(call.timeoutMs),
  };
  for (const word of call.parameters) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined) return { kind: "mistake", word };
    env[`OCF_RESKEY_${name}`] = value;
  }
  return { kind: "environment", env };
}
