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
import type { Outcome, Result } from "../core/result.ts";
import { composeUnanswered, readAnswer } from "./answer.ts";
import { readFields, sayFound, takeField, takeRequired } from "./fields.ts";
import type { Complain, Kind } from "./fields.ts";
import { composeResult, longOutputCharactersMax, readPrintedPlain, sayBeside, withLineKept } from "./printed.ts";
import type { CheckOutput } from "./printed.ts";
import { readMetrics } from "./report-metrics.ts";
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
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  const amount = entries.length;
  if (amount === 0) return refuse("the report is an empty array, expected one result or more");
  if (amount > reportResultsMax)
    return refuse(`the report has ${amount} results, expected ${reportResultsMax} at most`);
  const complaints: string[] = [];
  const results = entries.flatMap((entry, index) => {
    const where = amount === 1 ? "" : `result ${index + 1}: `;
    return readEntry(entry, (sentence) => complaints.push(where + sentence));
  });
  const [complaint] = complaints;
  if (complaint === undefined) return { kind: "results", results };
  return refuse(complaints.length === 1 ? complaint : `${complaint} (and ${complaints.length - 1} more like this)`);
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

const nameKind: Kind<string | null> = {
  expected: "a name of letters, digits and . _ : - (253 characters at most)",
  read: (value) => (typeof value === "string" && /^[A-Za-z0-9._:-]{1,253}$/.test(value) ? value : undefined),
};

/** Statuses are compared in lower case; the alphabet is that of the language's words. */
const statusKind: Kind<string> = {
  expected: 'a word such as "ok", "critical" or "master"',
  read: (value) =>
    typeof value === "string" && /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(value) ? value.toLowerCase() : undefined,
};

const textKind: Kind<string> = {
  expected: "a string",
  read: (value) => (typeof value === "string" ? value : undefined),
};

function readEntry(entry: unknown, complain: Complain): readonly Reading[] {
  const fields = readFields(entry);
  if (fields === null) {
    complain(`expected an object with a "status", found ${sayFound(entry)}`);
    return [];
  }
  const text = takeField(fields, "output", { kind: textKind, absent: "", complain });
  const longText = takeField(fields, "longOutput", { kind: textKind, absent: "", complain });
  const stdout = `${text.trim() === "" ? "(no output)" : text}\n${longText}`;
  const printed = readPrintedPlain({ stdout, stderr: "", droppedBytes: 0 });
  const result = composeResult({
    status: takeRequired(fields, "status", { kind: statusKind, absent: "", complain }),
    output: printed.line,
    printed,
    perfdata: readMetrics(fields.get("metrics"), complain),
    outcome: null,
  });
  return [
    {
      host: takeField(fields, "host", { kind: nameKind, absent: null, complain }),
      check: takeField(fields, "check", { kind: nameKind, absent: null, complain }),
      result,
    },
  ];
}

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
    const found = first === "" ? "nothing" : sayFound(first);
    const expected = "expected a JSON object or an array of them";
    return { kind: "none", sentence: looksLikeJson ? `${expected}: ${reason}` : `${expected}, found ${found}` };
  }
}

function refuse(complaint: string): Report {
  return { kind: "complaint", complaint };
}
