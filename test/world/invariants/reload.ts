/** 8: A reload changes no status and fires nothing. What was due before it is done before it, and said so. */
import { isByHand } from "../by-hand.ts";
import type { Happening } from "../happening.ts";
import type { InvariantKind } from "../scene.ts";

type Turn = Extract<Happening, { readonly kind: "turn" }>;

export const reload: InvariantKind = {
  number: 8,
  title: "a reload changes no status and fires nothing",
  watch: () => {
    /** Rules that the last reload brought or changed, while nothing was heard since. */
    let untold = new Set<string>();
    return (happening) => {
      if (happening.kind === "said" || happening.kind === "daemon-died") untold = new Set();
      if (happening.kind !== "turn") return null;
      if (happening.event.kind === "reconfigured") {
        untold = changedRules(happening, happening.event.before.rules);
        for (const rule of untold) if (wasWaiting(happening, rule)) untold.delete(rule);
        return duringReload(happening);
      }
      if (untold.size === 0) return null;
      for (const effect of happening.effects) {
        if (effect.kind !== "record" || effect.record.kind !== "run-start") continue;
        const { record } = effect;
        if (untold.has(record.rule) && !isByHand(record) && record.cause.failed === null)
          return `${record.rule} fires for what a reload found: ${record.sentence}`;
      }
      return null;
    };
  },
};

function changedRules({ configuration }: Turn, before: Turn["configuration"]["rules"]): Set<string> {
  const isSame = (name: string, trigger: unknown): boolean =>
    before.some((old) => old.name === name && JSON.stringify(old.trigger) === JSON.stringify(trigger));
  return new Set(configuration.rules.filter(({ name, trigger }) => !isSame(name, trigger)).map(({ name }) => name));
}

/** It was held, or its `for` counted: under other words it goes on. */
function wasWaiting({ before: { rules, clocks } }: Turn, rule: string): boolean {
  const isCounting = Object.entries(clocks).some(
    ([key, { kind }]) => kind === "running" && key.startsWith(`${rule}: `),
  );
  return rules[rule]?.hasFired === false && (rules[rule].trueSinceMs !== null || isCounting);
}

function duringReload({ before, after, effects }: Turn): string | null {
  const records = effects.flatMap((effect) => (effect.kind === "record" ? [effect.record] : []));
  const behind = records.slice(records.findIndex((record) => record.kind === "configured") + 1);
  const loud = behind.find(({ kind }) => kind === "transition" || kind === "run-start" || kind === "step-start");
  if (loud !== undefined) return `a reload has caused: ${loud.sentence}`;
  const fired = records.find((record) => record.kind === "run-start");
  if (fired !== undefined) return `a reload has fired: ${fired.sentence}`;
  for (const [rule, { hasFired }] of Object.entries(before.rules)) {
    const now = after.rules[rule];
    /** A run that was due to fail has failed before the reload: its rule acts again when somebody acknowledges. */
    if (records.some((record) => record.kind === "blocked" && record.rule === rule)) continue;
    if (hasFired && now?.hasFired === false && now.trueSinceMs !== null)
      return `a reload has forgotten that ${rule} has fired and is still true`;
  }
  if (records.some((record) => record.kind === "transition")) return null;
  for (const [host, standing] of Object.entries(after.hosts)) {
    const old = before.hosts[host];
    if (old !== undefined && (old.status !== standing.status || old.role !== standing.role))
      return `a reload has made ${host} ${standing.status} (${standing.role}), which was ${old.status} (${old.role})`;
  }
  return null;
}
