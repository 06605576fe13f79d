/**
 * The shell half of a launcher: POSIX sh, in a session of its own, started before it is needed. It waits on a socket for
 * one line, so that its pid can be journalled before anything runs; the line is the whole step, already quoted:
 *
 *     exec >>'/var/runs/7/1.log' 2>&1; '/actions/plumb' 'host2' </dev/null; failoverd_code=$?
 *     echo "$failoverd_code" >'/var/runs/7/1.exit'; exit "$failoverd_code"          (in one line)
 *
 * - What the shell itself has to say (it cannot fork, the exit file cannot be written) is in the log, too.
 * - If the daemon dies before the line came whole, `read` fails, and nothing is started.
 * - Afterwards nothing ties it to the daemon: no pipe that could break, no terminal, no group. It writes the exit file
 *   whether or not anybody is left to read it.
 * - The exit file is one write of a few bytes that end with a newline: a reader sees all of them or none, and takes none for
 *   "not yet". (A rename would need a fork, and could fail on a full disk where this does not.)
 * - A secret for the command follows the line through the same socket: POSIX has `read` take no byte behind the newline,
 *   so the rest is the command's standard input. It is in no argument, environment or file.
 * - A notifier lives in the same way, but for its exit file: nobody asks for its exit code later.
 * - The signals are trapped, not ignored, so the command gets the default; the shell outlives a TERM to the whole group
 *   and writes how the command took it.
 */
import { newlineVariable, printUmask, quoteWord } from "./shell-words.ts";
import { launcherName } from "./why-not-started.ts";

const script = `: one of failoverd, for an action
unset failoverd_code failoverd_line ${newlineVariable}
${newlineVariable}='
'
exec <&3 3>&-
umask "$1"
trap : HUP INT QUIT TERM USR1 USR2 ALRM
IFS= read -r failoverd_line || kill -KILL "$$"
eval "$failoverd_line"
`;

/** The arguments of /bin/sh. */
export function launcherArguments(umask: number): readonly string[] {
  return ["-c", script, launcherName, printUmask(umask)];
}

/** The line for one step. With `hasStdin`, what follows the line in the socket is the command's standard input. */
export function writeStep(step: {
  readonly text: string;
  readonly logPath: string;
  readonly exitPath: string;
  readonly hasStdin: boolean;
}): string {
  const input = step.hasStdin ? "" : " </dev/null";
  const open = `exec >>${quoteWord(step.logPath)} 2>&1`;
  const close = `echo "$failoverd_code" >${quoteWord(step.exitPath)}; exit "$failoverd_code"`;
  return `${open}; ${step.text}${input}; failoverd_code=$?; ${close}\n`;
}

/**
 * The line for a notifier: what follows it in the socket is its standard input. What it complains of goes to the log; nobody
 * wants what it prints.
 */
export function writeNotifier(notifier: { readonly text: string; readonly logPath: string }): string {
  return `${notifier.text} >/dev/null 2>>${quoteWord(notifier.logPath)}\n`;
}

/**
 * The command, with a real pipe as its standard input in place of the socket that the launcher has: a socket cannot be opened
 * as /dev/stdin. The pipe belongs to the user that the command runs as.
 */
export function withPipe(argv: readonly string[]): readonly string[] {
  return ["/bin/sh", "-c", 'cat | "$@"', launcherName, ...argv];
}

/** The content of an exit file; `null` if it is not whole. */
export function parseExitFile(text: string): number | null {
  return /^\d{1,3}\n$/.test(text) ? Number(text) : null;
}
