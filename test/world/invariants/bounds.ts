/**
 * 11: Every queue and buffer has a limit: what the daemon keeps in its memory and on its disk does not grow with its life;
 * and what was dropped is counted.
 */
import { waitingMax } from "../../../src/core/rules.ts";
import type { Condition } from "../../../src/core/condition.ts";
import type { Configuration } from "../../../src/core/configuration.ts";
import type { State } from "../../../src/core/state.ts";
import { notificationsMax } from "../../../src/supervisor/notifications.ts";
import type { Happening } from "../happening.ts";
import type { InvariantKind, Scene } from "../scene.ts";

type Turn = Extract<Happening, { readonly kind: "turn" }>;

/** Of the widest rule set, with everything in it at its most. */
const tableBytesMax = 256 * 1024;

/** What is written with one sync beyond the limit of a file: the records of one batch of events. */
const groupBytesMax = 64 * 1024;

export const bounds: InvariantKind = {
  number: 11,
  title: "every queue and buffer has a limit, and what it drops is counted",
  watch: (scene) => {
    /** What the last steps' processes printed beyond what is kept, by run and name. */
    const dropped = new Map<string, number>();
    /** What a bad disk did not remove, or had again after a crash, is there until one more file is put away. */
    let newestSeq: number | null = null;
    return (happening) => {
      switch (happening.kind) {
        case "turn":
          return uncounted(happening, dropped) ?? tooMuch(happening.after, happening.configuration);
        case "step-really-ended": {
          const { key, droppedBytes } = happening;
          dropped.set(`${key.run}/${key.name}`, droppedBytes);
          if (dropped.size > 64) dropped.delete(dropped.keys().next().value ?? "");
          return null;
        }
        case "look": {
          const { diskSlow, diskFails, isDiskFull } = scene.trouble;
          if (diskSlow > 0 || diskFails > 0 || isDiskFull) newestSeq = newestPutAway(scene);
          const told = scene.supervisor()?.status().daemon.notifications.waiting ?? 0;
          if (told > notificationsMax) return `${told} notifications wait`;
          return newestSeq === null || newestPutAway(scene) > newestSeq ? tooLarge(scene) : null;
        }
        case "daemon-started":
        case "daemon-died":
        case "mended":
          newestSeq = newestPutAway(scene);
          return null;
        case "entry":
        case "said":
        case "step-started":
        case "resumed":
        case "asks":
        case "asked":
        case "end":
          return null;
      }
    };
  },
};

function uncounted({ event, effects }: Turn, dropped: ReadonlyMap<string, number>): string | null {
  if (event.kind !== "step-ended") return null;
  /** A step whose launcher was lost has no process, and has printed nothing. */
  const droppedBytes = dropped.get(`${event.run}/${event.name}`) ?? 0;
  for (const effect of effects) {
    if (effect.kind !== "record" || effect.record.kind !== "step-end" || effect.record.name !== event.name) continue;
    if (effect.record.droppedBytes !== droppedBytes)
      return `of step ${event.name} of run ${event.run} ${droppedBytes} bytes were dropped, and ${effect.record.droppedBytes} are told of`;
  }
  return null;
}

function newestPutAway({ disk, folder }: Scene): number {
  const seqs = disk.paths().map((path) => Number(/^journal\.(\d+)\.ndjson$/.exec(path.slice(folder.length + 1))?.[1]));
  return Math.max(0, ...seqs.filter((seq) => !Number.isNaN(seq)));
}

/** Each kind of file by its own limit. */
function tooLarge({ disk, folder, journalLimits }: Scene): string | null {
  const { keptBytesMax, keptFilesMax, fileBytesMax, damagedFilesMax, reserveBytes } = journalLimits;
  const sizes = (pattern: RegExp): readonly number[] =>
    disk.paths().flatMap((path) => (pattern.test(path.slice(folder.length + 1)) ? [disk.lengthOf(path)] : []));
  const rows = [
    { what: "put away", sizes: sizes(/^journal\.\d+\.ndjson$/), bytesMax: keptBytesMax, filesMax: keptFilesMax },
    { what: "kept as damaged", sizes: sizes(/\.damaged-\d+$/), bytesMax: Infinity, filesMax: damagedFilesMax },
    { what: "the journal", sizes: sizes(/^journal\.ndjson$/), bytesMax: 2 * fileBytesMax + groupBytesMax, filesMax: 1 },
    { what: "reserved", sizes: sizes(/^journal\.reserve$/), bytesMax: reserveBytes, filesMax: 1 },
    { what: "the table", sizes: sizes(/^table\.json(\.new)?$/), bytesMax: tableBytesMax, filesMax: 2 },
  ];
  for (const row of rows) {
    const bytes = row.sizes.reduce((sum, size) => sum + size, 0);
    if (bytes > row.bytesMax) return `${bytes} bytes are ${row.what}, ${row.bytesMax} is the most`;
    if (row.sizes.length > row.filesMax)
      return `${row.sizes.length} files are ${row.what}, ${row.filesMax} is the most`;
  }
  return null;
}

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
