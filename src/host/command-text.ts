/**
 * A command -> the shell's text for it, or why it cannot be run. What belongs to its environment is exported by the shell that
 * is to become it, in a shell of its own; another user is put before it as a program:
 *
 *     (export K='v' HOME='…'; 'setpriv' '--reuid=26' '--regid=26' '--init-groups' '--' 'env' '/checks/check_pgsql')
 *
 * setpriv(1) is util-linux's; it sets uid, gid and supplementary groups and then becomes the command, with no session, no
 * PAM and no second process, which su and runuser would bring. Like systemd, a change of user sets HOME, USER and LOGNAME.
 * Not by env(1), because every user may read the words that a program was started with, and a value may be a password. Only a
 * name that means something to the shell itself (OPTIND, PPID), or to every program (PATH, LD_PRELOAD), is left to it.
 */
import type { Outcome } from "../core/result.ts";
import type { ProcessCommand } from "./processes.ts";
import { quoteWord, quoteWords } from "./shell-words.ts";
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
    onReady({ kind: "ready", text: textFor(command, null), user: null });
    return;
  }
  findUser(name, (found) => {
    if (found.kind === "found") onReady(asUser(command, found.user));
    else onReady(found.kind === "none" ? noSuchUser(name) : unknownUser(name, found.why));
  });
}

function asUser(command: ProcessCommand, user: UserIdentity): CommandText {
  const isSame = user.uid === process.geteuid?.() && user.gid === process.getegid?.();
  if (isSame) return { kind: "ready", text: textFor(command, null), user: null };
  if (!mayChangeUser()) {
    const reason = `${command.argv[0]} is to run as ${user.name}, which only root may ask for, and failoverd does not run as root`;
    return { kind: "not-started", errno: "EPERM", reason };
  }
  return { kind: "ready", text: textFor(command, user), user };
}

function noSuchUser(name: string): CommandText {
  return { kind: "not-started", errno: "ENOENT", reason: `there is no user ${JSON.stringify(name)}` };
}

function unknownUser(name: string, why: string): CommandText {
  const reason = `whether there is a user ${JSON.stringify(name)} is not known: getent passwd was asked, and ${why}`;
  return { kind: "not-started", errno: "EAGAIN", reason };
}

function textFor(command: ProcessCommand, user: UserIdentity | null): string {
  const ofUser = user === null ? {} : { HOME: user.home, USER: user.name, LOGNAME: user.name };
  const variables = Object.entries({ ...ofUser, ...command.env });
  const exported = variables.filter(([name]) => !notForTheShell.test(name));
  const assigned = variables.filter(([name]) => notForTheShell.test(name)).map(([name, value]) => `${name}=${value}`);
  const change = user === null ? [] : ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--init-groups", "--"];
  /** setpriv still has root's capabilities when it becomes its command: env has the user's, and finds what that one may run. */
  const environment = user === null && assigned.length === 0 ? [] : ["env", ...assigned, ...guardOf(command)];
  const words = quoteWords([...change, ...environment, ...command.argv]);
  if (exported.length === 0) return words;
  return `(export ${exported.map(([name, value]) => `${name}=${quoteWord(value)}`).join(" ")}; ${words})`;
}

/**
 * What dash, bash or busybox sets, refuses to have set, or takes a meaning from; and what would change setpriv and env on
 * their way to the command.
 */
const notForTheShell = new RegExp(
  `^(${[
    "_|IFS|ENV|PATH|CDPATH|PWD|OLDPWD|SHLVL|PPID|UID|EUID|GROUPS|LINENO|OPTARG|OPTERR|OPTIND|PS\\d",
    "RANDOM|SRANDOM|SECONDS|EPOCHSECONDS|EPOCHREALTIME|DIRSTACK|FUNCNAME|FUNCNEST|FUNCTIONS|HISTCMD|PIPESTATUS|MAPFILE",
    "SHELLOPTS|POSIXLY_CORRECT|BASH.*|COMP_.*|LANG|LANGUAGE|LC_.*|LD_.*|failoverd_.*",
  ].join("|")})$`,
);

/** env takes a path that holds `=` for one more assignment; nice, which changes nothing here, does not. */
function guardOf(command: ProcessCommand): readonly string[] {
  return command.argv[0]?.includes("=") === true ? ["nice", "-n", "0"] : [];
}
