/** `failoverctl check` and `failoverd --check`: every complaint about the configuration, and no daemon needed. */
import { sayCount } from "../base/count.ts";
import type { Complaint } from "../core/complaint.ts";
import { printComplaint } from "../language/print-complaint.ts";
import { loadConfiguration } from "../supervisor/configuration-files.ts";
import type { Folders } from "../supervisor/folders.ts";
import { exitCodes } from "./exit-codes.ts";
import { fold, paint, type Terminal } from "./terminal.ts";

export interface CheckOptions {
  readonly folders: Folders;
  readonly localHost: string;
  readonly isJson: boolean;
}

/** Prints what is wrong and what is dangerous. Exit code 0: nothing, 1: warnings only, 2: errors. */
export async function checkConfiguration(options: CheckOptions, terminal: Terminal): Promise<number> {
  const { configuration, complaints } = await loadConfiguration(options.folders, { localHost: options.localHost });
  if (options.isJson) terminal.print(JSON.stringify({ complaints: complaints.map(viewOf) }, null, 2));
  else for (const complaint of complaints) terminal.print(`${paintComplaint(complaint, terminal)}\n`);

  const errors = complaints.filter(({ severity }) => severity === "error").length;
  const warnings = complaints.length - errors;
  if (!options.isJson) {
    const counted = [countOf(errors, "error"), countOf(warnings, "warning")].filter((text) => text !== "").join(", ");
    const size = configuration === null ? "" : sizeOf(configuration.checks.length, configuration.rules.length);
    terminal.print(`${options.folders.conf}: ${counted === "" ? "nothing to complain of" : counted}${size}`);
  }
  if (errors > 0) return exitCodes.usage;
  return warnings > 0 ? exitCodes.notWell : exitCodes.well;
}

/** The shape that `--json` promises; line and column are 0 where a complaint is of more than a line or a word. */
export function viewOf(complaint: Complaint): object {
  const { severity, code, file, line, column, width, message, hint } = complaint;
  return { severity, code, file, line, column, width, message, hint };
}

/** The first line, which says what is wrong, in bold; its first word in the colour of how bad it is. */
function paintComplaint(complaint: Complaint, { isColoured, columns }: Terminal): string {
  const [first = "", ...rest] = fold(printComplaint(complaint), columns ?? Infinity).split("\n");
  const colour = complaint.severity === "error" ? "red" : "yellow";
  const [before = "", after = ""] = first.split(`${complaint.severity}: `, 2);
  return [
    after === ""
      ? first
      : `${paint(isColoured, "bold", before)}${paint(isColoured, colour, complaint.severity)}: ${after}`,
    ...rest,
  ].join("\n");
}

function countOf(count: number, noun: string): string {
  return count === 0 ? "" : sayCount(count, noun);
}

function sizeOf(checks: number, rules: number): string {
  return ` (${countOf(checks, "check") || "no checks"}, ${countOf(rules, "rule") || "no rules"})`;
}
