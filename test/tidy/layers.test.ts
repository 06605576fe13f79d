/**
 * The house has few floors, and arrows go down only: what a folder of src/ may import. The five in the middle do not know
 * of one another. Only the language imports chevrotain, and nothing imports the language's parser but where text is parsed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readSources, type SourceText } from "./sources.ts";

const below: Readonly<Record<string, readonly string[]>> = {
  cli: ["supervisor", "host", "language", "dialect", "wire", "store", "core", "base"],
  supervisor: ["host", "language", "dialect", "wire", "store", "core", "base"],
  host: ["core", "base"],
  language: ["core", "base"],
  dialect: ["core", "base"],
  wire: ["core", "base"],
  store: ["core", "base"],
  core: ["base"],
  base: [],
};

/** Packages and Node's own modules, by the folders that may import them. */
const outside: Readonly<Record<string, RegExp>> = {
  cli: /^node:/,
  supervisor: /^node:/,
  host: /^node:/,
  language: /^chevrotain$/,
  dialect: /^$/,
  wire: /^$/,
  store: /^$/,
  core: /^$/,
  base: /^$/,
};

const sources = readSources("src", [".ts"]);

void test("every folder of src/ is a floor of the house", () => {
  assert.deepEqual(new Set(sources.map(floorOf)), new Set(Object.keys(below)));
});

void test("arrows go down only", () => {
  assert.deepEqual(sources.flatMap(wrongArrows), []);
});

void test("the core is pure: no clock, no chance, nothing to wait for, and no throw but invariant's", () => {
  const impure =
    /\b(Date|Math\.random|performance|process|setTimeout|setInterval|queueMicrotask|globalThis|console|fetch|Promise|async|await|throw)\b/g;
  const found = sources
    .filter((source) => floorOf(source) === "core")
    .flatMap(({ path, code }) => [...code.matchAll(impure)].map(([word]) => `${path}: ${word}`));
  assert.deepEqual(found, []);
});

function wrongArrows(source: SourceText): readonly string[] {
  const floor = floorOf(source);
  return source.imports.flatMap(({ target }) => {
    const isInside = target.startsWith("src/");
    const isAllowed = isInside
      ? [floor, ...(below[floor] ?? [])].includes(target.split("/")[1] ?? "")
      : outside[floor]?.test(target);
    return isAllowed === true ? [] : [`${source.path} imports ${target}`];
  });
}

function floorOf(source: SourceText): string {
  return source.path.split("/")[1] ?? "";
}
