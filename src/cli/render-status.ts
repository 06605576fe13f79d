/**
 * The status for people, on eighty columns: what needs a person first, then the hosts, the checks, the rules with what
 * holds them, the run in progress, and maintenance. Every status stands with its age.
 */
import { sayDuration } from "../base/duration.ts";
import { printable } from "../base/terminal-text.ts";
import { sayAwaitedIsUp } from "./awaited-host.ts";
import { cell, layOut, type Cell, type Layout } from "./columns.ts";
import { sayDate } from "./dates.ts";
import { withoutRule } from "./rule-sentence.ts";
import type { ShownCheck, ShownStatus } from "./status-shape.ts";
import { paint, type Colour } from "./terminal.ts";
import { wrap } from "./wrap.ts";

/** A daemon turns its loop twice a second; after this long it hangs, or is stopped. */
const heartbeatAgeMsMax = 5_000;

/** Some lines. `nowWallMs` is for ages only. */
export function renderStatus(status: ShownStatus, nowWallMs: number, layout: Layout): string {
  const ageOf = (at: string | null): string => {
    const sinceMs = at === null ? Number.NaN : Date.parse(at);
    return Number.isNaN(sinceMs) ? "-" : sayDuration(Math.max(0, nowWallMs - sinceMs));
  };
  const cut = { ...layout, tooLong: "cut" } as const;
  const fold = { ...layout, tooLong: "wrap" } as const;
  const hosts = status.hosts.map(({ host, status: now, role, since }) => [
    cell(host),
    cell(now, colourOf(now)),
    cell(role ?? "-", role === "master" ? "bold" : "plain"),
    cell(ageOf(since)),
  ]);
  const checks = status.checks.map((check) => [
    cell(check.check),
    cell(check.host),
    statusCell(check),
    cell(check.ageMs === null ? "never" : sayDuration(check.ageMs), check.isStale ? "yellow" : "plain"),
    cell(check.output),
  ]);
  const rules = status.rules.map(({ rule, state, reason }) => [
    cell(rule),
    cell(state, ruleColours[state]),
    cell(reason === null ? "" : withoutRule(reason, rule)),
  ]);
  return [
    ...renderDaemon(status, nowWallMs).flatMap((line) => wrap(line, layout.columns ?? Infinity)),
    ...needsOf(status).flatMap((need) =>
      wrap(need, (layout.columns ?? Infinity) - 2).map((line, index) => {
        return `${index === 0 ? "! " : "  "}${paint(layout.isColoured, "red", line)}`;
      }),
    ),
    ...section(layOut(["HOST", "STATUS", "ROLE", "FOR"], hosts, cut), hosts),
    ...section(layOut(["CHECK", "HOST", "STATUS", "AGE", "OUTPUT"], checks, cut), checks),
    ...section(layOut(["RULE", "STATE", "WHY"], rules, fold), rules),
    ...renderRun(status, layout),
    ...section(renderMaintenance(status.maintenance, layout), status.maintenance),
  ].join("\n");
}

/** What is in maintenance, under its headings. */
export function renderMaintenance(inForce: ShownStatus["maintenance"], layout: Layout): readonly string[] {
  const rows = inForce.map(({ scope, until, reason }) => [
    cell(scope === "*" ? "everything" : scope),
    cell(sayUntil(until)),
    cell(reason),
  ]);
  return layOut(["MAINTENANCE", "UNTIL", "REASON"], rows, { ...layout, tooLong: "wrap" });
}

function renderDaemon({ daemon }: ShownStatus, nowWallMs: number): readonly string[] {
  const { version, pid, startedAt, heartbeatAgeMs, learned, configuration } = daemon;
  const files = `configuration ${printable(configuration.fingerprint)}, generation ${configuration.generation}`;
  if (!daemon.running) {
    return [`failoverd does not answer. What it knew ${sayDuration(heartbeatAgeMs)} ago:`, files];
  }
  const uptime = sayDuration(Math.max(0, nowWallMs - Date.parse(startedAt)));
  const mind = learned ? "has learned" : "still learning";
  return [
    `failoverd ${printable(version)}, pid ${pid}, runs for ${uptime}, since ${sayDate(startedAt)}`,
    `heartbeat ${sayDuration(heartbeatAgeMs)} ago, ${mind}; ${files}`,
  ];
}

