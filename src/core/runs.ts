/**
 * The run machine: a rule's actions, one after the other, each to its end.
 *
 *     ready -> running -> (next step | expecting -> next step | pausing -> ready | failed -> undos -> end)
 *
 * Invariants: a step starts only behind its record; never two at once; after a failed step nothing but its undos runs; what
 * was bound at the start never changes; behind a fence nothing runs that the fence did not prove.
 */
import { sayDuration } from "../base/duration.ts";
import { invariant } from "../base/invariant.ts";
import { shownWords } from "./agent-action.ts";
import { judge, type Judgement } from "./evaluate.ts";
import { beginCall, isManual } from "./fencing.ts";
import { endRun } from "./run-end.ts";
import { ofStep, sayAskedOfPerson, sayFailure, sayOutcome, stepTitle } from "./run-text.ts";
import { hurryChecks } from "./schedule.ts";
import { afterSuccess, judgeEnd, lostLaunchersAfter, undoFailed } from "./step-end.ts";
import { doubtedPhase, readyFor, setPhase, startedPhase } from "./step-phase.ts";
import { actionAt, describeStep } from "./step-program.ts";
import { around } from "./surroundings.ts";
import { progressOf, record, setRule, type Turn } from "./turn.ts";
import { bindAction, bindVariables, missingVariable } from "./variables.ts";
import type { Rule } from "./configuration.ts";
import type { Event } from "./event.ts";
import type { Outcome } from "./result.ts";
import type { BoundOptions, Cause, FenceCall, Run, StartedPhase, StepPhase } from "./run.ts";

/** Begins a run. `why` is the decision's sentence. A variable without a value fails the run before its first action. */
export function startRun(turn: Turn, rule: Rule, cause: Cause, why: string): void {
  const { state, nowMs, configuration } = turn;
  const variables = bindVariables(turn, rule.name, state.nextRun, cause);
  const failure = missingVariable(rule, variables);
  const actions = failure === null ? rule.actions.map((action) => bindAction(action, variables, configuration)) : [];
  const runStartsMs = [...progressOf(turn, rule.name).runStartsMs, nowMs].slice(-(rule.limit?.runs ?? 1));
  setRule(turn, rule.name, { runStartsMs, hold: null });
  const begun = { rule: rule.name, cause, variables, actions, hasLimit: rule.limit !== null, failure };
  beginRun(turn, begun, `${rule.name} fires: ${why}`);
}

/** Begins a run of actions that are bound. `failure`: why it has failed before its first one; null: it has not. */
export function beginRun(
  turn: Turn,
  begun: Pick<Run, "rule" | "cause" | "variables" | "actions" | "hasLimit" | "failure">,
  sentence: string,
): void {
  const { state, nowMs } = turn;
  const { rule, cause, variables, actions, hasLimit, failure } = begun;
  const number = state.nextRun;
  const phase = readyFor(turn, actions[0], 1);
  const run: Run = { ...begun, run: number, startedAtMs: nowMs, at: 0, phase, done: [], isAbandoned: false };
  turn.state = { ...state, run, nextRun: number + 1 };
  record(turn, {
    kind: "run-start",
    run: number,
    rule,
    cause,
    variables,
    actions,
    hasLimit,
    startedAtMs: nowMs,
    sentence,
  });
  if (failure !== null) endRun(turn, "failed");
}

/** Takes the run as far as it can go now. */
export function advanceRun(turn: Turn): void {
  while (turn.state.run !== null && moveOn(turn, turn.state.run));
}

/** True if the run may move on again at once. */
function moveOn(turn: Turn, run: Run): boolean {
  const { phase } = run;
  switch (phase.kind) {
    case "ready":
      return startStep(turn, run, phase);
    case "running":
      if (turn.nowMs >= phase.killAtMs && !phase.isKilled) killStep(turn, run, phase);
      return false;
    case "pausing": {
      if (turn.nowMs < phase.untilMs) return false;
      setPhase(turn, run, { kind: "ready", attempt: phase.attempt, fence: phase.fence, sinceMs: turn.nowMs });
      return true;
    }
    case "expecting":
      return judgeExpectation(turn, run, phase);
    case "awaiting":
    case "in-doubt":
      return false;
  }
}

