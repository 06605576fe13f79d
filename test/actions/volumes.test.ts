/** mount_volume and unmount_volume with a real file system in a file; promote_drbd and demote_drbd as drbdadm answers. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolder, writeScript } from "../checks/folder.ts";
import { skipWithout } from "../checks/needs.ts";
import { act, ask, must, pathOf, run } from "../checks/script.ts";
import { whenOver } from "../checks/when-over.ts";

const programs = {
  "mkfs.ext4": "e2fsprogs",
  mount: "mount",
  findmnt: "util-linux",
  fuser: "psmisc",
  losetup: "mount",
  unshare: "util-linux",
  setpriv: "util-linux",
  blockdev: "util-linux",
};
const skip = skipWithout({ programs, isRoot: true });

void test("a volume is mounted and unmounted, also while somebody uses it", { skip }, async (context) => {
  const folder = makeFolder(context);
  const image = join(folder, "image");
  const path = join(folder, "srv");
  mkdirSync(path);
  await must("truncate", "-s", "8M", image);
  await must("mkfs.ext4", "-q", image);
  const device = (await must("losetup", "--find", "--show", image)).trim();
  whenOver(context, async () => {
    await run(["umount", path]);
    await must("losetup", "--detach", device);
  });

  assert.equal(
    await act("mount_volume", ["--dry-run", device, path]),
    `exit 0: would run: mount -w -- ${device} ${path}`,
  );
  assert.equal(
    await act("mount_volume", ["-t", "ext4", "-o", "noatime", device, path]),
    `exit 0: ${device} is mounted on ${path}`,
  );
  assert.equal(await act("mount_volume", [device, path]), `exit 0: ${device} is mounted on ${path} already`);
  assert.equal(
    await ask("check_mounted", ["-p", path, "-d", device]),
    `exit 0: OK - ${device} is mounted on ${path} (ext4) | mounted=1 writable=1`,
  );
  assert.equal(
    await act("mount_volume", ["/dev/null", path]),
    `exit 1: ${device} is mounted on ${path}, and not /dev/null`,
  );
  assert.match(await act("mount_volume", [device, join(folder, "nowhere")]), /^exit 2: there is no folder/);

  const deaf = spawn("sh", ["-c", 'trap "" TERM; echo here; while :; do sleep 0.1; done'], { cwd: path });
  whenOver(context, () => deaf.kill("SIGKILL"));
  await once(deaf.stdout, "data");
  assert.match(await act("unmount_volume", ["-t", "1", path]), /^exit 1: .* is still in use: umount: .* busy/s);
  assert.equal(
    await act("unmount_volume", ["--dry-run", "-k", path]),
    `exit 0: would run: umount ${path}, and end who uses it`,
  );
  const ended = once(deaf, "exit");
  assert.match(
    await act("unmount_volume", ["-k", "-t", "4", path]),
    new RegExp(`^exit 0: .*nothing is mounted on ${path}`, "s"),
  );
  assert.deepEqual(await ended, [null, "SIGKILL"]);
  assert.equal(await act("unmount_volume", [path]), `exit 0: nothing was mounted on ${path}`);
});

void test(
  "mount_volume: what is mounted already is what was asked for, and nothing else",
  { skip },
  async (context) => {
    const folder = makeFolder(context);
    const [image, path, link, other] = ["image", "srv", "link", "other"].map((name) => join(folder, name));
    assert.ok(image !== undefined && path !== undefined && link !== undefined && other !== undefined);
    for (const name of [path, other]) mkdirSync(name);
    await must("truncate", "-s", "8M", image);
    const uuid = randomUUID();
    await must("mkfs.ext4", "-q", "-U", uuid, image);
    const device = (await must("losetup", "--find", "--show", image)).trim();
    whenOver(context, () => must("losetup", "--detach", device));
    symlinkSync(device, link);
    const nfs = (source: string): string => `mount -t tmpfs ${source} ${path}`;
    const readOnly = "ASKED is mounted on PATH, but can only be read; where that is meant, say -o ro";
    const rows: readonly (readonly [mounted: string, asked: string, want: string])[] = [
      [nfs("server1:/a"), "server1:/a", "exit 0: ASKED is mounted on PATH already"],
      [nfs("server1:/a"), "server2:/b", "exit 1: server1:/a is mounted on PATH, and not ASKED"],
      [nfs("server1:/a"), "UUID=none", "exit 1: server1:/a is mounted on PATH, and not ASKED"],
      [
        `${nfs("server1:/a")}; ${nfs("server2:/b")}`,
        "server1:/a",
        "exit 1: server2:/b is mounted on PATH, and not ASKED",
      ],
      [`mount ${device} ${path}`, `UUID=${uuid}`, "exit 0: ASKED is mounted on PATH already"],
      [`mount ${device} ${path}`, `UUID=${randomUUID()}`, `exit 1: ${device} is mounted on PATH, and not ASKED`],
      [`mount ${device} ${path}`, link, "exit 0: ASKED is mounted on PATH already"],
      [`mount --bind ${other} ${path}`, other, "exit 0: ASKED is mounted on PATH already"],
      [`mount ${device} ${path}`, other, `exit 1: ${device} is mounted on PATH, and not ASKED`],
      [`mount -r ${device} ${path}`, device, `exit 1: ${readOnly}`],
      [`mount -r ${device} ${path}`, `-o noatime,ro ${device}`, "exit 0: ASKED is mounted on PATH already"],
      [`mount ${device} ${path}; mount -o remount,bind,ro ${path}`, device, `exit 1: ${readOnly}`],
      [`blockdev --setro ${device}`, device, "exit 1: ASKED could not be mounted on PATH"],
      [`blockdev --setro ${device}`, `-o ro ${device}`, "exit 0: ASKED is mounted on PATH"],
      [`mount -t tmpfs none ${other}; mount -o remount,ro ${other}`, `-o bind ${other}`, `exit 1: ${readOnly}`],
    ];
    for (const [mounted, asked, want] of rows) {
      const words = ["unshare", "-m", "sh", "-c", `${mounted}; exec "$@"`, "sh", pathOf("actions", "mount_volume")];
      const given = asked.split(" ");
      const { code, stdout } = await run([...words, ...given, path]);
      await must("blockdev", "--setrw", device);
      const wanted: string = want.replace("ASKED", given.at(-1) ?? "").replace("PATH", path);
      assert.equal(`exit ${code}: ${stdout.trim()}`, wanted, mounted);
    }
  },
);

void test("unmount_volume: who may not unmount it is told at once", { skip }, async (context) => {
  const began = performance.now();
  const path = makeFolder(context, 0o755);
  const folder = makeFolder(context, 0o755);
  cpSync(pathOf("actions", "unmount_volume"), join(folder, "unmount_volume"));
  const script = `mount -t tmpfs none ${path} && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"`;
  const words = ["unshare", "-m", "sh", "-c", script, "sh", join(folder, "unmount_volume")];
  const { code, stdout } = await run([...words, "-t", "50", path]);
  assert.equal(`exit ${code}: ${stdout}`, `exit 1: umount: ${path}: must be superuser to unmount.\n`);
  assert.ok(performance.now() - began < 20_000);
});

void test("DRBD: tried again while the other host lets go, and then given up", async (context) => {
  const folder = makeFolder(context);
  const asked = join(folder, "asked");
  writeScript(
    folder,
    "drbdadm",
    `case $1 in role) echo Secondary; exit ;; cstate) echo Connecting; exit ;; esac; echo "$1 $2" >>${asked}; [ "$(grep -c . ${asked})" -ge 2 ] || { echo 'Multiple primaries not allowed' >&2; exit 11; }`,
  );
  const options = { env: { PATH: `${folder}:${process.env["PATH"] ?? ""}` } };
  assert.equal(await act("promote_drbd", ["--dry-run", "data"], options), "exit 0: would run: drbdadm primary data");
  assert.equal(
    await act("promote_drbd", ["data"], options),
    "exit 0: data is primary here\nMultiple primaries not allowed",
  );
  assert.equal(await must("cat", asked), "primary data\nprimary data\n");
  assert.equal(await act("demote_drbd", ["--dry-run", "data"], options), "exit 0: would run: drbdadm secondary data");
  assert.equal(await act("demote_drbd", ["data"], options), "exit 0: data is secondary here");
  writeScript(folder, "drbdadm", "exit 11");
  assert.equal(await act("demote_drbd", ["-t", "1", "data"], options), "exit 1: data could not be made secondary");
  assert.equal(await act("promote_drbd", ["-t", "1", "data"], options), "exit 1: data could not be made primary");
});

const copies: readonly (readonly [role: string, connection: string, want: string])[] = [
  ["Secondary", "Connecting", "exit 0: data is primary here"],
  [
    "Secondary/Unknown",
    "StandAlone",
    "exit 1: data stands alone, and may be old; --stand-alone makes it primary nevertheless",
  ],
  ["Secondary", "StandAlone\\nConnected", "exit 0: data is primary here"],
  ["Primary", "StandAlone", "exit 0: data is primary here already"],
];

for (const [role, connection, want] of copies) {
  void test(`promote_drbd: ${role}, ${connection.replace("\\n", " ")}`, async (context) => {
    const folder = makeFolder(context);
    writeScript(folder, "drbdadm", `case $1 in role) echo '${role}' ;; cstate) printf '${connection}\\n' ;; esac`);
    const options = { env: { PATH: `${folder}:${process.env["PATH"] ?? ""}` } };
    assert.equal(await act("promote_drbd", ["data"], options), want);
    assert.match(await act("promote_drbd", ["--stand-alone", "data"], options), /^exit 0: data is primary here/);
  });
}
