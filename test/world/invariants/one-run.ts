/** 3: At most one run at a time; and no number is given to two. */
import type { InvariantKind } from "../scene.ts";

export const oneRun: InvariantKind = {
  number: 3,
  title: "at most one run at a time",
  watch: (scene) => (happening) => {
    if (happening.kind !== "entry" || happening.entry.kind !== "run-start") return null;
    const { entry } = happening;
    const { run, lastRun } = scene.ledger;
    if (run !== null && !run.isExcused) return `run ${entry.run} begins while run ${run.run} is in progress`;
    if (entry.run <= lastRun) return `run ${entry.run} begins, and run ${lastRun} was before it`;
    return null;
  },
};