function startStep(turn: Turn, run: Run, phase: Extract<StepPhase, { kind: "ready" }>): boolean {
  /** A crash cut the run off behind its last step. */
  if (run.actions[run.at] === undefined) return endRun(turn, run.failure === null ? "done" : "failed");
  const action = actionAt(run);
  const { launcher, distrust } = turn.state;
  /** A run that an earlier daemon began waits as well, until somebody has looked at the journal. */
  if (distrust !== null) return false;
  /** What an earlier daemon began, or what a stall came between, goes on when all is observed again: look first, act then. */
  if (!turn.state.learning.isOver) return false;
  if (action.kind === "fence" && run.failure === null && phase.fence === null)
    return neverStarted(turn, run, `no fence device is configured for ${action.host}`);
  if (action.kind === "fence" && phase.fence !== null && isManual(action, phase.fence) && run.failure === null)
    return awaitPerson(turn, run, action.host, { attempt: phase.attempt, fence: phase.fence });
  if (launcher === null) {
    if (turn.nowMs < phase.sinceMs + action.options.timeoutMs) return false;
    return neverStarted(turn, run, `no process could be forked for ${sayDuration(turn.nowMs - phase.sinceMs)}`);
  }
  const call =
    action.kind === "fence" && phase.fence !== null ? beginCall(action, phase.fence, phase.sinceMs, turn.nowMs) : null;
  const { command, shown, name, limitMs, fence } = describeStep(turn, run, phase.attempt, call);
  const killAtMs = turn.nowMs + limitMs;
  const running: StartedPhase = {
    kind: "running",
    attempt: phase.attempt,
    fence: call,
    name,
    launcher,
    startedAtMs: turn.nowMs,
    killAtMs,
    isKilled: false,
  };
  turn.state = { ...turn.state, launcher: null };
  setPhase(turn, run, running);
  const attempt = phase.attempt > 1 ? `, attempt ${phase.attempt}` : "";
  record(turn, {
    kind: "step-start",
    ...ofStep(run, phase.attempt, shown, name),
    launcher,
    startedAtMs: turn.nowMs,
    sentence: `${stepTitle(run)}${attempt}: ${shown.join(" ")}`,
  });
  turn.effects.push({ kind: "startStep", run: run.run, name, command, launcher, fence });
  return false;
}

/** A step that has no process has an end all the same: that it failed is written down, for a daemon that comes after. */
function neverStarted(turn: Turn, run: Run, why: string): boolean {
  const action = actionAt(run);
  const undo = run.failure === null ? null : action.options.undo;
  const meant = action.kind === "fence" ? ["fence", action.host] : shownWords(action.command);
  const shown = undo === null ? meant : shownWords(undo);
  record(turn, {
    kind: "step-end",
    ...ofStep(run, run.phase.attempt, shown, `${run.at + 1}`),
    outcome: { kind: "not-started", errno: "ENOENT", reason: why },
    isSuccess: false,
    next: "failed",
    ms: 0,
    output: "",
    droppedBytes: 0,
    sentence: `${stepTitle(run)}: ${shown.join(" ")}: not started: ${why}`,
  });
  return fail(turn, run, why);
}

/** The device is a person. Nothing of the run goes on before he says that it is done. */
function awaitPerson(
  turn: Turn,
  run: Run,
  host: string,
  step: { readonly attempt: number; readonly fence: FenceCall },
): false {
  setPhase(turn, run, { kind: "awaiting", ...step });
  const { device, deviceAttempt } = step.fence;
  const sentence = `${stepTitle(run)}: fence ${host} waits for a person: ${sayAskedOfPerson(run, host)}`;
  record(turn, {
    kind: "awaiting",
    run: run.run,
    rule: run.rule,
    step: run.at + 1,
    attempt: step.attempt,
    host,
    device,
    deviceAttempt,
    sentence,
  });
  return false;
}

/** A person says that the host is off; false if nobody was asked. */
export function personFenced(turn: Turn, host: string): boolean {
  const { run } = turn.state;
  if (run === null || run.phase.kind !== "awaiting") return false;
  const action = actionAt(run);
  if (action.kind !== "fence" || action.host !== host) return false;
  const { attempt } = run.phase;
  const next = afterSuccess(action);
  record(turn, { kind: "acknowledged", what: `fence ${host}`, sentence: `a person says that ${host} is off` });
  record(turn, {
    kind: "step-end",
    ...ofStep(run, attempt, ["fence", host, "manual"], `${run.at + 1}`),
    outcome: { kind: "exited", code: 0 },
    isSuccess: true,
    next,
    ms: 0,
    output: "",
    droppedBytes: 0,
    sentence: `${stepTitle(run)}: fence ${host} manual: a person says that ${host} is off`,
  });
  if (next === "done") stepDone(turn, run);
  else expectFrom(turn, run, attempt);
  return true;
}

