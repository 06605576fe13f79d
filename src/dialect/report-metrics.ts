/**
 * The metrics of a report: an object of label and number, or an array of metrics with their units and thresholds. They
 * become what performance data becomes, with the same limits.
 */
import { parseRange } from "../base/range.ts";
import { isObject, misfit, parseListOf, parseNumber, parseObject, parseOptional, parseOrNull } from "../base/shape.ts";
import type { Parsed, Parser } from "../base/shape.ts";
import type { Metric } from "../core/result.ts";
import { labelCharactersMax, metricsMax, unitCharactersMax } from "./perfdata.ts";
import type { Perfdata } from "./perfdata.ts";
import { cleanLine } from "./text.ts";

/** The field `metrics`. Of more than `metricsMax` the first are read, and the others counted. */
export const parseMetrics: Parser<Perfdata> = (value, at) => {
  if (Array.isArray(value)) {
    const entries: readonly unknown[] = value;
    return bounded(parseEntries(entries.slice(0, metricsMax), at), entries.length);
  }
  if (isObject(value)) {
    const pairs = Object.entries(value);
    return bounded(parsePairs(pairs.slice(0, metricsMax), at), pairs.length);
  }
  return misfit({ at, expected: "an object of numbers or an array of metrics", value });
};

function bounded(parsed: Parsed<readonly Metric[]>, amount: number): Parsed<Perfdata> {
  if (!parsed.ok) return parsed;
  const metrics = parsed.value;
  return { ok: true, value: { metrics, skipped: 0, firstSkipped: null, beyondLimit: amount - metrics.length } };
}

/** A text that is still one when it is cleaned. */
const parseLabel: Parser<string> = (value, at) => {
  const label = typeof value === "string" && value.length <= labelCharactersMax ? cleanLine(value) : "";
  const expected = `a string of 1 to ${labelCharactersMax} characters`;
  return label === "" ? misfit({ at, expected, value }) : { ok: true, value: label };
};

const parseUnit: Parser<string> = (value, at) =>
  typeof value === "string" && value.length <= unitCharactersMax
    ? { ok: true, value: cleanLine(value) }
    : misfit({ at, expected: `a string of ${unitCharactersMax} characters at most`, value });

/** A bare number is the upper end, as in performance data. */
const parseThreshold: Parser<string> = (value, at) => {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && parseRange(text) !== null
    ? { ok: true, value: text }
    : misfit({ at, expected: 'a range such as "10", "10:20" or "@10:20"', value });
};

/** Null is a value: it could not be determined. That there is none is a mistake. */
const parseValue = parseOrNull(parseNumber);

const parseEntryFields = parseObject(
  {
    label: parseLabel,
    value: parseValue,
    unit: parseOptional(parseOrNull(parseUnit)),
    warn: parseOptional(parseOrNull(parseThreshold)),
    crit: parseOptional(parseOrNull(parseThreshold)),
    min: parseOptional(parseValue),
    max: parseOptional(parseValue),
  },
  { others: "ignored" },
);

function parseEntries(entries: readonly unknown[], at: string): Parsed<readonly Metric[]> {
  const parsed = parseListOf(parseEntryFields, { itemsMax: metricsMax })(entries, at);
  if (!parsed.ok) return parsed;
  const metrics = parsed.value.map(({ label, value, unit, warn, crit, min, max }): Metric => {
    const limits = { warn: warn ?? null, crit: crit ?? null, min: min ?? null, max: max ?? null };
    return { label, value, unit: unit ?? "", ...limits };
  });
  return { ok: true, value: metrics };
}

function parsePairs(pairs: readonly (readonly [string, unknown])[], at: string): Parsed<readonly Metric[]> {
  const metrics: Metric[] = [];
  for (const [name, number] of pairs) {
    const place = `${at}[${JSON.stringify(name)}]`;
    const label = parseLabel(name, `${place}, its label`);
    if (!label.ok) return label;
    const value = parseValue(number, place);
    if (!value.ok) return value;
    metrics.push({ label: label.value, value: value.value, unit: "", warn: null, crit: null, min: null, max: null });
  }
  return { ok: true, value: metrics };
}
