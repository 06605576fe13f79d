/**
 * What always holds, whatever happens: the invariants of the design that can be read off a turn's effects and state.
 * Watches one daemon's life, and those of its successors.
 */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Observer } from "./scenario-runner.ts";
import { step } from "../../src/core/step.ts";

/** Makes an observer that fails the test at the first turn that breaks one. */
export function checkInvariants(): Observer {
  /** Steps that were started and have no end, by `run/name`. */
  const running = new Set<string>();
  const onceStarted = new Set<string>();
  const variables = new Map<number, string>();
  const failed = new Set<number>();

  return ({ event, before, after, effects, configuration, nowMs }) => {
    const again = step(configuration, before, event, nowMs);
    assert.ok(isDeepStrictEqual(again, { state: after, effects }), "the same state and event give the same answer");
    let announced: string | null = null;
    for (const effect of effects) {
      if (effect.kind === "record") {
        const { record } = effect;
        assert.notEqual(record.sentence.trim(), "", "every decision leaves a sentence");
        if (event.kind === "reconfigured") assert.notEqual(record.kind, "run-start", "a reload fires nothing");
        if (record.kind === "run-start") {
          assert.equal(before.run === null || effects.some(isEndOf(before.run.run)), true, "one run at a time");
          variables.set(record.run, JSON.stringify(record.variables));
        }
        if (record.kind === "step-start") {
          announced = `${record.run}/${record.name}`;
          assert.ok(!failed.has(record.run) || record.isUndo, "after a failed step nothing runs but its undos");
          const action = after.run?.run === record.run ? after.run.actions[record.step - 1] : undefined;
          if (action?.options.isOnce === true && !record.isUndo && record.attempt === 1) {
            assert.ok(!onceStarted.has(announced), "a step that is once is never started twice");
            onceStarted.add(announced);
          }
          for (let index = 0; after.run?.run === record.run && !record.isUndo && index < record.step - 1; index += 1)
            assert.ok(
              after.run.actions[index]?.kind !== "fence" || after.run.done.includes(index),
              "behind a fence nothing runs that was not proven",
            );
        }
        if (record.kind === "step-end") {
          running.delete(`${record.run}/${record.name}`);
          if (record.next === "failed" && after.run?.failure != null) failed.add(record.run);
        }
        if (record.kind === "in-doubt") running.clear();
      }
      if (effect.kind === "startStep") {
        const key = `${effect.run}/${effect.name}`;
        assert.equal(announced, key, "no step starts before its record");
        assert.deepEqual([...running], [], "no step starts while another runs");
        running.add(key);
      }
      if (effect.kind === "wakeAt") assert.ok(effect.atMs >= nowMs, "nobody wakes in the past");
    }
    if (after.run !== null && variables.has(after.run.run))
      assert.equal(
        JSON.stringify(after.run.variables),
        variables.get(after.run.run),
        "variables do not change in a run",
      );
    if (event.kind === "started") running.clear();
  };
}

function isEndOf(run: number): (effect: Parameters<Observer>[0]["effects"][number]) => boolean {
  return (effect) => effect.kind === "record" && effect.record.kind === "run-end" && effect.record.run === run;
}
