/** What `explain` answers, as it comes in. */
import {
  parseListOf,
  parseNumber,
  parseObject,
  parseOneOf,
  parseOrNull,
  parseString,
  type ParsedBy,
} from "../base/shape.ts";

const parsePart = parseObject(
  {
    of: parseOneOf(["when", "if", "on"]),
    depth: parseNumber,
    text: parseString,
    truth: parseOneOf(["true", "false", "unknown"]),
    because: parseString,
    ageMs: parseOrNull(parseNumber),
  },
  { others: "ignored" },
);

/** `at` names the document in the sentence that says what does not fit. */
export const parseExplanation = parseObject(
  {
    rule: parseString,
    state: parseString,
    reason: parseOrNull(parseString),
    hold: parseOrNull(parseString),
    parts: parseListOf(parsePart, { itemsMax: Infinity }),
  },
  { others: "ignored" },
);

export type ShownExplanation = ParsedBy<typeof parseExplanation>;
export type ShownPart = ShownExplanation["parts"][number];
