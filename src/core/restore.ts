/**
 * The state at the start of a daemon: from nothing, from the table of the daemon before it, and from what the journal
 * knows that the table does not yet.
 *
 * The journal leads. A record that is durable has happened, whether or not the table was written after it; so every record
 * behind the table's is applied again, and an edge among them that nobody decided about waits for its turn once more.
 */
import { ownOf } from "../base/own.ts";
import { newProgress } from "./schedule.ts";
import { advance, unknownStanding } from "./standing.ts";
import { isRole } from "./status.ts";
import { edgesOf, isSameSubject } from "./triggers.ts";
import { forget } from "./forget.ts";
import { checkOf } from "./grouped.ts";
import { splitBrainCause, standingOf } from "./hosts.ts";
import { isReported, newObservation } from "./observe.ts";
import { noCause, waitingMax } from "./rules.ts";
import { settleRule, triggerOnFailure } from "./run-end.ts";
import { beginTurn, newRule, progressOf, setHost, setObservation, setRule, type Turn } from "./turn.ts";
import { checkKey, type CheckKey, type Configuration } from "./configuration.ts";
import type { HoldKind } from "./hold.ts";
import type { PassedOver, Record } from "./record.ts";
import type { Result, Status } from "./result.ts";
import type { Cause, Run } from "./run.ts";
import type { Observation, RuleProgress, Standing, State, WaitingTrigger } from "./state.ts";

export type LastingState = Pick<State, keyof ReturnType<typeof lastingOf>>;

/** What outlives the daemon, and is named here only. The run is not in it: the journal has it, to the last step. */
export function lastingOf(state: State) {
  return {
    observations: state.observations,
    hosts: state.hosts,
    lastMaster: state.lastMaster,
    splitBrain: state.splitBrain,
    rules: state.rules,
    waiting: state.waiting,
    maintenance: state.maintenance,
    distrust: state.distrust,
    nextRun: state.nextRun,
    nextOrder: state.nextOrder,
  };
}

/** What the daemon knows when it knows nothing. */
export function initialState(configuration: Configuration, nowMs: number): State {
  return {
    learning: { sinceMs: nowMs, isOver: false },
    checks: Object.fromEntries(configuration.checks.map((check) => [check.key, newProgress(nowMs)])),
    observations: Object.fromEntries(
      configuration.checks.map((check) => [check.key, newObservation(check, check.host, nowMs)]),
    ),
    hosts: Object.fromEntries(configuration.hosts.map((host) => [host, unknownStanding(nowMs)])),
    lastMaster: null,
    splitBrain: [],
    rules: Object.fromEntries(configuration.rules.map((rule) => [rule.name, newRule])),
    clocks: {},
    waiting: [],
    run: null,
    launcher: null,
    maintenance: [],
    distrust: null,
    nextJob: 1,
    nextRun: 1,
    nextOrder: 1,
  };
}

/**
 * With the table of an earlier daemon. `isCurrent`: it was written in this boot of the machine, not too long ago; otherwise
 * only what people decided is kept (blocks, limits, maintenance), and failures that wait to be looked after; every status
 * begins unknown. `shiftMs` is added to its monotonic times: 0 in the same boot, else what the wall clock says lies between
 * the two boots' zero points.
 */
