/**
 * A command -> the shell's text for it, or why it cannot be run. `env` and another user are put before it as programs:
 *
 *     setpriv --reuid=26 --regid=26 --init-groups -- env HOME=… K=V /checks/check_pgsql -p 5432
 *
 * setpriv(1) is util-linux's; it sets uid, gid and supplementary groups and then becomes the command, with no session, no
 * PAM and no second process, which su and runuser would bring. Like systemd, a change of user sets HOME, USER and LOGNAME.
 * env(1) rather than an assignment of the shell, because the shell keeps some names for itself (OPTIND, PPID).
 */
import type { Outcome } from "../core/result.ts";
import type { ProcessCommand } from "./processes.ts";
import { quoteWords } from "./shell-words.ts";
import { findUser, mayChangeUser, type UserIdentity } from "./user-identity.ts";

export type CommandText =
  { readonly kind: "ready"; readonly text: string; readonly user: UserIdentity | null } | NotStarted;

export type NotStarted = Extract<Outcome, { kind: "not-started" }>;

/** For what was to be stopped before it could begin. */
export const cancelled: NotStarted = {
  kind: "not-started",
  errno: "ECANCELED",
  reason: "it was stopped before it began",
};

/** Calls `onReady` once: before this returns, unless a user has to be asked for in a directory. */
export function writeCommand(command: ProcessCommand, onReady: (written: CommandText) => void): void {
  const name = command.user;
  if (name === null) {
    onReady({ kind: "ready", text: wordsFor(command, null), user: null });
    return;
  }
  findUser(name, (found) => {
    if (found.kind === "found") onReady(asUser(command, found.user));
    else onReady(found.kind === "none" ? noSuchUser(name) : unknownUser(name, found.why));
  });
}

function asUser(command: ProcessCommand, user: UserIdentity): CommandText {
  const isSame = user.uid === process.geteuid?.() && user.gid === process.getegid?.();
  if (isSame) return { kind: "ready", text: wordsFor(command, null), user: null };
  if (!mayChangeUser()) {
    const reason = `${command.argv[0]} is to run as ${user.name}, which only root may ask for, and failoverd does not run as root`;
    return { kind: "not-started", errno: "EPERM", reason };
  }
  return { kind: "ready", text: wordsFor(command, user), user };
}

function noSuchUser(name: string): CommandText {
  return { kind: "not-started", errno: "ENOENT", reason: `there is no user ${JSON.stringify(name)}` };
}

function unknownUser(name: string, why: string): CommandText {
  const reason = `whether there is a user ${JSON.stringify(name)} is not known: getent passwd was asked, and ${why}`;
  return { kind: "not-started", errno: "EAGAIN", reason };
}

function wordsFor(command: ProcessCommand, user: UserIdentity | null): string {
  const ofUser = user === null ? {} : { HOME: user.home, USER: user.name, LOGNAME: user.name };
  const assignments = Object.entries({ ...ofUser, ...command.env }).map(([name, value]) => `${name}=${value}`);
  const change = user === null ? [] : ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--init-groups", "--"];
  const environment = assignments.length === 0 ? [] : ["env", ...assignments, ...guardOf(command)];
  return quoteWords([...change, ...environment, ...command.argv]);
}

/** env takes a path that holds `=` for one more assignment; nice, which changes nothing here, does not. */
function guardOf(command: ProcessCommand): readonly string[] {
  return command.argv[0]?.includes("=") === true ? ["nice", "-n", "0"] : [];
}
