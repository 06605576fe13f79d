/**
 * When checks are started, and when the core wants to be asked again.
 *
 * An interval is from start to start. There are never two instances of one check at once: one that is late is counted, and
 * starts as soon as the last has ended.
 */
import { ownOf } from "../base/own.ts";
import { forget } from "./forget.ts";
import { observationsFrom } from "./grouped.ts";
import { observe, newObservation, staleAtMs } from "./observe.ts";
import { rankOf } from "./status.ts";
import { note, setCheck, setChecks, setObservation, type Turn } from "./turn.ts";
import { checkKey, type Check, type CheckKey } from "./configuration.ts";
import type { HostResult } from "./event.ts";
import type { Result } from "./result.ts";
import type { CheckProgress } from "./state.ts";

/** Back-off of a resident check that ends: 1 s, doubled at each end, up to a minute; forgotten after a minute of life. */
const restartAfterMs = { first: 1_000, most: 60_000 };

/** Learning does not wait longer for checks that do not report. */
export const learningMsMax = 30_000;

export const newProgress = (nowMs: number): CheckProgress => ({
  nextAtMs: nowMs,
  job: null,
  startedAtMs: nowMs,
  lateCount: 0,
  restarts: 0,
  droppedHosts: 0,
});

export function startDueChecks(turn: Turn): void {
  const started: (readonly [CheckKey, CheckProgress])[] = [];
  for (const check of turn.configuration.checks) {
    const progress = turn.state.checks[check.key];
    if (
      check.run.kind === "passive" ||
      progress === undefined ||
      progress.job !== null ||
      turn.nowMs < progress.nextAtMs
    )
      continue;
    const job = turn.state.nextJob + started.length;
    started.push([check.key, { ...progress, job, startedAtMs: turn.nowMs }]);
    const { program } = check.run;
    const { dialect, isPromotable } = check;
    if (check.run.kind === "resident") turn.effects.push({ kind: "startResident", job, program, dialect });
    else turn.effects.push({ kind: "startCheck", job, program, dialect, isPromotable, timeoutMs: check.run.timeoutMs });
  }
  setChecks(turn, started);
  turn.state = { ...turn.state, nextJob: turn.state.nextJob + started.length };
}

/** A scheduled check has ended. Its results are as old as its start. */
export function checkEnded(turn: Turn, job: number, results: readonly HostResult[]): void {
  const check = checkOfJob(turn, job);
  const progress = check === undefined ? undefined : turn.state.checks[check.key];
  if (check === undefined || progress === undefined || check.run.kind !== "scheduled") return;
  if (progress.startedAtMs >= turn.state.learning.sinceMs) take(turn, check, results, progress.startedAtMs);
  const isConfirmingWorse = observationsFrom(turn.state, check.key).some((observation) => {
    const last = observation.confirming.at(-1);
    return last !== undefined && rankOf(last) > rankOf(observation.standing.status);
  });
  const dueAtMs = progress.startedAtMs + (isConfirmingWorse ? check.run.retryMs : check.run.everyMs);
  const isLate = turn.nowMs > dueAtMs;
  const isTooOld = progress.startedAtMs < Math.max(turn.state.learning.sinceMs, expectedSinceMs(turn));
  const nextAtMs = isTooOld ? turn.nowMs : Math.max(turn.nowMs, dueAtMs);
  const lateCount = progress.lateCount + (isLate ? 1 : 0);
  /** What was dropped of its results has been counted meanwhile. */
  setCheck(turn, check.key, { ...progress, ...turn.state.checks[check.key], job: null, nextAtMs, lateCount });
}

export function residentReported(turn: Turn, job: number, results: readonly HostResult[]): void {
  const check = checkOfJob(turn, job);
  if (check !== undefined) take(turn, check, results, turn.nowMs);
}

/** A resident check ended, which it should not: it is unknown, and started again with back-off. `reason`: a sentence. */
export function residentEnded(turn: Turn, job: number, reason: string): void {
  const check = checkOfJob(turn, job);
  const progress = check === undefined ? undefined : turn.state.checks[check.key];
  if (check === undefined || progress === undefined) return;
  const restarts = turn.nowMs - progress.startedAtMs > restartAfterMs.most ? 0 : progress.restarts;
  const pauseMs = Math.min(restartAfterMs.first * 2 ** Math.min(restarts, 10), restartAfterMs.most);
  setCheck(turn, check.key, { ...progress, job: null, nextAtMs: turn.nowMs + pauseMs, restarts: restarts + 1 });
  const result: Result = {
    status: "unknown",
    output: reason,
    longOutput: "",
    metrics: [],
    outcome: null,
  };
  for (const observation of observationsFrom(turn.state, check.key))
    observe(turn, check, observation, result, turn.nowMs);
  if (restarts === 0)
    note(turn, "resident", `${check.key}: ${reason}; it is started again, with back-off up to a minute`);
}

