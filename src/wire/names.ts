/** Parsers of the words that requests are made of. Their sentences say what is expected in the words of the documents. */
import { nameCharactersMax, namePattern } from "../core/host-name.ts";
import type { Metric } from "../core/result.ts";
import {
  parseListOf,
  parseNumber,
  parseObject,
  parseOptional,
  parseOrNull,
  parseText,
  parseWholeNumber,
} from "../base/shape.ts";
import type { Parsed, Parser } from "../base/shape.ts";

/** One line for a person and no more. */
export const outputCharactersMax = 8_192;
const longOutputCharactersMax = 32_768;
const metricsMax = 256;

/** The longest time that people plan for: ten years. */
const durationMsMax = 10 * 365 * 86_400_000;

export const parseHostName = parseText({
  expected: "a host name: letters, digits, and . _ : -",
  charactersMax: nameCharactersMax,
  pattern: namePattern,
});

export const parseStatusName = parseText({
  expected: "a status: one word such as ok, warning, critical, unknown, down, master or slave",
  charactersMax: 64,
  pattern: /^[A-Za-z][A-Za-z0-9_-]*$/,
});

/** A name as it may stand in a section's header or behind `as`: any one line. */
export const parseName: Parser<string> = parseText({
  expected: "a name: at least one character, and no control characters",
  charactersMax: 512,
  pattern: /^\P{Cc}+$/u,
});

export const parseReason = parseText({
  expected: "one line of text",
  charactersMax: 1_024,
  pattern: /^\P{Cc}*$/u,
});

export const parseOutput = parseText({ expected: "a text", charactersMax: outputCharactersMax });
export const parseLongOutput = parseText({ expected: "a text", charactersMax: longOutputCharactersMax });

/** Numbers of runs and entries. */
export const parseSerial = parseWholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER });

/** Milliseconds since 1970. */
export const parseWallMs = parseWholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER });

export const parseDurationMs = parseWholeNumber({ min: 1, max: durationMsMax });

const parseThreshold = parseText({
  expected: 'a range such as "10", "10:20" or "@10:20"',
  charactersMax: 128,
  pattern: /^@?[-+~:.\deE]*$/,
});

const parseMetricFields = parseObject(
  {
    label: parseText({ expected: "a metric's name", charactersMax: 255, pattern: /^\P{Cc}+$/u }),
    value: parseOrNull(parseNumber),
    unit: parseOptional(parseText({ expected: "a unit", charactersMax: 32, pattern: /^\P{Cc}*$/u })),
    warn: parseOptional(parseOrNull(parseThreshold)),
    crit: parseOptional(parseOrNull(parseThreshold)),
    min: parseOptional(parseOrNull(parseNumber)),
    max: parseOptional(parseOrNull(parseNumber)),
  },
  { others: "refused" },
);

const parseMetric: Parser<Metric> = (value, at): Parsed<Metric> => {
  const parsed = parseMetricFields(value, at);
  if (!parsed.ok) return parsed;
  const { label, value: number, unit = "", warn = null, crit = null, min = null, max = null } = parsed.value;
  return { ok: true, value: { label, value: number, unit, warn, crit, min, max } };
};

/** `[ { "label", "value", "unit", "warn", "crit", "min", "max" } ]`; all but the first two may be left out. */
export const parseMetrics = parseListOf(parseMetric, { itemsMax: metricsMax });
