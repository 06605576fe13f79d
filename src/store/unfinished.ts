/**
 * Records -> the run that they leave unfinished: what a daemon that was killed in the middle of a failover knows when it is
 * back. Follows the run machine of `core/runs.ts` from what it wrote down, record by record, and decides nothing.
 *
 * The answer may be cut off between any two records. Then the run stands where the last one left it:
 * - a step that was started and has no end is `running`: whether it still runs, has ended, or is in doubt, is found out;
 * - between two steps it is `ready` for the next; with `at` behind the last action there is no next, and only the run's own
 *   end was not written: it is done, or, if `failure` is set, failed with all undone that there is to undo.
 *
 * Times are those of the daemon that wrote the records, of its boot.
 */
import { afterFenceCall } from "../core/fencing.ts";
import { isWithAnotherLauncher, lostLaunchersAfter, undoFailed } from "../core/step-end.ts";
import { doubtedPhase, readyFor, startedPhase } from "../core/step-phase.ts";
import type { Record } from "../core/record.ts";
import type { BoundAction, FenceCall, Run, StepPhase } from "../core/run.ts";

type StepStart = Extract<Record, { readonly kind: "step-start" }>;
type StepEnd = Extract<Record, { readonly kind: "step-end" }>;

/** The run in progress behind one more record. Records of other runs, and those that no run depends on, change nothing. */
export function foldRun(run: Run | null, record: Record): Run | null {
  if (record.kind === "run-start") return begin(record);
  if (run === null || !("run" in record) || record.run !== run.run) return run;
  switch (record.kind) {
    case "step-start":
      return stepStarted(run, record);
    case "step-end":
      return stepEnded(run, record);
    case "expectation":
      if (record.isMet) return stepDone(run, lastMs(run));
      return stepFailed({ ...run, done: [...run.done, run.at] }, { why: record.sentence, atMs: lastMs(run) });
    case "in-doubt":
      if (!record.isWaiting) return restart(run);
      return { ...run, phase: doubtedPhase(run) };
    case "awaiting": {
      const { attempt, device, deviceAttempt } = record;
      const fence: FenceCall = {
        device,
        deviceAttempt,
        verb: "off",
        asked: 0,
        untilMs: lastMs(run),
        spentMs: spentOf(run),
      };
      return { ...run, phase: { kind: "awaiting", attempt, fence } };
    }
    case "resumed":
      return resumed(run);
    case "abandoned":
      /** A step runs, or it would not have been written: a damaged journal may have lost its start. */
      return { ...run, isAbandoned: true, phase: startedPhase(run.phase) ?? run.phase };
    case "run-end":
      return null;
  }
  /** A kind that only a newer version knows. */
  return run;
}

function begin(record: Extract<Record, { readonly kind: "run-start" }>): Run {
  const { run, rule, cause, variables, actions, hasLimit, startedAtMs } = record;
  /** No action is bound only if a variable had no value, and then nothing is done. */
  const failure = actions.length === 0 ? `it had nothing to do: ${record.sentence}` : null;
  const phase = readyFor({ nowMs: startedAtMs }, actions[0], 1);
  return {
    run,
    rule,
    cause,
    variables,
    actions,
    hasLimit,
    startedAtMs,
    at: 0,
    phase,
    done: [],
    failure,
    isAbandoned: false,
  };
}

function stepStarted(run: Run, record: StepStart): Run {
  const { attempt, name, launcher, startedAtMs } = record;
  const at = record.step - 1;
  const action = run.actions[at];
  /** No run of ours has a step that its start did not bind. */
  if (action === undefined) return run;
  const fence = action.kind === "fence" && !record.isUndo ? fenceCallOf(run, action, record) : null;
  const killAtMs = fence === null ? startedAtMs + action.options.timeoutMs : Math.max(fence.untilMs, startedAtMs + 1);
  const phase: StepPhase = { kind: "running", attempt, fence, name, launcher, startedAtMs, killAtMs, isKilled: false };
  /** An undo without a failure before it: the record of the failure was lost. */
  const failure = record.isUndo ? (run.failure ?? "why it failed is not known") : run.failure;
  return { ...run, at, phase, failure };
}

/** Which call of which device it is stands in the step's name: `2.device-1.1.off`, `2.device-1.1.status-3`. */
function fenceCallOf(
  run: Run,
  action: Extract<BoundAction, { readonly kind: "fence" }>,
  record: StepStart,
): FenceCall | null {
  const match = /\.device-(\d+)\.(\d+)\.(?:off|status-(\d+))$/.exec(record.name);
  if (match === null) return null;
  const [, device, deviceAttempt, asked] = match;
  const index = Number(device) - 1;
  /** A device's time runs from its `off`; one that is only asked has its time for the answer. */
  const isFollowing = asked !== undefined && action.verb === "off";
  const before = isFollowing && "fence" in run.phase ? run.phase.fence : null;
  const spentMs = spentOf(run);
  const leftMs = Math.max(1, action.options.timeoutMs - spentMs);
  const timeoutMs = Math.min(action.devices[index]?.timeoutMs ?? 0, leftMs);
  return {
    device: index,
    deviceAttempt: Number(deviceAttempt),
    verb: asked === undefined ? "off" : "status",
    asked: Number(asked ?? 0),
    untilMs: before?.device === index ? before.untilMs : record.startedAtMs + timeoutMs,
    spentMs,
  };
}

