/** A disk of its own for one folder, small enough to be full in a moment. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { RealDaemon } from "./real-daemon.ts";

/**
 * Mounts 4 MiB at `var/` of a daemon that does not run yet, and closes both at the end. False, and the test is skipped, where
 * that is not allowed; CI has to allow it.
 */
export function putVarOnSmallDisk(t: TestContext, daemon: RealDaemon): boolean {
  const folder = join(daemon.root, "var");
  t.after(() => {
    spawnSync("umount", ["-l", folder]);
    return daemon.close();
  });
  mkdirSync(folder, { mode: 0o700 });
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m,mode=700", "failoverd-e2e", folder]);
  if (mounted.status === 0) return true;
  assert.notEqual(process.env["CI"], "true", "CI has to be able to mount a file system");
  t.skip("needs root and mount(8)");
  return false;
}

/** Writes until there is no room left. */
export function fill(path: string): void {
  for (const bytes of [65_536, 4_096, 1]) {
    while (isAppended(path, bytes));
  }
}

function isAppended(path: string, bytes: number): boolean {
  try {
    appendFileSync(path, Buffer.alloc(bytes));
    return true;
  } catch {
    return false;
  }
}
