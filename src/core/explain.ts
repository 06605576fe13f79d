/**
 * Why a rule did not fire, or would: each part of its condition with its present value and age. The words are the
 * evaluator's own, from the same walk that the rules are judged by.
 */
import { ownOf } from "../base/own.ts";
import { sayCondition } from "./condition-text.ts";
import { judge, type Judgement, type Truth } from "./evaluate.ts";
import { holdOf, isOverLimit, standingHold } from "./holds.ts";
import { isLevel, noCause } from "./rules.ts";
import { around } from "./surroundings.ts";
import type { Configuration, StatusPattern, Trigger } from "./configuration.ts";
import type { State } from "./state.ts";
import { beginTurn, type Turn } from "./turn.ts";

export interface ExplainedPart {
  /** `when`, `if`, or `on`, the trigger of an edge. */
  readonly of: "when" | "if" | "on";
  readonly depth: number;
  readonly text: string;
  readonly truth: Truth;
  readonly because: string;
  /** Of a part that has no parts: how old the oldest result is that it rests on; null: it rests on none. */
  readonly ageMs: number | null;
}

export interface Explained {
  readonly parts: readonly ExplainedPart[];
  /** What would keep it from firing now, were it triggered; null: nothing. */
  readonly hold: string | null;
}

interface Known {
  readonly configuration: Configuration;
  readonly state: State;
}

/** Null: there is no such rule. */
export function explain(known: Known, name: string, nowMs: number): Explained | null {
  const rule = known.configuration.rules.find((other) => other.name === name);
  if (rule === undefined) return null;
  const turn = beginTurn(known.configuration, known.state, nowMs);
  const parts: ExplainedPart[] = [];
  const surroundings = around(turn, { owner: rule.name, cause: null });
  if (rule.trigger.kind === "condition") addParts(parts, "when", judge(rule.trigger.when, surroundings), 0);
  else parts.push(explainEdge(turn, rule.name, rule.trigger));
  if (rule.guard !== null) addParts(parts, "if", judge(rule.guard, surroundings), 0);
  const over = isOverLimit(turn, rule) ? `${rule.name} is over its limit: it would be blocked instead of run` : null;
  const hasFired = ownOf(known.state.rules, name)?.hasFired === true;
  const again = hasFired
    ? `${name} has fired for this, or a reload passed it over, and fires again when its "when" was false in between`
    : null;
  return { parts, hold: again ?? holdOf(turn, rule, noCause)?.sentence ?? over };
}

/** Why nothing comes of a rule that has not fired and is not held now: what would hold it, or its `for` that counts. Null: neither. */
export function whyIdle(known: Known, name: string, nowMs: number): string | null {
  const rule = known.configuration.rules.find((other) => other.name === name);
  if (rule === undefined) return null;
  const turn = beginTurn(known.configuration, known.state, nowMs);
  const hold = standingHold(turn, rule);
  if (hold !== null || rule.trigger.kind !== "condition") return hold?.sentence ?? null;
  const { when } = rule.trigger;
  const judgement = judge(when, around(turn, { owner: rule.name, cause: null }));
  return judgement.truth !== "true" && isLevel(turn, rule, when) ? judgement.because() : null;
}

function addParts(parts: ExplainedPart[], of: "when" | "if", judgement: Judgement, depth: number): void {
  const { condition, truth } = judgement;
  parts.push({
    of,
    depth,
    text: sayCondition(condition),
    truth,
    because: judgement.because(),
    ageMs: judgement.ageMs(),
  });
  for (const part of judgement.parts) addParts(parts, of, part, depth + 1);
}

type EdgeTrigger = Exclude<Trigger, { readonly kind: "condition" }>;

/** An edge is a moment and not a state: it is told what it waits for, and what is so now. */
function explainEdge(turn: Turn, rule: string, edge: EdgeTrigger): ExplainedPart {
  const text = sayTrigger(edge);
  const isWaiting = turn.state.waiting.some((trigger) => trigger.rule === rule);
  if (isWaiting)
    return { of: "on", depth: 0, text, truth: "true", because: "it has come and waits for its turn", ageMs: null };
  return { of: "on", depth: 0, text, truth: "false", because: sayNow(turn, edge), ageMs: null };
}

function sayNow({ state }: Turn, trigger: EdgeTrigger): string {
  switch (trigger.kind) {
    case "transition": {
      const hosts = Object.entries(state.hosts).map(
        ([host, { status, role }]) =>
          `${host} is ${status}${role === null || role === status ? "" : ` (role ${role})`}`,
      );
      return `it has not come; now ${hosts.length === 0 ? "no host is known" : hosts.join(", ")}`;
    }
    case "split-brain":
      return state.splitBrain.length === 0
        ? "it has not come; now no two hosts are master"
        : `${state.splitBrain.join(" and ")} are master together: it came when that began, and comes again when that was over in between`;
    case "run-failed": {
      const { run } = state;
      if (run === null) return "it has not come; no run is in progress";
      const how = run.failure === null ? "" : " and has failed: it comes at the run's end";
      return `it has not come; run ${run.run} of ${run.rule} is in progress${how}`;
    }
  }
}

function sayTrigger(trigger: EdgeTrigger): string {
  switch (trigger.kind) {
    case "transition": {
      const of =
        trigger.check === null
          ? (trigger.host ?? "a host")
          : trigger.host === null
            ? trigger.check
            : `${trigger.check} on ${trigger.host}`;
      return `${of} goes from ${sayPattern(trigger.from)} to ${sayPattern(trigger.to)}`;
    }
    case "split-brain":
      return "two hosts are confirmed master at once";
    case "run-failed":
      return "a run fails";
  }
}

function sayPattern(pattern: StatusPattern): string {
  return pattern.kind === "any" ? "any status" : pattern.status;
}
