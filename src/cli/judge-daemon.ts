/** Whether the daemon is as it should be: what a monitoring system is told of it, as problems with their severity. */
import { sayCount } from "../base/count.ts";
import { sayDuration } from "../base/duration.ts";
import { printable } from "../base/terminal-text.ts";
import { sayAwaitedIsUp } from "./awaited-host.ts";
import type { ShownStatus } from "./status-shape.ts";

export interface Problem {
  readonly severity: "warning" | "critical";
  readonly sentence: string;
}

export interface JudgingLimits {
  /** Of the heartbeat's age. */
  readonly warningMs: number;
  readonly criticalMs: number;
  /** A maintenance that is on for longer was forgotten. */
  readonly maintenanceMs: number;
  /** The configuration knows the roles of master and slave. */
  readonly wantsMaster: boolean;
}

/** `maintenanceAgeMs`: for how long the maintenance of a scope has been on; null: for longer than anybody remembers. */
export function judgeDaemon(
  status: ShownStatus,
  limits: JudgingLimits,
  maintenanceAgeMs: (scope: string) => number | null,
): readonly Problem[] {
  const { daemon, hosts, rules, run, maintenance, splitBrain = [] } = status;
  const problems: Problem[] = [];
  const add = (severity: Problem["severity"], sentence: string): void => {
    problems.push({ severity, sentence: printable(sentence) });
  };
  const ageMs = daemon.heartbeatAgeMs;
  if (ageMs > limits.criticalMs) add("critical", `the daemon hangs, its heart beat ${sayDuration(ageMs)} ago`);
  else if (ageMs > limits.warningMs) add("warning", `the daemon's heart beat ${sayDuration(ageMs)} ago`);
  if (splitBrain.length > 0) add("critical", `split brain: ${splitBrain.join(" and ")} are master at the same time`);
  if (run?.phase === "in-doubt")
    add("critical", `run ${run.run} of ${run.rule} waits for somebody to resume or abandon it`);
  if (run?.phase === "awaiting")
    add(
      "critical",
      `run ${run.run} of ${run.rule} waits for somebody to switch ${run.command.at(1)} off${sayIsUp(status)}`,
    );
  if (typeof daemon.distrust === "string") add("critical", `nothing is acted on: ${daemon.distrust}`);
  if (typeof daemon.notRemembered === "string")
    add("critical", `the journal cannot be written: ${daemon.notRemembered}`);
  if (typeof daemon.notSaved === "string") add("warning", `the state table cannot be written: ${daemon.notSaved}`);
  if (!daemon.learned) add("warning", "still learning, no rule fires yet");
  else if (limits.wantsMaster && !hosts.some((host) => host.status === "master"))
    add("critical", `no host is master${sayLastMaster(hosts)}`);
  for (const sentence of sayNoFailover(status, limits)) add("warning", sentence);
  for (const { rule, state, failure } of rules) {
    if (state === "blocked") add("warning", `the rule ${rule} is blocked until it is acknowledged`);
    else if (typeof failure === "string") add("warning", failure);
  }
  const { refused } = daemon.configuration;
  if (typeof refused === "string") add("warning", `the last reload was refused: ${refused}`);
  for (const { scope } of maintenance) {
    const onMs = maintenanceAgeMs(scope);
    const what = scope === "*" ? "everything" : scope;
    if (onMs === null) add("warning", `maintenance of ${what} is on for longer than the journal remembers`);
    else if (onMs > limits.maintenanceMs) add("warning", `maintenance of ${what} is on for ${sayDuration(onMs)}`);
  }
  return [...problems.filter(isCritical), ...problems.filter((problem) => !isCritical(problem))];
}

function sayIsUp(status: ShownStatus): string {
  const isUp = sayAwaitedIsUp(status);
  return isUp === null ? "" : `, but ${isUp}: abandon the run, unless it is to be switched off all the same`;
}

const illStatuses: readonly string[] = ["conflict", "critical", "down", "unknown"];

/** So many checks are told by name. */
const checksNamedMax = 3;

/**
 * What would keep the next failover from happening, or from going well: a standby that is ill, that nobody knows anything of,
 * or that there is none; a check of a host that is well, without which no rule would fire. While all is still being learned,
 * what is unknown is no news.
 */
function sayNoFailover({ daemon, hosts, checks }: ShownStatus, { wantsMaster }: JudgingLimits): readonly string[] {
  const isIll = ({ status }: ShownStatus["hosts"][number]): boolean =>
    illStatuses.includes(status) && (daemon.learned || status !== "unknown");
  const ill = hosts.filter((host) => isIll(host) && host.role !== "master");
  const withRole = hosts.filter(({ role }) => role !== null);
  const hasMaster = hosts.some(({ status }) => status === "master");
  const hasStandby = withRole.some((host) => host.role === "slave" && !isIll(host));
  const unseen = checks.filter(
    ({ host, status, isStale, isAdvisory = false }) =>
      daemon.learned &&
      !isAdvisory &&
      (isStale || status === "unknown") &&
      !hosts.some((other) => other.host === host && isIll(other)),
  );
  const named = unseen.slice(0, checksNamedMax).map(({ check, host }) => `${check} on ${host}`);
  const more = unseen.length - named.length;
  return [
    ...ill.map(({ host, status }) => `${host} is ${status}`),
    ...(wantsMaster && hasMaster && withRole.length > 1 && !hasStandby
      ? ["no host is a slave that could become master"]
      : []),
    ...(unseen.length === 0
      ? []
      : [`nothing fresh is known of ${named.join(", ")}${more === 0 ? "" : ` and ${sayCount(more, "more check")}`}`]),
  ];
}

function isCritical({ severity }: Problem): boolean {
  return severity === "critical";
}

function sayLastMaster(hosts: ShownStatus["hosts"]): string {
  const last = hosts.filter(({ role }) => role === "master").map(({ host, status }) => `${host} was, and is ${status}`);
  return last.length === 0 ? "" : ` (${last.join(", ")})`;
}
