/**
 * Finds the program that a command's first word means, and looks whether it could be run: that it is there, is a file, is
 * executable, has an interpreter, and cannot be changed by others if the daemon is root. All of this is said when the
 * configuration is loaded, so that it is no surprise at three in the morning.
 *
 * A bare name is looked up in `checks/` or `actions/`, one with a `/` is a path from the root, `ocf:PROVIDER:TYPE` is a
 * resource agent.
 */
import { execFileSync } from "node:child_process";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  statSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { nearest } from "../base/nearest.ts";
import { errnoInWords, errnoOf } from "../host/errno.ts";
import { inspectProgram } from "../host/inspect-program.ts";
import type { FoundScript, ScriptFolder } from "../language/surroundings.ts";
import type { Folders } from "./folders.ts";
import { ocfRoot } from "./ocf-agents.ts";
import { judgeTrust, type Seen } from "./trust.ts";
import { judgeUserAccess, type Identity } from "./user-access.ts";

export type ScriptRefusal = FoundScript & { readonly kind: "refused" };

/** Where distributions put monitoring plugins: looked at for a hint only, nothing is run from there by a bare name. */
const pluginFolders = ["/usr/lib/nagios/plugins", "/usr/lib64/nagios/plugins", "/usr/lib/monitoring-plugins"];

/** Where distributions put fence agents, which are named without a path everywhere. */
const agentFolders = ["/usr/sbin", "/usr/local/sbin", "/usr/bin"];

/** As much of a script's first line as Linux reads (BINPRM_BUF_SIZE). */
const firstLineBytesMax = 256;

/** The script that a word of checks.conf or actions.conf means. `user`: as whom it is to run, if not as the daemon does. */
export function findScript(folders: Folders, folder: ScriptFolder, word: string, user: Identity | null): FoundScript {
  const finding = judgeProgram(pathOf(folders, folder, word), folders.root);
  if (finding.kind === "found") return (user === null ? null : judgeForUser(finding.path, user)) ?? finding;
  if (finding.hint !== null || word.includes("/")) return finding;
  if (word.startsWith("ocf:")) return { ...finding, hint: meantAgent(word) };
  return { ...finding, hint: elsewhere(folders, folder, word) };
}

/** A fence agent: a path, or a name that is looked up in `actions/` and then where the system has its agents. */
export function findFenceAgent(folders: Folders, word: string): FoundScript {
  if (word.includes("/")) return judgeProgram(resolve(folders.root, word), folders.root);
  const places = [folders.actions, ...agentFolders];
  const path = places.map((folder) => join(folder, word)).find((candidate) => existsSync(candidate));
  if (path !== undefined) return judgeProgram(path, folders.root);
  const reason = `${word} is no fence agent in ${places.join(", ")}`;
  return {
    kind: "refused",
    path: word,
    reason,
    hint: "install it (in Debian: the package fence-agents), or write its path",
  };
}

/** What a bare name could have meant: the folder's programs; nothing, if it cannot be read. */
export function scriptNames(folders: Folders, folder: ScriptFolder): readonly string[] {
  const names = attempt(() => readdirSync(folders[folder]));
  if (!names.ok) return [];
  return names.answer.filter((name) => !name.startsWith(".") && isProgram(join(folders[folder], name))).sort();
}

/** A regular file, or a link to one, that somebody may execute. */
function isProgram(path: string): boolean {
  const seen = attempt(() => statSync(path));
  return seen.ok && seen.answer.isFile() && (seen.answer.mode & 0o111) !== 0;
}

/** Whether the program at an absolute path could be run, by this user and safely. What lies outside of `root` is not failoverd's to make a program. */
function judgeProgram(path: string, root: string): FoundScript {
  const { flaw, interpreter } = inspectProgram(path);
  if (flaw !== null) {
    const isMissing = flaw.errno === "ENOENT" && interpreter === "";
    const hint = interpreter.endsWith("\r")
      ? mendLineEnds(path)
      : isMissing || !path.startsWith(`${root}/`)
        ? null
        : mendMode(path);
    return { kind: "refused", path, reason: isMissing ? sayMissing(path) : flaw.reason, hint };
  }
  const found: FoundScript = { kind: "found", path };
  if (interpreter === "") return judgeAccess(path) ?? judgeSafety(path) ?? found;
  return judgeAccess(path) ?? judgeSafety(path) ?? judgeInterpreter(path, interpreter) ?? found;
}

/**
 * If this process is root: a refusal if somebody who is not could change what is at the path; else null. Whoever owns the
 * running program may, because they can make root run anything as it is.
 */
export function judgeSafety(path: string): ScriptRefusal | null {
  if (process.geteuid?.() !== 0) return null;
  const program = attempt(() => statSync(process.argv[1] ?? "/"));
  const trust = judgeTrust(path, new Set([0, program.ok ? program.answer.uid : 0]), seeReal);
  if (trust.kind === "trusted") return null;
  if (trust.kind === "absent") return { kind: "refused", path, reason: `${trust.path} is not there`, hint: null };
  return { kind: "refused", path, reason: trust.reason, hint: trust.mend };
}

/** The same of a folder that others may put things into, although they cannot replace what is there (mode 1777). */
export function judgeShared(path: string): ScriptRefusal | null {
  const seen = attempt(() => statSync(path));
  if (process.geteuid?.() !== 0 || !seen.ok) return null;
  const isShared = (seen.answer.mode & 0o002) !== 0 || ((seen.answer.mode & 0o020) !== 0 && seen.answer.gid !== 0);
  if (!isShared) return null;
  const mode = (seen.answer.mode & 0o7777).toString(8).padStart(4, "0");
  return {
    kind: "refused",
    path,
    reason: `${path} can be written to by others (mode ${mode}), who could then run anything as root`,
    hint: `chmod go-w ${path}`,
  };
}

