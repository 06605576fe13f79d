/** README's five minutes, followed to the letter: whoever does so ends with a configuration that has nothing wrong. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { repositoryRoot } from "../root.ts";
import { install, run } from "./programs.ts";

const installed = install();
after(() => installed.remove());

const readme = readFileSync(join(repositoryRoot, "README.md"), "utf8");
const section = readme.split("\n## Five minutes to your own two files\n")[1]?.split("\n### Upgrade\n")[0] ?? "";

/** The indented lines behind the paragraph that has these words. */
function blockBehind(words: string): string {
  const behind = section.split(words)[1] ?? "";
  const [, block = ""] = /\n\n((?: {4}.*\n|\n(?= {4}))+)/.exec(behind) ?? [];
  assert.notEqual(block, "", `nothing stands behind ${words}`);
  return block.replaceAll(/^ {4}/gm, "");
}

void test("the two files of README's five minutes, and the scripts that they name, have nothing wrong", async () => {
  for (const folder of ["checks", "actions", "conf"]) mkdirSync(join(installed.root, folder));
  installed.put("conf/checks.conf", blockBehind("Name the checks in"));
  installed.put("conf/actions.conf", blockBehind("Say in `conf/actions.conf`"));
  for (const words of ["Write a check.", "These four are yours to write."]) {
    const ended = await run("/bin/sh", ["-c", `cd '${installed.root}' && ${blockBehind(words)}`]);
    assert.deepEqual([ended.code, ended.stderr], [0, ""], words);
  }
  const link = join(installed.root, "failoverctl");
  symlinkSync(join(installed.root, "bin/failoverctl"), link);
  const { code, stdout } = await run(link, ["check"]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /nothing to complain of \(2 checks, 1 rule\)/);
  const said = await run(join(installed.root, "actions/plumb"), ["host2"]);
  assert.equal(said.stdout, "this is plumb host2\n");
});
