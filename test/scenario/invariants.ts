/**
 * What always holds, whatever happens: the invariants of the design that can be read off a turn's effects and state.
 * Watches one daemon's life, and those of its successors.
 */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { judge } from "../../src/core/evaluate.ts";
import { withoutFor } from "../../src/core/level.ts";
import { step } from "../../src/core/step.ts";
import { around } from "../../src/core/surroundings.ts";
import type { Configuration } from "../../src/core/configuration.ts";
import type { Record } from "../../src/core/record.ts";
import type { Run } from "../../src/core/run.ts";
import type { State } from "../../src/core/state.ts";
import { beginTurn } from "../../src/core/turn.ts";
import type { Observed, Observer } from "./observed.ts";

/** Makes an observer that fails the test at the first turn that breaks one. */
export function checkInvariants(): Observer {
  const steps = new StepInvariants();
  const episodes = new Episodes();
  return (turn) => {
    checkPurity(turn);
    checkWake(turn);
    if (turn.event.kind === "started") steps.restarted();
    const records = turn.effects.flatMap((effect) => (effect.kind === "record" ? [effect.record] : []));
    for (const record of records) {
      assert.notEqual(record.sentence.trim(), "", "every decision leaves a sentence");
      assert.doesNotMatch(record.sentence, /undefined|NaN|null|Infinity|\[object/, "a sentence is made of words");
    }
    checkFiring(turn, records);
    steps.check(turn);
    episodes.check(turn, records);
  };
}

/** The same state and event give the same answer, and the state that was given is as it was (it is frozen). */
function checkPurity({ event, before, after, effects, configuration, nowMs }: Observed): void {
  const again = step(configuration, before, event, nowMs);
  assert.ok(isDeepStrictEqual(again, { state: after, effects }), "the same state and event give the same answer");
}

/** Nothing comes out otherwise before the moment at which the core wants to be asked again. */
function checkWake({ after, effects, configuration, nowMs }: Observed): void {
  const wakes = effects.flatMap((effect) => (effect.kind === "wakeAt" ? [effect.atMs] : []));
  assert.equal(wakes.length, 1, "each turn says once when to ask again");
  const [atMs = nowMs] = wakes;
  assert.ok(atMs >= nowMs, "nobody wakes in the past");
  if (atMs <= nowMs + 1) return;
  const early = step(configuration, after, { kind: "tick" }, atMs - 1).effects;
  assert.deepEqual(
    early.filter((effect) => effect.kind !== "wakeAt"),
    [],
    "nothing happens before the wake",
  );
}

function checkFiring({ event, before, after, effects }: Observed, records: readonly Record[]): void {
  const starts = records.flatMap((record) => (record.kind === "run-start" ? [record] : []));
  if (event.kind === "reconfigured") assert.deepEqual(starts, [], "a reload fires nothing");
  let inProgress = before.run?.run ?? null;
  for (const record of records) {
    if (record.kind === "run-start") {
      assert.equal(inProgress, null, "one run at a time");
      inProgress = record.run;
    }
    if (record.kind === "run-end") inProgress = null;
  }
  assert.equal(after.run?.run ?? null, inProgress, "a run begins and ends by its records");
  if (event.kind === "run-rule") return;
  for (const { rule } of starts) {
    assert.ok(after.learning.isOver, "nothing fires on unlearned data");
    assert.ok(
      !after.maintenance.some(({ scope }) => scope === "*" || scope === rule),
      "maintenance holds what it covers",
    );
    const ended = records.some((record) => record.kind === "blocked" && record.rule === rule);
    if (!ended) assert.equal(after.rules[rule]?.blocked ?? null, null, "what is blocked does not fire");
  }
  assert.equal(
    effects.some((effect) => effect.kind === "startStep") && after.distrust !== null,
    false,
    "a daemon that distrusts its journal does not act",
  );
}

/** Steps and their records, over the lives of all daemons. */
class StepInvariants {
  /** Started, and without an end. */
  readonly #running = new Set<string>();
  readonly #once = new Set<string>();
  readonly #variables = new Map<number, string>();
  readonly #failed = new Set<number>();
  readonly #resumed = new Set<string>();
  /** Of each run, the first of its steps that has not ended well. */
  readonly #at = new Map<number, number>();

  /** What ran may be gone, or run on; its end, or its doubt, is told before anything else of it. */
  restarted(): void {
    this.#running.clear();
  }

  check({ after, effects }: Observed): void {
    let announced: string | null = null;
    for (const effect of effects) {
      if (effect.kind === "record") announced = this.#record(effect.record, after) ?? announced;
      if (effect.kind !== "startStep") continue;
      const key = `${effect.run}/${effect.name}`;
      assert.equal(announced, key, "no step starts before its record");
      assert.deepEqual([...this.#running], [], "no step starts while another runs");
      this.#running.add(key);
    }
    const { run } = after;
    const variables = run === null ? undefined : this.#variables.get(run.run);
    if (variables !== undefined)
      assert.equal(JSON.stringify(run?.variables), variables, "variables do not change in a run");
  }

  /** The key of the step that the record announces; null: it announces none. */
  #record(record: Record, after: State): string | null {
    const run = "run" in record && after.run?.run === record.run ? after.run : null;
    if (record.kind === "run-start") {
      this.#variables.set(record.run, JSON.stringify(record.variables));
      this.#at.set(record.run, 1);
    }
    if (record.kind === "step-start") return this.#stepStarts(record, run);
    if (record.kind === "step-end") this.#running.delete(`${record.run}/${record.name}`);
    if (record.kind === "in-doubt") this.#running.clear();
    if (record.kind === "resumed" && run !== null) this.#resumed.add(`${record.run}/${run.at + 1}`);
    if (record.kind === "step-end" && !record.isUndo && record.next !== "again" && record.next !== "expect")
      this.#stepIsOver(record, record.next === "done", run);
    if (record.kind === "expectation") this.#stepIsOver(record, record.isMet, run);
    /** A step that was never started. */
    if (record.kind === "note" && record.topic === "step" && after.run !== null)
      this.#at.set(after.run.run, after.run.at + 1);
    return null;
  }

  #stepStarts(record: Extract<Record, { kind: "step-start" }>, run: Run | null): string {
    assert.ok(!this.#failed.has(record.run) || record.isUndo, "after a failed step nothing runs but its undos");
    const key = `${record.run}/${record.name}`;
    if (record.isUndo) return key;
    assert.equal(record.step, this.#at.get(record.run), "steps are in order");
    const step = `${record.run}/${record.step}`;
    const options = run?.actions[record.step - 1]?.options;
    if (options?.isOnce === true && options.retries === 0) {
      assert.ok(!this.#once.has(step) || this.#resumed.delete(step), "a step that is once is never started twice");
      this.#once.add(step);
    }
    return key;
  }

  /** Behind a fence that was not proven nothing goes on, whatever its options say. */
  #stepIsOver(record: { readonly run: number; readonly step: number }, isWell: boolean, run: Run | null): void {
    const action = run?.actions[record.step - 1];
    const isPassedOver = action?.kind === "command" && action.options.onFailure === "continue";
    if (isWell || isPassedOver) this.#at.set(record.run, record.step + 1);
    else this.#failed.add(record.run);
  }
}

/**
 * A rule with `when` fires once an episode: between two of its runs its condition was seen to be false, or the first of them
 * did not end well and somebody acknowledged that.
 */
class Episodes {
  readonly #fired = new Map<string, string>();
  readonly #unwell = new Set<string>();

  check({ event, after, configuration, nowMs }: Observed, records: readonly Record[]): void {
    if (event.kind === "started" && !event.isRestored) this.#fired.clear();
    for (const name of this.#fired.keys())
      if (!configuration.rules.some((rule) => rule.name === name)) this.#fired.delete(name);
    for (const record of records) {
      if (record.kind === "run-end" && record.outcome === "done") this.#unwell.delete(record.rule);
      if (record.kind === "run-end" && record.outcome !== "done") this.#unwell.add(record.rule);
      if (record.kind === "acknowledged" && this.#unwell.has(record.what)) this.#fired.delete(record.what);
    }
    for (const rule of configuration.rules) {
      if (rule.trigger.kind !== "condition") continue;
      const when = JSON.stringify(rule.trigger.when);
      const { truth } = judgeNow(rule.trigger.when, rule.name, { configuration, state: after, nowMs });
      if (truth === "false" || this.#fired.get(rule.name) !== when) this.#fired.delete(rule.name);
      const isStarted = records.some((record) => record.kind === "run-start" && record.rule === rule.name);
      if (!isStarted) continue;
      if (event.kind !== "run-rule") assert.ok(!this.#fired.has(rule.name), `${rule.name} fires once an episode`);
      this.#fired.set(rule.name, when);
    }
  }
}

function judgeNow(
  when: Parameters<typeof judge>[0],
  owner: string,
  known: { readonly configuration: Configuration; readonly state: State; readonly nowMs: number },
) {
  const turn = beginTurn(known.configuration, known.state, known.nowMs);
  return judge(withoutFor(when), around(turn, { owner, cause: null }));
}
