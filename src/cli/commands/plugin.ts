/** failoverctl as a plugin of Nagios and everything that speaks its language: who watches the watchman. */
import { parseDuration } from "../../base/duration.ts";
import { printable } from "../../base/terminal-text.ts";
import { connectDaemon, type Client } from "../client.ts";
import type { Command, Invocation } from "../command.ts";
import { judgeDaemon, type JudgingLimits, type Problem } from "../judge-daemon.ts";
import { maintenanceSince } from "../maintenance-since.ts";
import { parseStatus, type ShownStatus } from "../status-shape.ts";
import type { Terminal } from "../terminal.ts";

/** A monitoring system waits for its plugins ten seconds, or less. */
const answerWithinMs = 5_000;

/** The exit codes of plugins, which are not those of failoverctl. */
const pluginExits = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const;
type PluginState = keyof typeof pluginExits;

export const plugin: Command = {
  name: "plugin",
  usage: "",
  wordsMin: 0,
  wordsMax: 0,
  summary: "be a Nagios plugin that watches the daemon",
  details: [
    "One line with performance data, and exit code 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN: for Nagios, Icinga, Naemon, Zabbix and whatever runs their plugins. Reading is enough: a user whose group may open VAR/query.sock can run it. To let the group nagios in: `chgrp nagios VAR && chmod 2710 VAR`, and start the daemon again.",
    "CRITICAL: no daemon answers, or it hangs; two hosts are master at once, or none is; a run waits for a person; the journal is damaged or cannot be written. WARNING: a rule is blocked, or its last run failed; the state table cannot be written; the last reload was refused; a host is critical, down, unknown or in conflict with itself; a check that is not advisory is unknown or stale; there is a master, and of the hosts that had a role none is a slave any more; a maintenance is on for too long; the daemon is still learning. UNKNOWN: it cannot be asked.",
    "Performance data: the heartbeat's age, the hosts by status, the checks and how many of them are stale, the rules by state.",
  ],
  options: [
    { name: "warning", value: "DURATION", help: "warn if the heartbeat is older than this (default: 5s)" },
    { name: "critical", value: "DURATION", help: "critical if the heartbeat is older than this (default: 30s)" },
    { name: "maintenance", value: "DURATION", help: "warn if a maintenance is on for longer than this (default: 8h)" },
    { name: "without-master", value: null, help: "a configuration without roles: that no host is master is no fault" },
  ],
  completes: [],
  examples: [
    ["plugin", "FAILOVERD OK: host1 is master, 2 hosts, 3 rules | heartbeat=0.340s;5;30;0 …"],
    ["plugin --maintenance 2h", "somebody is reminded of a maintenance that was forgotten"],
  ],
  refuse: (sentence, terminal) => print(terminal, { state: "unknown", text: sentence, perfdata: "" }),
  run: async (invocation) => {
    const verdict = await judge(invocation);
    if (!invocation.isJson) return print(invocation.terminal, verdict);
    const { state, text, problems = [] } = verdict;
    invocation.terminal.print(JSON.stringify({ state, text, problems }));
    return pluginExits[state];
  },
};

interface Verdict {
  readonly state: PluginState;
  readonly text: string;
  readonly perfdata: string;
  readonly problems?: readonly Problem[];
}

function print(terminal: Terminal, { state, text, perfdata }: Verdict): number {
  /** A `|` begins performance data, whatever it was meant to be. */
  const line = `FAILOVERD ${state.toUpperCase()}: ${printable(text).replaceAll("|", "/")}`;
  terminal.print(perfdata === "" ? line : `${line} | ${perfdata}`);
  return pluginExits[state];
}