/** `heardSinceMs`: since when a report of a passive check counts. */
function expectFrom(turn: Turn, run: Run, attempt: number, heardSinceMs: number = turn.nowMs): void {
  const { expect } = actionAt(run).options;
  invariant(expect !== null, "a step that is to expect says what");
  const { nowMs: sinceMs } = turn;
  setPhase(turn, run, { kind: "expecting", attempt, sinceMs, heardSinceMs, untilMs: sinceMs + expect.withinMs });
  hurryChecks(turn);
}

/** The process of a step has ended. In a run that waits for an operator that counts, and the run waits behind it. */
export function stepEnded(turn: Turn, event: Extract<Event, { kind: "step-ended" }>): void {
  const { run } = turn.state;
  const phase = run === null ? null : startedPhase(run.phase);
  if (run === null || run.run !== event.run || phase?.name !== event.name) return;
  takeEnd(turn, run, phase, event);
  const after = turn.state.run;
  if (run.phase.kind === "in-doubt" && after !== null) setPhase(turn, after, doubtedPhase(after));
}

function takeEnd(turn: Turn, run: Run, phase: StartedPhase, event: Extract<Event, { kind: "step-ended" }>): void {
  /** What is lost although it was killed does not die, and that is said instead. */
  const outcome: Outcome =
    phase.isKilled && turn.nowMs >= phase.killAtMs && event.outcome.kind !== "lost"
      ? { kind: "timed-out", afterMs: Math.round(turn.nowMs - phase.startedAtMs) }
      : event.outcome;
  const { shown } = describeStep(turn, run, phase.attempt, phase.fence);
  const verdict = judgeEnd(turn, run, phase, { outcome, output: event.output });
  const { endedAgoMs = 0 } = event;
  const ms = Math.max(0, Math.round(turn.nowMs - (endedAgoMs ?? 0) - phase.startedAtMs));
  const when = endedAgoMs === null ? ", and nobody saw when" : ` after ${sayDuration(ms)}`;
  record(turn, {
    kind: "step-end",
    ...ofStep(run, phase.attempt, shown, phase.name),
    outcome,
    isSuccess: verdict.isSuccess,
    next: verdict.next,
    ms,
    output: event.output,
    droppedBytes: event.droppedBytes,
    sentence: `${stepTitle(run)}: ${shown.join(" ")}: ${sayOutcome(outcome)}${when}${verdict.why}`,
  });
  if (run.isAbandoned) {
    endRun(turn, "abandoned");
    return;
  }
  switch (verdict.next) {
    case "done":
      stepDone(turn, run);
      return;
    case "failed":
      fail(turn, run, `${shown.join(" ")} ${sayFailure(outcome)}${verdict.why}`);
      return;
    case "again":
      setPhase(turn, { ...run, lostLaunchers: lostLaunchersAfter(run, outcome) }, verdict.phase);
      return;
    case "expect":
      /** A hook may have told of what its action did before the action ended. */
      expectFrom(turn, run, phase.attempt, phase.startedAtMs);
      return;
  }
}

function judgeExpectation(turn: Turn, run: Run, phase: Extract<StepPhase, { kind: "expecting" }>): boolean {
  const { expect, judgement } = judgeExpected(turn, run, phase);
  const isMet = judgement.truth === "true";
  if (!isMet && turn.nowMs < phase.untilMs) return false;
  const ms = Math.round(turn.nowMs - phase.sinceMs);
  const why = isMet
    ? `as expected after ${sayDuration(ms)}: ${judgement.because()}`
    : `expected ${expect.text} within ${sayDuration(expect.withinMs)}, but ${judgement.because()}`;
  const sentence = `${stepTitle(run)}: ${why}`;
  record(turn, { kind: "expectation", run: run.run, rule: run.rule, step: run.at + 1, isMet, ms, sentence });
  if (isMet) return stepDone(turn, run);
  /** Its process ended well, and did what its undo takes back. */
  return fail(turn, { ...run, done: [...run.done, run.at] }, why);
}

