/**
 * A run that the daemon before this one began: what became of the step that it was at, and whether the run goes on or a
 * person decides that. All of it is said in the turn in which the daemon starts, before any time limit is looked at: a step
 * that has ended well meanwhile is not judged by how late that is seen.
 */
import { endRun } from "./run-end.ts";
import { killStep, restartStep, stepEnded } from "./runs.ts";
import { doubtedPhase, setPhase, startedPhase } from "./step-phase.ts";
import { note, record, type Turn } from "./turn.ts";
import type { StepFate } from "./event.ts";
import type { Run } from "./run.ts";

/** `doubt`: why it does not go on by itself; null: it does. `fate`: of the step that it was at; null: none had been started. */
export function takeOverRun(turn: Turn, doubt: string | null, fate: StepFate | null): void {
  const { run } = turn.state;
  if (run === null) return;
  const started = startedPhase(run.phase);
  if (run.isAbandoned && started === null) endRun(turn, "abandoned");
  /** An end that is known is in no doubt. */
  if (fate?.kind === "ended" && started !== null)
    stepEnded(turn, { ...fate, kind: "step-ended", run: run.run, name: started.name });
  if (doubt !== null) doubtRun(turn, doubt);
  if (fate?.kind === "running") stepRuns(turn);
  if (fate?.kind === "in-doubt") stepIsLost(turn);
}

/** Nothing of the run is started before a person has said so. A step that still runs is awaited all the same. */
function doubtRun(turn: Turn, why: string): void {
  const { run } = turn.state;
  if (run === null || run.isAbandoned || run.phase.kind === "in-doubt" || run.phase.kind === "awaiting") return;
  const what = `look, then say "failoverctl resume ${run.run}" to go on with it, or "failoverctl abandon ${run.run}"`;
  const sentence = `${titleOf(run)} is in doubt: ${why}: ${what}`;
  record(turn, { kind: "in-doubt", run: run.run, rule: run.rule, step: run.at + 1, isWaiting: true, sentence });
  setPhase(turn, run, doubtedPhase(run));
}

/** There is a run with a step that has started, or its fate would not be known: only the types do not know. */
function stepRuns(turn: Turn): void {
  const { run } = turn.state;
  const started = run === null ? null : startedPhase(run.phase);
  if (run === null || started === null) return;
  const what = run.isAbandoned ? "it is ended, as an operator gave the run up" : "its end is awaited";
  note(turn, "recovery", `${titleOf(run)} outlived the daemon and still runs: ${what}`);
  if (run.isAbandoned) killStep(turn, run, started);
}

/** Nobody can account for it: it runs again, unless it must not. There is a run, as above. */
function stepIsLost(turn: Turn): void {
  const { run } = turn.state;
  if (run === null) return;
  if (run.isAbandoned) {
    endRun(turn, "abandoned");
    return;
  }
  if (run.phase.kind === "in-doubt") {
    setPhase(turn, run, { ...run.phase, left: null });
    return;
  }
  const isWaiting = run.failure === null && run.actions[run.at]?.options.isOnce === true;
  const what = isWaiting
    ? `it is marked once: say "failoverctl resume ${run.run}" to run it again, or "failoverctl abandon ${run.run}"`
    : "it is started again";
  const sentence = `${titleOf(run)} is in doubt, a crash took its outcome: ${what}`;
  record(turn, { kind: "in-doubt", run: run.run, rule: run.rule, step: run.at + 1, isWaiting, sentence });
  if (isWaiting) setPhase(turn, run, { ...doubtedPhase(run), left: null });
  else restartStep(turn, run, run.phase.attempt + 1);
}

function titleOf(run: Run): string {
  return `${run.rule}, run ${run.run}, step ${run.at + 1}`;
}
