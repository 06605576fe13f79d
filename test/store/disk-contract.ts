/** What the store relies on, of any disk: the same tests hold the real one and the simulated one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AppendFile, Disk } from "../../src/store/disk.ts";

/** A disk and an empty folder on it. */
export interface Place {
  readonly disk: Disk;
  readonly folder: string;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const rows: readonly { readonly name: string; readonly hold: (place: Place) => Promise<void> }[] = [
  {
    name: "what is appended is read, in one file, over several openings",
    hold: async ({ disk, folder }) => {
      const path = `${folder}/a`;
      const first = await opened(disk, path);
      await well(first.write(bytes("one\n")));
      await well(first.write(bytes("two\n")));
      await well(first.datasync());
      await well(first.close());
      const second = await opened(disk, path);
      await well(second.write(bytes("three\n")));
      assert.equal(await textOf(disk, path), "one\ntwo\nthree\n");
      await well(second.close());
      assert.equal((await well(disk.size(path))).bytes, 14);
    },
  },
  {
    name: "a file that is opened for appending is there, and empty",
    hold: async ({ disk, folder }) => {
      await well((await opened(disk, `${folder}/a`)).close());
      assert.equal(await textOf(disk, `${folder}/a`), "");
    },
  },
  {
    name: "an open file is written on at its end, also after it was cut",
    hold: async ({ disk, folder }) => {
      const path = `${folder}/a`;
      const file = await opened(disk, path);
      await well(file.write(bytes("one\ntwo")));
      await well(disk.truncate(path, 4));
      await well(file.write(bytes("three\n")));
      await well(file.close());
      assert.equal(await textOf(disk, path), "one\nthree\n");
    },
  },
  {
    name: "cutting never makes a file longer",
    hold: async ({ disk, folder }) => {
      await well(disk.replace(`${folder}/a`, bytes("one")));
      await well(disk.truncate(`${folder}/a`, 10));
      assert.equal(await textOf(disk, `${folder}/a`), "one");
    },
  },
  {
    name: "a range is read up to the end, and nothing behind it",
    hold: async ({ disk, folder }) => {
      const path = `${folder}/a`;
      await well(disk.replace(path, bytes("0123456789")));
      const read = async (fromByte: number, bytesMax: number): Promise<string> =>
        new TextDecoder().decode((await well(disk.read(path, { fromByte, bytesMax }))).bytes);
      assert.deepEqual(
        [await read(0, 4), await read(4, 4), await read(8, 4), await read(10, 4), await read(50, 4), await read(0, 0)],
        ["0123", "4567", "89", "", "", ""],
      );
    },
  },
  {
    name: "bytes that were read are the reader's, and bytes that were written the writer's",
    hold: async ({ disk, folder }) => {
      const path = `${folder}/a`;
      const written = bytes("one");
      await well(disk.replace(path, written));
      written.fill(0);
      const { bytes: read } = await well(disk.read(path, { fromByte: 0, bytesMax: 10 }));
      read.fill(0);
      assert.equal(await textOf(disk, path), "one");
    },
  },
  {
    name: "replacing makes a file, or a new content, longer or shorter, and leaves nothing beside it",
    hold: async ({ disk, folder }) => {
      const path = `${folder}/a`;
      for (const text of ["short", "something longer", "", "end"]) {
        await well(disk.replace(path, bytes(text)));
        assert.equal(await textOf(disk, path), text);
      }
      assert.deepEqual((await well(disk.list(folder))).names, ["a"]);
    },
  },
  {
    name: "what an earlier crash left beside is written over",
    hold: async ({ disk, folder }) => {
      await well(disk.replace(`${folder}/a.new`, bytes("a long piece of something else")));
      await well(disk.replace(`${folder}/a`, bytes("end")));
      assert.equal(await textOf(disk, `${folder}/a`), "end");
    },
  },
  {
    name: "a file that is open stays the same file when its name is replaced",
    hold: async ({ disk, folder }) => {
      const file = await opened(disk, `${folder}/a`);
      await well(disk.replace(`${folder}/a`, bytes("new")));
      await well(file.write(bytes("old")));
      await well(file.close());
      assert.equal(await textOf(disk, `${folder}/a`), "new");
    },
  },
  {
    name: "renaming takes the name, and what was there is gone",
    hold: async ({ disk, folder }) => {
      await well(disk.replace(`${folder}/a`, bytes("a")));
      await well(disk.replace(`${folder}/b`, bytes("b")));
      await well(disk.rename(`${folder}/a`, `${folder}/b`));
      assert.equal(await textOf(disk, `${folder}/b`), "a");
      assert.deepEqual((await well(disk.list(folder))).names, ["b"]);
    },
  },
  {
    name: "reserving takes space that is really taken, once, and removing gives it back",
    hold: async ({ disk, folder }) => {
      const path = `${folder}/reserve`;
      await well(disk.reserve(path, 5_000));
      await well(disk.reserve(path, 5_000));
      assert.equal((await well(disk.size(path))).bytes, 5_000);
      await well(disk.reserve(path, 7_000));
      assert.equal((await well(disk.size(path))).bytes, 7_000);
      await well(disk.remove(path));
      await well(disk.remove(path));
      assert.equal(await errnoOf(disk.size(path)), "ENOENT");
    },
  },
  {
    name: "a folder can be made where one is",
    hold: async ({ disk, folder }) => {
      await well(disk.makeFolder(`${folder}/deep`));
      await well(disk.makeFolder(`${folder}/deep`));
      assert.deepEqual((await well(disk.list(`${folder}/deep`))).names, []);
    },
  },
  {
    name: "what is not there is ENOENT, and the reason names it",
    hold: async ({ disk, folder }) => {
      const path = `${folder}/nothing`;
      assert.equal(await errnoOf(disk.read(path, { fromByte: 0, bytesMax: 1 })), "ENOENT");
      assert.equal(await errnoOf(disk.size(path)), "ENOENT");
      assert.equal(await errnoOf(disk.rename(path, `${folder}/b`)), "ENOENT");
      assert.equal(await errnoOf(disk.truncate(path, 0)), "ENOENT");
      assert.equal(await errnoOf(disk.list(path)), "ENOENT");
      const read = await disk.read(path, { fromByte: 0, bytesMax: 1 });
      assert.ok(!read.ok && read.reason.includes(path));
    },
  },
];

export function holdToContract(what: string, makePlace: () => Promise<Place>): void {
  for (const { name, hold } of rows) void test(`${what}: ${name}`, async () => hold(await makePlace()));
}

async function well<A extends { readonly ok: boolean }>(
  answer: Promise<A>,
): Promise<Extract<A, { readonly ok: true }>> {
  const given = await answer;
  assert.ok(isWell(given), JSON.stringify(given));
  return given;
}

function isWell<A extends { readonly ok: boolean }>(answer: A): answer is Extract<A, { readonly ok: true }> {
  return answer.ok;
}

async function errnoOf(answer: Promise<{ readonly ok: boolean }>): Promise<string | null> {
  const given = await answer;
  return "errno" in given && typeof given.errno === "string" ? given.errno : null;
}

async function opened(disk: Disk, path: string): Promise<AppendFile> {
  return (await well(disk.openAppend(path))).file;
}

async function textOf(disk: Disk, path: string): Promise<string> {
  return new TextDecoder().decode((await well(disk.read(path, { fromByte: 0, bytesMax: 1_000_000 }))).bytes);
}
