/** argv, read by a table of options. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArguments, type OptionSpec } from "../../src/cli/arguments.ts";

const specs: readonly OptionSpec[] = [
  { name: "root", value: "DIR", help: "" },
  { name: "json", value: null, help: "" },
  { name: "help", value: null, help: "" },
];

interface Row {
  readonly name: string;
  readonly argv: readonly string[];
  readonly want: string;
  readonly stopAt?: "first-word" | "end";
}

const rows: readonly Row[] = [
  { name: "nothing", argv: [], want: "" },
  { name: "words only", argv: ["run", "x"], want: "words run x" },
  { name: "a value behind its name", argv: ["--root", "/x", "run"], want: "root=/x words run" },
  { name: "a value behind =", argv: ["--root=/x=y"], want: "root=/x=y" },
  { name: "options behind words", argv: ["run", "--json", "x"], want: "json words run x" },
  { name: "what follows -- is words", argv: ["--", "--json", "-"], want: "words --json -" },
  { name: "a dash is a word", argv: ["-"], want: "words -" },
  { name: "-h", argv: ["-h"], want: "help" },
  {
    name: "reading stops at the first word",
    argv: ["--json", "run", "--bogus"],
    stopAt: "first-word",
    want: "json words run --bogus",
  },
  { name: "a value may look like an option", argv: ["--root", "--json"], want: "root=--json" },
  { name: "a missing value", argv: ["--root"], want: "wrong: --root needs a value: --root DIR" },
  { name: "an empty value", argv: ["--root="], want: "wrong: --root needs a value: --root DIR" },
  { name: "a flag with a value", argv: ["--json=1"], want: "wrong: --json takes no value" },
  { name: "twice", argv: ["--root", "a", "--root", "b"], want: "wrong: --root is given twice" },
  { name: "misspelt", argv: ["--jsno"], want: "wrong: there is no option --jsno: did you mean --json?" },
  { name: "misspelt, with a value", argv: ["--rot=/x"], want: "wrong: there is no option --rot: did you mean --root?" },
  { name: "one dash only", argv: ["-json"], want: "wrong: there is no option -json: did you mean --json?" },
  { name: "unknown", argv: ["-v"], want: "wrong: there is no option -v: there are --root, --json, --help" },
];

for (const { name, argv, want, stopAt = "end" } of rows) {
  void test(name, () => assert.equal(print(parseArguments(argv, specs, stopAt)), want));
}

function print(given: ReturnType<typeof parseArguments>): string {
  if (given.kind === "wrong") return `wrong: ${given.sentence}`;
  const values = [...given.values].map(([name, value]) => `${name}=${value}`);
  const words = given.words.length === 0 ? [] : ["words", ...given.words];
  return [...values, ...given.flags, ...words].join(" ");
}
