/**
 * The shell half of a runner: POSIX sh, kept here as text because the program ships as one file.
 *
 * It makes its two FIFOs, says `ready`, and then takes one line at a time from the socket that is its standard input. A
 * line is the whole job, already quoted (`shell-words.ts`), and the answer to it:
 *
 *     '/checks/check_disk' '-w' '10%' </dev/null >"$failoverd_out" 2>"$failoverd_err"; echo 17 $? >&0
 *
 * - What the check gets is /dev/null and the two FIFOs, opened for it alone; the socket is the shell's standard input only,
 *   so no check can answer in the runner's place or hold the socket open.
 * - The signals are trapped, not ignored: programs start with the default. The shell so outlives a TERM to its whole group
 *   and keeps the group's number taken until the check has ended; and a check that tidies up with `kill 0` ends alone.
 * - 0622: a check that was given another user must be able to open /dev/stderr. The folder lets nobody else in.
 * - When failoverd has died the socket ends, and so does the runner, after its check.
 */
import { newlineVariable, printUmask } from "./shell-words.ts";
import { runnerName } from "./why-not-started.ts";

const script = `: one of failoverd, for its checks
unset failoverd_out failoverd_err failoverd_line ${newlineVariable}
${newlineVariable}='
'
exec <&3 3>&-
failoverd_out=$1-$$.out failoverd_err=$1-$$.err
umask "$2"
mkfifo -m 622 "$failoverd_out" "$failoverd_err" || exit 1
trap : HUP INT QUIT TERM USR1 USR2 ALRM
echo ready >&0
while IFS= read -r failoverd_line; do eval "$failoverd_line"; done
`;

/** The arguments of /bin/sh. The process number stands behind `pathStart` in the names of the FIFOs. */
export function runnerArguments(pathStart: string, umask: number): readonly string[] {
  return ["-c", script, runnerName, pathStart, printUmask(umask)];
}

export function fifoPaths(pathStart: string, pid: number): { readonly stdout: string; readonly stderr: string } {
  return { stdout: `${pathStart}-${pid}.out`, stderr: `${pathStart}-${pid}.err` };
}

/** The pid in the name of a FIFO, as `fifoPaths` writes it; `null` if the file is none. */
export function parseFifoName(name: string): number | null {
  const pid = /^\d+-(\d+)\.(out|err)$/.exec(name)?.[1];
  return pid === undefined ? null : Number(pid);
}

/** The command, as `command-text.ts` writes it, as a job with this number. */
export function writeJob(job: number, commandText: string): string {
  return `${commandText} </dev/null >"$failoverd_out" 2>"$failoverd_err"; echo ${job} $? >&0\n`;
}

/** `17 0` -> job 17 ended with code 0. */
export function parseAnswer(line: string): { readonly job: number; readonly code: number } | null {
  const [, job, code] = /^(\d{1,15}) (\d{1,3})$/.exec(line) ?? [];
  return job === undefined || code === undefined ? null : { job: Number(job), code: Number(code) };
}

/** Whether the process with this command line (NUL between the words) is a runner on FIFOs in this folder. */
export function isRunnerOf(commandLine: string, folder: string): boolean {
  const words = commandLine.split("\0");
  const name = words.indexOf(runnerName);
  return name > 0 && words[name + 1]?.startsWith(`${folder}/`) === true;
}
