/** Programs that the lab runs to their end. */
import { spawn } from "node:child_process";

export interface Ended {
  /** null: a signal ended it, or it took too long. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Nothing here takes nearly so long. */
const withinMs = 60_000;

/** Runs a program to its end. Throws if it cannot be started. */
export function run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const [program = "", ...rest] = words;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
      timeout: withinMs,
      killSignal: "SIGKILL",
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs a program that has to end well; what it printed. */
export async function must(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(words);
  if (code !== 0) throw new Error(`${words.join(" ")}: exit ${code}\n${stdout}${stderr}`);
  return stdout;
}
