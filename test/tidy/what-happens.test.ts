/**
 * README's table of what happens when: no row without a test that shows it, no sentence that failoverd does not have, and no
 * test of faults that the table has forgotten.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../root.ts";
import { readSources } from "./sources.ts";

interface Row {
  readonly when: string;
  readonly says: string;
  readonly shownBy: readonly { readonly file: string; readonly theme: string }[];
}

const readme = readFileSync(join(repositoryRoot, "README.md"), "utf8");
const rows = readRows(readme);

void test("every row of the table names tests that are there", () => {
  assert.ok(rows.length > 30, `${rows.length} rows`);
  for (const { when, shownBy } of rows) {
    assert.ok(shownBy.length > 0, `nothing shows: ${when}`);
    for (const { file, theme } of shownBy) {
      const path = [`${file}.test.ts`, `${file}.txt`]
        .map((name) => join(repositoryRoot, "test", name))
        .find((candidate) => existsSync(candidate));
      assert.ok(path !== undefined, `${when}: there is no test/${file}`);
      assert.ok(oneLine(readFileSync(path, "utf8")).includes(theme), `${when}: test/${file} has no ${theme}`);
    }
  }
});

void test("every sentence of the table is one that failoverd says", () => {
  const sources = readSources("src", [".ts"]).map(({ text }) => text);
  for (const { when, says } of rows) {
    const parts = says.split("…").map((part) => part.trim());
    for (const part of parts.filter((words) => words.length > 5)) {
      assert.ok(
        sources.some((text) => text.includes(part)),
        `${when}: nobody says ${JSON.stringify(part)}`,
      );
    }
  }
});

void test("every file of tests about faults shows something in the table", () => {
  const named = new Set(rows.flatMap(({ shownBy }) => shownBy.map(({ file }) => file)));
  const files = readSources("test/e2e", [".test.ts"]).map(({ path }) => path.replace(/^test\/|\.test\.ts$/g, ""));
  assert.deepEqual(
    files.filter((file) => file.includes("/faults-") && !named.has(file)),
    [],
  );
});

/** The lines of the table that have something in every cell; the others are headings. */
function readRows(text: string): readonly Row[] {
  const section = text.split("\n## What happens when\n")[1]?.split("\n## ")[0] ?? "";
  return section.split("\n").flatMap((line) => {
    const [, when = "", does = "", says = "", shown = ""] = line.split("|").map((cell) => cell.trim());
    if (does === "" || does === "---" || when === "when") return [];
    const shownBy = [...shown.matchAll(/`([\w/-]+)` "([^"]+)"/g)].map(([, file = "", theme = ""]) => ({ file, theme }));
    return [{ when, says: /^“(.*)”$/.exec(says)?.[1]?.replaceAll("”, “", "…") ?? "", shownBy }];
  });
}

/** A scenario's first comment goes over several lines. */
function oneLine(text: string): string {
  return text.replaceAll(/\n#? */g, " ");
}
