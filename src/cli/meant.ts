/** What was meant by a name that the daemon does not know: it is asked which names there are. */
import { nearest } from "../base/nearest.ts";
import type { Client } from "./client.ts";
import { parseStatus, type ShownStatus } from "./status-shape.ts";

/** More names than these are not listed: `status` shows them all. */
const listedMax = 8;

/** A hint, or null if the name is one that there is, or nobody can say. */
export type Hint = (client: Client) => Promise<string | null>;

export function hintForRule(name: string): Hint {
  return hintFor(name, "rules", ({ rules }) => rules.map(({ rule }) => rule));
}

/** What waits for `ack`: rules that are blocked or failed, the journal, and the fence that a run has come to. */
export function hintForAck(name: string): Hint {
  return async (client) => {
    const status = await statusOf(client);
    if (status === null) return null;
    const { rules, run, daemon } = status;
    const names = rules.map(({ rule }) => rule);
    const waiting = [
      ...rules
        .filter(({ state, failure }) => state === "blocked" || typeof failure === "string")
        .map(({ rule }) => rule),
      ...(typeof daemon.distrust === "string" ? ["journal"] : []),
      ...(run?.phase === "awaiting" ? [run.command.join(" ")] : []),
    ];
    if (waiting.includes(name)) return null;
    const meant = names.includes(name) ? null : nearest(name, [...waiting, ...names]);
    if (meant !== null) return `did you mean ${meant}?`;
    return waiting.length === 0
      ? "nothing waits to be acknowledged"
      : `what waits to be acknowledged: ${listOf(waiting)}`;
  };
}

export function hintForHost(name: string): Hint {
  return hintFor(name, "hosts", ({ hosts }) => hosts.map(({ host }) => host));
}

/** Of a maintenance: a host, a check, a check on a host, or a rule. */
export function hintForScope(name: string): Hint {
  return hintFor(name, "hosts, checks and rules", ({ hosts, checks, rules }) => [
    ...hosts.map(({ host }) => host),
    ...new Set(checks.map(({ check }) => check)),
    ...rules.map(({ rule }) => rule),
    ...checks.map(({ check, host }) => `${check} on ${host}`),
  ]);
}

/** What can be ended, when it was asked to end something that is not there. */
export function hintForEnd(): Hint {
  return async (client) => {
    const status = await statusOf(client);
    if (status === null) return null;
    const scopes = status.maintenance.map(({ scope }) => (scope === "*" ? "everything" : scope));
    return scopes.length === 0 ? "nothing is in maintenance" : `in maintenance is ${scopes.join(", ")}`;
  };
}

function hintFor(name: string, what: string, namesOf: (status: ShownStatus) => readonly string[]): Hint {
  return async (client) => {
    const status = await statusOf(client);
    if (status === null) return null;
    const names = namesOf(status);
    if (names.includes(name)) return null;
    const meant = nearest(name, names);
    if (meant !== null) return `did you mean ${meant}?`;
    if (names.length === 0) return `there are no ${what} in the configuration`;
    return `the ${what} are ${listOf(names)}`;
  };
}

function listOf(names: readonly string[]): string {
  return `${names.slice(0, listedMax).join(", ")}${names.length > listedMax ? ", …" : ""}`;
}

/** Null: it cannot be asked, or is not understood. */
async function statusOf(client: Client): Promise<ShownStatus | null> {
  const answer = await client.ask("status", {});
  const status = answer.kind === "result" ? parseStatus(answer.result, "status") : null;
  return status?.ok === true ? status.value : null;
}
