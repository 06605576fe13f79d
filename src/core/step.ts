/**
 * The core: what is known and what happened -> what is known then, and what is wanted. A pure function over plain data.
 *
 *     event -> facts -> hosts -> rules judged -> run advanced -> rules fired -> run advanced -> checks started
 *
 * A reload is two turns in one: what was due is done as it was before it, then the new configuration is taken, which
 * changes nothing by itself and fires nothing.
 *
 * An event that does not fit (a job that is not known, a run that is over) changes nothing.
 */
import { sayCount } from "../base/count.ts";
import { sayDuration } from "../base/duration.ts";
import { takeOverRun } from "./cut-off.ts";
import { deriveHosts } from "./hosts.ts";
import { unlearned } from "./holds.ts";
import { learnUnknowns, refreshStaleness } from "./observe.ts";
import { endMaintenance, operate } from "./operate.ts";
import { passOver, reconfigure } from "./reconfigure.ts";
import { advanceRun, lookAtExpected, stepEnded } from "./runs.ts";
import { fireRules, judgeRules, queueEdges } from "./rules.ts";
import { postpone } from "./step-phase.ts";
import {
  checkEnded,
  learningMsMax,
  residentEnded,
  residentReported,
  restartChecks,
  startDueChecks,
  wakeAtMs,
} from "./schedule.ts";
import { beginTurn, note, record, type Turn } from "./turn.ts";
import type { Configuration } from "./configuration.ts";
import type { Effects } from "./effect.ts";
import type { Event } from "./event.ts";
import type { State } from "./state.ts";

/** `nowMs` is monotonic and never less than at the step before. */
export function step(
  configuration: Configuration,
  state: State,
  event: Event,
  nowMs: number,
): { readonly state: State; readonly effects: Effects } {
  if (event.kind === "reconfigured") return reload(configuration, state, event, nowMs);
  const turn = beginTurn(configuration, state, nowMs);
  apply(turn, event);
  const judgements = look(turn);
  advanceRun(turn);
  /** A run that ends at once lets the next trigger have its turn. */
  while (fireRules(turn, judgements)) advanceRun(turn);
  return endTurn(turn);
}

/** What is known now, and what the rules make of it. */
function look(turn: Turn): ReturnType<typeof judgeRules> {
  refreshStaleness(turn);
  deriveHosts(turn);
  endOverdueMaintenance(turn);
  finishLearning(turn);
  return judgeRules(turn);
}

function endTurn(turn: Turn): { readonly state: State; readonly effects: Effects } {
  turn.state = { ...turn.state, clocks: turn.clocks };
  startDueChecks(turn);
  turn.effects.push({ kind: "wakeAt", atMs: wakeAtMs(turn) });
  return { state: turn.state, effects: turn.effects };
}

function reload(
  configuration: Configuration,
  state: State,
  event: Extract<Event, { kind: "reconfigured" }>,
  nowMs: number,
): { readonly state: State; readonly effects: Effects } {
  const due = beginTurn(event.before, state, nowMs);
  look(due);
  advanceRun(due);
  queueEdges(due);
  /** What only the reload makes true was not seen to begin: no clock of it is whole. */
  const running = Object.entries(due.clocks).filter(([, clock]) => clock.kind === "running");
  const known = { ...due.state, clocks: Object.fromEntries(running) };
  const turn: Turn = { ...beginTurn(configuration, known, nowMs), effects: due.effects, isSilent: true };
  reconfigure(turn, event);
  refreshStaleness(turn);
  deriveHosts(turn);
  judgeRules(turn);
  lookAtExpected(turn);
  passOver(turn, event.before, due.state);
  /** What may fire or move on does so right after it. */
  turn.wakes.push(nowMs);
  return endTurn(turn);
}

