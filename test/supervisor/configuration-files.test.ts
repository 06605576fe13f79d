/** The configuration loaded from a real disk: what only the disk can tell is asked, answered and complained of. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, test } from "node:test";
import type { Configuration } from "../../src/core/configuration.ts";
import { findGroups } from "../../src/host/user-identity.ts";
import { loadConfiguration } from "../../src/supervisor/configuration-files.ts";
import { foldersOf } from "../../src/supervisor/folders.ts";
import { skipWithout } from "../checks/needs.ts";

const root = mkdtempSync(join(tmpdir(), "failoverd-conf-"));
after(() => rmSync(root, { recursive: true }));
const folders = foldersOf({ root, conf: null, var: null });
const skip = skipWithout({ isRoot: true });
const skipLists = skipWithout({ programs: { setfacl: "acl" }, isRoot: true });

beforeEach(() => {
  for (const folder of ["conf", "checks", "actions"]) rmSync(join(root, folder), { recursive: true, force: true });
  put("checks/check_db", "#!/bin/sh\n");
  put("actions/plumb", "#!/bin/sh\n");
  put("conf/checks.conf", "[local]\ncheck_db\n");
  put("conf/actions.conf", "[slave_to_master]\nplumb\n");
});

function put(path: string, text: string, mode = text.startsWith("#!") ? 0o755 : 0o644): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), mode);
}

/** The complaints, briefly, with ROOT for the folder. */
async function complaints(): Promise<readonly string[]> {
  const loaded = await loadConfiguration(folders, { localHost: "host1" });
  const hasErrors = loaded.complaints.some(({ severity }) => severity === "error");
  assert.equal(loaded.configuration === null, hasErrors, "there is a configuration unless there are errors");
  return loaded.complaints.map(({ code, file, line, message, hint }) =>
    `${file}:${line} ${code} ${message} (${hint ?? "no hint"})`.replaceAll(root, "ROOT"),
  );
}

void test("what is well is loaded, with scripts as paths", async () => {
  const { configuration, complaints: none } = await loadConfiguration(folders, { localHost: "host1" });
  assert.deepEqual(none, []);
  const [check] = configuration?.checks ?? [];
  assert.ok(check?.run.kind === "scheduled");
  assert.deepEqual(check.run.program.argv, [join(root, "checks/check_db")]);
  assert.equal(configuration?.localHost, "host1");
});

void test("without checks.conf nothing is loaded, and it is said how to begin", async () => {
  rmSync(join(root, "conf/checks.conf"));
  assert.deepEqual(await complaints(), [
    "checks.conf:0 E001 there is no ROOT/conf/checks.conf (begin with two lines: `[local]`, and below it `check_db` (one of the scripts in ROOT/checks))",
  ]);
});

void test("without actions.conf it looks on, and says so", async () => {
  rmSync(join(root, "conf/actions.conf"));
  const [missing] = (await complaints()).filter((complaint) => complaint.includes("W17"));
  assert.equal(
    missing,
    "actions.conf:0 W17 there is no ROOT/conf/actions.conf, so failoverd will look on and never act (begin with two lines: `[slave_to_master]`, and below it `plumb` (one of the scripts in ROOT/actions))",
  );
});

void test("an actions.conf that a daemon has rules, devices or notifiers from is missed", async () => {
  put("conf/actions.conf", "[notify]\nplumb\n");
  const { configuration } = await loadConfiguration(folders, { localHost: "host1" });
  assert.ok(configuration !== null);
  const codesWith = async (inForce: Configuration): Promise<readonly string[]> => {
    const loaded = await loadConfiguration(folders, { localHost: "host1", inForce });
    return loaded.complaints.map(({ file, code }) => `${file} ${code}`).filter((code) => !code.endsWith("W08"));
  };
  const nothing = { ...configuration, notifiers: [] };
  assert.deepEqual(await codesWith(configuration), ["actions.conf W17"]);
  rmSync(join(root, "conf/actions.conf"));
  assert.deepEqual(await codesWith(configuration), ["actions.conf E001"]);
  assert.deepEqual(await codesWith(nothing), ["actions.conf W17"]);
  put("conf/actions.conf", "# lint: allow W17 this host only looks\n");
  assert.deepEqual(await codesWith(configuration), []);
  rmSync(join(root, "conf"), { recursive: true });
  assert.deepEqual(await codesWith(configuration), ["checks.conf E001"]);
});

void test("without the folder that is what is said", async () => {
  rmSync(join(root, "conf"), { recursive: true });
  assert.match(
    (await complaints())[0] ?? "",
    /there is no folder ROOT\/conf either; make it, or name another one with --conf/,
  );
});

void test("a user is looked up, and one that does not exist is a complaint", async () => {
  put("conf/checks.conf", "[local]\ncheck_db { user root }\n");
  assert.deepEqual(await complaints(), []);
  put("conf/checks.conf", "[local]\ncheck_db { user nobody-of-that-name }\n");
  const [unknown, ...more] = await complaints();
  assert.match(unknown ?? "", /^checks\.conf:2 E311 .*nobody-of-that-name/);
  assert.deepEqual(more, []);
});

