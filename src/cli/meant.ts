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

/** What `ack` may name: rules, the journal, and the fence that a run waits for. */
export function hintForAck(name: string): Hint {
  return hintFor(name, "rules, and what else waits for a person,", ({ rules, run, daemon }) => [
    ...rules.map(({ rule }) => rule),
    ...(typeof daemon.distrust === "string" ? ["journal"] : []),
    ...(run?.phase === "awaiting" ? [run.command.join(" ")] : []),
  ]);
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
    const answer = await client.ask("status", {});
    const status = answer.kind === "result" ? parseStatus(answer.result, "status") : null;
    if (status?.ok !== true) return null;
    const scopes = status.value.maintenance.map(({ scope }) => (scope === "*" ? "everything" : scope));
    return scopes.length === 0 ? "nothing is in maintenance" : `in maintenance is ${scopes.join(", ")}`;
  };
}

function hintFor(name: string, what: string, namesOf: (status: ShownStatus) => readonly string[]): Hint {
  return async (client) => {
    const answer = await client.ask("status", {});
    const status = answer.kind === "result" ? parseStatus(answer.result, "status") : null;
    if (status?.ok !== true) return null;
    const names = namesOf(status.value);
    if (names.includes(name)) return null;
    const meant = nearest(name, names);
    if (meant !== null) return `did you mean ${meant}?`;
    if (names.length === 0) return `there are no ${what} in the configuration`;
    const rest = names.length > listedMax ? ", …" : "";
    return `the ${what} are ${names.slice(0, listedMax).join(", ")}${rest}`;
  };
}
