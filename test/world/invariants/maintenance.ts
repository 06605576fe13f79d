/**
 * 9: Maintenance holds every rule it covers, until its end or until somebody ends it, over restarts too; and a `when … for`
 * that is true when it ends counts from then. Judged for what is switched off as a whole, for a rule, for a host that a
 * run acts on or was triggered by, and for a check that such a host rests on.
 */
import { isByHand } from "../by-hand.ts";
import type { Condition } from "../../../src/core/condition.ts";
import { checkKey, type Configuration } from "../../../src/core/configuration.ts";
import type { Record } from "../../../src/core/record.ts";
import type { InvariantKind } from "../scene.ts";

type RunStart = Extract<Record, { readonly kind: "run-start" }>;

/** The machine's clock is a little fast or slow, and its wall clock, by which ends are carried over a reboot, jumps. */
const drift = 0.004;

export const maintenance: InvariantKind = {
  number: 9,
  title: "maintenance holds every rule it covers",
  watch: (scene) => {
    /** By scope; null: until somebody ends it. */
    const active = new Map<string, { readonly onAtMs: number; endsAtMs: number | null; readonly boot: string }>();
    const endedAtMs = new Map<string, number>();
    const isToEnd = new Set<string>();
    /** When it was decided; a slow disk has it durable later. The last of each scope is that of the entry that is told. */
    const decidedAtMs = { on: new Map<string, number>(), off: new Map<string, number>() };
    const end = (scope: string): string | null => {
      const known = active.get(scope);
      active.delete(scope);
      endedAtMs.set(scope, decidedAtMs.off.get(scope) ?? scene.agenda.nowMs);
      if (isToEnd.delete(scope) || known === undefined) return null;
      if (known.endsAtMs === null) return `maintenance of ${scope} has ended, and nobody has ended it`;
      /** Its end was carried over by a wall clock that jumps. */
      if (known.boot !== scene.machine.bootId) return null;
      const lastedMs = (decidedAtMs.off.get(scope) ?? scene.agenda.nowMs) - known.onAtMs;
      const wantedMs = known.endsAtMs - known.onAtMs;
      return lastedMs >= wantedMs * (1 - drift) - 5
        ? null
        : `maintenance of ${scope} lasted ${lastedMs} of ${wantedMs} ms`;
    };
    const check = (record: RunStart, configuration: Configuration, ended: ReadonlySet<string>): string | null => {
      if (isByHand(record)) return null;
      for (const scope of active.keys())
        if (!ended.has(scope) && covers(scope, record, configuration))
          return `${record.rule} fires in maintenance of ${scope}`;
      const rule = configuration.rules.find(({ name }) => name === record.rule);
      const forMs = rule?.trigger.kind === "condition" ? leastForMs(rule.trigger.when) : 0;
      for (const scope of ["*", record.rule]) {
        const sinceMs = scene.agenda.nowMs - (endedAtMs.get(scope) ?? -Infinity);
        if (sinceMs < forMs * (1 - drift) - 5)
          return `${record.rule} fires ${sinceMs} ms after maintenance of ${scope}, and needs ${forMs}`;
      }
      return null;
    };
    return (happening) => {
      switch (happening.kind) {
        case "asks":
          if (happening.asking.kind === "maintenance-off") isToEnd.add(happening.asking.scope);
          return null;
        case "asked": {
          const { asking, isAccepted } = happening;
          if (asking.kind === "maintenance-off" && !isAccepted) isToEnd.delete(asking.scope);
          const known = asking.kind === "maintenance-on" ? active.get(asking.scope) : undefined;
          if (asking.kind === "maintenance-on" && known !== undefined && asking.forMs !== null)
            known.endsAtMs = known.onAtMs + asking.forMs;
          return null;
        }
        case "entry": {
          const { entry } = happening;
          if (entry.kind === "maintenance-off") return end(entry.scope);
          if (entry.kind === "maintenance-on")
            active.set(entry.scope, {
              onAtMs: decidedAtMs.on.get(entry.scope) ?? scene.agenda.nowMs,
              endsAtMs: entry.untilWallMs === null ? null : -Infinity,
              boot: scene.machine.bootId,
            });
          return null;
        }
        case "turn": {
          const ended = new Set<string>();
          for (const effect of happening.effects) {
            if (effect.kind !== "record") continue;
            const { record } = effect;
            if (record.kind === "maintenance-on") decidedAtMs.on.set(record.scope, scene.agenda.nowMs);
            if (record.kind === "maintenance-off") decidedAtMs.off.set(record.scope, scene.agenda.nowMs);
            if (record.kind === "maintenance-off") ended.add(record.scope);
            const sentence = record.kind === "run-start" ? check(record, happening.configuration, ended) : null;
            if (sentence !== null) return sentence;
          }
          return null;
        }
        case "daemon-started":
          isToEnd.clear();
          if (happening.isAmnesiac) {
            active.clear();
            for (const { scope, untilMs } of happening.state.maintenance)
              active.set(scope, {
                onAtMs: 0,
                endsAtMs: untilMs === null ? null : -Infinity,
                boot: scene.machine.bootId,
              });
          }
          return null;
        case "said":
        case "step-started":
        case "step-really-ended":
        case "daemon-died":
        case "resumed":
        case "mended":
        case "look":
        case "end":
          return null;
      }
    };
  },
};

function covers(scope: string, record: RunStart, configuration: Configuration): boolean {
  const { cause, rule, actions } = record;
  if (scope === "*" || scope === rule || scope === cause.host) return true;
  if (cause.check !== null && (scope === cause.check || scope === checkKey(cause.check, cause.host ?? ""))) return true;
  const isTouched = (host: string): boolean =>
    (cause.check === null && host === cause.host) ||
    actions.some((action) => (action.kind === "fence" ? action.host === host : action.command.words.includes(host)));
  return configuration.hosts.some((host) => isTouched(host) && (scope === host || restsOn(configuration, host, scope)));
}

/** What a host is taken for is what the checks say that count. */
function restsOn(configuration: Configuration, host: string, scope: string): boolean {
  return configuration.checks.some(
    (check) =>
      !check.isAdvisory &&
      (check.host === host || check.dialect === "report") &&
      (scope === check.name || scope === checkKey(check.name, host)),
  );
}

/** What the condition has to be true for, at least. */
function leastForMs(condition: Condition): number {
  switch (condition.kind) {
    case "for":
      return condition.durationMs;
    case "and":
      return Math.max(...condition.parts.map(leastForMs));
    case "or":
      return Math.min(...condition.parts.map(leastForMs));
    case "not":
    case "is":
    case "was":
    case "metric":
    case "range":
    case "quantified":
    case "count":
      return 0;
  }
}
