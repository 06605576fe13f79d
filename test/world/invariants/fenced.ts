/**
 * 7: Nothing after a `fence` runs unless the fence is proven: unless the host was really without power since the run began.
 * Not promised where the device's own `status` lies.
 */
import type { InvariantKind } from "../scene.ts";

export const fenced: InvariantKind = {
  number: 7,
  title: "nothing after a fence runs unless the host is really off",
  watch: (scene) => {
    const isLiar = scene.trouble.fenceStatusLies;
    if (isLiar) scene.excuse("a fence device says off of what is on: fencing is not promised here");
    return (happening) => {
      if (isLiar || happening.kind !== "step-started" || happening.key.name.startsWith("undo-")) return null;
      const { run } = scene.ledger;
      if (run === null || run.isExcused || run.start === null || run.run !== happening.key.run) return null;
      const step = Number(/^\d+/.exec(happening.key.name)?.[0]);
      for (const action of run.start.actions.slice(0, step - 1)) {
        const host = action.kind === "fence" && action.verb === "off" ? scene.cluster.host(action.host) : undefined;
        if (host !== undefined && !scene.cluster.wasOffSince(host, run.beganAtWorldMs))
          return `step ${step} of run ${run.run} starts, and ${host.name} was never off since the run began`;
      }
      return null;
    };
  },
};
