/** 14: Nothing is missed between two wakes: a moment before the daemon wants to be asked again, nothing would come out otherwise. */
import type { Happening } from "../happening.ts";
import type { InvariantKind } from "../scene.ts";

type Turn = Extract<Happening, { readonly kind: "turn" }>;

export const wakes: InvariantKind = {
  number: 14,
  title: "nothing is missed between two wakes",
  watch: (scene) => {
    let last: Turn | null = null;
    return (happening) => {
      if (happening.kind === "turn") last = happening;
      if (happening.kind === "daemon-died") last = null;
      if (happening.kind !== "look" || last === null) return null;
      const { configuration, after, effects, nowMs } = last;
      const wake = effects.at(-1);
      if (wake?.kind !== "wakeAt" || wake.atMs - 1 <= nowMs) return null;
      const early = scene.step(configuration, after, { kind: "tick" }, wake.atMs - 1);
      const done = early.effects.find((effect) => effect.kind !== "wakeAt");
      if (done === undefined) return null;
      const what = done.kind === "record" ? done.record.sentence : done.kind;
      return `at ${wake.atMs - 1}, before the wake at ${wake.atMs}, it would have come to: ${what} (now ${scene.machine.nowMs()})`;
    };
  },
};
