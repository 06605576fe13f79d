/**
 * Exit code -> outcome. The hard half: a program that could not be run. It was never alive, but what the shell answers in
 * its place (126, 127) is an exit code like any other, and a program that did run may end with 127 too (the dynamic loader
 * does, when a library is missing). The difference is who complained: what the shell, env or setpriv says begins with
 * their own name and names the program. Then the file is looked at, to say what is wrong with it.
 *
 * Known to be ambiguous: a shell says 128 + n for a program that was ended by signal n, so a program that itself exits
 * with 137 is reported as ended by SIGKILL. Programs that do mean just that.
 */
import { constants as system } from "node:os";
import type { Outcome } from "../core/result.ts";
import type { NotStarted } from "./command-text.ts";
import { inspectProgram } from "./inspect-program.ts";

/** The names under which our shells run, and so the first word of their complaints. */
export const runnerName = "failoverd-runner";
export const launcherName = "failoverd-launcher";

export interface Ending {
  readonly code: number;
  readonly program: string;
  readonly user: string | null;
  /** Nothing was printed on stdout. For an action: nothing but what `complaint` is taken from. */
  readonly isSilent: boolean;
  /** What it printed on stderr; for an action, on both. */
  readonly complaint: string;
}

export function outcomeOfEnding(ending: Ending): Outcome {
  return whyNotStarted(ending) ?? outcomeOfCode(ending.code);
}

/** 0 to 255 of a shell. */
export function outcomeOfCode(code: number): Outcome {
  const signal = code > 128 ? signalNames.get(code - 128) : undefined;
  return signal === undefined ? { kind: "exited", code } : { kind: "killed", signal };
}

function whyNotStarted(ending: Ending): NotStarted | null {
  if (ending.code === 0) return ending.isSilent ? emptyProgram(ending) : null;
  if (!ending.isSilent) return null;
  const complaint = lastLine(ending.complaint);
  if (ending.code === 126 || ending.code === 127) return refused(ending, complaint) ?? misread(ending, complaint);
  /** setpriv's own failures; from version 2.41 on it says 127. */
  if (ending.code === 1 && ending.user !== null && complaint.startsWith("setpriv: "))
    return notRunAs(ending, complaint);
  return misread(ending, complaint);
}

/** An empty file is a program that does nothing and is content. A script that a full disk has emptied is not. */
function emptyProgram(ending: Ending): NotStarted | null {
  const found = inspectProgram(ending.program);
  return found.isEmpty && found.flaw !== null ? { kind: "not-started", ...found.flaw } : null;
}

function refused(ending: Ending, complaint: string): NotStarted | null {
  const [who = ""] = complaint.split(":", 1);
  const isAboutProgram = complaint.includes(ending.program);
  if (isAboutProgram && [runnerName, launcherName, "env", "setpriv", "nice"].includes(who)) {
    const { flaw } = inspectProgram(ending.program);
    if (flaw !== null) return { kind: "not-started", ...flaw };
    const errno = errnoOfComplaint(complaint, ending.code);
    if (errno === "ENOEXEC") return alien(ending);
    return { kind: "not-started", errno, reason: `${ending.program} could not be run: ${complaint}` };
  }
  if ((who === runnerName || who === launcherName) && /\b(setpriv|env)\b/.test(complaint))
    return withoutTool(complaint);
  if (who === "setpriv") return notRunAs(ending, complaint);
  if (who === "env" || who === "/usr/bin/env" || who === "/bin/env") return withoutInterpreter(ending, complaint);
  return null;
}

function withoutTool(complaint: string): NotStarted {
  const tool = complaint.includes("setpriv") ? "setpriv (of util-linux), which changes the user," : "env";
  return { kind: "not-started", errno: "ENOENT", reason: `${tool} is not installed: ${complaint}` };
}

function notRunAs(ending: Ending, complaint: string): NotStarted {
  const reason = `${ending.program} could not be run as ${ending.user}: ${complaint}`;
  return { kind: "not-started", errno: "EPERM", reason };
}

/** `#!/usr/bin/env python3` where there is no python3: env did run, but nothing of the script did. */
function withoutInterpreter(ending: Ending, complaint: string): NotStarted | null {
  const found = inspectProgram(ending.program);
  if (!found.interpreter.endsWith("/env")) return null;
  return {
    kind: "not-started",
    errno: "ENOENT",
    reason: `the interpreter of ${ending.program} was not found: ${complaint}`,
  };
}

/** A program for another machine, or half a program: a shell takes it for a script, and stumbles. */
function misread(ending: Ending, complaint: string): NotStarted | null {
  if (!complaint.startsWith(`${ending.program}: `)) return null;
  const found = inspectProgram(ending.program);
  if (!found.isBinary || !/: (line )?\d+: |cannot execute/.test(complaint)) return null;
  return alien(ending);
}

function alien(ending: Ending): NotStarted {
  const reason = `${ending.program} is no program that this machine can run`;
  return { kind: "not-started", errno: "ENOEXEC", reason };
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

function errnoOfComplaint(complaint: string, code: number): string {
  for (const [words, errno] of complaints) if (complaint.includes(words)) return errno;
  return code === 127 ? "ENOENT" : "EACCES";
}

/** What the C library calls the errors of execve(2). */
const complaints: readonly (readonly [string, string])[] = [
  ["Text file busy", "ETXTBSY"],
  ["Argument list too long", "E2BIG"],
  ["Cannot allocate memory", "ENOMEM"],
  ["Too many levels of symbolic links", "ELOOP"],
  ["File name too long", "ENAMETOOLONG"],
  ["Exec format error", "ENOEXEC"],
  ["cannot execute binary file", "ENOEXEC"],
  ["Permission denied", "EACCES"],
];

const signalNames: ReadonlyMap<number, string> = new Map(
  Object.entries(system.signals)
    .reverse()
    .map(([name, number]) => [number, name]),
);