export function restoreState(
  configuration: Configuration,
  lasting: LastingState,
  when: { readonly nowMs: number; readonly shiftMs: number; readonly isCurrent: boolean },
): State {
  const initial = initialState(configuration, when.nowMs);
  const shift = (atMs: number | null): number | null => (atMs === null ? null : atMs + when.shiftMs);
  /** What has happened is over, whatever the clocks of two boots make of it. */
  const past = (atMs: number): number => Math.min(atMs + when.shiftMs, when.nowMs);
  const restored = (progress: RuleProgress): RuleProgress => ({
    hasFired: progress.hasFired && when.isCurrent,
    trueSinceMs: null,
    hold: null,
    blocked: progress.blocked === null ? null : { ...progress.blocked, sinceMs: past(progress.blocked.sinceMs) },
    runStartsMs: progress.runStartsMs.map(past),
    lastRunEndMs: progress.lastRunEndMs === null ? null : past(progress.lastRunEndMs),
    failure: progress.failure ?? null,
  });
  const known = configuration.rules.flatMap((rule) => {
    const progress = ownOf(lasting.rules, rule.name);
    return progress === undefined ? [] : [[rule.name, restored(progress)] as const];
  });
  const decided: State = {
    ...initial,
    rules: { ...initial.rules, ...Object.fromEntries(known) },
    maintenance: lasting.maintenance.map((maintenance) => ({ ...maintenance, untilMs: shift(maintenance.untilMs) })),
    distrust: lasting.distrust,
    nextRun: lasting.nextRun,
    nextOrder: lasting.nextOrder,
  };
  if (!when.isCurrent) {
    const failures = lasting.waiting.filter(({ cause }) => cause.failed !== null);
    return { ...decided, waiting: failures.map((failure) => ({ ...failure, atMs: past(failure.atMs) })) };
  }
  const observations = Object.entries(lasting.observations).flatMap(
    ([key, observation]): (readonly [string, Observation])[] =>
      isReported(configuration, observation) ? [[key, { ...observation, confirming: [] }]] : [],
  );
  const hosts = Object.entries(lasting.hosts).filter(
    ([host]) => configuration.hosts.includes(host) || observations.some(([, { host: about }]) => about === host),
  );
  return {
    ...decided,
    observations: { ...initial.observations, ...Object.fromEntries(observations) },
    hosts: { ...initial.hosts, ...Object.fromEntries(hosts) },
    lastMaster: lasting.lastMaster,
    splitBrain: lasting.splitBrain,
    waiting: lasting.waiting,
  };
}

/** Applies the records that are newer than the table, in order, and puts in the run that they left unfinished. */
export function replayRecords(
  configuration: Configuration,
  state: State,
  newer: {
    readonly records: readonly Record[];
    readonly unfinished: Run | null;
    /** The table is: what had fired has fired. Otherwise a `when` that is true once all is learned begins anew. */
    readonly isCurrent: boolean;
    /** The wall clock's time now, by which a maintenance ends; without it, one that has an end has none. */
    readonly wallMs?: number;
  },
  nowMs: number,
): State {
  const turn = beginTurn(configuration, state, nowMs);
  /** Those of the same turn: of them it may still be said that they were not put behind the others. */
  const fresh = new Set<WaitingTrigger>();
  for (const [index, record] of newer.records.entries()) {
    replay(turn, record, { ...newer, fresh });
    for (const { rule, cause, isLearned } of turn.edges.splice(0)) {
      const { waiting } = turn.state;
      const isQueued = waiting.some((other) => other.rule === rule && isSameSubject(other.cause, cause));
      const isChange = isLearned || wasTakenForChange(newer.records.slice(index + 1), rule, cause);
      if (!isChange || isQueued || waiting.length >= waitingMax) continue;
      const queued: WaitingTrigger = { rule, cause, atMs: nowMs, isAnnounced: true };
      fresh.add(queued);
      turn.state = { ...turn.state, waiting: [...waiting, queued] };
    }
  }
  const { unfinished } = newer;
  if (unfinished === null) return turn.state;
  /** The episode that it was begun for is its own. */
  const rule = configuration.rules.find(({ name }) => name === unfinished.rule);
  if (rule?.trigger.kind === "condition") setRule(turn, rule.name, { hasFired: true });
  return { ...turn.state, run: unfinished, nextRun: Math.max(turn.state.nextRun, unfinished.run + 1) };
}

/**
 * Of what was nothing before: whether all that counts was learned when it became something is not known any more, but the
 * turn has said what it made of it. If it fired at once, or was held, there is nothing that could wait.
 */
function wasTakenForChange(later: readonly Record[], rule: string, cause: Cause): boolean {
  const isFound = (record: Record): boolean =>
    record.kind === "dropped" &&
    record.hold === "learning" &&
    record.rule === rule &&
    record.cause.host === cause.host &&
    record.cause.check === cause.check;
  return !later.some(isFound) && later.some((record) => record.kind === "waiting" && record.rule === rule);
}

