/** The repository as a whole: what lies at its top, and what it depends on. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../root.ts";

const top = [
  "README.md",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "LICENSE",
  "src",
  "conf",
  "checks",
  "actions",
  "test",
];
const made = ["node_modules", "dist", "coverage"];

void test("the top of the repository is what a newcomer is told it is", () => {
  const names = readdirSync(repositoryRoot).filter((name) => !name.startsWith(".") && !made.includes(name));
  assert.deepEqual(names.sort(), top.toSorted());
});

void test("chevrotain is all that is needed to run, and every version is exact", () => {
  const { dependencies, devDependencies } = parsePackage(readFileSync(join(repositoryRoot, "package.json"), "utf8"));
  assert.deepEqual(Object.keys(dependencies), ["chevrotain"]);
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+$/, `${name} is ${version}`);
  }
});

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function parsePackage(text: string): Package {
  const read: Package = JSON.parse(text);
  return read;
}
