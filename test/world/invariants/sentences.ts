/**
 * 10: Every decision, also the decision not to act, leaves a sentence: every step and run has its record, a `when` that is
 * true and does not fire says what holds it, every edge that was told fires, waits or is dropped, exactly once, over
 * restarts too; and what a host has become, by what its checks really said, is told.
 */
import type { Effects } from "../../../src/core/effect.ts";
import type { Record } from "../../../src/core/record.ts";
import type { State } from "../../../src/core/state.ts";
import { EdgeBook } from "../edge-book.ts";
import { ToldHosts } from "../told-hosts.ts";
import type { Happening } from "../happening.ts";
import type { InvariantKind } from "../scene.ts";

type Turn = Extract<Happening, { readonly kind: "turn" }>;

export const sentences: InvariantKind = {
  number: 10,
  title: "every decision leaves a sentence",
  watch: (scene) => {
    const book = new EdgeBook();
    const told = new ToldHosts();
    return (happening) => {
      switch (happening.kind) {
        case "turn": {
          const { effects, after, configuration, nowMs } = happening;
          const records = effects.flatMap((effect) => (effect.kind === "record" ? [effect.record] : []));
          const untold = told.turn(records, scene.believer.beliefs, nowMs);
          if (untold !== null || (effects.length === 1 && happening.before.rules === after.rules)) return untold;
          return (
            records.map(unsaid).find((sentence) => sentence !== null) ??
            unrecorded(effects) ??
            unexplained(happening, records) ??
            book.turn(configuration, records, after)
          );
        }
        case "entry":
          book.written();
          return null;
        case "daemon-started":
          told.restarted(happening.state);
          return book.restarted(happening);
        case "said":
        case "step-started":
        case "step-really-ended":
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

/** What a sentence has that its author did not mean. */
function unsaid({ kind, sentence }: Record): string | null {
  const isBad = sentence === "" || /undefined|\bnull\b|NaN|\[object|Infinity/.test(sentence);
  return isBad ? `a ${kind} record says "${sentence}"` : null;
}

function unrecorded(effects: Effects): string | null {
  let announced = "";
  for (const effect of effects) {
    if (effect.kind === "record" && effect.record.kind === "step-start") announced = effect.record.name;
    if (effect.kind === "startStep" && effect.name !== announced) return `step ${effect.name} has no record before it`;
  }
  return null;
}

/** A `when` that is true has fired, or says what holds it; and when that changes, it is written down. */
function unexplained({ before, after, configuration }: Turn, records: readonly Record[]): string | null {
  if (before.rules === after.rules) return null;
  for (const { name, trigger } of configuration.rules) {
    const progress = after.rules[name];
    if (trigger.kind !== "condition" || progress === undefined) continue;
    const { hold } = progress;
    if (progress.trueSinceMs !== null && !progress.hasFired && isSettled(after) && hold === null)
      return `${name} is true and does not fire, and nothing says why`;
    const old = before.rules[name]?.hold ?? null;
    if (hold === null || hold.kind === old?.kind || hold.kind === "blocked") continue;
    const isWritten = records.some(
      (record) => record.kind === "held" && record.rule === name && record.hold === hold.kind,
    );
    if (!isWritten) return `${name} is held (${hold.kind}: ${hold.sentence}), and that is not written down`;
  }
  return null;
}

function isSettled(state: State): boolean {
  return state.learning.isOver;
}
