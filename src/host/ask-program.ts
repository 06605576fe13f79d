/**
 * Asks a program something that it answers by printing: a few seconds, a bounded answer, and nothing left of it if it hangs. Why
 * it gave no answer is said: too slow, broken, ended by a signal. That is not the same as the answer "there is none", and
 * asked again it may answer: a machine that is just starting is slow.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { sayDuration } from "../base/duration.ts";
import { printable } from "../base/terminal-text.ts";
import { errnoOf } from "./errno.ts";
import { OutputHead } from "./output-decoder.ts";
import { signalGroup } from "./process-group.ts";

export interface Question {
  readonly timeoutMs: number;
  /** Of the answer: more is none. */
  readonly bytesMax: number;
  /** On top of this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ProgramAnswer {
  readonly stdout: string;
  readonly failure: null | {
    /** The exit code, or the errno for which it could not be started; null: it was ended. */
    readonly code: number | string | null;
    /** A sentence without a capital, with the last line that the program wrote on its standard error, if any. */
    readonly why: string;
  };
}

/** What stands behind a colon: a line for a human, from a program that may print anything. */
const shownCharactersMax = 200;
const stderrBytesMax = 64 * 1024;

/** Calls `onAnswer` once, not before this has returned. */
export function askProgram(
  path: string,
  words: readonly string[],
  { timeoutMs, bytesMax, env = {} }: Question,
  onAnswer: (answer: ProgramAnswer) => void,
): void {
  const stdout = new OutputHead(bytesMax);
  const stderr = new OutputHead(stderrBytesMax);
  let isAnswered = false;
  const answer = (how: string | null, code: number | string | null): void => {
    clearTimeout(deadline);
    if (isAnswered) return;
    isAnswered = true;
    onAnswer({ stdout: stdout.text(), failure: how === null ? null : { code, why: `${how}${saidBy(stderr.text())}` } });
  };
  let child: ChildProcess | null = null;
  const deadline = setTimeout(() => {
    /** With all that it started; what went into a session of its own may hold its output, and is not waited for. */
    if (child?.pid !== undefined) signalGroup(child.pid, "SIGKILL");
    child?.stdout?.destroy();
    child?.stderr?.destroy();
    answer(`it took longer than ${sayDuration(timeoutMs)}`, null);
  }, timeoutMs);
  try {
    child = spawn(path, words, {
      cwd: "/",
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
  } catch (error) {
    setImmediate(() => answer(`it could not be asked (${errnoOf(error)})`, errnoOf(error)));
    return;
  }
  child.stdout?.on("data", (bytes: Uint8Array) => stdout.push(bytes));
  child.stderr?.on("data", (bytes: Uint8Array) => stderr.push(bytes));
  child.once("error", (error) => answer(`it could not be asked (${errnoOf(error)})`, errnoOf(error)));
  child.once("close", (code, signal) => {
    if (code !== 0) answer(code === null ? `it was ended by ${signal}` : `it ended with exit code ${code}`, code);
    else if (stdout.droppedBytes > 0) answer(`it printed more than ${bytesMax} bytes`, code);
    else answer(null, code);
  });
}

function saidBy(stderr: string): string {
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  return last === "" ? "" : `, and said: ${printable(last).slice(0, shownCharactersMax)}`;
}
