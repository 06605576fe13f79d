/**
 * The dialect of monitoring plugins: the exit code decides, the output explains. Two words of the output count as well,
 * because plugins have no exit code for a role: an exit 0 whose output begins with `MASTER` or `SLAVE` is that role, and
 * an exit 2 that begins with `DOWN` is down.
 *
 * A code outside 0..3 is unknown, as in Icinga and not as in Nagios (critical): it is a script's mistake, and says
 * nothing about the host.
 */
import type { Outcome, Result, Status } from "../core/result.ts";
import { composeUnanswered, readAnswer } from "./answer.ts";
import { parsePerfdata } from "./perfdata.ts";
import { composeResult, readPrinted } from "./printed.ts";
import type { CheckOutput } from "./printed.ts";

/** A finished plugin -> its result. Never throws. */
export function readPlugin(outcome: Outcome, output: CheckOutput): Result {
  const printed = readPrinted(output);
  const answer = readAnswer(outcome);
  if (answer.kind === "none") return composeUnanswered(answer, printed, outcome);
  const { code } = answer;
  const exit = exits.get(code);
  if (exit === undefined) {
    const sentence = `exit ${code} is outside 0..3${sayShellCode(code)}`;
    const explained = printed.line === "" ? sentence : `${sentence}: ${printed.line}`;
    return composeResult({ status: "unknown", output: explained, printed, outcome });
  }
  const word = printed.isLineFromStderr ? "" : readFirstWord(printed.line);
  return composeResult({
    status: exit.words.has(word) ? word : exit.status,
    output: printed.line === "" ? `(no output, exit ${code})` : printed.line,
    printed,
    perfdata: parsePerfdata(printed.perfdata),
    outcome,
  });
}

/** Exit code -> status, and the first words that are the status instead. */
const exits: ReadonlyMap<number, { readonly status: Status; readonly words: ReadonlySet<Status> }> = new Map([
  [0, { status: "ok", words: new Set(["master", "slave"]) }],
  [1, { status: "warning", words: new Set<Status>() }],
  [2, { status: "critical", words: new Set(["down"]) }],
  [3, { status: "unknown", words: new Set<Status>() }],
]);

/**
 * The first word of an output, in lower case; empty if it begins with none. It ends at a blank, `:`, `,`, `;`, a dash or
 * the end: `MASTER - ok`, `Slave: 3 s behind`. A dash within a word is part of it: `master-slave replication` is no role.
 */
export function readFirstWord(line: string): string {
  const [word = ""] = /^[A-Za-z]{1,16}(?=[\s:,;]|-(?![A-Za-z0-9])|$)/.exec(line) ?? [];
  return word.toLowerCase();
}

/** A shell whose last command was killed exits with 128 + the signal. */
function sayShellCode(code: number): string {
  return code > 128 && code <= 128 + 64 ? ` (a shell says so of a program killed by signal ${code - 128})` : "";
}