function sayMissing(path: string): string {
  const target = attempt(() => readlinkSync(path));
  return target.ok ? `${path} is a link to ${target.answer}, which is not there` : `${path} is not there`;
}

/** For a file that is there and was not made executable; null for what is anything else. */
function mendMode(path: string): string | null {
  const seen = attempt(() => statSync(path));
  return seen.ok && seen.answer.isFile() && !isProgram(path) ? `chmod +x ${path}` : null;
}

/** Executable for somebody, but not for this user; or on a file system that is mounted noexec. */
function judgeAccess(path: string): ScriptRefusal | null {
  const access = attempt(() => accessSync(path, constants.X_OK));
  if (access.ok) return null;
  const reason = `${path} may not be executed by the user that failoverd runs as: ${errnoInWords(access.errno)}`;
  return { kind: "refused", path, reason, hint: null };
}

function judgeForUser(path: string, user: Identity): ScriptRefusal | null {
  const { interpreter } = inspectProgram(path);
  const isScript = interpreter !== "";
  const denial =
    judgeUserAccess(path, { user, isScript }, seeReal) ??
    (isScript ? judgeUserAccess(interpreter, { user, isScript: false }, seeReal) : null);
  if (denial === null || hasAccessList(denial.path)) return null;
  return { kind: "refused", path, reason: denial.reason, hint: denial.mend };
}

/** An access control list may open what the mode keeps closed; only ls(1) tells of one. Asked of what would be refused only. */
function hasAccessList(path: string): boolean {
  const listed = attempt(() => execFileSync("ls", ["-ld", "--", path], { encoding: "utf8", timeout: 1_000 }));
  return listed.ok && /^.{10}\+/.test(listed.answer);
}

/** The interpreter of a `#!` line, and with `#!/usr/bin/env NAME` the program of that name. */
function judgeInterpreter(path: string, interpreter: string): ScriptRefusal | null {
  const refusal = judgeSafety(interpreter);
  if (refusal !== null || !interpreter.endsWith("/env")) return refusal;
  const line = readFirstLine(path);
  if (line.endsWith("\r")) {
    const reason = `the lines of ${path} end as on Windows (CR LF), so env does not find its interpreter`;
    return { kind: "refused", path, reason, hint: mendLineEnds(path) };
  }
  const words = line.slice(2).trim().split(/\s+/).slice(1);
  const name = words.find((word) => !word.startsWith("-") && !word.includes("="));
  if (name === undefined || name.includes("/")) return null;
  const searched = (process.env["PATH"] ?? "").split(":").filter((folder) => folder !== "");
  const program = searched.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
  if (program !== undefined) return judgeSafety(program);
  const reason = `${path} is a ${name} script, and there is no ${name} in the daemon's PATH (${searched.join(":")})`;
  return { kind: "refused", path, reason, hint: `install ${name}, or write its path behind #!` };
}

function mendLineEnds(path: string): string {
  return String.raw`sed -i 's/\r$//' ${path}`;
}

function readFirstLine(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(firstLineBytesMax);
    return bytes.toString("latin1", 0, readSync(file, bytes)).split("\n", 1)[0] ?? "";
  } finally {
    closeSync(file);
  }
}

function seeReal(path: string): Seen | null {
  const seen = attempt(() => lstatSync(path));
  if (!seen.ok) return null;
  const { mode, uid, gid } = seen.answer;
  if (seen.answer.isSymbolicLink()) {
    const target = attempt(() => readlinkSync(path));
    return target.ok ? { kind: "symlink", mode: mode & 0o7777, uid, gid, target: target.answer } : null;
  }
  const kind = seen.answer.isDirectory() ? "folder" : seen.answer.isFile() ? "file" : "other";
  return { kind, mode: mode & 0o7777, uid, gid, target: "" };
}

function pathOf(folders: Folders, folder: ScriptFolder, word: string): string {
  const [, provider, type] = /^ocf:([^:/]+):([^:/]+)$/.exec(word) ?? [];
  if (provider !== undefined && type !== undefined) {
    return join(ocfRoot(), "resource.d", provider, type);
  }
  return word.includes("/") ? resolve(folders.root, word) : join(folders[folder], word);
}

/** A hint for a resource agent that is not there: the nearest one, or how to get them. */
function meantAgent(word: string): string {
  const folder = join(ocfRoot(), "resource.d");
  const within = (path: string): readonly string[] => {
    const names = attempt(() => readdirSync(path));
    return names.ok ? names.answer.filter((name) => !name.startsWith(".")) : [];
  };
  const agents = within(folder).flatMap((provider) =>
    within(join(folder, provider)).map((type) => `ocf:${provider}:${type}`),
  );
  const meant = nearest(word, agents);
  if (meant !== null) return `did you mean \`${meant}\`?`;
  return "resource agents are in the packages resource-agents and pacemaker-resource-agents (of Debian)";
}

/** A hint for a bare name that is not where it is looked up. */
function elsewhere(folders: Folders, folder: ScriptFolder, word: string): string | null {
  const other = folder === "checks" ? "actions" : "checks";
  if (existsSync(join(folders[other], word)))
    return `it is in ${folders[other]}; ${folder}.conf takes its scripts from ${folders[folder]}`;
  const plugin = pluginFolders.map((place) => join(place, word)).find((path) => existsSync(path));
  return plugin === undefined ? null : `write its path: ${plugin}`;
}

/** What a call of the system answers, or the system's name of its failure. */
function attempt<Answer>(call: () => Answer): { ok: true; answer: Answer } | { ok: false; errno: string } {
  try {
    return { ok: true, answer: call() };
  } catch (error) {
    return { ok: false, errno: errnoOf(error) };
  }
}