/** Something came over the socket, or from a resident, or from a check that reports on several hosts. */
export function take(turn: Turn, check: Check, results: readonly HostResult[], atMs: number): void {
  for (const { host, result } of results) {
    const about = host ?? check.host;
    const key = checkKey(check.name, about);
    if (turn.state.observations[key] === undefined && !hasRoom(turn, check, about)) continue;
    if (turn.state.observations[key] === undefined) setObservation(turn, newObservation(check, about, turn.nowMs));
    /** A check that reports on hosts and could not run says nothing of any: each of them is unknown. */
    const spoken =
      host === null ? observationsFrom(turn.state, check.key).map((each) => checkKey(each.check, each.host)) : [key];
    for (const each of spoken) {
      const observation = turn.state.observations[each];
      /** A report does not speak for a check of the same name that the configuration has on that host. */
      if (observation?.source === check.key) observe(turn, check, observation, result, atMs);
    }
  }
}

/** Hosts that one check may report on. A report that names ever new ones must not fill the table; the first that is stale makes room. */
export const reportedHostsMax = 256;

function hasRoom(turn: Turn, check: Check, host: string): boolean {
  const known = observationsFrom(turn.state, check.key);
  if (known.length < reportedHostsMax) return true;
  const stale = known.find((observation) => observation.isStale && observation.host !== check.host);
  if (stale !== undefined) {
    const key = checkKey(stale.check, stale.host);
    const why = `${key} is forgotten: it was silent, and ${check.name} reports on more hosts than ${reportedHostsMax}`;
    forget(turn, stale, why);
    return true;
  }
  const progress = turn.state.checks[check.key];
  if (progress?.droppedHosts === 0)
    note(
      turn,
      "report",
      `${check.key} reports on more than ${reportedHostsMax} hosts: what it says of ${host} and others is dropped`,
    );
  if (progress !== undefined) setCheck(turn, check.key, { ...progress, droppedHosts: progress.droppedHosts + 1 });
  return false;
}

/** After a time in which nobody looked: every check starts now. What a resident has said is as old as everything else. */
export function restartChecks(turn: Turn): void {
  const due: (readonly [CheckKey, CheckProgress])[] = [];
  for (const check of turn.configuration.checks) {
    const progress = turn.state.checks[check.key];
    if (progress === undefined || (check.run.kind !== "resident" && progress.job !== null)) continue;
    if (progress.job !== null) turn.effects.push({ kind: "stopCheck", job: progress.job });
    due.push([check.key, { ...progress, job: null, nextAtMs: turn.nowMs }]);
  }
  setChecks(turn, due);
}

/** Every check that does not run starts now: something waits for what it will say. */
export function hurryChecks(turn: Turn): void {
  const due: (readonly [CheckKey, CheckProgress])[] = [];
  for (const check of turn.configuration.checks) {
    const progress = turn.state.checks[check.key];
    if (check.run.kind === "scheduled" && progress !== undefined && progress.job === null)
      due.push([check.key, { ...progress, nextAtMs: turn.nowMs }]);
  }
  setChecks(turn, due);
}

/** Since when an expectation waits for newer results. */
function expectedSinceMs(turn: Turn): number {
  const phase = turn.state.run?.phase;
  return phase?.kind === "expecting" ? phase.sinceMs : -Infinity;
}

function checkOfJob(turn: Turn, job: number): Check | undefined {
  return turn.configuration.checks.find((check) => turn.state.checks[check.key]?.job === job);
}

/** The next moment at which something comes out otherwise although nothing has happened. */
export function wakeAtMs(turn: Turn): number {
  const { state, nowMs, configuration } = turn;
  let nextMs = nowMs + 60_000;
  const wake = (atMs: number): void => {
    if (atMs > nowMs && atMs < nextMs) nextMs = atMs;
  };
  for (const check of configuration.checks) {
    const progress = state.checks[check.key];
    if (check.run.kind !== "passive" && progress !== undefined && progress.job === null) wake(progress.nextAtMs);
    for (const observation of observationsFrom(state, check.key)) {
      if (!observation.isStale && observation.latestAtMs !== null) wake(staleAtMs(turn, check, observation.latestAtMs));
    }
  }
  for (const { untilMs } of state.maintenance) if (untilMs !== null) wake(untilMs);
  for (const rule of configuration.rules) {
    const endMs = ownOf(state.rules, rule.name)?.lastRunEndMs;
    if (endMs != null && rule.cooldownMs > 0) wake(endMs + rule.cooldownMs);
  }
  if (!state.learning.isOver) wake(state.learning.sinceMs + learningMsMax);
  const { run } = state;
  const phase = run?.phase;
  if (phase?.kind === "running" && !phase.isKilled) wake(phase.killAtMs);
  if (phase?.kind === "pausing" || phase?.kind === "expecting") wake(phase.untilMs);
  const action = run?.actions[run.at];
  if (phase?.kind === "ready" && action !== undefined) wake(phase.sinceMs + action.options.timeoutMs);
  return Math.min(nextMs, ...turn.wakes);
}
