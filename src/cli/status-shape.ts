/**
 * The status as it comes in, from a daemon's socket or out of its table: looked at once, so that a daemon of another
 * version gets a sentence instead of a wrong picture. Fields that are newer than the first version may be missing.
 */
import {
  parseBoolean,
  parseListOf,
  parseNumber,
  parseObject,
  parseOptional,
  parseOrNull,
  parseString,
  type Fields,
  type ObjectOf,
  type ParsedBy,
  type Parser,
} from "../base/shape.ts";

const documentOf = <F extends Fields>(fields: F): Parser<ObjectOf<F>> => parseObject(fields, { others: "ignored" });
const listOf = <T>(parser: Parser<T>): Parser<readonly T[]> => parseListOf(parser, { itemsMax: Infinity });
const maybe = parseOptional(parseOrNull(parseString));

const parseDaemon = documentOf({
  running: parseBoolean,
  pid: parseNumber,
  version: parseString,
  startedAt: parseString,
  heartbeatAgeMs: parseNumber,
  learned: parseBoolean,
  /** Why it observes but does not act. */
  distrust: maybe,
  /** Why it acts but cannot keep a record. */
  notRemembered: maybe,
  /** Why its state table is old. */
  notSaved: maybe,
  configuration: documentOf({
    generation: parseNumber,
    fingerprint: parseString,
    /** Why the last reload was refused. */
    refused: maybe,
  }),
});

const parseHost = documentOf({
  host: parseString,
  status: parseString,
  role: parseOrNull(parseString),
  since: parseOrNull(parseString),
});

const parseCheck = documentOf({
  check: parseString,
  host: parseString,
  status: parseString,
  since: parseOrNull(parseString),
  output: parseString,
  ageMs: parseOrNull(parseNumber),
  isStale: parseBoolean,
  isAdvisory: parseOptional(parseBoolean),
  confirming: parseOrNull(documentOf({ status: parseString, seen: parseNumber, needed: parseNumber })),
});

const parseRule = documentOf({
  rule: parseString,
  state: parseString,
  reason: parseOrNull(parseString),
  /** How its last run failed. */
  failure: maybe,
});

const parseRun = documentOf({
  run: parseNumber,
  rule: parseString,
  step: parseNumber,
  of: parseNumber,
  command: listOf(parseString),
  phase: parseOptional(parseString),
  failure: maybe,
});

const parseMaintenance = documentOf({ scope: parseString, until: parseOrNull(parseString), reason: parseString });

/** `at` names the document in the sentence that says what does not fit. */
export const parseStatus = documentOf({
  daemon: parseDaemon,
  hosts: listOf(parseHost),
  splitBrain: parseOptional(listOf(parseString)),
  checks: listOf(parseCheck),
  rules: listOf(parseRule),
  run: parseOrNull(parseRun),
  maintenance: listOf(parseMaintenance),
});

export type ShownStatus = ParsedBy<typeof parseStatus>;
export type ShownCheck = ShownStatus["checks"][number];
