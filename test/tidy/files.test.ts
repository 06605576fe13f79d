/** How files are kept: short, named for what they hold, headed by what they are, and used. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readSources } from "./sources.ts";

/** A smell at 100, a wall at 400. */
const linesMax = 400;

/** What is started, or asked by the build, and so needs nobody to import it. */
const programs = ["src/cli/failoverd.ts", "src/cli/failoverctl.ts", "src/cli/manual/documents.ts"];

const sources = readSources("src", [".ts", ".mjs"]);
const all = [...sources, ...readSources("test", [".ts", ".mjs"])];

void test("no file is longer than it can be read", () => {
  const long = all
    .map(({ path, text }) => [path, text.split("\n").length] as const)
    .filter(([, lines]) => lines > linesMax);
  assert.deepEqual(long, []);
});

void test("no file is named for nothing in particular", () => {
  const vague = /(^|[/.-])(utils?|helpers?|common|managers?|misc|index)([/.-]|$)/;
  assert.deepEqual(
    all.map(({ path }) => path).filter((path) => vague.test(path)),
    [],
  );
});

void test("every file begins with what it is and why", () => {
  const headless = all.filter(
    ({ text }) => !/^(#![^\n]*\n)?(\/\*\*|\/\/ )/.test(text) && !/^(import [^\n]*\n)+\n?\/\*\*/.test(text),
  );
  assert.deepEqual(
    headless.map(({ path }) => path),
    [],
  );
});

void test("no type is given up", () => {
  const given = /\bany\b(?!\()|@ts-(ignore|nocheck|expect-error)|\benum\b|\bnamespace\b/;
  const found = all.filter(({ path, code }) => path.endsWith(".ts") && given.test(code)).map(({ path }) => path);
  assert.deepEqual(found, []);
});

void test("nothing is exported that was called default, and nothing is passed on that is somebody else's", () => {
  const found = sources.filter(({ code }) => /^export (default|\*|\{[^}]*\} from)/m.test(code)).map(({ path }) => path);
  assert.deepEqual(found, []);
});

void test("no file of src/ is never imported", () => {
  const reached = new Set<string>();
  const queue = [...programs];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    queue.push(...(sources.find((source) => source.path === path)?.imports ?? []).map(({ target }) => target));
  }
  const unreached = sources.map(({ path }) => path).filter((path) => path.endsWith(".ts") && !reached.has(path));
  assert.deepEqual(unreached, []);
});
