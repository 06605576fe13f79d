/** Completion: bash is given the script and a line, and what it would offer is compared with the tables. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { commands } from "../../src/cli/commands.ts";
import { documents } from "../../src/cli/manual/documents.ts";
import { failoverctl, failoverd } from "../../src/cli/programs.ts";

const folder = mkdtempSync(join(tmpdir(), "failoverd-completion-"));
after(() => rmSync(folder, { recursive: true }));
const script = join(folder, "failoverctl.bash");
writeFileSync(script, documents("", "1.2.3").find(({ path }) => path.endsWith(".bash"))?.text ?? "");

/** Stands for a daemon that has some names, one of them with blanks. */
const ctl = join(folder, "failoverctl");
const status = {
  hosts: [{ host: "host1" }, { host: "host2" }],
  checks: [
    { check: "db", host: "host1" },
    { check: "backup", host: "host2" },
  ],
  rules: [{ rule: "primary_lost" }, { rule: "slave_to_master of host1" }],
  run: { run: 12, rule: "primary_lost" },
};
writeFileSync(
  ctl,
  `#!/bin/sh\n[ "$*" = "--json status" ] || [ "$*" = "--root /x --json status" ] || exit 3\ncat <<'EOF'\n${JSON.stringify(status, null, 2)}\nEOF\n`,
  { mode: 0o755 },
);

const names = commands.map(({ name }) => name);
const optionsOf = (options: readonly { readonly name: string }[]): readonly string[] =>
  options.map(({ name }) => `--${name}`).toSorted();

interface Row {
  /** Words as readline cuts them; the last is being typed. */
  readonly words: readonly string[];
  readonly want: readonly string[];
}

const rows: readonly Row[] = [
  { words: ["failoverctl", ""], want: [...names, "help"].toSorted() },
  { words: ["failoverctl", "hi"], want: ["history"] },
  { words: ["failoverctl", "--"], want: optionsOf(failoverctl.options) },
  { words: ["failoverctl", "--json", "stat"], want: ["status"] },
  ...commands.map(({ name, options }) => ({
    words: ["failoverctl", name, "--"],
    want: optionsOf([...options, ...failoverctl.options]),
  })),
  { words: ["failoverctl", "help", "ex"], want: ["explain"] },
  { words: ["failoverctl", "nosuch", ""], want: [] },
  { words: [ctl, "explain", ""], want: ["primary_lost", String.raw`slave_to_master\ of\ host1`] },
  { words: [ctl, "explain", String.raw`slave_to_master\ o`], want: [String.raw`slave_to_master\ of\ host1`] },
  { words: [ctl, "ack", "j"], want: ["journal"] },
  { words: [ctl, "resume", ""], want: ["12"] },
  { words: [ctl, "maintenance", ""], want: ["off", "on"] },
  { words: [ctl, "maintenance", "on", "host"], want: ["host1", "host2"] },
  { words: [ctl, "maintenance", "on", "e"], want: ["everything"] },
  { words: [ctl, "maintenance", "--for", "2h", "on", "b"], want: ["backup"] },
  { words: [ctl, "maintenance", "on", "--for", "3"], want: ["30m", "30s"] },
  { words: [ctl, "report", "d"], want: ["db"] },
  { words: [ctl, "report", "db", "m"], want: ["master"] },
  { words: [ctl, "report", "db", "ok", ""], want: [] },
  { words: [ctl, "report", "db", "ok", "--host", ""], want: ["host1", "host2"] },
  { words: [ctl, "--root", "/x", "explain", "p"], want: ["primary_lost"] },
  { words: [ctl, "--root", "=", "/x", "explain", "p"], want: ["primary_lost"] },
  { words: [ctl, "--root", "/nowhere", "explain", ""], want: [] },
  { words: ["failoverctl", "--root", folder.slice(0, -1)], want: [folder] },
  { words: ["failoverctl", "--root", "=", folder.slice(0, -1)], want: [folder] },
  { words: ["failoverctl", "history", "--since", "1"], want: ["10m", "1d", "1h"] },
  { words: ["failoverd", ""], want: [] },
  { words: ["failoverd", "--"], want: optionsOf(failoverd.options) },
  { words: ["failoverd", "--log", ""], want: ["json", "text"] },
  { words: ["failoverd", "--log", "=", "j"], want: ["json"] },
];

for (const { words, want } of rows) {
  void test(words.join(" ").replace(folder, "."), () => assert.deepEqual(complete(words), want));
}

/** What bash would offer. */
function complete(words: readonly string[]): readonly string[] {
  const code = `. "$SCRIPT"
COMP_WORDS=("$@") COMP_CWORD=$(( $# - 1 ))
eval "$(complete -p "\${1##*/}" | sed 's/.*-F \\([a-z_]*\\) .*/\\1/')"
[ \${#COMPREPLY[@]} = 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", code, "bash", ...words], {
    encoding: "utf8",
    env: { ...process.env, SCRIPT: script, LC_ALL: "C" },
  });
  assert.equal(stderr, "");
  return stdout === "" ? [] : stdout.trimEnd().split("\n");
}
