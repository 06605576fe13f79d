/** Runs the programs that ship, in a root of their own. */
import { spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repositoryRoot } from "../root.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Installed {
  /** Has `bin/` and `lib/`, and what the test puts there. */
  readonly root: string;
  /** Writes a file below the root; what begins with `#!` is executable. */
  readonly put: (path: string, text: string) => void;
  readonly failoverctl: (...words: readonly string[]) => Promise<Ended>;
  readonly failoverd: (...words: readonly string[]) => Promise<Ended>;
  readonly remove: () => void;
}

/** Copies the programs into a new folder, as an operator does. */
export function install(): Installed {
  const root = mkdtempSync(join(tmpdir(), "failoverd-cli-"));
  for (const part of ["bin", "lib"]) cpSync(join(repositoryRoot, "dist", part), join(root, part), { recursive: true });
  return {
    root,
    put: (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
      chmodSync(join(root, path), text.startsWith("#!") ? 0o755 : 0o644);
    },
    failoverctl: (...words) => run(join(root, "bin/failoverctl"), words),
    failoverd: (...words) => run(join(root, "bin/failoverd"), words),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Runs a program to its end. */
export function run(path: string, words: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, words, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, TZ: "UTC" } });
    const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
    child.stdout.on("data", (bytes: Buffer) => chunks.stdout.push(bytes));
    child.stderr.on("data", (bytes: Buffer) => chunks.stderr.push(bytes));
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({
        code,
        stdout: Buffer.concat(chunks.stdout).toString(),
        stderr: Buffer.concat(chunks.stderr).toString(),
      });
    });
  });
}
