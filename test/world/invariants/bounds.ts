/** 11: Every queue and buffer has a limit: what the daemon keeps does not grow with its life. */
import { waitingMax } from "../../../src/core/rules.ts";
import type { Condition } from "../../../src/core/condition.ts";
import type { Configuration } from "../../../src/core/configuration.ts";
import type { State } from "../../../src/core/state.ts";
import { notificationsMax } from "../../../src/supervisor/notifications.ts";
import type { InvariantKind } from "../scene.ts";

/** A table, the reserve, a journal being written anew: what there may be beside the journal's own limits. */
const otherBytesMax = 4 * 1024 * 1024;

export const bounds: InvariantKind = {
  number: 11,
  title: "every queue and buffer has a limit",
  watch: (scene) => (happening) => {
    if (happening.kind === "turn") return tooMuch(happening.after, happening.configuration);
    if (happening.kind !== "look") return null;
    const usedBytes = scene.disk.usedBytes;
    const { keptBytesMax, fileBytesMax, damagedFilesMax, reserveBytes } = scene.journalLimits;
    const bytesMax = keptBytesMax + fileBytesMax * (2 + damagedFilesMax) + reserveBytes + otherBytesMax;
    if (usedBytes > bytesMax) return `the daemon has filled ${usedBytes} bytes of its disk, ${bytesMax} is the most`;
    const told = scene.supervisor()?.status().daemon.notifications.waiting ?? 0;
    return told > notificationsMax ? `${told} notifications wait` : null;
  },
};

function tooMuch(state: State, configuration: Configuration): string | null {
  if (state.waiting.length > waitingMax) return `${state.waiting.length} triggers wait`;
  if (Object.keys(state.clocks).length > clocksMax(configuration))
    return `there are ${Object.keys(state.clocks).length} clocks`;
  for (const [key, { confirming, standing, source }] of Object.entries(state.observations)) {
    const check = configuration.checks.find((other) => other.key === source);
    const rowMax = check === undefined ? 0 : Math.max(check.rise, check.fall);
    if (confirming.length > rowMax) return `${key} has ${confirming.length} results that are not confirmed`;
    if (standing.seenSinceRole.length > 8) return `${key} keeps ${standing.seenSinceRole.length} statuses`;
  }
  for (const { name, limit } of configuration.rules) {
    const starts = state.rules[name]?.runStartsMs.length ?? 0;
    if (starts > (limit?.runs ?? 1)) return `${name} keeps ${starts} starts of runs`;
  }
  if (new Set(state.maintenance.map(({ scope }) => scope)).size !== state.maintenance.length)
    return "a scope is in maintenance twice";
  return null;
}

const clockCounts = new WeakMap<Configuration, number>();

/** One of each `for`, of each rule its own, and those of one expectation. */
function clocksMax(configuration: Configuration): number {
  const known = clockCounts.get(configuration);
  if (known !== undefined) return known;
  const conditions = configuration.rules.flatMap((rule) => [
    ...(rule.trigger.kind === "condition" ? [rule.trigger.when] : []),
    ...(rule.guard === null ? [] : [rule.guard]),
    ...rule.actions.flatMap(({ options }) => (options.expect === null ? [] : [options.expect.condition])),
  ]);
  const count = conditions.map(clocksIn).reduce((sum, one) => sum + one, 0);
  clockCounts.set(configuration, count);
  return count;
}

function clocksIn(condition: Condition): number {
  switch (condition.kind) {
    case "or":
    case "and":
      return condition.parts.map(clocksIn).reduce((sum, one) => sum + one, 0);
    case "not":
      return clocksIn(condition.part);
    case "for":
      return 1 + clocksIn(condition.part);
    case "is":
    case "was":
    case "metric":
    case "range":
    case "quantified":
    case "count":
      return 0;
  }
}
