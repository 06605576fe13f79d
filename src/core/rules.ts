/**
 * Which rule fires now. Every decision, also the one not to act, leaves a record with its sentence.
 *
 * An edge is dropped if something holds it back, and only another run in progress, or learning after a restart, makes it
 * wait; when its turn comes it is looked at again. A `when` is a level: held back, it stays held, and fires as soon as
 * nothing holds it back and it is still true: once an episode, which ends when it is false.
 */
import { sayDuration } from "../base/duration.ts";
import { sayCondition } from "./condition-text.ts";
import { judge, variablesIn, type Judgement } from "./evaluate.ts";
import { factOf } from "./facts.ts";
import { splitBrainCause, standingOf } from "./hosts.ts";
import { holdOf, isOverLimit, maintenanceHold, maintenanceOf, type Hold } from "./holds.ts";
import { withoutFor } from "./level.ts";
import { isRole } from "./status.ts";
import { block } from "./run-end.ts";
import { sayAwaited } from "./run-text.ts";
import { startRun } from "./runs.ts";
import { around } from "./surroundings.ts";
import { spokenOfBy } from "./touched.ts";
import { isSameSubject, sayCause } from "./triggers.ts";
import { progressOf, record, setRule, type Turn } from "./turn.ts";
import { hostOf } from "./variables.ts";
import type { Condition } from "./condition.ts";
import { checkKey, type Rule } from "./configuration.ts";
import type { Record } from "./record.ts";
import type { Cause } from "./run.ts";
import type { WaitingTrigger } from "./state.ts";

type Dropped = Extract<Record, { kind: "dropped" }>;

/** More edges than this do not wait; an operator is told which were dropped. */
export const waitingMax = 64;

export const noCause: Cause = { host: null, from: null, to: null, check: null, failed: null };

/** Judges every `when` and `if` once a turn: their clocks run whether or not anything depends on them now. */
export function judgeRules(turn: Turn): ReadonlyMap<string, Judgement> {
  const judgements = new Map<string, Judgement>();
  for (const rule of turn.configuration.rules) {
    if (rule.guard !== null) judge(rule.guard, around(turn, { owner: rule.name, cause: null }));
    if (rule.trigger.kind !== "condition") continue;
    const judgement = judgeWhen(turn, rule, rule.trigger.when);
    judgements.set(rule.name, judgement);
    const progress = progressOf(turn, rule.name);
    if (judgement.truth === "true") {
      if (progress.trueSinceMs === null) setRule(turn, rule.name, { trueSinceMs: turn.nowMs });
    } else if (
      progress.trueSinceMs !== null ||
      (judgement.truth === "false" && (progress.hasFired || progress.hold !== null))
    ) {
      const isFalse = judgement.truth === "false";
      /** An operator who runs it before its `for` is up has seen to the episode as well. */
      const isOver = isFalse && !(progress.hasFired && isLevel(turn, rule, rule.trigger.when));
      setRule(turn, rule.name, {
        trueSinceMs: null,
        hasFired: progress.hasFired && !isOver,
        hold: isFalse ? null : progress.hold,
      });
    }
  }
  return judgements;
}

/** In maintenance no clock of it runs: a `when` that is true when maintenance ends counts from then. */
function judgeWhen(turn: Turn, rule: Rule, when: Condition): Judgement {
  const surroundings = around(turn, { owner: rule.name, cause: null });
  if (maintenanceOf(turn, rule, null) === null) return judge(when, surroundings);
  return judge(when, { ...surroundings, state: { ...turn.state, clocks: {} }, clocks: {}, wakes: [] });
}

/** Edges of this turn go behind those that wait; then the first that may fire, fires. True if one did. */
export function fireRules(turn: Turn, judgements: ReadonlyMap<string, Judgement>): boolean {
  queueEdges(turn);
  if (turn.state.run === null && (fireEdge(turn) || fireLevel(turn, judgements))) return true;
  announce(turn, judgements);
  return false;
}

export function queueEdges(turn: Turn): void {
  for (const edge of turn.edges.splice(0)) {
    const { rule, cause } = edge;
    const refusal = whyNotQueued(turn, edge);
    if (refusal !== null) {
      record(turn, { kind: "dropped", rule, cause, hasWaited: false, ...refusal });
      continue;
    }
    const waiting: WaitingTrigger = { rule, cause, atMs: turn.nowMs, isAnnounced: false };
    turn.state = { ...turn.state, waiting: [...turn.state.waiting, waiting] };
  }
}

