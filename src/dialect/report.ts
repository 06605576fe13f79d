/**
 * The dialect of reports: results as JSON, one object or an array of them, from a check's stdout or over the socket.
 *
 *     { "status": "master", "host": "host1", "check": "role", "output": "one line", "longOutput": "...",
 *       "metrics": { "lag": 12 }  or  [ { "label": "lag", "value": 12, "unit": "MB", "warn": "16", "crit": "64" } ] }
 *
 * Only `status` must be there. Fields of other names are ignored, so that an agent can be newer than the daemon. A field
 * that is known and of the wrong type is not ignored: the report is refused as a whole, with a sentence that says what
 * was expected and what was found. Values come from strangers: names are held to their alphabets, texts are cleaned.
 */
import { parseListOf, parseObject, parseOptional, parseOrNull, parseString, parseText } from "../base/shape.ts";
import type { ParsedBy, Parser } from "../base/shape.ts";
import type { Outcome, Result } from "../core/result.ts";
import { nameCharactersMax, namePattern } from "../core/host-name.ts";
import { composeUnanswered, readAnswer } from "./answer.ts";
import type { Perfdata } from "./perfdata.ts";
import { composeResult, longOutputCharactersMax, readPrintedPlain, sayBeside, withLineKept } from "./printed.ts";
import type { CheckOutput } from "./printed.ts";
import { parseMetrics } from "./report-metrics.ts";
import { cleanLine, cutText } from "./text.ts";

/** One result and what it is about. */
export interface Reading {
  /** `null`: the host, or the check, that the report came from. */
  readonly host: string | null;
  readonly check: string | null;
  readonly result: Result;
}

export type Report =
  | { readonly kind: "results"; readonly results: readonly Reading[] }
  | { readonly kind: "complaint"; readonly complaint: string };

/** One report tells of a few hosts and a few checks; a longer one is a mistake, and is refused rather than cut. */
export const reportResultsMax = 256;

/** Reads a report's text. Never throws. Results have no outcome: who knows of a process adds it. */
export function parseReport(text: string): Report {
  const json = parseJson(text);
  return json.kind === "value" ? parseReportValue(json.value) : refuse(json.sentence);
}

/** The same for JSON that has been read already. */
export function parseReportValue(value: unknown): Report {
  const parsed = Array.isArray(value) ? parseEntries(value, "report") : parseOnlyEntry(value, "report");
  if (!parsed.ok) return refuse(cleanLine(parsed.sentence));
  if (parsed.value.length === 0) return refuse("report: expected one result or more, got an empty list");
  return { kind: "results", results: parsed.value.map(composeReading) };
}

/**
 * A finished check that speaks in reports. A report counts whatever the exit code; without one, or with one that is not
 * understood, the check is unknown, and says why.
 */
export function readReport(outcome: Outcome, output: CheckOutput): readonly Reading[] {
  const printed = readPrintedPlain(output);
  const answer = readAnswer(outcome);
  if (answer.kind === "none") return [{ host: null, check: null, result: composeUnanswered(answer, printed, outcome) }];
  const report = parseReport(output.stdout);
  if (report.kind === "results") {
    const beside = sayBeside(output);
    return report.results.map((reading) => ({ ...reading, result: withProcess(reading.result, outcome, beside) }));
  }
  const failed = answer.code === 0 ? "" : `exit ${answer.code}, and `;
  const sentence = `${failed}no report: ${report.complaint}`;
  const result = composeResult({ status: "unknown", output: sentence, printed: withLineKept(printed), outcome });
  return [{ host: null, check: null, result }];
}

function withProcess(result: Result, outcome: Outcome, beside: string): Result {
  const longOutput = [result.longOutput, beside].filter((part) => part !== "").join("\n");
  return { ...result, longOutput: cutText(longOutput, longOutputCharactersMax), outcome };
}

/** Host names and names of checks. */
const parseName = parseText({
  expected: "a name of letters, digits and . _ : -",
  charactersMax: nameCharactersMax,
  pattern: namePattern,
});

const parseWord = parseText({
  expected: 'a word such as "ok", "critical" or "master"',
  charactersMax: 64,
  pattern: /^[A-Za-z_][A-Za-z0-9_-]*$/,
});

/** Statuses are compared in lower case. */
const parseStatus: Parser<string> = (value, at) => {
  const parsed = parseWord(value, at);
  return parsed.ok ? { ok: true, value: parsed.value.toLowerCase() } : parsed;
};

const parseEntry = parseObject(
  {
    status: parseStatus,
    host: parseOptional(parseOrNull(parseName)),
    check: parseOptional(parseOrNull(parseName)),
    output: parseOptional(parseOrNull(parseString)),
    longOutput: parseOptional(parseOrNull(parseString)),
    metrics: parseOptional(parseOrNull(parseMetrics)),
  },
  { others: "ignored" },
);

type Entry = ParsedBy<typeof parseEntry>;

const parseEntries = parseListOf(parseEntry, { itemsMax: reportResultsMax });

const parseOnlyEntry: Parser<readonly Entry[]> = (value, at) => {
  const parsed = parseEntry(value, at);
  return parsed.ok ? { ok: true, value: [parsed.value] } : parsed;
};

function composeReading({ status, host, check, output, longOutput, metrics }: Entry): Reading {
  const text = cleanLine(output ?? "") === "" ? "(no output)" : output;
  const printed = readPrintedPlain({ stdout: `${text}\n${longOutput ?? ""}`, stderr: "", droppedBytes: 0 });
  const perfdata = metrics ?? noMetrics;
  const result = composeResult({ status, output: printed.line, printed, perfdata, outcome: null });
  return { host: host ?? null, check: check ?? null, result };
}

const noMetrics: Perfdata = { metrics: [], skipped: 0, firstSkipped: null, beyondLimit: 0 };

type Json = { readonly kind: "value"; readonly value: unknown } | { readonly kind: "none"; readonly sentence: string };

function parseJson(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return { kind: "value", value };
  } catch (error) {
    /** What begins like JSON has a mistake in it, and the parser knows which; the rest never meant to be any. */
    const looksLikeJson = /^\s*[[{]/.test(text);
    const reason = error instanceof Error ? cutText(cleanLine(error.message), 200) : "it cannot be read";
    const [first = ""] = text.trimStart().split("\n", 1);
    const found = first === "" ? "nothing" : JSON.stringify(cutText(cleanLine(first), 40));
    const expected = "expected a JSON object or an array of them";
    return { kind: "none", sentence: looksLikeJson ? `${expected}: ${reason}` : `${expected}, found ${found}` };
  }
}

function refuse(complaint: string): Report {
  return { kind: "complaint", complaint };
}
