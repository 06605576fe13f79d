/** Scripts on a real disk: what is found, and what is refused with which words. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { foldersOf } from "../../src/supervisor/folders.ts";
import { findFenceAgent, findScript, scriptNames } from "../../src/supervisor/scripts.ts";
import { skipWithout } from "../checks/needs.ts";

const root = mkdtempSync(join(tmpdir(), "failoverd-scripts-"));
after(() => rmSync(root, { recursive: true }));
const folders = foldersOf({ root, conf: null, var: null });
const skip = skipWithout({ isRoot: true });

mkdirSync(folders.checks);
mkdirSync(folders.actions);

function put(path: string, text: string, mode: number): void {
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), mode);
}

put("checks/good", "#!/bin/sh\nexit 0\n", 0o755);
put("checks/plain", "#!/bin/sh\nexit 0\n", 0o644);
put("checks/empty", "", 0o755);
put("checks/windows", "#!/bin/sh\r\nexit 0\r\n", 0o755);
put("checks/envwindows", "#!/usr/bin/env sh\r\nexit 0\r\n", 0o755);
put("checks/orphan", "#!/opt/none/python\n", 0o755);
put("checks/envorphan", "#!/usr/bin/env -S no-such-program-here -x\n", 0o755);
put("checks/envgood", "#!/usr/bin/env sh\n", 0o755);
put("actions/plumb", "#!/bin/sh\n", 0o755);
put("actions/fence_box", "#!/bin/sh\n", 0o755);
put("actions/README.md", "what these do\n", 0o644);
mkdirSync(join(root, "actions/plumbs"));
mkdirSync(join(root, "checks/folder"));
symlinkSync("good", join(root, "checks/link"));
symlinkSync("nowhere", join(root, "checks/broken"));

interface Row {
  readonly name: string;
  readonly word: string;
  /** `ROOT` stands for the root folder. */
  readonly want: RegExp;
}

const rows: readonly Row[] = [
  { name: "a bare name", word: "good", want: /^found ROOT\/checks\/good$/ },
  { name: "a path", word: "./actions/plumb", want: /^found ROOT\/actions\/plumb$/ },
  { name: "an absolute path", word: join(root, "checks/good"), want: /^found ROOT\/checks\/good$/ },
  { name: "a symlink", word: "link", want: /^found ROOT\/checks\/link$/ },
  { name: "env finds its program", word: "envgood", want: /^found / },
  { name: "not there", word: "none", want: /^refused ROOT\/checks\/none .*hint: null$/ },
  {
    name: "a symlink to nowhere",
    word: "broken",
    want: /^refused ROOT\/checks\/broken is a link to nowhere, which is not there /,
  },
  { name: "a file elsewhere", word: "/etc/passwd", want: /^refused \/etc\/passwd is not executable .*hint: null$/ },
  {
    name: "in the other folder",
    word: "plumb",
    want: /^refused .*hint: it is in ROOT\/actions; checks\.conf takes its scripts from ROOT\/checks$/,
  },
  { name: "a folder", word: "folder", want: /^refused ROOT\/checks\/folder is a folder/ },
  {
    name: "not executable",
    word: "plain",
    want: /^refused ROOT\/checks\/plain is not executable .*0644.*hint: chmod \+x ROOT\/checks\/plain$/,
  },
  { name: "empty", word: "empty", want: /^refused ROOT\/checks\/empty is an empty file/ },
  {
    name: "line ends of Windows",
    word: "windows",
    want: /^refused .*hint: sed -i 's\/\\r\$\/\/' ROOT\/checks\/windows$/,
  },
  { name: "line ends of Windows behind env", word: "envwindows", want: /^refused .*CR LF.*hint: sed -i / },
  { name: "a missing interpreter", word: "orphan", want: /^refused .*interpreter.*\/opt\/none\/python/ },
  {
    name: "a missing interpreter behind env",
    word: "envorphan",
    want: /^refused ROOT\/checks\/envorphan is a no-such-program-here script, and there is no /,
  },
  { name: "an OCF agent", word: "ocf:none:such", want: /^refused .*\/resource\.d\/none\/such/ },
];

for (const { name, word, want } of rows) {
  void test(name, () => assert.match(print(findScript(folders, "checks", word, null)), want));
}

void test("a fence agent that is ours, and one that nobody has", () => {
  assert.match(print(findFenceAgent(folders, "fence_box")), /^found ROOT\/actions\/fence_box$/);
  assert.match(
    print(findFenceAgent(folders, "fence_nothing")),
    /^refused fence_nothing is no fence agent in .*hint: install it/,
  );
});

void test("the names of a folder, only of what can be run; none of a folder that is not there", () => {
  assert.deepEqual(scriptNames(folders, "actions"), ["fence_box", "plumb"]);
  assert.deepEqual(scriptNames({ ...folders, actions: join(root, "none") }, "actions"), []);
});

void test("root refuses what others can change, with the command that mends it", { skip }, () => {
  const path = join(root, "checks/good");
  chmodSync(path, 0o757);
  assert.match(
    print(findScript(folders, "checks", "good", null)),
    /can be written to by everybody \(mode 0757\).*hint: chmod go-w ROOT\/checks\/good$/,
  );
  chmodSync(path, 0o755);
  chownSync(path, 65534, 65534);
  assert.match(
    print(findScript(folders, "checks", "good", null)),
    /belongs to user 65534, .*hint: chown root ROOT\/checks\/good$/,
  );
  chownSync(path, 0, 0);
  chmodSync(folders.checks, 0o777);
  assert.match(print(findScript(folders, "checks", "good", null)), /the folder ROOT\/checks can be written to/);
  chmodSync(folders.checks, 0o755);
  assert.match(print(findScript(folders, "checks", "good", null)), /^found /);
});

void test("what another user may not enter, execute or read", () => {
  chmodSync(root, 0o755);
  const nobody = { name: "nobody", uid: 65_534, groups: [65_534, 7] };
  const path = join(root, "checks/good");
  assert.equal(print(findScript(folders, "checks", "good", nobody)), "found ROOT/checks/good");
  chmodSync(path, 0o744);
  assert.match(
    print(findScript(folders, "checks", "link", nobody)),
    /^refused nobody may not run ROOT\/checks\/good \(mode 0744, owner \w+\) hint: chmod o\+rx ROOT\/checks\/good$/,
  );
  chmodSync(path, 0o711);
  assert.match(
    print(findScript(folders, "checks", "good", nobody)),
    /^refused nobody may not read, and so not run, ROOT\/checks\/good \(mode 0711, .*hint: chmod o\+rx /,
  );
  chmodSync(path, 0o755);
  chmodSync(folders.checks, 0o700);
  assert.match(
    print(findScript(folders, "checks", "good", nobody)),
    /^refused nobody may not enter the folder ROOT\/checks \(mode 0700.*hint: chmod o\+x ROOT\/checks$/,
  );
  assert.equal(print(findScript(folders, "checks", "good", { ...nobody, uid: 0 })), "found ROOT/checks/good");
  chmodSync(folders.checks, 0o755);
});

function print(found: ReturnType<typeof findScript>): string {
  const text = found.kind === "found" ? `found ${found.path}` : `refused ${found.reason} hint: ${found.hint}`;
  return text.replaceAll(root, "ROOT");
}
