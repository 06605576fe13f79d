/** Parsers that the table and the journal share. What a document has beyond its shape is left out: a newer version may know it. */
import type { Outcome } from "../core/result.ts";
import type { Cause } from "../core/run.ts";
import {
  parseKinds,
  parseListOf,
  parseNumber,
  parseObject,
  parseOneOf,
  parseOptional,
  parseOrNull,
  parseString,
  parseWholeNumber,
  type Fields,
  type ObjectOf,
  type Parser,
} from "../base/shape.ts";

/** The limit is the file's: no list in it is longer than its bytes. */
export const listOf = <T>(parser: Parser<T>): Parser<readonly T[]> => parseListOf(parser, { itemsMax: Infinity });

export const documentOf = <F extends Fields>(fields: F): Parser<ObjectOf<F>> =>
  parseObject(fields, { others: "ignored" });

export const parseCount = parseWholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER });

export const parseOutcome: Parser<Outcome> = parseKinds<Outcome>({
  exited: documentOf({ kind: parseOneOf(["exited"]), code: parseNumber }),
  killed: documentOf({ kind: parseOneOf(["killed"]), signal: parseString }),
  "timed-out": documentOf({ kind: parseOneOf(["timed-out"]), afterMs: parseNumber }),
  "not-started": documentOf({ kind: parseOneOf(["not-started"]), errno: parseString, reason: parseString }),
  lost: documentOf({ kind: parseOneOf(["lost"]), reason: parseString }),
});

export const parseCause: Parser<Cause> = documentOf({
  host: parseOrNull(parseString),
  from: parseOrNull(parseString),
  to: parseOrNull(parseString),
  check: parseOrNull(parseString),
  failed: parseOrNull(documentOf({ rule: parseString, run: parseCount })),
  others: parseOptional(listOf(parseString)),
});