function judgeExpected(
  turn: Turn,
  run: Run,
  phase: Extract<StepPhase, { kind: "expecting" }>,
): { readonly expect: NonNullable<BoundOptions["expect"]>; readonly judgement: Judgement } {
  const { expect } = actionAt(run).options;
  invariant(expect !== null, "a step that expects says what");
  const owner = `run ${run.run}, step ${run.at + 1}`;
  const newerThan = { ownMs: phase.sinceMs, passiveMs: phase.heardSinceMs };
  const judgement = judge(expect.condition, around(turn, { owner, cause: run.cause, newerThan }));
  return { expect, judgement };
}

/** What the run waits for is only looked at, so that its clocks run on: nothing comes of it in this turn. */
export function lookAtExpected(turn: Turn): void {
  const { run } = turn.state;
  if (run?.phase.kind === "expecting") judgeExpected(turn, run, run.phase);
}

function stepDone(turn: Turn, run: Run): boolean {
  if (run.failure !== null) return undoNext(turn, run);
  return goTo(turn, { ...run, done: [...run.done, run.at] }, run.at + 1);
}

function goTo(turn: Turn, run: Run, at: number): boolean {
  const action = run.actions[at];
  turn.state = { ...turn.state, run: { ...run, at, lostLaunchers: 0, phase: readyFor(turn, action, 1) } };
  if (action === undefined) return endRun(turn, "done");
  return true;
}

/** The step failed for good. */
function fail(turn: Turn, run: Run, why: string): boolean {
  if (run.failure !== null) return undoNext(turn, undoFailed(run));
  if (actionAt(run).options.onFailure === "continue") return goTo(turn, run, run.at + 1);
  return undoNext(turn, { ...run, failure: `step ${run.at + 1}: ${why}`, at: run.actions.length });
}

/** The steps that ended well are undone from the last; an undo that fails is written down and does not stop the others. */
function undoNext(turn: Turn, run: Run): boolean {
  const at = run.done.findLast((index) => index < run.at && run.actions[index]?.options.undo != null);
  if (at === undefined) {
    turn.state = { ...turn.state, run };
    return endRun(turn, "failed");
  }
  turn.state = {
    ...turn.state,
    run: { ...run, at, lostLaunchers: 0, phase: { kind: "ready", attempt: 1, fence: null, sinceMs: turn.nowMs } },
  };
  return true;
}

export function killStep(turn: Turn, run: Run, phase: StartedPhase): void {
  setPhase(turn, run, { ...phase, isKilled: true });
  turn.effects.push({ kind: "killStep", run: run.run, name: phase.name });
}

/** An operator gives a run up: what runs is ended, nothing more is started, nothing is undone. */
export function abandonRun(turn: Turn, run: Run): void {
  if (run.isAbandoned) return;
  const abandoned = { ...run, isAbandoned: true };
  turn.state = { ...turn.state, run: abandoned };
  const started = startedPhase(run.phase);
  if (started === null) {
    endRun(turn, "abandoned");
    return;
  }
  /** So that a daemon that dies before the process has ended does not go on with what was given up. */
  const sentence = `${stepTitle(run)}: an operator gives the run up, and what runs is ended`;
  record(turn, { kind: "abandoned", run: run.run, rule: run.rule, step: run.at + 1, sentence });
  if (started.isKilled) setPhase(turn, abandoned, started);
  else killStep(turn, abandoned, started);
}

/** An operator goes on with the step in doubt. */
export function resumeStep(turn: Turn, run: Run, phase: Extract<StepPhase, { kind: "in-doubt" }>): void {
  const expect = run.failure === null && phase.hasEnded ? actionAt(run).options.expect : null;
  if (expect === null) restartStep(turn, run, phase.attempt + 1);
  else expectFrom(turn, run, phase.attempt);
}

/** The step in doubt is started again, by an operator's word or because it may be. */
export function restartStep(turn: Turn, run: Run, attempt: number): void {
  const ready =
    run.failure === null
      ? readyFor(turn, run.actions[run.at], attempt)
      : { kind: "ready" as const, attempt, fence: null, sinceMs: turn.nowMs };
  setPhase(turn, run, ready);
}
