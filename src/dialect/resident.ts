/**
 * Checks that stay: a program that prints a result a line, at once when something changes. A line has no exit code, so
 * in the plugin dialect its first word is the status, in any case, before a blank, a colon or a dash:
 *
 *     MASTER - promoted 3 s ago | lag=0B
 *
 * In the dialect of reports each line is one report. OCF agents do not stay.
 */
import type { Outcome, Result, Status } from "../core/result.ts";
import { readAnswer } from "./answer.ts";
import { parsePerfdata } from "./perfdata.ts";
import { readFirstWord } from "./plugin.ts";
import { composeResult, readPrinted, readPrintedPlain } from "./printed.ts";
import type { CheckOutput } from "./printed.ts";
import { parseReport } from "./report.ts";
import type { Reading } from "./report.ts";

const statuses: ReadonlySet<Status> = new Set(["ok", "warning", "critical", "unknown", "down", "master", "slave"]);

/** One line of a resident plugin. A line that does not begin with a status is unknown, and says so. */
export function readPluginLine(line: string): Result {
  const printed = readPrinted({ stdout: line, stderr: "", droppedBytes: 0 });
  const status = readFirstWord(printed.line);
  if (!statuses.has(status)) {
    const expected = `expected a line that begins with a status (${[...statuses].join(", ")})`;
    const found = printed.line === "" ? "an empty one" : printed.line;
    return composeResult({ status: "unknown", output: `${expected}, found ${found}`, printed, outcome: null });
  }
  const perfdata = parsePerfdata(printed.perfdata);
  return composeResult({ status, output: printed.line, printed, perfdata, outcome: null });
}

/** One line of a resident check that speaks in reports. */
export function readReportLine(line: string): readonly Reading[] {
  const report = parseReport(line);
  if (report.kind === "results") return report.results;
  const printed = readPrintedPlain({ stdout: line, stderr: "", droppedBytes: 0 });
  const result = composeResult({ status: "unknown", output: `no report: ${report.complaint}`, printed, outcome: null });
  return [{ host: null, check: null, result }];
}

/** A resident check that ended, which it should not, so that even its exit 0 is no "ok": unknown until it is back. */
export function readResidentEnd(outcome: Outcome, output: CheckOutput): Result {
  const printed = readPrintedPlain(output);
  const answer = readAnswer(outcome);
  const sentence = answer.kind === "none" ? answer.sentence : `exit ${answer.code}`;
  const last = printed.line === "" ? "" : `: ${printed.line}`;
  return composeResult({
    status: "unknown",
    output: `the resident check ended, ${sentence}${last}`,
    printed,
    outcome,
  });
}