/** An edge that is not even put behind the others. What is seen in maintenance is not made up for when it has ended. */
function whyNotQueued(turn: Turn, edge: Turn["edges"][number]): Pick<Dropped, "hold" | "sentence"> | null {
  const { rule: name, cause, isLearned } = edge;
  const what = `${name} dropped: ${sayCause(cause)}`;
  if (!isLearned) return { hold: "learning", sentence: `${what} is what was found first, and no change` };
  const rule = turn.configuration.rules.find((other) => other.name === name);
  /** An edge is of a rule that is in force: there always is one. */
  const hold = rule === undefined ? null : maintenanceHold(turn, rule, cause);
  if (hold !== null) return { hold: hold.kind, sentence: sayNotMadeUpFor(cause, hold) };
  if (turn.state.waiting.some((other) => other.rule === name && isSameSubject(other.cause, cause)))
    return { hold: "again", sentence: `${what} again, and it waits for its turn already` };
  if (turn.state.waiting.length >= waitingMax)
    return { hold: "queue-full", sentence: `${what}, but ${waitingMax} triggers are waiting already` };
  return null;
}

function sayNotMadeUpFor(cause: Cause, hold: Hold): string {
  return `${sayCause(cause)}, but ${hold.sentence}; a transition is not made up for`;
}

/** Takes waiting edges in order until one fires. True if one did. */
function fireEdge(turn: Turn): boolean {
  while (turn.state.learning.isOver && turn.state.run === null) {
    const [first, ...rest] = turn.state.waiting;
    if (first === undefined) return false;
    turn.state = { ...turn.state, waiting: rest };
    const cause = causeNow(turn, first);
    const decided = { rule: first.rule, cause, hasWaited: true };
    const rule = turn.configuration.rules.find((other) => other.name === first.rule);
    if (rule === undefined) {
      const sentence = `${first.rule} dropped: it is not in the configuration any more`;
      record(turn, { kind: "dropped", ...decided, hold: "no-longer", sentence });
      continue;
    }
    if (!stillHolds(turn, rule, cause)) {
      const sentence = `${rule.name} dropped: ${sayCause(cause)} no longer holds`;
      record(turn, { kind: "dropped", ...decided, hold: "no-longer", sentence });
      continue;
    }
    const hold = staleHold(turn, rule, cause) ?? mayFire(turn, rule, cause);
    if (hold === null) {
      startRun(turn, rule, cause, sayCause(cause));
      return true;
    }
    const sentence = sayNotMadeUpFor(cause, hold);
    record(turn, { kind: "dropped", ...decided, hold: hold.kind, sentence });
  }
  return false;
}

/** Which hosts are master together may have changed while a split brain's trigger waited. */
function causeNow({ configuration, state }: Turn, { rule: name, cause }: WaitingTrigger): Cause {
  const isSplitBrain = configuration.rules.some(
    (rule) => rule.name === name && rule.trigger.kind === "split-brain" && state.splitBrain.length > 0,
  );
  return isSplitBrain ? splitBrainCause(state.splitBrain) : cause;
}

/** The first rule, by declared order, whose `when` is true, has not fired in this episode and is not held. */
function fireLevel(turn: Turn, judgements: ReadonlyMap<string, Judgement>): boolean {
  for (const rule of turn.configuration.rules) {
    const judgement = judgements.get(rule.name);
    if (judgement?.truth !== "true" || progressOf(turn, rule.name).hasFired) continue;
    if (mayFire(turn, rule, noCause) !== null) continue;
    setRule(turn, rule.name, { hasFired: true });
    startRun(turn, rule, noCause, judgement.because());
    return true;
  }
  return false;
}

/** What holds the rule back. One that would fire and is over its limit becomes blocked by that. */
function mayFire(turn: Turn, rule: Rule, cause: Cause): Hold | null {
  const hold = holdOf(turn, rule, cause);
  if (hold !== null || !isOverLimit(turn, rule) || rule.limit === null) return hold;
  const { runs, withinMs } = rule.limit;
  block(
    turn,
    rule.name,
    `it ran ${runs === 1 ? "once" : `${runs} times`} in ${sayDuration(withinMs)}, which is its limit`,
  );
  return holdOf(turn, rule, cause);
}

