/** Golden files: what is printed, reviewed as a file. `UPDATE_GOLDEN=1` rewrites them; the diff is then read by a person. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../root.ts";

/** Holds `text` to be what `test/cli/golden/NAME` says. */
export function assertGolden(name: string, text: string): void {
  const path = join(repositoryRoot, "test/cli/golden", name);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, `${text}\n`);
  assert.equal(`${text}\n`, readFileSync(path, "utf8"), `${name} differs; UPDATE_GOLDEN=1 rewrites it`);
}
