/**
 * The state table as one sealed line (`seal.ts`): what is lasting of the state, when and by whom it was saved, and the
 * status as it was shown then, for `failoverctl status` while no daemon runs. Everything in it is looked at again when it
 * is read: a state that the core could not have made is not let in.
 */
import { holdKinds } from "../core/hold.ts";
import type { LastingState } from "../core/restore.ts";
import type { Metric, Result } from "../core/result.ts";
import type { Maintenance, Observation, RuleProgress, Standing, WaitingTrigger } from "../core/state.ts";
import {
  isObject,
  parseBoolean,
  parseMapOf,
  parseNumber,
  parseOneOf,
  parseOptional,
  parseOrNull,
  parseString,
  parseWholeNumber,
  type Parser,
} from "../base/shape.ts";
import { documentOf, listOf, parseCause, parseCount, parseOutcome } from "./documents.ts";
import { sealLine, unsealLine } from "./seal.ts";

export interface Table {
  readonly savedAtWallMs: number;
  /** Monotonic, of the boot `bootId`. All monotonic times in `state` are of that boot. */
  readonly savedAtMs: number;
  readonly bootId: string;
  readonly localHost: string;
  /** Of the configuration. */
  readonly fingerprint: string;
  /** The last journal entry that was durable: the state has everything up to it. */
  readonly seq: number;
  readonly state: LastingState;
  /** What `failoverctl status` showed when this was saved. Its shape is not the store's to know. */
  readonly status: unknown;
}

export const tableVersion = 1;

export type DecodedTable =
  | { readonly kind: "table"; readonly table: Table }
  /** Written by a failoverd that is newer than this one. */
  | { readonly kind: "future"; readonly sentence: string }
  /** Changed, cut short, or never a table. */
  | { readonly kind: "damaged"; readonly sentence: string };

export function encodeTable(table: Table): Uint8Array {
  return sealLine({ failoverd: "table", version: tableVersion, ...table });
}

/** The whole file's bytes. Never throws; the sentences continue the file's name. */
export function decodeTable(bytes: Uint8Array): DecodedTable {
  if (bytes.at(-1) !== newline) return { kind: "damaged", sentence: "is cut short" };
  const unsealed = unsealLine(bytes.subarray(0, -1));
  if (unsealed.kind === "changed") return { kind: "damaged", sentence: "was changed: its checksum is wrong" };
  const { value } = unsealed;
  if (!isObject(value) || value["failoverd"] !== "table") return { kind: "damaged", sentence: "is not a state table" };
  const version = parseVersion(value["version"], "version");
  if (!version.ok) return { kind: "damaged", sentence: `has no version that can be: ${version.sentence}` };
  if (version.value > tableVersion) {
    return { kind: "future", sentence: `was written by a newer failoverd (table version ${version.value})` };
  }
  if (unsealed.kind === "unsealed") return { kind: "damaged", sentence: "has no checksum" };
  const parsed = parseTable(value, "table");
  if (!parsed.ok) return { kind: "damaged", sentence: `holds what cannot be: ${parsed.sentence}` };
  /** A table always has one; what it is, whoever shows it looks at. */
  return { kind: "table", table: { ...parsed.value, status: value["status"] ?? null } };
}

const newline = 0x0a;

const parseVersion = parseWholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER });

const parseStanding: Parser<Standing> = documentOf({
  status: parseString,
  sinceMs: parseNumber,
  previous: parseOrNull(parseString),
  role: parseOrNull(parseOneOf(["master", "slave"])),
  roleSinceMs: parseNumber,
  roleOrder: parseCount,
  seenSinceRole: listOf(parseString),
});

const parseMetric: Parser<Metric> = documentOf({
  label: parseString,
  value: parseOrNull(parseNumber),
  unit: parseString,
  warn: parseOrNull(parseString),
  crit: parseOrNull(parseString),
  min: parseOrNull(parseNumber),
  max: parseOrNull(parseNumber),
});

const parseResult: Parser<Result> = documentOf({
  status: parseString,
  output: parseString,
  longOutput: parseString,
  metrics: listOf(parseMetric),
  outcome: parseOrNull(parseOutcome),
});

const parseObservation: Parser<Observation> = documentOf({
  check: parseString,
  host: parseString,
  source: parseString,
  standing: parseStanding,
  confirming: listOf(parseString),
  latest: parseOrNull(parseResult),
  latestAtMs: parseOrNull(parseNumber),
  isStale: parseBoolean,
});

const parseRuleProgress: Parser<RuleProgress> = documentOf({
  hasFired: parseBoolean,
  trueSinceMs: parseOrNull(parseNumber),
  hold: parseOrNull(documentOf({ kind: parseOneOf(holdKinds), sentence: parseString })),
  blocked: parseOrNull(documentOf({ sentence: parseString, sinceMs: parseNumber })),
  runStartsMs: listOf(parseNumber),
  lastRunEndMs: parseOrNull(parseNumber),
  failure: parseOptional(parseOrNull(parseString)),
});

const parseWaiting: Parser<WaitingTrigger> = documentOf({
  rule: parseString,
  cause: parseCause,
  atMs: parseNumber,
  isAnnounced: parseBoolean,
});

const parseMaintenance: Parser<Maintenance> = documentOf({
  scope: parseString,
  untilMs: parseOrNull(parseNumber),
  untilWallMs: parseOrNull(parseNumber),
  reason: parseString,
});

const parseLasting: Parser<LastingState> = documentOf({
  observations: parseMapOf(parseObservation),
  hosts: parseMapOf(parseStanding),
  lastMaster: parseOrNull(parseString),
  splitBrain: listOf(parseString),
  rules: parseMapOf(parseRuleProgress),
  waiting: listOf(parseWaiting),
  maintenance: listOf(parseMaintenance),
  distrust: parseOrNull(parseString),
  nextRun: parseCount,
  nextOrder: parseCount,
});

const parseTable: Parser<Omit<Table, "status">> = documentOf({
  savedAtWallMs: parseNumber,
  savedAtMs: parseNumber,
  bootId: parseString,
  localHost: parseString,
  fingerprint: parseString,
  seq: parseCount,
  state: parseLasting,
});