async function judge(invocation: Invocation): Promise<Verdict> {
  const limits = readLimits(invocation);
  if (typeof limits === "string") return { state: "unknown", text: limits, perfdata: "" };
  const connection = await connectDaemon(invocation.sockets, answerWithinMs);
  if (connection.kind === "absent") {
    return {
      state: connection.why === "forbidden" ? "unknown" : "critical",
      text: connection.sentence,
      perfdata: "",
    };
  }
  try {
    return await judgeAnswer(connection.client, limits);
  } finally {
    connection.client.close();
  }
}

async function judgeAnswer(client: Client, limits: JudgingLimits): Promise<Verdict> {
  const answer = await client.ask("status", {});
  if (answer.kind === "lost") return { state: "critical", text: answer.sentence, perfdata: "" };
  if (answer.kind === "error") return { state: "unknown", text: answer.message, perfdata: "" };
  const parsed = parseStatus(answer.result, "status");
  if (!parsed.ok)
    return { state: "unknown", text: `the daemon is of another version: ${parsed.sentence}`, perfdata: "" };
  const status = parsed.value;
  const since = await maintenanceSince(
    client,
    status.maintenance.map(({ scope }) => scope),
  );
  if (since.kind !== "read") {
    const why = since.kind === "lost" ? since.sentence : since.message;
    return { state: "unknown", text: `since when there is maintenance cannot be asked: ${why}`, perfdata: "" };
  }
  const problems = judgeDaemon(status, limits, (scope) => {
    const sinceMs = since.moments.get(scope);
    return sinceMs === undefined ? null : Date.now() - sinceMs;
  });
  const text = problems.length === 0 ? sayWell(status) : problems.map(({ sentence }) => sentence).join("; ");
  return { state: problems[0]?.severity ?? "ok", text, perfdata: perfdataOf(status, limits), problems };
}

/** The limits, or what is wrong with one. */
function readLimits({ values, flags }: Invocation): JudgingLimits | string {
  const durations = { warning: "5s", critical: "30s", maintenance: "8h" };
  const readMs = (name: keyof typeof durations): number | null => parseDuration(values.get(name) ?? durations[name]);
  const [warningMs, criticalMs, maintenanceMs] = [readMs("warning"), readMs("critical"), readMs("maintenance")];
  if (warningMs === null || criticalMs === null || maintenanceMs === null) {
    const name = warningMs === null ? "warning" : criticalMs === null ? "critical" : "maintenance";
    return `--${name} needs a duration such as 500ms, 5s or 2h, not ${JSON.stringify(values.get(name))}`;
  }
  return { warningMs, criticalMs, maintenanceMs, wantsMaster: !flags.has("without-master") };
}

function sayWell({ hosts, rules, maintenance }: ShownStatus): string {
  const masters = hosts.filter(({ status }) => status === "master").map(({ host }) => `${host} is master`);
  const held = maintenance.length === 0 ? [] : ["in maintenance"];
  return [...masters, `${hosts.length} hosts`, `${rules.length} rules`, ...held].join(", ");
}

const hostStatuses = ["master", "slave", "ok", "warning", "unknown", "conflict", "critical", "down"];
const ruleStates = ["armed", "running", "waiting", "held", "blocked"];

/** Always the same labels, so that a graph has no holes. Seconds are the guidelines' unit of time. */
function perfdataOf({ daemon, hosts, checks, rules }: ShownStatus, limits: JudgingLimits): string {
  const seconds = (ms: number): string => String(ms / 1_000);
  const count = (label: string, amount: number): string => `${label}=${amount};;;0`;
  return [
    `heartbeat=${(daemon.heartbeatAgeMs / 1_000).toFixed(3)}s;${seconds(limits.warningMs)};${seconds(limits.criticalMs)};0`,
    ...hostStatuses.map((status) => count(`hosts_${status}`, hosts.filter((host) => host.status === status).length)),
    count("checks", checks.length),
    count("checks_stale", checks.filter(({ isStale }) => isStale).length),
    ...ruleStates.map((state) => count(`rules_${state}`, rules.filter((rule) => rule.state === state).length)),
  ].join(" ");
}
