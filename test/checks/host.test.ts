/** What a host is asked about itself: processes, mounts, space, load. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readPlugin } from "../../src/dialect/plugin.ts";
import { makeFolder } from "./folder.ts";
import { skipWithout } from "./needs.ts";
import { ask, must, pathOf, Resident, run } from "./script.ts";
import { whenOver } from "./when-over.ts";

void test("check_process: by name, by number, how many, and no zombie", async (context) => {
  const folder = makeFolder(context);
  const program = join(folder, "field-napper-long");
  copyFileSync("/bin/sleep", program);
  const sleepers = [spawn(program, ["60"]), spawn(program, ["60"])];
  whenOver(context, () => sleepers.forEach((child) => child.kill()));
  await Promise.all(sleepers.map((child) => once(child, "spawn")));
  const byName = (...words: string[]): Promise<string> => ask("check_process", ["-n", "field-napper-long", ...words]);
  assert.equal(await byName(), "exit 0: OK - 2 running: field-napper-long | processes=2;0:;1:");
  assert.equal(await byName("-w", "3"), "exit 1: WARNING - 2 running: field-napper-long | processes=2;3:;1:");
  assert.equal(await byName("-c", "3"), "exit 2: CRITICAL - 2 running: field-napper-long | processes=2;0:;3:");
  assert.match(await ask("check_process", ["-n", "field-nobody"]), /^exit 2: CRITICAL - 0 running: field-nobody \|/);

  const pidFile = join(folder, "napper.pid");
  const byFile = async (): Promise<string> => (await ask("check_process", ["-f", pidFile])).split(":", 2).join(":");
  assert.match(await byFile(), /^exit 2: CRITICAL - not running/);
  writeFileSync(pidFile, `${sleepers[0]?.pid}\n`);
  assert.match(await byFile(), /^exit 0: OK/);
  writeFileSync(pidFile, "no number\n");
  assert.match(await byFile(), /^exit 3: UNKNOWN/);

  /** A parent that does not look after its child: the child is a zombie as soon as the parent has said so. */
  const parent = spawn("perl", [
    "-e",
    'unless (fork) { exit } select undef, undef, undef, .2; $| = 1; print "\\n"; sleep 60',
  ]);
  whenOver(context, () => parent.kill());
  await once(parent.stdout, "data");
  const zombie = (await must("sh", "-c", `cat /proc/${parent.pid}/task/*/children`)).trim();
  assert.match(await must("cat", `/proc/${zombie}/stat`), /\) Z /);
  writeFileSync(pidFile, `${zombie}\n`);
  assert.match(await byFile(), /^exit 2: CRITICAL - 0 running/);
});

const mounts = { unshare: "util-linux", mount: "mount" };

/** Runs it in a mount namespace of its own, after a preparation in it. */
async function inNamespace(preparation: string, words: readonly string[]): Promise<string> {
  const script = `${preparation}\nexec "$@"`;
  const { code, stdout } = await run([
    "unshare",
    "-m",
    "sh",
    "-c",
    script,
    "sh",
    pathOf("checks", "check_mounted"),
    ...words,
  ]);
  return `exit ${code}: ${stdout.trimEnd()}`;
}

void test("check_mounted", { skip: skipWithout({ programs: mounts, isRoot: true }) }, async (context) => {
  const folder = makeFolder(context);
  const path = join(folder, "srv data");
  mkdirSync(path);
  const link = join(folder, "link");
  symlinkSync("srv data", link);
  const tmpfs = (options: string): string => `mount -t tmpfs -o ${options} field-device '${path}'`;
  const rows: readonly (readonly [string, readonly string[], string])[] = [
    [":", [], `exit 2: CRITICAL - nothing is mounted on ${path} | mounted=0`],
    [tmpfs("rw"), [], `exit 0: OK - field-device is mounted on ${path} (tmpfs) | mounted=1 writable=1`],
    [
      tmpfs("rw"),
      ["-d", "field-device", "-t", "tmpfs"],
      `exit 0: OK - field-device is mounted on ${path} (tmpfs) | mounted=1 writable=1`,
    ],
    [
      tmpfs("rw"),
      ["-d", "/dev/drbd0"],
      `exit 2: CRITICAL - field-device is mounted on ${path}, and not /dev/drbd0 | mounted=1 writable=1`,
    ],
    [tmpfs("rw"), ["-t", "ext4"], `exit 2: CRITICAL - ${path} is tmpfs, and not ext4 | mounted=1 writable=1`],
    [tmpfs("ro"), [], `exit 2: CRITICAL - ${path} is read only | mounted=1 writable=0`],
    [tmpfs("rw"), ["-d", "UUID=0-0"], "exit 3: UNKNOWN - which device is UUID=0-0? | mounted=1 writable=1"],
    [tmpfs("rw"), ["-p", link], `exit 0: OK - field-device is mounted on ${link} (tmpfs) | mounted=1 writable=1`],
    [tmpfs("ro"), ["-r"], `exit 0: OK - field-device is mounted on ${path} (tmpfs) | mounted=1 writable=0`],
  ];
  for (const [preparation, words, want] of rows)
    assert.equal(await inNamespace(preparation, ["-p", path, ...words]), want);
  assert.match(await ask("check_mounted", ["-p", "/proc", "-t", "proc"]), /^exit 0: OK/);
});

