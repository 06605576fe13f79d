/** Which action a run is at, and the process that it means. */
import { invariant } from "../base/invariant.ts";
import { shownWords } from "./agent-action.ts";
import { fenceCommand } from "./fencing.ts";
import type { StepProgram } from "./effect.ts";
import type { BoundAction, BoundCommand, FenceCall, Run } from "./run.ts";
import type { Turn } from "./turn.ts";

export function actionAt(run: Run): BoundAction {
  const action = run.actions[run.at];
  invariant(action !== undefined, `run ${run.run} has a step ${run.at + 1}`);
  return action;
}

/** The command that the step in progress is, or is undone by; null: it is a fence. */
export function commandAt(run: Run): BoundCommand | null {
  const action = actionAt(run);
  if (run.failure !== null) return action.options.undo;
  return action.kind === "fence" ? null : action.command;
}

/** What the step of a run starts at that attempt; `call`: of a fence. */
export function describeStep(
  turn: Pick<Turn, "nowMs">,
  run: Run,
  attempt: number,
  call: FenceCall | null,
): StepProgram {
  const action = actionAt(run);
  const step = run.at + 1;
  if (run.failure !== null) {
    const command = action.options.undo;
    invariant(command !== null, "only steps with an undo are undone");
    return {
      command,
      shown: shownWords(command),
      name: `undo-${step}${attempt === 1 ? "" : `.${attempt}`}`,
      limitMs: action.options.timeoutMs,
      fence: null,
    };
  }
  const name = attempt === 1 ? `${step}` : `${step}.${attempt}`;
  if (action.kind === "command") {
    const command: BoundCommand = action.command;
    return { command, shown: shownWords(command), name, limitMs: action.options.timeoutMs, fence: null };
  }
  invariant(call !== null, "a fence step knows its call");
  return fenceCommand(action, call, name, turn.nowMs);
}