/** All but a reload, which is `reload`'s. */
function apply(turn: Turn, event: Exclude<Event, { readonly kind: "reconfigured" }>): void {
  switch (event.kind) {
    case "tick":
      return;
    case "started":
      started(turn, event);
      return;
    case "stopping":
    case "reload-refused":
    case "noted":
      writeDown(turn, event);
      return;
    case "check-ended":
      checkEnded(turn, event.job, event.results);
      return;
    case "resident-reported":
      residentReported(turn, event.job, event.results);
      return;
    case "resident-ended":
      residentEnded(turn, event.job, event.reason);
      return;
    case "launcher-ready":
      turn.state = { ...turn.state, launcher: event.launcher };
      return;
    case "launcher-failed":
      turn.state = { ...turn.state, launcher: null };
      if (turn.state.run !== null)
        note(turn, "launcher", `no process could be forked for the next step: ${event.reason}; trying again`);
      return;
    case "step-ended":
      stepEnded(turn, event);
      return;
    case "stalled":
      stalled(turn, event);
      return;
    case "delayed":
      postpone(turn, event.countedMs);
      return;
    case "reported":
    case "acknowledge":
    case "run-rule":
    case "fence-host":
    case "resume":
    case "abandon":
    case "maintenance-on":
    case "maintenance-off":
      operate(turn, event);
      return;
  }
}

/** What the daemon before this one left is taken over. */
function started(turn: Turn, event: Extract<Event, { kind: "started" }>): void {
  const { version, pid, bootId, isRestored, found } = event;
  const sentence = `failoverd ${version} started (pid ${pid}): ${found}`;
  record(turn, { kind: "daemon-start", version, pid, bootId, isRestored, sentence });
  for (const dropped of event.dropped) record(turn, dropped);
  takeOverRun(turn, event.doubt, event.step);
}

/** What happens to the daemon itself: nothing follows from it but the record. */
function writeDown(turn: Turn, event: Extract<Event, { kind: "stopping" | "reload-refused" | "noted" }>): void {
  switch (event.kind) {
    case "stopping": {
      const { run } = turn.state;
      const left =
        run === null ? "" : `; run ${run.run} of ${run.rule} is in progress and is gone on with by the next daemon`;
      record(turn, { kind: "daemon-stop", sentence: `failoverd stops: ${event.reason}${left}` });
      return;
    }
    case "reload-refused": {
      const { errors, first } = event;
      record(turn, {
        kind: "reload-refused",
        errors,
        sentence: `reload refused, the configuration stays as it was: ${sayCount(errors, "error")}, the first: ${first}`,
      });
      return;
    }
    case "noted":
      note(turn, event.topic, event.sentence);
      return;
  }
}

/** Nobody looked for a while: what is known may be of long ago. Everything is observed anew, and no clock has run. */
function stalled(turn: Turn, { gapMs, countedMs, isDisk }: Extract<Event, { kind: "stalled" }>): void {
  const why = isDisk ? ", so long the disk took for a record" : "";
  const sentence = `the daemon did not run for ${sayDuration(gapMs)}${why}: everything known is old, observing again before acting`;
  record(turn, { kind: "stalled", gapMs: Math.round(gapMs), sentence });
  restartChecks(turn);
  const observations = Object.entries(turn.state.observations).map(
    ([key, observation]) => [key, { ...observation, confirming: [] }] as const,
  );
  turn.state = {
    ...turn.state,
    learning: { sinceMs: turn.nowMs, isOver: false },
    observations: Object.fromEntries(observations),
    clocks: {},
  };
  postpone(turn, countedMs);
}

function finishLearning(turn: Turn): void {
  const { learning } = turn.state;
  if (learning.isOver) return;
  const waiting = unlearned(turn);
  const tookMs = turn.nowMs - learning.sinceMs;
  if (waiting.length > 0 && turn.nowMs < learning.sinceMs + learningMsMax) return;
  turn.state = { ...turn.state, learning: { ...learning, isOver: true } };
  learnUnknowns(turn);
  deriveHosts(turn);
  const missing = waiting.length === 0 ? "every check that counts has reported" : `still silent: ${waiting.join(", ")}`;
  record(turn, {
    kind: "learned",
    tookMs: Math.round(tookMs),
    sentence: `learned in ${sayDuration(tookMs)}: ${missing}; rules may fire now`,
  });
}

function endOverdueMaintenance(turn: Turn): void {
  for (const { scope, untilMs } of turn.state.maintenance)
    if (untilMs !== null && turn.nowMs >= untilMs) endMaintenance(turn, scope);
}
