/** The unit for systemd: systemd understands it, and nothing in it would break an action script or half a failover. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { repositoryRoot } from "../root.ts";

const text = readFileSync(join(repositoryRoot, "conf/failoverd.service"), "utf8");
const settings = new Map(
  [...text.matchAll(/^(?!#)(\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value] as const),
);
const folder = mkdtempSync(join(tmpdir(), "failoverd-unit-"));
after(() => rmSync(folder, { recursive: true }));
const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;

void test("systemd has nothing to say against it", { skip: hasSystemd ? false : "there is no systemd" }, () => {
  /** The programs as they lie here, because verify looks whether they are there. */
  const unit = join(folder, "failoverd.service");
  writeFileSync(unit, text.replaceAll("/opt/failoverd", join(repositoryRoot, "dist")));
  const { stdout, stderr, status } = spawnSync("systemd-analyze", ["verify", "--man=no", unit], { encoding: "utf8" });
  const about = (stdout + stderr).split("\n").filter((line) => line.includes("failoverd.service"));
  assert.deepEqual([status, about], [0, []]);
});

const wanted: readonly (readonly [setting: string, value: string, why: string])[] = [
  ["KillMode", "process", "a step outlives the daemon"],
  ["Restart", "always", "a daemon that was killed comes back"],
  ["StartLimitIntervalSec", "0", "and is never given up on"],
  ["OOMPolicy", "continue", "a check that eats all memory ends alone"],
  ["ExecReload", "/bin/kill -HUP $MAINPID", "a reload is a reload"],
  ["RestartPreventExitStatus", "2 4", "errors in the configuration are not tried again for ever"],
];

for (const [setting, value, why] of wanted) void test(why, () => assert.equal(settings.get(setting), value));

void test("nothing gives the daemon file systems of its own, or takes from scripts what they are for", () => {
  const harmful =
    /^(Protect|Private|ReadOnly|ReadWrite|Inaccessible|Bind|Temporary|Root|Restrict|SystemCall|Capability|NoNewPrivileges|DynamicUser|User|MemoryDeny|StateDirectory|RuntimeDirectory)/;
  assert.deepEqual(
    [...settings.keys()].filter((name) => harmful.test(name)),
    [],
  );
});