function replay(
  turn: Turn,
  record: Record,
  newer: Parameters<typeof replayRecords>[2] & { readonly fresh: Set<WaitingTrigger> },
): void {
  switch (record.kind) {
    case "transition":
      replayTransition(turn, record);
      return;
    case "split-brain":
      turn.state = { ...turn.state, splitBrain: record.hosts };
      for (const rule of turn.configuration.rules) {
        if (rule.trigger.kind !== "split-brain") continue;
        turn.edges.push({ rule: rule.name, cause: splitBrainCause(record.hosts), isLearned: true });
      }
      return;
    case "split-brain-over":
      turn.state = { ...turn.state, splitBrain: [] };
      return;
    case "dropped":
      if (record.hold === "reload" && isLevelRule(turn, record.rule)) setRule(turn, record.rule, { hasFired: true });
      if (record.hasWaited === false) decided(turn, record, (trigger) => newer.fresh.has(trigger));
      else if (record.hasWaited === true || !neverQueued.includes(record.hold)) decided(turn, record, () => true);
      return;
    case "configured":
      newer.fresh.clear();
      return;
    case "waiting":
      for (const trigger of turn.state.waiting) if (trigger.rule === record.rule) newer.fresh.delete(trigger);
      return;
    case "run-start": {
      decided(turn, record, () => true);
      const rule = turn.configuration.rules.find((other) => other.name === record.rule);
      const startMs = Math.min(record.startedAtMs, turn.nowMs);
      const progress = progressOf(turn, record.rule);
      const starts = [...progress.runStartsMs, startMs].slice(-(rule?.limit?.runs ?? 1));
      const hasFired = newer.isCurrent ? rule?.trigger.kind === "condition" : progress.hasFired;
      if (rule !== undefined) setRule(turn, record.rule, { runStartsMs: starts, hasFired });
      turn.state = { ...turn.state, nextRun: Math.max(turn.state.nextRun, record.run + 1) };
      return;
    }
    case "run-end":
      settleRule(
        turn,
        { ...record, endedAtMs: Math.min(record.endedAtMs, turn.nowMs) },
        turn.configuration.rules.some(({ name, limit }) => name === record.rule && limit !== null),
      );
      if (record.outcome === "failed" && !isOnFailure(turn, record.rule))
        triggerOnFailure(turn, { ...record, cause: causeOf(record.run, newer.records) });
      return;
    case "blocked":
      if (Object.hasOwn(turn.state.rules, record.rule))
        setRule(turn, record.rule, { blocked: { sentence: record.sentence, sinceMs: turn.nowMs } });
      return;
    case "acknowledged":
      if (record.what === "journal") turn.state = { ...turn.state, distrust: null };
      else if (Object.hasOwn(turn.state.rules, record.what))
        setRule(turn, record.what, { blocked: null, failure: null, runStartsMs: [] });
      return;
    case "maintenance-off":
      turn.state = {
        ...turn.state,
        maintenance: turn.state.maintenance.filter((maintenance) => maintenance.scope !== record.scope),
      };
      return;
    case "maintenance-on": {
      /** Its end is known by the wall clock only. */
      const others = turn.state.maintenance.filter((maintenance) => maintenance.scope !== record.scope);
      const { scope, untilWallMs, reason } = record;
      const untilMs =
        untilWallMs === null || newer.wallMs === undefined ? null : turn.nowMs + untilWallMs - newer.wallMs;
      turn.state = { ...turn.state, maintenance: [...others, { scope, untilMs, untilWallMs, reason }] };
      return;
    }
    case "check-removed": {
      const key = checkKey(record.check, record.host);
      const observation = checkOf(turn.configuration, key) === undefined ? turn.state.observations[key] : undefined;
      if (observation !== undefined) forget(turn, observation, record.sentence);
      return;
    }
    case "daemon-start":
    case "daemon-stop":
    case "reload-refused":
    case "learned":
    case "stalled":
    case "held":
    case "step-start":
    case "step-end":
    case "expectation":
    case "awaiting":
    case "in-doubt":
    case "resumed":
    case "abandoned":
    case "note":
      return;
  }
}

