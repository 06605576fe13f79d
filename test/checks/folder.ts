/** Temporary folders for tests of scripts. */
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { must } from "./script.ts";
import { whenOver } from "./when-over.ts";

/** An empty folder, gone when the test is over. `mode` 0755: other users may look. */
export function makeFolder(context: { after: TestContext["after"] }, mode = 0o700): string {
  const folder = mkdtempSync(join(tmpdir(), "failoverd-field-"));
  chmodSync(folder, mode);
  whenOver(context, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An executable script of /bin/sh in a folder; its path. */
export function writeScript(folder: string, name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

/** A folder with links to these programs and no others: a PATH of a host that has not much installed. */
export async function pathWith(
  context: { after: TestContext["after"] },
  ...programs: readonly string[]
): Promise<string> {
  const folder = makeFolder(context);
  for (const program of programs) {
    const found = await must("/bin/sh", "-c", 'PATH=$PATH:/usr/sbin:/sbin; command -v "$1"', "sh", program);
    symlinkSync(found.trimEnd(), join(folder, program));
  }
  return folder;
}