/** What somebody has to look at, the worst first. */
function needsOf(status: ShownStatus): readonly string[] {
  const { daemon, splitBrain, rules, run, maintenance } = status;
  const needs: string[] = [];
  if (splitBrain !== undefined && splitBrain.length > 0)
    needs.push(`SPLIT BRAIN: ${splitBrain.join(" and ")} are master at the same time`);
  if (daemon.running && daemon.heartbeatAgeMs > heartbeatAgeMsMax)
    needs.push(`the daemon hangs: its heart beat ${sayDuration(daemon.heartbeatAgeMs)} ago`);
  if (run?.phase === "in-doubt") {
    const what = `nobody knows whether its step ${run.step} was done, or is still wanted: ${run.command.join(" ")}`;
    const ways = `failoverctl resume ${run.run} does it again, failoverctl abandon ${run.run} gives the run up`;
    needs.push(`run ${run.run} waits for you, ${what}; ${ways}`);
  }
  if (run?.phase === "awaiting") {
    const done = `failoverctl ack ${run.command.join(" ")}, or failoverctl abandon ${run.run}`;
    const isUp = sayAwaitedIsUp(status);
    needs.push(
      isUp === null
        ? `run ${run.run} waits for a person: switch ${run.command.at(1)} off, then ${done}`
        : `${isUp}, and run ${run.run} waits for a person to switch it off: failoverctl abandon ${run.run}, unless it is to be switched off all the same (then failoverctl ack ${run.command.join(" ")})`,
    );
  }
  if (typeof daemon.distrust === "string") needs.push(`nothing is acted on: ${daemon.distrust}`);
  if (typeof daemon.notRemembered === "string") needs.push(`the journal cannot be written: ${daemon.notRemembered}`);
  else if (typeof daemon.notSaved === "string") needs.push(`the state table cannot be written: ${daemon.notSaved}`);
  for (const { rule, state, reason, failure } of rules) {
    if (state === "blocked") needs.push(reason ?? `${rule} is blocked until it is acknowledged`);
    else if (typeof failure === "string") needs.push(failure);
  }
  const { refused } = daemon.configuration;
  if (typeof refused === "string")
    needs.push(
      `the last reload was refused, and the configuration in force is the one before: ${refused}; ${whenMended}`,
    );
  for (const { scope, until } of maintenance)
    if (scope === "*") needs.push(`maintenance of everything ${sayUntil(until)}: no rule fires`);
  return needs.map(printable);
}

const whenMended = "when that is mended, failoverctl reload takes it";

function sayUntil(until: string | null): string {
  return until === null ? "until it is ended" : `until ${sayDate(until)}`;
}

function renderRun({ run }: ShownStatus, { columns, isColoured }: Layout): readonly string[] {
  if (run === null) return [];
  const { phase, failure } = run;
  const how = phase === undefined ? "" : ` (${phase})`;
  const failed = typeof failure === "string" ? `; it failed, and is being undone: ${failure}` : "";
  const line = `run ${run.run} of ${run.rule}: step ${run.step} of ${run.of}${how}: ${run.command.join(" ")}${failed}`;
  return ["", ...wrap(printable(line), columns ?? Infinity).map((text) => paint(isColoured, "bold", text))];
}

/** `ok`, `ok (stale)`, `ok, critical 2/3`: the confirmed status, and what is being confirmed. */
function statusCell({ status, confirming, isStale }: ShownCheck): Cell {
  const next = confirming === null ? "" : `, ${confirming.status} ${confirming.seen}/${confirming.needed}`;
  return cell(`${status}${next}${isStale ? " (stale)" : ""}`, isStale ? "yellow" : colourOf(status));
}

function section(lines: readonly string[], rows: readonly unknown[]): readonly string[] {
  return rows.length === 0 ? [] : ["", ...lines];
}

function colourOf(status: string): Colour {
  return statusColours[status] ?? "plain";
}

const statusColours: Readonly<{ [status: string]: Colour }> = {
  ok: "green",
  master: "green",
  slave: "green",
  warning: "yellow",
  unknown: "yellow",
  conflict: "red",
  critical: "red",
  down: "red",
};

const ruleColours: Readonly<{ [state: string]: Colour }> = {
  armed: "green",
  running: "bold",
  waiting: "yellow",
  held: "yellow",
  blocked: "red",
};
