/**
 * DRBD and systemd cannot be had in a container. What their programs print is known, from their manuals and from hosts that
 * have them; programs that print just that stand in for them here, so this shows how the words are read and no more.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeFolder, pathWith, writeScript } from "./folder.ts";
import { skipWithout } from "./needs.ts";
import { ask, pathOf, run } from "./script.ts";

const drbd: readonly {
  readonly role: string;
  readonly disk: string;
  readonly connection: string;
  readonly want: RegExp;
}[] = [
  {
    role: "Primary/Secondary",
    disk: "UpToDate/UpToDate",
    connection: "Connected",
    want: /^exit 0: MASTER - UpToDate\/UpToDate, Connected \| connected=1 uptodate=1$/,
  },
  {
    role: "Primary",
    disk: "UpToDate/DUnknown",
    connection: "Connecting",
    want: /^exit 0: MASTER .*connected=0 uptodate=1$/,
  },
  {
    role: "Secondary",
    disk: "UpToDate\nUpToDate",
    connection: "Connecting",
    want: /^exit 0: SLAVE .*connected=0 uptodate=1$/,
  },
  {
    role: "Secondary",
    disk: "UpToDate",
    connection: "StandAlone",
    want: /^exit 1: WARNING - secondary, and not to be promoted: UpToDate, StandAlone \| connected=0 uptodate=1$/,
  },
  {
    role: "Secondary",
    disk: "UpToDate",
    connection: "StandAlone\nConnected",
    want: /^exit 0: SLAVE .*connected=1 uptodate=1$/,
  },
  {
    role: "Primary",
    disk: "UpToDate",
    connection: "StandAlone",
    want: /^exit 0: MASTER .*connected=0 uptodate=1$/,
  },
  {
    role: "Secondary",
    disk: "UpToDate\nInconsistent",
    connection: "SyncTarget",
    want: /^exit 1: WARNING .*connected=1 uptodate=0$/,
  },
  {
    role: "Secondary",
    disk: "Outdated",
    connection: "Connecting",
    want: /^exit 1: WARNING - secondary, and not to be promoted/,
  },
  { role: "Unconfigured", disk: "Unconfigured", connection: "Unconfigured", want: /^exit 2: DOWN - data is not up$/ },
  { role: "Nonsense", disk: "", connection: "", want: /^exit 3: UNKNOWN - role Nonsense$/ },
];

const mountTools = { unshare: "util-linux", mount: "mount" };
const skip = skipWithout({ programs: mountTools, isRoot: true });

/** In a mount namespace with a /sys/module/drbd: the module is loaded. */
async function askDrbd(path: string): Promise<string> {
  const script = "mount -t tmpfs none /sys/module; mkdir /sys/module/drbd";
  const check = [pathOf("checks", "check_drbd_role"), "data"];
  const words = ["unshare", "-m", "sh", "-c", `{ ${script}; } 2>/dev/null; exec env PATH=${path} "$@"`, "sh", ...check];
  const { code, stdout } = await run(words);
  return `exit ${code}: ${stdout.trimEnd()}`;
}

for (const { role, disk, connection, want } of drbd) {
  void test(`check_drbd_role: ${role}, ${disk.replace("\n", " ")}, ${connection}`, { skip }, async (context) => {
    const folder = await pathWith(context, "tr");
    writeScript(
      folder,
      "drbdadm",
      `case $1 in role) printf '${role}\\n' ;; dstate) printf '${disk.replaceAll("\n", "\\n")}\\n' ;; cstate) printf '${connection}\\n' ;; esac`,
    );
    assert.match(await askDrbd(folder), want);
  });
}

const units: readonly (readonly [printed: string, want: string])[] = [
  [
    "LoadState=loaded\nActiveState=active\nSubState=running\nResult=success",
    "exit 0: OK - db.service is active (running) | active=1",
  ],
  [
    "LoadState=loaded\nActiveState=activating\nSubState=start",
    "exit 1: WARNING - db.service is activating (start) | active=0",
  ],
  [
    "LoadState=loaded\nActiveState=inactive\nSubState=dead\nResult=success",
    "exit 2: DOWN - db.service is inactive | active=0",
  ],
  [
    "LoadState=loaded\nActiveState=failed\nSubState=failed\nResult=exit-code",
    "exit 2: CRITICAL - db.service has failed (exit-code) | active=0",
  ],
  [
    "LoadState=not-found\nActiveState=inactive\nSubState=dead\nResult=success",
    "exit 3: UNKNOWN - there is no unit db.service",
  ],
  ["LoadState=masked\nActiveState=inactive\nSubState=dead", "exit 2: DOWN - db.service is inactive | active=0"],
  ["nonsense | x", "exit 3: UNKNOWN - what systemctl printed is not understood: nonsense   x"],
];

for (const [printed, want] of units) {
  void test(`check_unit: ${printed.split("\n").join(" ")}`, async (context) => {
    const folder = makeFolder(context);
    writeScript(folder, "systemctl", `printf '%s\\n' '${printed}'`);
    const path = `${folder}:${process.env["PATH"] ?? ""}`;
    assert.equal(await ask("check_unit", ["db.service"], { env: { PATH: path } }), want);
  });
}

void test("check_unit: systemctl that cannot ask", async (context) => {
  const folder = makeFolder(context);
  writeScript(folder, "systemctl", "echo 'Failed to connect to bus' >&2; exit 1");
  const path = `${folder}:${process.env["PATH"] ?? ""}`;
  const said = await ask("check_unit", ["db.service"], { env: { PATH: path } });
  assert.equal(said, "exit 3: UNKNOWN - Failed to connect to bus");
});
