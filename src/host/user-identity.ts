/**
 * Whom a name stands for. /etc/passwd is looked at first, anew at each use; a name that is not in it (LDAP, SSSD) is
 * asked of getent(1), which may take its time, so the answer comes by a callback.
 */
import { readFileSync } from "node:fs";
import { askProgram } from "./ask-program.ts";

export interface UserIdentity {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

export type FoundUser =
  | { readonly kind: "found"; readonly user: UserIdentity }
  /** There is no such user. */
  | { readonly kind: "none" }
  /** Nobody knows: the directory did not answer. `why` is what stands behind a colon. */
  | { readonly kind: "unanswered"; readonly why: string };

/** A directory server that does not answer must not hold a check for ever. */
const getentTimeoutMs = 5_000;

/** A line of a few words. */
const getentBytesMax = 64 * 1024;

/** getent(1): the key was not found. */
const notFoundCode = 2;

/** Calls `onAnswer` once: before this returns if the user is in /etc/passwd. */
export function findUser(name: string, onAnswer: (found: FoundUser) => void): void {
  const known = parsePasswd(readPasswd(), name);
  if (known !== null) {
    onAnswer({ kind: "found", user: known });
    return;
  }
  const question = { timeoutMs: getentTimeoutMs, bytesMax: getentBytesMax };
  askProgram("getent", ["passwd", "--", name], question, ({ stdout, failure }) => {
    const user = parsePasswd(stdout, name);
    if (user !== null) onAnswer({ kind: "found", user });
    /** Without getent there is no directory to ask. */
    else if (failure === null || failure.code === notFoundCode || failure.code === "ENOENT") onAnswer({ kind: "none" });
    else onAnswer({ kind: "unanswered", why: failure.why });
  });
}

/** The numbers of all groups that a user is in, as id(1) knows them; null: it does not say. Calls `onAnswer` once. */
export function findGroups(name: string, onAnswer: (groups: readonly number[] | null) => void): void {
  const question = { timeoutMs: getentTimeoutMs, bytesMax: getentBytesMax };
  askProgram("id", ["-G", "--", name], question, ({ stdout, failure }) => {
    const numbers = stdout.trim().split(/\s+/);
    const isAnswer = failure === null && numbers.every((number) => /^\d+$/.test(number));
    onAnswer(isAnswer ? numbers.map(Number) : null);
  });
}

/** Whether this process may become another user: root, or one with CAP_SETGID and CAP_SETUID (capabilities(7)). */
export function mayChangeUser(): boolean {
  if (process.geteuid?.() === 0) return true;
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? "0";
  const needed = (1n << 6n) | (1n << 7n);
  return (BigInt(`0x${effective}`) & needed) === needed;
}

/** Lines of passwd(5): `name:password:uid:gid:comment:home:shell`. */
export function parsePasswd(text: string, name: string): UserIdentity | null {
  for (const line of text.split("\n")) {
    const [lineName, , uid, gid, , home] = line.split(":");
    if (lineName !== name || uid === undefined || gid === undefined) continue;
    if (/^\d+$/.test(uid) && /^\d+$/.test(gid)) return { name, uid: Number(uid), gid: Number(gid), home: home ?? "/" };
  }
  return null;
}

/** A machine may do without the file, or let nobody read it: then getent is asked for every name. */
function readPasswd(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}
