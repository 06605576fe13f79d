/** Complaints as they come in from a daemon. */
import { parseListOf, parseNumber, parseObject, parseOneOf, parseOrNull, parseString } from "../base/shape.ts";
import type { Complaint } from "../core/complaint.ts";

const parseAnswer = parseObject(
  {
    complaints: parseListOf(
      parseObject(
        {
          severity: parseOneOf(["error", "warning"]),
          code: parseString,
          file: parseString,
          line: parseNumber,
          column: parseNumber,
          width: parseNumber,
          source: parseString,
          message: parseString,
          hint: parseOrNull(parseString),
        },
        { others: "ignored" },
      ),
      { itemsMax: Infinity },
    ),
  },
  { others: "ignored" },
);

/** The `complaints` of an answer; none, if it has none. */
export function parseComplaints(answer: unknown): readonly Complaint[] {
  const parsed = parseAnswer(answer, "answer");
  return parsed.ok ? parsed.value.complaints : [];
}
