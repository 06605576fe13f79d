/** Where the repository is, for tests that read or run what is in it. Tests run from `.build/test/`. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

function find(): string {
  const fromEnvironment = process.env["FAILOVERD_REPOSITORY"];
  if (fromEnvironment !== undefined) return fromEnvironment;
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== "/"; folder = dirname(folder)) {
    if (existsSync(join(folder, "package-lock.json")) && existsSync(join(folder, "src"))) return folder;
  }
  throw new Error("the repository was not found above the tests; set FAILOVERD_REPOSITORY to it");
}

export const repositoryRoot: string = find();
