/** The manual pages: made from the tables and the reference, complete, and clean for the formatters' own lint. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, test } from "node:test";
import { commands } from "../../src/cli/commands.ts";
import { documents, type Document } from "../../src/cli/manual/documents.ts";
import { markdownPage } from "../../src/cli/manual/markdown-page.ts";
import { literal, paragraph, section, tagged } from "../../src/cli/manual/roff.ts";
import { failoverctl, failoverd } from "../../src/cli/programs.ts";
import { repositoryRoot } from "../root.ts";

const reference = readFileSync(join(repositoryRoot, "conf/README.md"), "utf8");
const manuals = documents(reference, "1.2.3").filter(({ path }) => path.startsWith("conf/man/"));
const folder = mkdtempSync(join(tmpdir(), "failoverd-man-"));
after(() => rmSync(folder, { recursive: true }));
for (const manual of manuals) {
  mkdirSync(dirname(placeOf(manual)), { recursive: true });
  writeFileSync(placeOf(manual), manual.text);
}

const has = (program: string): boolean => spawnSync(program, ["-h"]).error === undefined;
const withMandoc = { skip: has("mandoc") ? false : "there is no mandoc" };

void test("there is a page for each program and one for the configuration", () => {
  assert.deepEqual(
    manuals.map(({ path }) => basename(path)),
    ["failoverd.8", "failoverctl.8", "failoverd.conf.5"],
  );
});

for (const manual of manuals) {
  void test(`${basename(manual.path)} is clean for mandoc`, withMandoc, () => {
    const { stdout } = spawnSync("mandoc", ["-T", "lint", placeOf(manual)], { encoding: "utf8" });
    /** Whether the other pages are installed is no matter of the source; and a version says more than a day. */
    const isMeant =
      /^$|referenced manual not found|cannot parse date, using it verbatim: Dd failoverd version 1\.2\.3$/;
    const complaints = stdout.split("\n").filter((line) => !isMeant.test(line));
    assert.deepEqual(complaints, []);
  });

  void test(`${basename(manual.path)}: no mark of its own source is left in the text`, () => {
    const prose = manual.text.replaceAll(/^\.Bd[^]*?^\.Ed$/gm, "");
    assert.deepEqual(prose.match(/.*`.*|.*\*\*.*/g) ?? [], []);
  });
}

void test("every option, command, exit code and file is in the pages of the programs", () => {
  const text = (name: string): string => manuals.find(({ path }) => path.endsWith(name))?.text ?? "";
  for (const program of [failoverd, failoverctl]) {
    const page = text(`${program.name}.8`);
    for (const { name } of program.options) assert.ok(page.includes(`"--${name}`), `--${name}`);
    for (const [code] of program.exits) assert.ok(page.includes(`.It "${code}"`), `exit code ${code}`);
    for (const [path] of program.files) assert.ok(page.includes(path), path);
  }
  for (const { name, options } of commands) {
    assert.ok(text("failoverctl.8").includes(`.Ss "${name}"\n`), name);
    for (const option of options) assert.ok(text("failoverctl.8").includes(`.It "--${option.name}`), option.name);
  }
});

void test("every heading of the reference is in its page, and every option in a table", () => {
  const page = manuals.find(({ path }) => path.endsWith(".5"))?.text ?? "";
  for (const [, text = ""] of reference.matchAll(/^### (.*)$/gm))
    assert.ok(page.includes(`.Ss "${text.replaceAll("`", "")}"\n`), text);
  for (const [, option = ""] of reference.matchAll(/^\| `(\w+)[^|]*` \|/gm))
    assert.ok(page.includes(`.It "${option}`), option);
});

interface Row {
  readonly name: string;
  readonly lines: readonly string[];
  readonly want: readonly string[];
}

const rows: readonly Row[] = [
  {
    name: "a sentence begins a line",
    lines: paragraph("One. Two: three! Four"),
    want: [".Pp", "One.", "Two: three!", "Four"],
  },
  { name: "nothing is a macro", lines: paragraph(".Sh NAME"), want: [".Pp", String.raw`\&.Sh NAME`] },
  { name: "nothing is an escape", lines: paragraph(String.raw`a \fB b`), want: [".Pp", String.raw`a \efB b`] },
  { name: "code and strong", lines: paragraph("`a` and **b**"), want: [".Pp", String.raw`\fBa\fP and \fBb\fP`] },
  {
    name: "a full stop in code",
    lines: paragraph("`. _ :`. `a. b` c."),
    want: [".Pp", String.raw`\fB. _ :\fP.`, String.raw`\fBa. b\fP c.`],
  },
  { name: "a link is its text", lines: paragraph("see [there](#x)."), want: [".Pp", "see there."] },
  { name: "a quote in a tag", lines: tagged([['say "x"', "it"]]).slice(1, 2), want: ['.It "say ""x"""'] },
  { name: "a macro's name in a heading", lines: section("Nm"), want: ['.Sh "NM"'] },
  {
    name: "literal lines",
    lines: literal(["'x' --y", String.raw`a\b`]).slice(1, -1),
    want: [String.raw`\&'x' \-\-y`, String.raw`a\eb`],
  },
];

for (const { name, lines, want } of rows) void test(`source: ${name}`, () => assert.deepEqual(lines, want));

void test("Markdown: what conf/README.md uses is understood", () => {
  const markdown = [
    "# Title\n\nFirst, *as it is*.\n\nContents: [A](#a)\n\n---\n\n## `A` part\n\n<!-- made -->\n",
    "| option | on | meaning | without it |\n|---|---|---|---|\n| `x \\| y` | rule | does it | 0s |\n",
    "```checks.conf E402 pair\n[local]\n\n.dot\n```\n\n    $ indented\n\n      more\n\n- one\n  on\n- two\n\nend",
  ].join("\n");
  const page = markdownPage(
    markdown,
    { name: "x", section: 5, names: ["x", "y"], summary: "s", seeAlso: [["z", 8]] },
    "November 20, 2026",
  );
  const body = page.slice(page.indexOf(".Sh NAME"), page.indexOf(".Sh SEE"));
  assert.deepEqual(body.split("\n"), [
    ".Sh NAME",
    ".Nm x ,",
    ".Nm y",
    ".Nd s",
    '.Sh "DESCRIPTION"',
    "First, *as it is*.",
    '.Sh "A PART"',
    ".Bl -tag -width Ds",
    '.It "x | y"',
    "Does it.",
    "On: rule.",
    "Without it: 0s.",
    ".El",
    ".Bd -literal -offset indent",
    "# complained of as E402",
    "[local]",
    "",
    String.raw`\&.dot`,
    ".Ed",
    ".Bd -literal -offset indent",
    "$ indented",
    "",
    "  more",
    ".Ed",
    ".Bl -bullet",
    ".It",
    "one on",
    ".It",
    "two",
    ".El",
    ".Pp",
    "end",
    "",
  ]);
});

/** Where man(1) would look for it. */
function placeOf({ path }: Document): string {
  return join(folder, `man${path.at(-1) ?? ""}`, basename(path));
}
