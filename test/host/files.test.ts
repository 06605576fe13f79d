/** The real disk keeps the store's contract, as far as a disk that does not fail can show it; and says in words when it does. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { realDisk } from "../../src/host/files.ts";
import type { Disk } from "../../src/store/disk.ts";
import { makeFolder } from "./stage.ts";

const disk: Disk = realDisk;

void test("appending", async (context) => {
  const path = join(makeFolder(context), "journal");
  for (const text of ["one\n", "two\n"]) {
    const opened = await disk.openAppend(path);
    assert.ok(opened.ok);
    assert.deepEqual(await opened.file.write(Buffer.from(text)), { ok: true });
    assert.deepEqual(await opened.file.datasync(), { ok: true });
    assert.deepEqual(await opened.file.close(), { ok: true });
  }
  assert.equal(readFileSync(path, "utf8"), "one\ntwo\n");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const large = new Uint8Array(5_000_000).fill(0x78);
  const opened = await disk.openAppend(path);
  assert.ok(opened.ok);
  assert.deepEqual(await opened.file.write(large), { ok: true });
  await opened.file.close();
  assert.deepEqual(await disk.size(path), { ok: true, bytes: 5_000_008 });
});

void test("reading ranges", async (context) => {
  const path = join(makeFolder(context), "file");
  writeFileSync(path, "0123456789");
  const rows: readonly [number, number, string][] = [
    [0, 10, "0123456789"],
    [0, 100, "0123456789"],
    [3, 4, "3456"],
    [9, 5, "9"],
    [10, 5, ""],
    [100, 5, ""],
    [0, 0, ""],
  ];
  for (const [fromByte, bytesMax, want] of rows) {
    const read = await disk.read(path, { fromByte, bytesMax });
    assert.ok(read.ok);
    assert.equal(Buffer.from(read.bytes).toString(), want);
  }
});

void test("replacing, renaming, cutting, removing, listing", async (context) => {
  const folder = makeFolder(context);
  const path = join(folder, "table");
  writeFileSync(`${path}.new`, "left behind by a crash, and longer than what comes", { mode: 0o644 });
  assert.deepEqual(await disk.replace(path, Buffer.from("first")), { ok: true });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(await disk.replace(path, Buffer.from("second")), { ok: true });
  assert.equal(readFileSync(path, "utf8"), "second");
  assert.deepEqual(await disk.list(folder), { ok: true, names: ["table"] });
  assert.deepEqual(await disk.truncate(path, 3), { ok: true });
  assert.deepEqual(await disk.truncate(path, 100), { ok: true });
  assert.equal(readFileSync(path, "utf8"), "sec");
  writeFileSync(join(folder, "old"), "old");
  assert.deepEqual(await disk.rename(path, join(folder, "old")), { ok: true });
  assert.equal(readFileSync(join(folder, "old"), "utf8"), "sec");
  assert.deepEqual(await disk.remove(join(folder, "old")), { ok: true });
  assert.deepEqual(await disk.remove(join(folder, "old")), { ok: true });
  assert.deepEqual(await disk.list(folder), { ok: true, names: [] });
});

void test("space that is reserved is real, and is not taken twice", async (context) => {
  const path = join(makeFolder(context), "reserve");
  writeFileSync(path, "kept");
  assert.deepEqual(await disk.reserve(path, 3_000_000), { ok: true });
  const stats = statSync(path);
  assert.equal(stats.size, 3_000_000);
  assert.ok(stats.blocks * 512 >= 3_000_000, "no hole");
  assert.equal(readFileSync(path, "latin1").slice(0, 4), "kept");
  assert.deepEqual(await disk.reserve(path, 1_000), { ok: true });
  assert.equal(statSync(path).size, 3_000_000);
});

void test("folders", async (context) => {
  const folder = makeFolder(context);
  const path = join(folder, "runs");
  assert.deepEqual(await disk.makeFolder(path), { ok: true });
  assert.equal(statSync(path).mode & 0o777, 0o700);
  chmodSync(path, 0o750);
  assert.deepEqual(await disk.makeFolder(path), { ok: true });
  assert.equal(statSync(path).mode & 0o777, 0o750);
});

void test("failures are answers that name the file", async (context) => {
  const folder = makeFolder(context);
  const none = join(folder, "none/file");
  const pipe = join(folder, "pipe");
  assert.equal(spawnSync("mkfifo", [pipe]).status, 0);
  writeFileSync(join(folder, "file"), "");
  mkdirSync(join(folder, "folder"));
  symlinkSync("loop", join(folder, "loop"));
  const range = { fromByte: 0, bytesMax: 1 };
  const rows: readonly { name: string; call: () => Promise<unknown>; errno: string; path: string }[] = [
    { name: "append", call: () => disk.openAppend(none), errno: "ENOENT", path: none },
    {
      name: "append to a folder",
      call: () => disk.openAppend(join(folder, "folder")),
      errno: "EISDIR",
      path: "folder",
    },
    { name: "append to a pipe", call: () => disk.openAppend(pipe), errno: "ENXIO", path: pipe },
    { name: "read", call: () => disk.read(none, range), errno: "ENOENT", path: none },
    { name: "read a folder", call: () => disk.read(folder, range), errno: "EINVAL", path: folder },
    { name: "read a pipe", call: () => disk.read(pipe, range), errno: "EINVAL", path: pipe },
    { name: "read a loop", call: () => disk.read(join(folder, "loop"), range), errno: "ELOOP", path: "loop" },
    { name: "size", call: () => disk.size(none), errno: "ENOENT", path: none },
    { name: "size of a pipe", call: () => disk.size(pipe), errno: "EINVAL", path: pipe },
    { name: "replace", call: () => disk.replace(none, new Uint8Array(1)), errno: "ENOENT", path: none },
    { name: "rename", call: () => disk.rename(none, `${none}2`), errno: "ENOENT", path: none },
    { name: "truncate", call: () => disk.truncate(none, 1), errno: "ENOENT", path: none },
    { name: "reserve", call: () => disk.reserve(none, 1), errno: "ENOENT", path: none },
    { name: "remove a folder", call: () => disk.remove(folder), errno: "EISDIR", path: folder },
    { name: "list", call: () => disk.list(none), errno: "ENOENT", path: none },
    { name: "folder in nothing", call: () => disk.makeFolder(none), errno: "ENOENT", path: none },
    {
      name: "folder where a file is",
      call: () => disk.makeFolder(join(folder, "file")),
      errno: "ENOTDIR",
      path: "file",
    },
  ];
  for (const { name, call, errno, path } of rows) {
    const answer = await call();
    assert.ok(typeof answer === "object" && answer !== null && "errno" in answer && "reason" in answer, name);
    assert.equal(answer.errno, errno, `${name}: ${String(answer.reason)}`);
    assert.ok(String(answer.reason).includes(path), `${name}: ${String(answer.reason)}`);
  }
});

void test(
  "a full disk says ENOSPC, and what was there is kept",
  { skip: process.getuid?.() !== 0 },
  async (context) => {
    const folder = join(makeFolder(context), "small");
    mkdirSync(folder);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "failoverd-test", folder]);
    if (mounted.status !== 0) {
      context.skip("no file system can be mounted here");
      return;
    }
    try {
      const path = join(folder, "table");
      assert.deepEqual(await disk.replace(path, Buffer.from("kept")), { ok: true });
      for (const call of [
        () => disk.replace(path, new Uint8Array(2_000_000)),
        () => disk.reserve(join(folder, "reserve"), 2_000_000),
      ]) {
        const answer = await call();
        assert.equal(answer.ok ? "" : answer.errno, "ENOSPC");
      }
      const opened = await disk.openAppend(path);
      assert.ok(opened.ok);
      const written = await opened.file.write(new Uint8Array(2_000_000));
      assert.equal(written.ok ? "" : written.errno, "ENOSPC");
      await opened.file.close();
      assert.equal(readFileSync(path, "latin1").slice(0, 4), "kept");
      assert.ok(existsSync(path));
    } finally {
      spawnSync("umount", [folder]);
    }
  },
);
