/** What holds for every script that ships: POSIX sh, one screen, a help that says what it needs and shows how. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../root.ts";
import { skipWithout } from "./needs.ts";
import { run, scriptsIn } from "./script.ts";

const checks = scriptsIn("checks");
const actions = scriptsIn("actions");
const all = [...checks, ...actions];

/** Two screenfuls, its help included. */
const linesMax = 110;
const columnsMax = 130;

void test("there are some", () => {
  assert.ok(checks.length > 10 && actions.length > 10);
});

for (const path of all) {
  const name = `${basename(dirname(path))}/${basename(path)}`;
  const text = readFileSync(path, "utf8");

  void test(`${name} is a script of /bin/sh that is not too long`, () => {
    assert.ok(text.startsWith("#!/bin/sh\n"));
    assert.equal(statSync(path).mode & 0o777, 0o755);
    const lines = text.trimEnd().split("\n").length;
    assert.ok(lines <= linesMax, `${lines} lines`);
    assert.deepEqual(
      text.split("\n").filter((line) => line.length > columnsMax),
      [],
    );
  });

  void test(`${name} --help says what it does, how it is used, what it needs, and shows an example`, async () => {
    const { code, stdout, stderr } = await run([path, "--help"]);
    assert.equal(code, 0);
    assert.equal(stderr, "");
    const lines = stdout.split("\n");
    assert.ok(lines[0]?.startsWith(`${basename(path)}: `), lines[0]);
    assert.ok(lines.some((line) => line.startsWith(`Usage: ${basename(path)} `)));
    assert.ok(lines.some((line) => line.startsWith("Needs: ")));
    assert.ok(lines.some((line) => /^Examples?: /.test(line)));
    if (checks.includes(path)) assert.match(stdout, /\bMetrics?(: | of )/);
    assert.doesNotMatch(stdout, /^#|^set -u/m);
  });
}

const shells = { dash: "dash", busybox: "busybox", shellcheck: "shellcheck" };

void test("shellcheck finds nothing", { skip: skipWithout({ programs: shells }) }, async () => {
  const { stdout } = await run(["shellcheck", "--shell=sh", "--format=gcc", ...all]);
  assert.equal(stdout, "");
});

for (const shell of [["dash"], ["busybox", "ash"], ["bash", "--posix"]]) {
  void test(`${shell.join(" ")} can read them all`, { skip: skipWithout({ programs: shells }) }, async () => {
    for (const path of all) assert.deepEqual(await run([...shell, "-n", path]), { code: 0, stdout: "", stderr: "" });
  });
}

for (const folder of ["checks", "actions"] as const) {
  void test(`the table in ${folder}/README.md lists what is in the folder, with what each help says first`, async () => {
    const readme = readFileSync(join(repositoryRoot, folder, "README.md"), "utf8");
    const rows = [...readme.matchAll(/^\| `([a-z0-9_]+)` \| (.*) \|$/gm)].map(([, name, says]) => ({ name, says }));
    const expected = scriptsIn(folder).map((path) => ({ name: basename(path), says: firstSentence(path) }));
    assert.deepEqual(rows.toSorted(byName), expected);
  });
}

function firstSentence(path: string): string {
  const text = readFileSync(path, "utf8");
  const head = text.slice(0, text.indexOf("\n#\n")).replaceAll(/\n# /g, " ");
  return head.slice(head.indexOf(": ") + 2);
}

function byName(a: { readonly name: string | undefined }, b: { readonly name: string | undefined }): number {
  return (a.name ?? "") < (b.name ?? "") ? -1 : 1;
}
