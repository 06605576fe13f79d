/** 5: After a crash at any point every started step has exactly one outcome; a `once` step is never started twice. */
import type { InvariantKind } from "../scene.ts";

export const outcomes: InvariantKind = {
  number: 5,
  title: "every started step has exactly one outcome; a once step is never started twice",
  watch: (scene) => {
    /** Steps that are marked `once` and have been started, and that no operator has resumed since. */
    const started = new Set<string>();
    return (happening) => {
      const { run } = scene.ledger;
      switch (happening.kind) {
        case "entry": {
          const { entry } = happening;
          if (entry.kind === "resumed") started.clear();
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
          return null;
        }
        case "step-started": {
          const { key } = happening;
          const step = /^\d+/.exec(key.name)?.[0];
          const action = run?.run === key.run && step !== undefined ? run.start?.actions[Number(step) - 1] : undefined;
          if (action?.options.isOnce !== true || run?.isExcused === true) return null;
          const name = `${key.run}/${step}`;
          if (started.has(name)) return `step ${name} is marked once and has been started twice`;
          started.add(name);
          return null;
        }
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