/** The status as it was written down, and the edges that it meant. */
function replayTransition(turn: Turn, record: Extract<Record, { kind: "transition" }>): void {
  const { host, check, to, isRole: isChangeOfRole } = record;
  const key = check === null ? null : checkKey(check, host);
  const observation = key === null ? undefined : (turn.state.observations[key] ?? firstReported(turn, record));
  const before = key === null ? standingOf(turn.state, host) : observation?.standing;
  if (before === undefined) return;
  if (isChangeOfRole && to === "none") {
    setHost(turn, host, { ...before, role: null, roleSinceMs: turn.nowMs, seenSinceRole: [] });
    return;
  }
  const role = isRole(to) && record.isOutlived !== true ? to : null;
  const seen = { status: isChangeOfRole ? before.status : to, role };
  const { standing, changes } = advance(before, seen, turn.nowMs, turn.state.nextOrder);
  if (key === null) setHost(turn, host, standing);
  else if (observation !== undefined)
    setObservation(turn, { ...sawItBecome(observation, to), standing, confirming: [] });
  if (key === null && standing.role !== before.role)
    turn.state = { ...turn.state, nextOrder: turn.state.nextOrder + 1 };
  if (key === null && standing.role === "master" && before.role !== "master")
    turn.state = { ...turn.state, lastMaster: host };
  const isFound = wasFound(turn, key, before);
  for (const change of changes) edgesOf(turn, { host, check, change, isFound: !change.isRole && isFound });
}

/** As when it was written: what a host becomes stands right behind what one of its checks became. */
function wasFound(turn: Turn, key: CheckKey | null, before: Standing): boolean {
  const isFirst = before.previous === null;
  if (key === null) return isFirst || turn.found.size > 0;
  turn.found.clear();
  if (isFirst) turn.found.add(key);
  return isFirst;
}

/** A report has named the host after the table was written. */
function firstReported(turn: Turn, { check, host }: Extract<Record, { kind: "transition" }>): Observation | undefined {
  const reporter = turn.configuration.checks.find(({ name, dialect }) => name === check && dialect === "report");
  return reporter === undefined ? undefined : newObservation(reporter, host, turn.nowMs);
}

/**
 * A check became `to` after the table was written: it has reported, though with what words is not known any more, and when
 * only that it was later than what the table knows. One that became unknown may have been silent.
 */
function sawItBecome(observation: Observation, to: Status): Observation {
  const { latest, latestAtMs, standing } = observation;
  if (to === "unknown" || latest?.status === to) return observation;
  const seen: Result = { status: to, output: "", longOutput: "", metrics: [], outcome: null };
  return { ...observation, latest: seen, latestAtMs: latestAtMs ?? standing.sinceMs, isStale: false };
}

function isLevelRule(turn: Turn, rule: string): boolean {
  return turn.configuration.rules.some(({ name, trigger }) => name === rule && trigger.kind === "condition");
}

/** What fails while it looks after a failure triggers no more of them. */
function isOnFailure(turn: Turn, rule: string): boolean {
  return turn.configuration.rules.some((other) => other.name === rule && other.trigger.kind === "run-failed");
}

/** What had triggered the run, if that is among the records; for `[on_failure]`. */
function causeOf(run: number, records: readonly Record[]): Cause {
  const start = records.find((record) => record.kind === "run-start" && record.run === run);
  return start?.kind === "run-start" ? start.cause : noCause;
}

/**
 * What was dropped for these was not put behind the others; one like it may wait there. The first daemons' journals say
 * no more than this of it.
 */
const neverQueued: readonly (HoldKind | PassedOver)[] = ["again", "queue-full", "learning"];

/** The edge that waits, has this cause and may be meant has had its decision. A run by hand has none. */
function decided(
  turn: Turn,
  { rule, cause }: { readonly rule: string; readonly cause: Cause },
  isMeant: (trigger: WaitingTrigger) => boolean,
): void {
  const isSplitBrain = turn.configuration.rules.some(
    ({ name, trigger }) => name === rule && trigger.kind === "split-brain",
  );
  const at = turn.state.waiting.findIndex(
    (trigger) => trigger.rule === rule && isMeant(trigger) && (isSplitBrain || isSameCause(trigger.cause, cause)),
  );
  if (at >= 0) turn.state = { ...turn.state, waiting: turn.state.waiting.toSpliced(at, 1) };
}

function isSameCause(a: Cause, b: Cause): boolean {
  /** What had triggered the run that failed is not always among the records. */
  if (a.failed !== null || b.failed !== null) return a.failed?.run === b.failed?.run;
  return a.host === b.host && a.check === b.check;
}