void test("as whom a script runs is held against the script and the folders above it", { skip }, async () => {
  const groups = await new Promise<readonly number[] | null>((answer) => findGroups("nobody", answer));
  put("conf/checks.conf", "[local]\ncheck_db { user nobody }\n");
  put("conf/actions.conf", "[slave_to_master]\nplumb { user nobody }\n");
  chmodSync(root, 0o755);
  assert.deepEqual(await complaints(), []);
  put("checks/check_db", "#!/bin/sh\n", 0o700);
  put("actions/plumb", "#!/bin/sh\n", 0o750);
  const group = groups?.at(-1) ?? 0;
  assert.deepEqual(await complaints(), [
    "checks.conf:2 E316 `check_db` cannot be run: nobody may not run ROOT/checks/check_db (mode 0700, owner root) (chmod o+rx ROOT/checks/check_db)",
    "actions.conf:2 E316 `plumb` cannot be run: nobody may not run ROOT/actions/plumb (mode 0750, owner root) (chmod o+rx ROOT/actions/plumb)",
  ]);
  chmodSync(join(root, "checks/check_db"), 0o755);
  chownSync(join(root, "actions/plumb"), 0, group);
  assert.deepEqual(await complaints(), []);
});

void test("an access control list may open what the mode keeps closed", { skip: skipLists }, async () => {
  put("conf/checks.conf", "[local]\ncheck_db { user nobody }\n");
  chmodSync(root, 0o755);
  put("checks/check_db", "#!/bin/sh\n", 0o750);
  assert.equal((await complaints()).length, 1);
  execFileSync("setfacl", ["-m", "u:nobody:rx", join(root, "checks/check_db")]);
  assert.deepEqual(await complaints(), []);
});

void test("a file that others can change is refused when the daemon is root", { skip }, async () => {
  put("conf/actions.conf", "[slave_to_master]\nplumb\n", 0o666);
  assert.deepEqual(await complaints(), [
    "actions.conf:0 E003 the file ROOT/conf/actions.conf can be written to by everybody (mode 0666), who could then run anything as root (chmod go-w ROOT/conf/actions.conf)",
  ]);
  put("conf/actions.conf", "[slave_to_master]\nplumb\n");
  chmodSync(join(root, "actions/plumb"), 0o777);
  assert.match(
    (await complaints())[0] ?? "",
    /^actions\.conf:2 E316 .*ROOT\/actions\/plumb can be written to by everybody \(mode 0777\)/,
  );
});

void test("what is wrong with the folder is told once", { skip }, async () => {
  chmodSync(join(root, "conf"), 0o777);
  assert.deepEqual(await complaints(), [
    "checks.conf:0 E003 the folder ROOT/conf can be written to by everybody (mode 0777), who could then run anything as root (chmod go-w ROOT/conf)",
  ]);
});

void test("a folder in a file's place is refused, with what to do", async () => {
  rmSync(join(root, "conf/actions.conf"));
  mkdirSync(join(root, "conf/actions.conf"));
  assert.deepEqual(await complaints(), [
    "actions.conf:0 E002 ROOT/conf/actions.conf is a folder, not a file of text (move it away, and put the file in its place)",
  ]);
});

void test("a file that is too big is refused, not read", async () => {
  put("conf/checks.conf", `[local]\ncheck_db\n${"#".repeat(2 * 1024 * 1024)}`);
  assert.match((await complaints()).join("\n"), /^checks\.conf:0 E101 /m);
});

const agent = `#!/bin/sh
[ "$1 $2" = "-o metadata" ] && cat <<END
<resource-agent name="fence_box">
<parameters>
<parameter name="ip" required="1"><content type="string"/></parameter>
<parameter name="password" required="0"><content type="string"/></parameter>
</parameters>
<actions><action name="off"/><action name="status"/></actions>
</resource-agent>
END
`;

void test("a fence agent is asked what it knows, and a secret is looked at", async () => {
  const withFence = (words: string): string => `[slave_to_master]\nplumb\n[fence host1]\nfence_box ${words}\n`;
  const errors = async (): Promise<string> => (await complaints()).filter((each) => / E\d/.test(each)).join("\n");
  put("actions/fence_box", agent);
  put("conf/secrets/box", "hidden\n", 0o600);
  put("conf/actions.conf", withFence("ip=10.0.0.1 password_file=secrets/box"));
  assert.equal(await errors(), "");
  put("conf/actions.conf", withFence("ipp=10.0.0.1 password_file=secrets/box"));
  assert.match(await errors(), /^actions\.conf:4 E511 `fence_box` has no parameter `ipp`/);
  put("conf/actions.conf", withFence("ip=10.0.0.1 password_file=secrets/none"));
  assert.match(
    await errors(),
    /^actions\.conf:4 E513 .*ROOT\/conf\/secrets\/none is not there \(write the secret into it, and chmod 600/,
  );
  put("conf/secrets/box", "hidden\n", 0o640);
  put("conf/actions.conf", withFence("ip=10.0.0.1 password_file=secrets/box"));
  assert.match(await errors(), /E513 .*ROOT\/conf\/secrets\/box can be read by others \(mode 0640\) \(chmod 600 /);
});

void test("a fence agent that prints no metadata is a complaint", async () => {
  put("actions/fence_box", "#!/bin/sh\necho hello\n");
  put("conf/actions.conf", "[slave_to_master]\nplumb\n[fence host1]\nfence_box ip=10.0.0.1\n");
  assert.match((await complaints()).join("\n"), /^actions\.conf:4 E510 /m);
});
