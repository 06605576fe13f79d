/** `check`, whole: files in, complaints and an exit code out. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { install } from "./programs.ts";

const installed = install();
after(() => installed.remove());

const checks = "[local]\ncheck_db_host1\ncheck_db_host2\n";
const actions = "[slave_to_master]\nstopservice1\nunplumb\nplumb %MASTER%\nstartservice1\n";
for (const name of ["check_db_host1", "check_db_host2"]) installed.put(`checks/${name}`, "#!/bin/sh\necho OK\n");
for (const name of ["stopservice1", "unplumb", "plumb", "startservice1"])
  installed.put(`actions/${name}`, "#!/bin/sh\n");

interface Row {
  readonly name: string;
  readonly checks: string;
  readonly actions: string;
  readonly code: number;
  readonly stdout: RegExp;
}

const rows: readonly Row[] = [
  {
    name: "the two files of the first version",
    checks,
    actions,
    code: 0,
    stdout: /^ROOT\/conf: nothing to complain of \(2 checks, 1 rule\)\n$/,
  },
  {
    name: "a mistake in each file",
    checks: checks.replace("check_db_host2", "chek_db_host2"),
    actions: actions.replace("startservice1", "startservice1 { tiemout 5s }"),
    code: 2,
    stdout:
      /^checks\.conf:3:1: error: `chek_db_host2` .*\n {2}chek_db_host2\n {2}\^{13}\n {2}hint: .*check_db_host2[\s\S]*\n\nactions\.conf:5:17:[\s\S]*timeout[\s\S]*\nROOT\/conf: \d errors\n$/,
  },
];

for (const row of rows) {
  void test(row.name, async () => {
    installed.put("conf/checks.conf", row.checks);
    installed.put("conf/actions.conf", row.actions);
    const ended = await installed.failoverctl("check");
    assert.match(ended.stdout.replaceAll(installed.root, "ROOT"), row.stdout);
    assert.equal(ended.code, row.code);
    assert.equal(ended.stderr, "");
    const daemon = await installed.failoverd("--check");
    assert.deepEqual([daemon.code, daemon.stdout], [ended.code, ended.stdout]);
  });
}

void test("an agent that does not answer is asked again by the next start: 1, and not 2, after which systemd gives up", async () => {
  const withFence = (more: string): string => `${actions}[fence host1]\nfence_box ip=1\n${more}`;
  installed.put("conf/checks.conf", checks);
  installed.put("actions/fence_box", "#!/bin/sh\necho 'no module named xml' >&2\nexit 1\n");
  const said = /did not say: it ended with exit code 1, and said: no module named xml/;
  const rows: readonly (readonly [more: string, code: number, last: RegExp])[] = [
    ["", 1, /not started: somebody who was asked did not answer; started again, failoverd asks again\n$/],
    ["fence_box { tiemout 1s }\n", 2, /not started: the configuration has errors; .*\n$/],
  ];
  for (const [more, code, last] of rows) {
    installed.put("conf/actions.conf", withFence(more));
    const ended = await installed.failoverd();
    assert.equal(ended.code, code);
    assert.match(ended.stderr, said);
    assert.match(ended.stderr, last);
    assert.equal((await installed.failoverctl("check")).code, 2);
  }
});

void test("as JSON", async () => {
  installed.put("conf/checks.conf", checks.replace("check_db_host2", "nosuch"));
  installed.put("conf/actions.conf", actions);
  const ended = await installed.failoverctl("--json", "check");
  const { complaints } = parseComplaints(ended.stdout);
  const first = complaints[0] ?? {};
  assert.equal(ended.code, 2);
  assert.equal(complaints.length, 1);
  assert.deepEqual(
    [first["severity"], first["file"], first["line"], first["column"], typeof first["message"]],
    ["error", "checks.conf", 3, 1, "string"],
  );
  assert.ok("hint" in first);
});

void test("files that cannot be read are said to be so", async () => {
  const other = join(installed.root, "other");
  mkdirSync(join(other, "checks.conf"), { recursive: true });
  const folder = await installed.failoverctl("--conf", other, "check");
  assert.match(folder.stdout, /^checks\.conf: error: .*checks\.conf is a folder, not a file of text/);
  assert.equal(folder.code, 2);
  mkdirSync(join(installed.root, "empty"));
  const empty = await installed.failoverctl("--conf", join(installed.root, "empty"), "check");
  assert.match(
    empty.stdout,
    /there is no .*empty\/checks\.conf .*\n {2}hint: begin with two lines: `\[local\]`, and below it `check_db_host1`/,
  );
});

function parseComplaints(text: string): { readonly complaints: readonly Readonly<Record<string, unknown>>[] } {
  const read: { readonly complaints: readonly Readonly<Record<string, unknown>>[] } = JSON.parse(text);
  return read;
}