/** The links are as udev makes them; what is mounted is called as a device is. */
void test(
  "check_mounted knows a device by its tags",
  { skip: skipWithout({ programs: mounts, isRoot: true }) },
  async (context) => {
    const folder = makeFolder(context);
    const device = join(folder, "device");
    await must("mknod", device, "b", "7", "250");
    mkdirSync(join(folder, "srv"));
    for (const [tag, links] of [
      ["UUID=17-4", "by-uuid"],
      ["LABEL=data", "by-label"],
    ] as const) {
      const name = tag.slice(tag.indexOf("=") + 1);
      const disk = `mount -t tmpfs none /dev; mkdir -p /dev/disk/${links}; ln -s '${device}' /dev/disk/${links}/${name}`;
      const at = ["-p", join(folder, "srv"), "-d", tag];
      const mounted = (from: string): string => `${disk}; mount -t tmpfs '${from}' '${folder}/srv'`;
      assert.match(await inNamespace(mounted(device), at), /^exit 0: OK - /);
      assert.match(
        await inNamespace(mounted("/dev/other"), at),
        new RegExp(`^exit 2: CRITICAL - /dev/other .*, and not ${tag} `),
      );
    }
  },
);

/** The words that run a check as another user, who may not look into the folder that it is in. */
function asNobody(check = "", ...words: readonly string[]): readonly string[] {
  const user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"];
  return [...user, "sh", "-c", readFileSync(pathOf("checks", check), "utf8"), check, ...words];
}

void test(
  "who may not look does not say that something is not there",
  { skip: skipWithout({ programs: { setpriv: "util-linux", inotifywait: "inotify-tools" }, isRoot: true }) },
  async (context) => {
    const folder = makeFolder(context, 0o755);
    const closed = join(folder, "closed");
    mkdirSync(closed, { mode: 0o700 });
    const askAsNobody = async (...words: readonly string[]): Promise<string> => {
      const { code, stdout } = await run(asNobody(...words));
      return `exit ${code}: ${stdout.trimEnd()}`;
    };
    const blind = `exit 3: UNKNOWN - nobody may not look into ${closed}`;
    for (const path of ["x", "deeper/x"].map((name) => join(closed, name))) {
      assert.equal(await askAsNobody("check_process", "-f", path), blind);
      assert.equal(await askAsNobody("check_file_events", "-f", path), blind);
      assert.equal(await askAsNobody("check_mounted", "-p", path), blind);
    }
    const absent = join(folder, "absent/x");
    assert.match(await askAsNobody("check_process", "-f", absent), /^exit 2: CRITICAL - not running: there is no /);
    assert.match(await askAsNobody("check_mounted", "-p", absent), /^exit 2: CRITICAL - nothing is mounted on /);
    const secret = join(folder, "secret");
    writeFileSync(secret, "1\n");
    chmodSync(secret, 0o600);
    assert.equal(await askAsNobody("check_process", "-f", secret), `exit 3: UNKNOWN - nobody may not read ${secret}`);
    const unreadable = new Resident(context, asNobody("check_file_events", "-f", secret));
    assert.equal(await unreadable.line("UNKNOWN"), `UNKNOWN - nobody may not read ${secret}`);
    /** The shell stays: process 1 is root's. */
    const hidepid = 'mount -t proc -o hidepid=2 proc /proc && "$@"; exit $?';
    const inHiding = ["unshare", "-m", "-p", "-f", "sh", "-c", hidepid, "sh"];
    const { stdout } = await run([...inHiding, ...asNobody("check_process", "-n", "field-nobody")]);
    assert.equal(stdout, "UNKNOWN - nobody may not see the processes of others | processes=U\n");
  },
);

void test("check_space", { skip: skipWithout({ programs: mounts, isRoot: true }) }, async (context) => {
  const folder = makeFolder(context);
  const fill =
    (preparation: string) =>
    async (...words: string[]) => {
      const script = `mount -t tmpfs -o size=10m,nr_inodes=100 field ${folder}; cd ${folder}; ${preparation}; cd /; exec "$@"`;
      const check = [pathOf("checks", "check_space"), "-p", folder, ...words];
      const { code, ...printed } = await run(["unshare", "-m", "sh", "-c", script, "sh", ...check]);
      return readPlugin({ kind: "exited", code: code ?? -1 }, { ...printed, droppedBytes: 0 });
    };
  const { status, metrics } = await fill(":")();
  assert.equal(status, "ok");
  assert.deepEqual(
    metrics.map(({ label, value, unit }) => [label, value, unit]),
    [
      ["free", 100, "%"],
      ["bytes", 10 * 1024 * 1024, "B"],
      ["inodes", 99, "%"],
    ],
  );
  assert.equal((await fill("head -c 9600000 /dev/zero >full")()).status, "warning");
  assert.equal((await fill("head -c 10200000 /dev/zero >full")()).status, "critical");
  assert.equal((await fill("head -c 10200000 /dev/zero >full")("-w", "1%", "-c", "0%")).status, "ok");
  assert.equal((await fill("for i in $(seq 96); do : >f$i; done")()).status, "critical");
  assert.match(await ask("check_space", ["-p", "/nowhere"]), /^exit 3: UNKNOWN - there is no \/nowhere$/);
  assert.match(await ask("check_space", ["-p", "/", "-w", "10GB"]), /^exit 3: UNKNOWN - -w and -c take whole/);
});

void test("check_load1", async () => {
  assert.match(
    await ask("check_load1", ["-w", "1000", "-c", "2000"]),
    /^exit 0: OK - load [\d.]+ for each of \d+ processors \| load=[\d.]+;~:1000;~:2000;0 load1=[\d.]+ processors=\d+$/,
  );
  assert.match(await ask("check_load1", ["-w", "0", "-c", "2000"]), /^exit 1: WARNING - /);
  assert.match(await ask("check_load1", ["-w", "0", "-c", "0"]), /^exit 2: CRITICAL - /);
  assert.match(await ask("check_load1", ["-w", "much"]), /^exit 3: UNKNOWN - /);
});
