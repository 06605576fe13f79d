/**
 * The metrics of a report: an object of label and number, or an array of metrics with their units and thresholds. They
 * become what performance data becomes, with the same limits.
 */
import type { Metric } from "../core/result.ts";
import { readFields, sayFound, takeField, takeRequired } from "./fields.ts";
import type { Complain, Kind } from "./fields.ts";
import { labelCharactersMax, metricsMax, unitCharactersMax } from "./perfdata.ts";
import type { Perfdata } from "./perfdata.ts";
import { parseRange } from "../base/range.ts";
import { cleanLine } from "./text.ts";

/** The field `metrics`, which may be absent. What is wrong is complained about. */
export function readMetrics(value: unknown, complain: Complain): Perfdata {
  if (value === undefined || value === null) return bounded([], 0);
  if (Array.isArray(value)) {
    const entries: readonly unknown[] = value;
    const metrics = entries.slice(0, metricsMax).flatMap((entry) => readEntry(entry, complain));
    return bounded(metrics, entries.length);
  }
  const fields = readFields(value);
  if (fields !== null) {
    const metrics = [...fields].slice(0, metricsMax).map(([label, number]) => readPair(label, number, complain));
    return bounded(metrics, fields.size);
  }
  complain(`"metrics" is ${sayFound(value)}, expected an object of numbers or an array of metrics`);
  return bounded([], 0);
}

function bounded(metrics: readonly Metric[], amount: number): Perfdata {
  return { metrics, skipped: 0, firstSkipped: null, beyondLimit: amount - metrics.length };
}

const labelKind: Kind<string> = {
  expected: `a string of 1 to ${labelCharactersMax} characters`,
  read: (value) => {
    const label = typeof value === "string" && value.length <= labelCharactersMax ? cleanLine(value) : "";
    return label === "" ? undefined : label;
  },
};

const numberKind: Kind<number> = {
  expected: "a number",
  read: (value) => (typeof value === "number" && Number.isFinite(value) ? value + 0 : undefined),
};

const unitKind: Kind<string> = {
  expected: `a string of ${unitCharactersMax} characters at most`,
  read: (value) => (typeof value === "string" && value.length <= unitCharactersMax ? cleanLine(value) : undefined),
};

/** A bare number is the upper end, as in performance data. */
const thresholdKind: Kind<string> = {
  expected: 'a range such as "10", "10:20" or "@10:20"',
  read: (value) => {
    const text = typeof value === "number" ? String(value) : value;
    return typeof text === "string" && parseRange(text) !== null ? text : undefined;
  },
};

function readEntry(entry: unknown, complain: Complain): readonly Metric[] {
  const fields = readFields(entry);
  if (fields !== null) return [readMetric(fields, complain)];
  complain(`a metric is ${sayFound(entry)}, expected an object with "label" and "value"`);
  return [];
}

function readPair(label: string, number: unknown, complain: Complain): Metric {
  const fields = new Map<string, unknown>([["label", label]]);
  return readMetric(fields.set("value", number), complain);
}

function readMetric(fields: ReadonlyMap<string, unknown>, complain: Complain): Metric {
  const complainOfLabel: Complain = (sentence) => complain(`a metric's ${sentence}`);
  const label = takeRequired(fields, "label", { kind: labelKind, absent: "?", complain: complainOfLabel });
  const complainOfMetric: Complain = (sentence) => complain(`metric ${sayFound(label)}: ${sentence}`);
  const take = <T>(name: string, kind: Kind<T>): T | null =>
    takeField<T | null>(fields, name, { kind, absent: null, complain: complainOfMetric });
  /** Null is a value: it could not be determined. That there is none is a mistake. */
  if (fields.get("value") === undefined) complainOfMetric('"value" is missing, expected a number or null');
  return {
    label,
    value: take("value", numberKind),
    unit: take("unit", unitKind) ?? "",
    warn: take("warn", thresholdKind),
    crit: take("crit", thresholdKind),
    min: take("min", numberKind),
    max: take("max", numberKind),
  };
}