/** What the devices before have used up, as far as it is known: in a journal that lost the start of the fence it is not. */
function spentOf({ phase }: Run): number {
  return "fence" in phase ? (phase.fence?.spentMs ?? 0) : 0;
}

function stepEnded(run: Run, record: StepEnd): Run {
  /** It ran on while the run waited for an operator, and the run waits behind it. */
  if (run.phase.kind === "in-doubt") {
    const { left } = run.phase;
    /** Its start was lost with a damaged journal. */
    if (left === null) return run;
    const after = stepEnded({ ...run, phase: left }, record);
    return { ...after, phase: doubtedPhase(after) };
  }
  const action = run.actions[run.at];
  /** Behind the last step there is none that could end. */
  if (action === undefined) return run;
  const atMs = lastMs(run) + record.ms;
  /** Nothing follows from its end but the run's own. */
  if (run.isAbandoned) return { ...run, phase: { kind: "ready", attempt: record.attempt, fence: null, sinceMs: atMs } };
  if (record.isUndo && record.next !== "again") {
    const undone = { ...run, done: run.done.filter((index) => index !== run.at) };
    return undoNext(record.next === "failed" ? undoFailed(undone) : undone, atMs);
  }
  switch (record.next) {
    case "done":
      return stepDone(run, atMs);
    case "failed":
      return stepFailed(run, { why: record.sentence, atMs });
    case "again":
      return {
        ...run,
        lostLaunchers: lostLaunchersAfter(run, record.outcome),
        phase: phaseAgain(run, { action, record, atMs }),
      };
    case "expect": {
      /** Only a step that expects something ends so, and it was running: only the types do not know. */
      const withinMs = action.options.expect?.withinMs ?? 0;
      const heardSinceMs = run.phase.kind === "running" ? run.phase.startedAtMs : atMs;
      const untilMs = atMs + withinMs;
      return { ...run, phase: { kind: "expecting", attempt: record.attempt, sinceMs: atMs, heardSinceMs, untilMs } };
    }
  }
}

/** The next question to a fence agent, or, after the retry's pause, the next attempt. */
function phaseAgain(
  run: Run,
  { action, record, atMs }: { action: BoundAction; record: StepEnd; atMs: number },
): StepPhase {
  const call = "fence" in run.phase ? run.phase.fence : null;
  if (isWithAnotherLauncher(run, record.outcome)) {
    const ready = readyFor({ nowMs: atMs }, action, record.attempt + 1);
    return { ...ready, fence: record.isUndo ? null : (call ?? ready.fence) };
  }
  if (action.kind === "fence" && call !== null) {
    const next = afterFenceCall(action, call, record.outcome, atMs);
    if (next.kind === "call" && next.pauseMs === 0) {
      return { kind: "ready", attempt: record.attempt, fence: next.call, sinceMs: atMs };
    }
    if (next.kind === "call") {
      return { kind: "pausing", attempt: record.attempt, fence: next.call, untilMs: atMs + next.pauseMs };
    }
  }
  const { attempt, fence } = readyFor({ nowMs: atMs }, action, record.attempt + 1);
  return { kind: "pausing", attempt, fence, untilMs: atMs + action.options.retryEveryMs };
}

function stepDone(run: Run, atMs: number): Run {
  return goTo({ ...run, done: [...run.done, run.at] }, { at: run.at + 1, atMs });
}

function stepFailed(run: Run, { why, atMs }: { why: string; atMs: number }): Run {
  if (run.actions[run.at]?.options.onFailure === "continue") return goTo(run, { at: run.at + 1, atMs });
  return undoNext({ ...run, failure: run.failure ?? `step ${run.at + 1}: ${why}` }, atMs);
}

function undoNext(run: Run, atMs: number): Run {
  const at = run.done.findLast((index) => hasUndo(run.actions[index])) ?? run.actions.length;
  return { ...run, at, lostLaunchers: 0, phase: { kind: "ready", attempt: 1, fence: null, sinceMs: atMs } };
}

function goTo(run: Run, { at, atMs }: { at: number; atMs: number }): Run {
  return { ...run, at, lostLaunchers: 0, phase: readyFor({ nowMs: atMs }, run.actions[at], 1) };
}

function resumed(run: Run): Run {
  const { phase, failure } = run;
  const expect = run.actions[run.at]?.options.expect ?? null;
  if (phase.kind !== "in-doubt" || !phase.hasEnded || failure !== null || expect === null) return restart(run);
  const sinceMs = lastMs(run);
  const untilMs = sinceMs + expect.withinMs;
  return { ...run, phase: { kind: "expecting", attempt: phase.attempt, sinceMs, heardSinceMs: sinceMs, untilMs } };
}

function restart(run: Run): Run {
  const action = run.failure === null ? run.actions[run.at] : undefined;
  return { ...run, phase: readyFor({ nowMs: lastMs(run) }, action, run.phase.attempt + 1) };
}

function hasUndo(action: BoundAction | undefined): boolean {
  return action !== undefined && action.options.undo !== null;
}

/** The last moment that the records speak of. */
function lastMs(run: Run): number {
  switch (run.phase.kind) {
    case "ready":
    case "expecting":
      return run.phase.sinceMs;
    case "running":
      return run.phase.startedAtMs;
    case "pausing":
      return run.phase.untilMs;
    case "awaiting":
      return run.phase.fence.untilMs;
    case "in-doubt":
      return run.startedAtMs;
  }
}
