/** What `status` shows, made from what the core knows. Monotonic times become dates for people here, and nowhere else. */
import { shownWords } from "../core/agent-action.ts";
import { checkOf } from "../core/grouped.ts";
import { whyIdle } from "../core/explain.ts";
import { sayBlocked } from "../core/holds.ts";
import { sayAwaited } from "../core/run-text.ts";
import { progressOf } from "../core/turn.ts";
import { hostsOf, standingOf } from "../core/hosts.ts";
import { rankOf } from "../core/status.ts";
import type { Configuration } from "../core/configuration.ts";
import type { Outcome } from "../core/result.ts";
import type { BoundAction, Run } from "../core/run.ts";
import type { Observation, RuleProgress, State } from "../core/state.ts";
import type { CheckView, HostView, RuleView, RunView, StatusView } from "../wire/status.ts";

export interface DaemonFacts {
  readonly isRunning: boolean;
  readonly pid: number;
  readonly version: string;
  readonly startedAtWallMs: number;
  readonly turnedAtMs: number;
  readonly generation: number;
  /** Why the last reload was refused; null: it was not. */
  readonly reloadRefused: string | null;
  /** The journal cannot be written: the daemon acts, and cannot remember. Null: it can. */
  readonly notRemembered: string | null;
  /** Why the state table cannot be written. Null: it can. */
  readonly notSaved: string | null;
  /** What waits to be told to `[notify]`, and what was dropped because too much waited. */
  readonly notifications: { readonly waiting: number; readonly dropped: number };
}

export interface Moment {
  readonly nowMs: number;
  readonly wallMs: number;
}

interface Known {
  readonly configuration: Configuration;
  readonly state: State;
}

/** `toldSeq`: the last entry that is in what is known. */
export function statusView(
  known: Known & { readonly toldSeq: number },
  daemon: DaemonFacts,
  moment: Moment,
): StatusView {
  const { configuration, state } = known;
  const date = (atMs: number): string => new Date(moment.wallMs - (moment.nowMs - atMs)).toISOString();
  return {
    daemon: {
      running: daemon.isRunning,
      pid: daemon.pid,
      version: daemon.version,
      startedAt: new Date(daemon.startedAtWallMs).toISOString(),
      heartbeatAgeMs: Math.max(0, Math.round(moment.nowMs - daemon.turnedAtMs)),
      seq: known.toldSeq,
      learned: state.learning.isOver,
      distrust: state.distrust,
      notRemembered: daemon.notRemembered,
      notSaved: daemon.notSaved,
      notifications: daemon.notifications,
      configuration: {
        generation: daemon.generation,
        fingerprint: configuration.fingerprint,
        refused: daemon.reloadRefused,
      },
    },
    hosts: hostsOf(known).map((host) => viewHost(host, state, date)),
    splitBrain: state.splitBrain,
    checks: Object.entries(state.observations).map(([key, observation]) =>
      viewCheck(key, observation, known, moment, date),
    ),
    rules: configuration.rules.map(({ name }) => {
      const view = viewRule(name, state);
      const isIdle = view.state === "armed" && view.reason === null;
      return isIdle ? { ...view, reason: whyIdle(known, name, moment.nowMs) } : view;
    }),
    run: state.run === null ? null : viewRun(state.run),
    waiting: state.waiting.map((trigger) => trigger.rule),
    maintenance: state.maintenance.map(({ scope, untilMs, reason }) => ({
      scope,
      until: untilMs === null ? null : date(untilMs),
      reason,
    })),
  };
}

function viewHost(host: string, state: State, date: (atMs: number) => string): HostView {
  const standing = standingOf(state, host);
  if (standing === undefined) return { host, status: "unknown", role: null, since: null };
  return { host, status: standing.status, role: standing.role, since: date(standing.sinceMs) };
}

function viewCheck(
  key: string,
  observation: Observation,
  known: Known,
  moment: Moment,
  date: (atMs: number) => string,
): CheckView {
  const { check, host, standing, latest, latestAtMs, confirming, isStale } = observation;
  const declared = checkOf(known.configuration, observation.source);
  const pending = confirming.at(-1);
  const isWorse = pending !== undefined && rankOf(pending) > rankOf(standing.status);
  const needed = declared === undefined ? confirming.length : isWorse ? declared.fall : declared.rise;
  return {
    check,
    host,
    status: standing.status,
    since: date(standing.sinceMs),
    output: latest?.output ?? "",
    longOutput: latest?.longOutput ?? "",
    exit: exitOf(latest?.outcome ?? null),
    ageMs: latestAtMs === null ? null : Math.max(0, Math.round(moment.nowMs - latestAtMs)),
    isStale,
    isAdvisory: declared?.isAdvisory ?? false,
    lateCount: known.state.checks[key]?.lateCount ?? 0,
    confirming: pending === undefined ? null : { status: pending, seen: confirming.length, needed },
    metrics: latest?.metrics ?? [],
  };
}

function exitOf(outcome: Outcome | null): number | null {
  return outcome?.kind === "exited" ? outcome.code : null;
}

export function viewRule(rule: string, state: State): RuleView {
  const progress = progressOf({ state }, rule);
  const failure = state.run?.rule === rule ? null : sayFailed(rule, progress);
  const armed = { state: "armed", reason: failure ?? (progress.hasFired ? hasFired : null) } as const;
  return { rule, ...(stateOf(rule, progress, state) ?? armed), failure };
}

const hasFired = "has fired, or a reload passed it over, and fires again when its condition was false in between";

/** Null: it is armed. */
function stateOf(rule: string, progress: RuleProgress, state: State): Pick<RuleView, "state" | "reason"> | null {
  if (state.run?.rule === rule) return { state: "running", reason: `run ${state.run.run}` };
  const blocked = sayBlocked(progress);
  if (blocked !== null) return { state: "blocked", reason: blocked };
  if (state.waiting.some((trigger) => trigger.rule === rule))
    return { state: "waiting", reason: `a trigger waits for ${sayAwaited(state.run)}` };
  if (progress.hold !== null)
    return { state: progress.hold.kind === "run" ? "waiting" : "held", reason: progress.hold.sentence };
  return state.learning.isOver ? null : { state: "held", reason: "still learning" };
}

function sayFailed(rule: string, { failure = null }: RuleProgress): string | null {
  if (failure === null) return null;
  return `${failure}; it is not tried again by itself: "failoverctl run ${rule}", or "failoverctl ack ${rule}"`;
}

function wordsOf(action: BoundAction): readonly string[] {
  if (action.kind === "command") return shownWords(action.command);
  return action.verb === "off" ? ["fence", action.host] : ["fence", action.host, "status"];
}

function viewRun(run: Run): RunView {
  const action = run.actions[run.at];
  const command = action === undefined ? [] : wordsOf(action);
  return {
    run: run.run,
    rule: run.rule,
    step: run.at + 1,
    of: run.actions.length,
    command,
    phase: run.phase.kind,
    failure: run.failure,
  };
}
