/**
 * 5: After a crash at any point every started step has exactly one outcome, and it is the true one: how its process really
 * ended, as the world knows. A `once` step is never started twice.
 */
import type { Entry } from "../../../src/core/record.ts";
import type { Outcome } from "../../../src/core/result.ts";
import type { StepKey } from "../../../src/host/processes.ts";
import type { InvariantKind } from "../scene.ts";

type StepEnd = Extract<Entry, { readonly kind: "step-end" }>;

/** Null: it has not ended. */
type RealEnd = { readonly code: number | null; readonly ending: Outcome | null } | null;

export const outcomes: InvariantKind = {
  number: 5,
  title: "every started step has exactly one outcome; a once step is never started twice",
  watch: (scene) => {
    /** Steps that are marked `once` and have been started, and that no operator has resumed since. */
    const started = new Set<string>();
    /** Of the run in progress and the one before it, by name. */
    const processes = new Map<string, RealEnd>();
    return (happening) => {
      const { run } = scene.ledger;
      switch (happening.kind) {
        case "entry": {
          const { entry } = happening;
          if (entry.kind === "resumed") started.clear();
          if (entry.kind === "run-start")
            for (const name of processes.keys()) if (runOf(name) < entry.run - 1) processes.delete(name);
          if (run === null || run.isExcused || !("run" in entry) || entry.run !== run.run) return null;
          const { open, givenUp } = run;
          if (entry.kind === "step-start" && open !== null)
            return `step ${entry.name} of run ${run.run} begins, and ${open.name} has no outcome`;
          /** What could not be started at all has an end and no beginning, and so has what a person does. */
          const isUnstarted =
            entry.kind === "step-end" &&
            open === null &&
            (entry.outcome.kind === "not-started" || entry.command.includes("manual"));
          const isGivenUp = entry.kind === "step-end" && givenUp?.name === entry.name;
          if (entry.kind === "step-end" && open?.name !== entry.name && !isUnstarted && !isGivenUp)
            return `step ${entry.name} of run ${run.run} ends, and ${open?.name ?? "none"} was in progress`;
          if (entry.kind === "run-end" && open !== null)
            return `run ${run.run} has ended, and step ${open.name} of it has no outcome`;
          return entry.kind === "step-end" ? untrue(entry, processes.get(nameOf(entry))) : null;
        }
        case "step-started": {
          const { key } = happening;
          processes.set(nameOf(key), null);
          const step = /^\d+/.exec(key.name)?.[0];
          const action = run?.run === key.run && step !== undefined ? run.start?.actions[Number(step) - 1] : undefined;
          if (action?.options.isOnce !== true || run?.isExcused === true) return null;
          const name = `${key.run}/${step}`;
          if (started.has(name)) return `step ${name} is marked once and has been started twice`;
          started.add(name);
          return null;
        }
        case "step-really-ended":
          processes.set(nameOf(happening.key), happening);
          return null;
        case "daemon-started":
          if (happening.isAmnesiac) started.clear();
          return null;
        case "turn":
        case "said":
        case "daemon-died":
        case "resumed":
        case "mended":
        case "asks":
        case "asked":
        case "look":
        case "end":
          return null;
      }
    };
  },
};

/** Undefined: it was never started. */
function untrue(entry: StepEnd, real: RealEnd | undefined): string | null {
  /** What a person does has no process. */
  if (entry.command.includes("manual")) return null;
  return isTrue(entry.outcome, real)
    ? null
    : `step ${entry.name} of run ${entry.run} is said to have ended with ${JSON.stringify(entry.outcome)}, and really ${sayReal(real)}`;
}

function isTrue(outcome: Outcome, real: RealEnd | undefined): boolean {
  switch (outcome.kind) {
    case "exited":
      return real?.code === outcome.code;
    case "killed":
      return real?.ending?.kind === "killed" && real.ending.signal === outcome.signal;
    case "timed-out":
      /** Of what was to be ended only that it has counts, and not how. */
      return real != null;
    case "lost":
      return real?.ending?.kind === "lost";
    case "not-started":
      return real === undefined;
  }
}

function sayReal(real: RealEnd | undefined): string {
  if (real === undefined) return "was never started";
  if (real === null) return "runs";
  return real.code === null ? `ended with ${JSON.stringify(real.ending)}` : `exited with ${real.code}`;
}

const nameOf = (key: StepKey): string => `${key.run}/${key.name}`;
const runOf = (name: string): number => Number.parseInt(name, 10);
