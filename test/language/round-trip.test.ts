/** What is printed parses to what was printed. */
import { test } from "node:test";
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { collectComplaints } from "../../src/language/complaints.ts";
import { parse } from "../../src/language/parse.ts";
import { printComplaint } from "../../src/language/print-complaint.ts";
import { printSyntax } from "../../src/language/print-syntax.ts";
import { readSource } from "../../src/language/source.ts";
import { actionsTree, checksTree } from "./arbitrary.ts";
import type { FileKind } from "../../src/language/lexer.ts";
import type { FileTree } from "../../src/language/tree.ts";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 1_000);
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);

function check(kind: FileKind, tree: FileTree): void {
  const text = printSyntax(tree);
  const complaints = collectComplaints(readSource({ name: `${kind}.conf`, bytes: new TextEncoder().encode(text) }));
  const parsed = parse(complaints, kind);
  /** Now and then one grows beyond what a line may hold: that has no text, which is as it should be. */
  fc.pre(complaints.list().every(({ code }) => code !== "E107"));
  assert.deepEqual(complaints.list().map(printComplaint), [], text);
  assert.deepEqual(withoutSpans(parsed.tree), withoutSpans(tree), text);
}

/** Plain data with every span set to nowhere. */
function withoutSpans(tree: FileTree): unknown {
  return JSON.parse(JSON.stringify(tree, (key: string, value: unknown) => (key === "span" ? null : value)));
}

void test(`every tree of checks.conf has a text (SEED=${seed})`, () => {
  fc.assert(
    fc.property(checksTree, (tree) => check("checks", tree)),
    { numRuns, seed },
  );
});

void test(`every tree of actions.conf has a text (SEED=${seed})`, () => {
  fc.assert(
    fc.property(actionsTree, (tree) => check("actions", tree)),
    { numRuns, seed },
  );
});
