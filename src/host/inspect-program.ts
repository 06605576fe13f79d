/**
 * What is wrong with a program that could not be run: looked at afterwards, and only then, so that a healthy check costs
 * nothing and a file system that does not answer holds up nobody but the check itself.
 */
import { closeSync, openSync, readSync, statSync, type Stats } from "node:fs";
import { errnoInWords, errnoOf } from "./errno.ts";

export interface Inspection {
  /** What is wrong; `null`: nothing that can be seen. */
  readonly flaw: { readonly errno: string; readonly reason: string } | null;
  readonly isEmpty: boolean;
  readonly isBinary: boolean;
  /** Of the first line, `#!/bin/sh`; empty if there is none. */
  readonly interpreter: string;
}

export function inspectProgram(path: string): Inspection {
  const unread = { isEmpty: false, isBinary: false, interpreter: "" };
  const stats = look(path);
  const flaw = flawOfFile(path, stats);
  if (flaw !== null) return { ...unread, flaw };
  if (typeof stats !== "string" && stats.size === 0) {
    return { ...unread, flaw: { errno: "ENOEXEC", reason: `${path} is an empty file` }, isEmpty: true };
  }
  const head = readHead(path);
  const interpreter = /^#![ \t]*([^ \t\n]+)/.exec(head.toString("utf8"))?.[1] ?? "";
  return { flaw: flawOfInterpreter(path, interpreter), isEmpty: false, isBinary: head.includes(0), interpreter };
}

function flawOfFile(path: string, found: Stats | string): Inspection["flaw"] {
  if (typeof found === "string") return { errno: found, reason: `${path} cannot be run: ${errnoInWords(found)}` };
  if (found.isDirectory()) return { errno: "EACCES", reason: `${path} is a folder, not a program` };
  if (!found.isFile()) return { errno: "EACCES", reason: `${path} is not a regular file` };
  if ((found.mode & 0o111) === 0) {
    const mode = (found.mode & 0o7777).toString(8).padStart(4, "0");
    return { errno: "EACCES", reason: `${path} is not executable (its mode is ${mode})` };
  }
  return null;
}

function flawOfInterpreter(path: string, interpreter: string): Inspection["flaw"] {
  if (interpreter === "") return null;
  if (interpreter.endsWith("\r")) {
    return {
      errno: "ENOENT",
      reason: `the lines of ${path} end as on Windows (CR LF), so its interpreter is not found`,
    };
  }
  const flaw = flawOfFile(interpreter, look(interpreter));
  return flaw === null
    ? null
    : { errno: flaw.errno, reason: `the interpreter of ${path} cannot be used: ${flaw.reason}` };
}

/** The file that a path leads to, or the system's name of the reason why it leads to none. */
function look(path: string): Stats | string {
  try {
    return statSync(path);
  } catch (error) {
    return errnoOf(error);
  }
}

/** As many bytes as the kernel looks at for `#!` (BINPRM_BUF_SIZE). A file that may be run but not read has no head. */
function readHead(path: string): Buffer {
  const head = Buffer.alloc(256);
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return head.subarray(0, 0);
  }
  try {
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } finally {
    closeSync(file);
  }
}