/** Writes down, once, what waits and what is held, and why. */
function announce(turn: Turn, judgements: ReadonlyMap<string, Judgement>): void {
  const waiting = turn.state.waiting.map((trigger) => {
    if (trigger.isAnnounced) return trigger;
    const sentence = `${trigger.rule} waits for ${sayAwaited(turn.state.run)}: ${sayCause(trigger.cause)}`;
    record(turn, { kind: "waiting", rule: trigger.rule, sentence });
    return { ...trigger, isAnnounced: true };
  });
  if (waiting.some((trigger, index) => trigger !== turn.state.waiting[index])) turn.state = { ...turn.state, waiting };
  for (const rule of turn.configuration.rules) {
    const judgement = judgements.get(rule.name);
    if (judgement === undefined || rule.trigger.kind !== "condition") continue;
    const progress = progressOf(turn, rule.name);
    const hold = progress.hasFired ? null : levelHold(turn, rule, judgement);
    if (hold === null && progress.hold === null) continue;
    if (hold !== null && hold.kind !== progress.hold?.kind && hold.kind !== "blocked")
      record(turn, { kind: "held", rule: rule.name, hold: hold.kind, sentence: hold.sentence });
    setRule(turn, rule.name, { hold });
  }
}

/**
 * A `when` that is false is not held. One that cannot be judged is, once everything should be known; one whose time is not
 * up only if maintenance keeps it from running.
 */
function levelHold(turn: Turn, rule: Rule, judgement: Judgement): Hold | null {
  if (judgement.truth === "false") return null;
  if (judgement.truth === "true") return holdOf(turn, rule, noCause);
  if (!turn.state.learning.isOver) return null;
  if (isLevel(turn, rule, judgement.condition))
    return maintenanceOf(turn, rule, null) === null ? null : holdOf(turn, rule, noCause);
  if (isBeingConfirmed(turn, judgement.condition)) return null;
  return {
    kind: "stale",
    sentence: `${rule.name} held: "when ${sayCondition(judgement.condition)}" cannot be judged: ${judgement.because()}`,
  };
}

/** What was seen for the first time, and not yet often enough: that is decided in moments, and is nothing to tell anybody. */
function isBeingConfirmed(turn: Turn, condition: Condition): boolean {
  const spokenOf = spokenOfBy(turn, condition);
  /** A variable that stands for no host may soon stand for any. */
  const isAnybody = variablesIn(condition).some((variable) => hostOf(turn, variable, null) === null);
  return Object.entries(turn.state.observations).some(
    ([key, { confirming, standing }]) =>
      confirming.length > 0 && standing.status === "unknown" && (isAnybody || spokenOf.has(key)),
  );
}

/** Whether a `when` is true now, however long. */
export function isLevel(turn: Turn, rule: Rule, when: Condition): boolean {
  return judge(withoutFor(when), around(turn, { owner: rule.name, cause: null })).truth === "true";
}

/** Whether what an edge told is still so, now that its turn has come. */
function stillHolds(turn: Turn, rule: Rule, cause: Cause): boolean {
  if (rule.trigger.kind === "split-brain") return turn.state.splitBrain.length > 0;
  if (rule.trigger.kind === "run-failed") return true;
  /** A reload made another rule of it. */
  if (rule.trigger.kind === "condition") return false;
  const { host, check, to, from } = cause;
  /** A transition is of a host, and to something: only the types do not know. */
  if (host === null || to === null) return false;
  const standing =
    check === null ? standingOf(turn.state, host) : turn.state.observations[checkKey(check, host)]?.standing;
  if (standing === undefined) return false;
  if (rule.trigger.to.kind === "any") return standing.status !== from;
  return isRole(to) ? standing.role === to : standing.status === to;
}

/** An edge that waited fires on what is known now, and not on what was known when it came. */
function staleHold(turn: Turn, rule: Rule, cause: Cause): Hold | null {
  const { host, check, to } = cause;
  if (rule.trigger.kind !== "transition" || host === null || to === "unknown") return null;
  const fact = factOf(
    check === null ? { kind: "host", host } : { kind: "check", check, on: { kind: "host", host } },
    around(turn, { owner: rule.name, cause }),
  );
  return fact.isFresh ? null : { kind: "stale", sentence: `${rule.name} held: ${fact.sentence()}` };
}
