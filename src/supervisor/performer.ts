/**
 * Performs what the core wants of processes, and turns what processes did into the core's events. The only place where a
 * check's output meets its dialect.
 */
import { readCheck, readResidentLine, type CheckTraits } from "../dialect/dialects.ts";
import { readResidentEnd } from "../dialect/resident.ts";
import type { Effect } from "../core/effect.ts";
import type { Event, HostResult } from "../core/event.ts";
import type { ProcessEvent, ProcessIdentity, Processes } from "../host/processes.ts";

type ProcessEffect = Extract<
  Effect,
  { readonly kind: "startCheck" | "startResident" | "stopCheck" | "startStep" | "killStep" }
>;

export interface ProcessPerformer {
  readonly perform: (effect: ProcessEffect) => void;
  /** What the core is told of it; null: nothing, because nobody waits for it any more. */
  readonly understand: (event: ProcessEvent) => Event | null;
}

type StepStart = Extract<Effect, { readonly kind: "startStep" }>;

export type Stdin =
  { readonly kind: "stdin"; readonly text: string } | { readonly kind: "refused"; readonly reason: string };

/**
 * `readStdin` composes what a fence agent is told on its standard input; it reads the secrets, at each use. `tell` takes
 * the events that do not come from a process.
 */
export function processPerformer(
  processes: Processes,
  readStdin: (fence: NonNullable<StepStart["fence"]>) => Stdin,
  tell: (event: Event) => void,
): ProcessPerformer {
  /** The launcher that waits for a step. */
  let waiting: ProcessIdentity | null = null;

  /** How each job that runs will be read. */
  const traits = new Map<number, CheckTraits>();

  function perform(effect: ProcessEffect): void {
    switch (effect.kind) {
      case "startCheck":
        traits.set(effect.job, { dialect: effect.dialect, isPromotable: effect.isPromotable });
        processes.startCheck(effect.job, effect.program, effect.timeoutMs);
        return;
      case "startResident":
        traits.set(effect.job, { dialect: effect.dialect, isPromotable: false });
        processes.startResident(effect.job, effect.program);
        return;
      case "stopCheck":
        traits.delete(effect.job);
        processes.stopCheck(effect.job);
        return;
      case "startStep":
        startStep(effect);
        return;
      case "killStep":
        processes.killStep({ run: effect.run, name: effect.name });
        return;
    }
  }

  function startStep({ run, name, command, launcher, fence }: StepStart): void {
    const stdin = fence === null ? null : readStdin(fence);
    const isThere = waiting?.pid === launcher.pid && waiting.startTicks === launcher.startTicks;
    if (stdin?.kind === "refused" || !isThere) {
      /** Nothing was started, so the launcher still waits, or another one in its place. */
      const reason =
        stdin?.kind === "refused" ? stdin.reason : "the launcher that waited for it was ended from outside";
      const outcome = { kind: "not-started", errno: isThere ? "EACCES" : "ESRCH", reason } as const;
      tell({ kind: "step-ended", run, name, outcome, output: "", droppedBytes: 0 });
      if (waiting !== null) tell({ kind: "launcher-ready", launcher: waiting });
      return;
    }
    waiting = null;
    const { program, words, env, user } = command;
    const argv = [program, ...words.slice(1)];
    processes.startStep({ run, name }, { argv, env, user }, stdin?.text ?? null);
  }

  function understand(event: ProcessEvent): Event | null {
    switch (event.kind) {
      case "check-ended": {
        const checked = traits.get(event.job);
        traits.delete(event.job);
        if (checked === undefined) return null;
        const results = readCheck(checked, event.outcome, event.output).map(withoutCheck);
        return { kind: "check-ended", job: event.job, results };
      }
      case "resident-line": {
        const dialect = traits.get(event.job)?.dialect;
        if (dialect === undefined) return null;
        return {
          kind: "resident-reported",
          job: event.job,
          results: readResidentLine(dialect, event.line).map(withoutCheck),
        };
      }
      case "resident-ended":
        if (!traits.delete(event.job)) return null;
        return { kind: "resident-ended", job: event.job, reason: readResidentEnd(event.outcome, event.output).output };
      case "launcher-ready":
        waiting = event.launcher;
        return { kind: "launcher-ready", launcher: event.launcher };
      case "launcher-failed":
        waiting = null;
        return { kind: "launcher-failed", reason: event.reason };
      case "step-ended": {
        const { key, outcome, output, droppedBytes } = event;
        return { kind: "step-ended", run: key.run, name: key.name, outcome, output, droppedBytes };
      }
    }
  }

  return { perform, understand };
}

function withoutCheck(reading: HostResult): HostResult {
  return { host: reading.host, result: reading.result };
}
