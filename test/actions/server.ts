/** A server program that a test starts, in a folder of its own, and that is gone when the test is over. */
import { spawn, type ChildProcess } from "node:child_process";
import { openSync, closeSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { whenOver } from "../checks/when-over.ts";

export interface Server {
  readonly child: ChildProcess;
  /** Resolves when it has ended. */
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Starts it and asks `answers` again and again until it says so. What it printed is told if it does not within 30 s. */
export async function startServer(
  context: TestContext,
  words: readonly string[],
  options: { readonly folder: string; readonly answers: () => Promise<boolean> },
): Promise<Server> {
  const [program = "", ...rest] = words;
  const log = join(options.folder, `${program.split("/").at(-1)}-${rest.length}.log`);
  const output = openSync(log, "a");
  const child = spawn(program, rest, { cwd: options.folder, stdio: ["ignore", output, output] });
  closeSync(output);
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  const kill = async (signal: NodeJS.Signals = "SIGKILL"): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  whenOver(context, () => kill());
  const endMs = performance.now() + 30_000;
  while (!(await options.answers())) {
    if (child.exitCode !== null || performance.now() > endMs)
      throw new Error(`${words.join(" ")} does not answer:\n${readFileSync(log, "utf8")}`);
    await pause(50);
  }
  return { child, kill };
}

/** Asks again until the answer is as wanted; answers with what it said last, at most after 20 s. */
export async function lastAnswer(ask: () => Promise<string>, wanted: RegExp): Promise<string> {
  const endMs = performance.now() + 20_000;
  for (;;) {
    const said = await ask();
    if (wanted.test(said) || performance.now() > endMs) return said;
    await pause(100);
  }
}
