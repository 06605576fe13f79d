/** Runs a program of the lab in a world of its own (lab/world.sh), of which nothing is left when it ends. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "../root.ts";

const unshare = "--net --mount --uts --ipc --pid --fork --kill-child=SIGKILL --mount-proc".split(" ");

/** A case takes 20 s, and an example up to 2 min, where a rule waits for a minute; on a busy machine more. */
const withinMs = 270_000;

/** What the program printed on its standard output. Throws an Error with all that it said if it does not end well. */
export function inWorld(program: string, ...words: readonly string[]): Promise<string> {
  return inWorldOf({}, program, ...words);
}

/** The same, with more in its environment: what world.sh knows. */
export function inWorldOf(
  env: Readonly<Record<string, string>>,
  program: string,
  ...words: readonly string[]
): Promise<string> {
  const world = join(repositoryRoot, "test/real/lab/world.sh");
  const argv = [...unshare, "sh", world, process.execPath, join(import.meta.dirname, program), ...words];
  return new Promise((resolve, reject) => {
    /** Its standard input ends with this process, and then so does the world. */
    const child = spawn("unshare", argv, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...env, FAILOVERD_REPOSITORY: repositoryRoot },
      timeout: withinMs,
      killSignal: "SIGKILL",
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${[program, ...words].join(" ")}: ${signal ?? `exit ${code}`}\n${stdout}${stderr}`));
    });
  });
}
