/** Command lines that are wrong, and what is asked of a daemon that is not there: exit codes and sentences. */
import assert from "node:assert/strict";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { install, run } from "./programs.ts";

const installed = install();
after(() => installed.remove());

interface Row {
  readonly argv: string;
  readonly code: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
}

const failoverctl: readonly Row[] = [
  { argv: "", code: 2, stderr: /^failoverctl: a command is missing\n`failoverctl help` shows/ },
  {
    argv: "help",
    code: 0,
    stdout:
      /^usage: failoverctl \[--root[^]*\n\nfailoverctl: ask [^]*\n {2}status +show [^]*exit codes:\n {2}0 {2}well\n/,
  },
  { argv: "--help", code: 0, stdout: /^usage: failoverctl \[--root/ },
  { argv: "-h", code: 0, stdout: /^usage: failoverctl \[--root/ },
  { argv: "--version", code: 0, stdout: /^failoverctl \d+\.\d+\.\d+\n$/ },
  {
    argv: "help history",
    code: 0,
    stdout: /^usage: failoverctl history .*\[--since WHEN\][^]*examples:\n {2}failoverctl history/,
  },
  { argv: "history --help", code: 0, stdout: /^usage: failoverctl history / },
  { argv: "--help history", code: 0, stdout: /^usage: failoverctl history / },
  { argv: "help help", code: 0, stdout: /^usage: failoverctl \[--root/ },
  { argv: "help histroy", code: 2, stderr: /there is no command "histroy": did you mean history\?/ },
  { argv: "statsu", code: 2, stderr: /there is no command "statsu": did you mean status\?/ },
  { argv: "frobnicate", code: 2, stderr: /there is no command "frobnicate": there are status, watch, history, / },
  { argv: "--jsn status", code: 2, stderr: /there is no option --jsn: did you mean --json\?/ },
  { argv: "status --since 2h", code: 2, stderr: /there is no option --since.*\nusage: failoverctl status/ },
  { argv: "status more", code: 2, stderr: /status does not know what to do with "more"\nusage: failoverctl status/ },
  {
    argv: "report x",
    code: 2,
    stderr: /report needs to know more\nusage: failoverctl report CHECK STATUS \[TEXT\] \[--host HOST\]\n/,
  },
  { argv: "history --since yesteryear", code: 2, stderr: /--since "yesteryear" is no time: write 2h, / },
  { argv: "history --run 0", code: 2, stderr: /--run needs the number of a run, not "0"/ },
  { argv: "history --limit many", code: 2, stderr: /--limit needs a number from 1 on, not "many"/ },
  { argv: "maintenance maybe", code: 2, stderr: /maintenance is on or off, not "maybe"/ },
  { argv: "maintenance --for 2h", code: 2, stderr: /--for and --reason go with maintenance on/ },
  { argv: "maintenance", code: 3, stderr: /no daemon answers/ },
  { argv: "maintenance on --for ever", code: 2, stderr: /--for needs a duration such as 30m, 2h or 1d, not "ever"/ },
  { argv: "maintenance off --for 2h", code: 2, stderr: /--for and --reason go with maintenance on/ },
  { argv: "explain", code: 2, stderr: /explain needs to know more\nusage: failoverctl explain RULE\n/ },
  { argv: "run x --wiat", code: 2, stderr: /there is no option --wiat: did you mean --wait\?/ },
  { argv: "fence", code: 2, stderr: /fence needs to know more\nusage: failoverctl fence HOST \[status\] \[--yes\]\n/ },
  { argv: "fence host1 stauts", code: 2, stderr: /behind the host stands `status` or nothing, not "stauts"/ },
  { argv: "abandon", code: 2, stderr: /RUN is the number of a run, as status and history show it\n$/ },
  { argv: "abandon it", code: 2, stderr: /RUN is the number of a run/ },
  {
    argv: "reload",
    code: 3,
    stderr:
      /^failoverctl: no daemon answers at ROOT\/var\/failoverd\.sock \(no such file or directory\); start it with: ROOT\/bin\/failoverd\n$/,
  },
  {
    argv: "--var /none/x --conf /none/y reload",
    code: 3,
    stderr: /; start it with: ROOT\/bin\/failoverd --conf \/none\/y --var \/none\/x\n$/,
  },
  {
    argv: "--socket /none/x status",
    code: 3,
    stderr:
      /no daemon answers at \/none\/x .*; look whether that is its socket\n.*there is no state table in \/none either/,
  },
  { argv: "--json reload", code: 3, stdout: /^\{"error":\{"name":"no-daemon","message":"no daemon answers / },
  { argv: "explain x", code: 3, stderr: /no daemon answers/ },
  { argv: "run x --yes", code: 3, stderr: /no daemon answers/ },
  { argv: "watch", code: 3, stderr: /no daemon answers/ },
  { argv: "plugin", code: 2, stdout: /^FAILOVERD CRITICAL: no daemon answers at ROOT\/var\/failoverd\.sock/ },
  {
    argv: "plugin --warning 5",
    code: 3,
    stdout: /^FAILOVERD UNKNOWN: --warning needs a duration such as .*, not "5"\n$/,
  },
  { argv: "plugin --wraning 5s", code: 3, stdout: /^FAILOVERD UNKNOWN: there is no option --wraning: did you mean / },
  { argv: "plugin x", code: 3, stdout: /^FAILOVERD UNKNOWN: plugin does not know what to do with "x"\n$/ },
  { argv: "history --follow", code: 3, stderr: /no daemon answers/ },
  { argv: "status", code: 3, stderr: /no daemon answers .*\n.*there is no state table in ROOT\/var either/ },
  { argv: "--json status", code: 3, stdout: /"running": false/ },
];

for (const row of failoverctl) {
  void test(`failoverctl ${row.argv}`, async () => check(row, join(installed.root, "bin/failoverctl")));
}

const failoverd: readonly Row[] = [
  { argv: "--help", code: 0, stdout: /^usage: failoverd \[--root DIR\][^]*\n\nfailoverd: watch hosts/ },
  { argv: "--version", code: 0, stdout: /^failoverd \d+\.\d+\.\d+\n$/ },
  { argv: "status", code: 2, stderr: /nothing to be done with "status"; commands are failoverctl's/ },
  { argv: "--log xml", code: 2, stderr: /--log is text or json, not "xml"/ },
  { argv: "--name a/b", code: 2, stderr: /--name is "a\/b", but a host's name has/ },
  { argv: "--chek", code: 2, stderr: /there is no option --chek: did you mean --check\?/ },
  { argv: "--check", code: 2, stdout: /there is no ROOT\/conf\/checks\.conf/ },
];

for (const row of failoverd) {
  void test(`failoverd ${row.argv}`, async () => check(row, join(installed.root, "bin/failoverd")));
}

void test("a copy of the program alone says that the folder belongs to it", async () => {
  const alone = join(installed.root, "elsewhere/bin");
  cpSync(join(installed.root, "bin"), alone, { recursive: true });
  const ended = await run(join(alone, "failoverctl"), ["status"]);
  assert.equal(ended.code, 2);
  assert.match(
    ended.stderr,
    /^failoverctl: its folder lib\/ is not where it was: .* symbolic link to bin\/failoverctl .*\n$/,
  );
});

void test("a symlink to the program finds its folder", async () => {
  symlinkSync(join(installed.root, "bin/failoverctl"), join(installed.root, "ctl"));
  await check({ argv: "reload", code: 3, stderr: /start it with: ROOT\/bin\/failoverd/ }, join(installed.root, "ctl"));
});

async function check(row: Row, program: string): Promise<void> {
  const ended = await run(program, row.argv === "" ? [] : row.argv.split(" "));
  assert.equal(ended.code, row.code, ended.stdout + ended.stderr);
  for (const stream of ["stdout", "stderr"] as const) {
    const wanted = row[stream];
    if (wanted !== undefined) assert.match(ended[stream].replaceAll(installed.root, "ROOT"), wanted);
  }
  assert.ok(row.code === 0 ? ended.stderr === "" : ended.stdout + ended.stderr !== "");
}
