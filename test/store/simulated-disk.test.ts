/** The simulated disk: as good as a real one where nothing happens, and as bad as its head says where something does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Disk } from "../../src/store/disk.ts";
import { SimulatedDisk } from "../world/disk.ts";
import { seededRandom } from "../world/random.ts";
import { holdToContract } from "./disk-contract.ts";

const folder = "/var";
const path = `${folder}/a`;

function newDisk(seed: number, capacityBytes = Infinity): SimulatedDisk {
  return new SimulatedDisk({ random: seededRandom(seed), capacityBytes });
}

holdToContract("simulated disk", async () => {
  const disk = newDisk(1).mount();
  await disk.makeFolder(folder);
  return { disk, folder };
});

/** What is there after the power failed, over many seeds: each different text once. */
async function textsAfter(
  act: (disk: Disk) => Promise<void>,
  change: (disk: SimulatedDisk) => void = () => undefined,
): Promise<Set<string | null>> {
  const texts = new Set<string | null>();
  for (let seed = 0; seed < 200; seed += 1) {
    const disk = newDisk(seed);
    change(disk);
    await act(disk.mount());
    disk.crash("power");
    const bytes = disk.peek(path);
    texts.add(bytes === null ? null : new TextDecoder().decode(bytes).replaceAll(/(.)\1+/gs, "$1+"));
  }
  return texts;
}

async function append(disk: Disk, texts: readonly string[], options: { isSynced: boolean }): Promise<void> {
  const opened = await disk.openAppend(path);
  assert.ok(opened.ok);
  for (const text of texts) assert.ok((await opened.file.write(new TextEncoder().encode(text))).ok);
  if (options.isSynced) assert.ok((await opened.file.datasync()).ok);
}

const rows: readonly {
  readonly name: string;
  readonly act: (disk: Disk) => Promise<void>;
  readonly change?: (disk: SimulatedDisk) => void;
  readonly has: readonly (string | null)[];
  readonly isOnly?: boolean;
}[] = [
  {
    name: "what was synced stays",
    act: (disk) => append(disk, ["a".repeat(2_000)], { isSynced: true }),
    has: ["a+"],
    isOnly: true,
  },
  {
    name: "what was not synced is there, or not, or in parts with zeros between",
    act: (disk) => append(disk, ["a".repeat(2_000)], { isSynced: false }),
    has: ["", "a+", "\0+a+", "a+\0+a+"],
  },
  {
    name: "a name that was not synced is there, or not",
    act: async (disk) => {
      await disk.reserve(`${folder}/b`, 1);
      await disk.rename(`${folder}/b`, path);
    },
    change: (disk) => {
      disk.plan = ({ kind }) => (kind === "sync-folder" ? { kind: "fail", errno: "EIO" } : null);
    },
    has: [null, "\0"],
    isOnly: true,
  },
  {
    name: "a removal is not durable before its folder is synced",
    act: async (disk) => {
      await append(disk, ["a"], { isSynced: true });
      await disk.remove(path);
    },
    has: [null, "a"],
    isOnly: true,
  },
  {
    name: "a sync that failed loses what it should have written, or not, and the next one does not mend it",
    act: async (disk) => {
      const opened = await disk.openAppend(path);
      assert.ok(opened.ok);
      await opened.file.write(new TextEncoder().encode("a"));
      assert.equal((await opened.file.datasync()).ok, false);
      await opened.file.write(new TextEncoder().encode("b"));
      assert.equal((await opened.file.datasync()).ok, true);
    },
    change: (disk) => {
      let syncs = 0;
      disk.plan = ({ kind }): { kind: "fail"; errno: string } | null => {
        if (kind !== "sync") return null;
        syncs += 1;
        return syncs === 1 ? { kind: "fail", errno: "EIO" } : null;
      };
    },
    has: ["ab", "\0b"],
    isOnly: true,
  },
  {
    name: "a disk that lies loses what it said it had",
    act: (disk) => append(disk, ["a"], { isSynced: true }),
    change: (disk) => {
      disk.liesAboutSync = true;
    },
    has: [null, "", "a"],
  },
];

for (const { name, act, change, has, isOnly = false } of rows) {
  void test(`simulated disk, the power fails: ${name}`, async () => {
    const texts = await textsAfter(act, change);
    for (const text of has)
      assert.ok(texts.has(text), `${JSON.stringify(text)} is not among ${JSON.stringify([...texts])}`);
    if (isOnly) assert.equal(texts.size, has.length, JSON.stringify([...texts]));
  });
}

void test("simulated disk: replacing is all or nothing at each of its steps", async () => {
  const seen = new Set<string>();
  for (let number = 0; number < 8; number += 1) {
    for (let seed = 0; seed < 20; seed += 1) {
      const disk = newDisk(seed);
      disk.put(path, new TextEncoder().encode("old"));
      disk.plan = (step) => (step.number === number ? { kind: "crash", how: "power" } : null);
      const life = await disk.live((mounted) => mounted.replace(path, new TextEncoder().encode("new, and longer")));
      const text = new TextDecoder().decode(disk.peek(path) ?? new Uint8Array(0));
      seen.add(`${life.kind}: ${text}`);
    }
  }
  assert.deepEqual([...seen].sort(), ["crashed: new, and longer", "crashed: old", "done: new, and longer"]);
});

void test("simulated disk: a kill loses nothing, and the dead get no answer", async () => {
  const disk = newDisk(1);
  const mounted = disk.mount();
  await append(mounted, ["a"], { isSynced: false });
  disk.crash("kill");
  assert.equal(new TextDecoder().decode(disk.peek(path) ?? undefined), "a");
  const answer = await Promise.race([
    mounted.size(path),
    disk
      .mount()
      .size(path)
      .then(() => "the living were first"),
  ]);
  assert.equal(answer, "the living were first");
});

void test("simulated disk: a full one takes what fits, and has room again when something is removed", async () => {
  const disk = newDisk(1, 3 * 4_096);
  const mounted = disk.mount();
  await mounted.reserve(`${folder}/reserve`, 2 * 4_096);
  const opened = await mounted.openAppend(path);
  assert.ok(opened.ok);
  const written = await opened.file.write(new Uint8Array(5_000));
  assert.ok(!written.ok && written.errno === "ENOSPC");
  assert.equal(disk.peek(path)?.length, 4_096);
  await mounted.remove(`${folder}/reserve`);
  assert.equal((await opened.file.write(new Uint8Array(8_192))).ok, true);
  assert.equal(disk.usedBytes, 3 * 4_096);
});

void test("simulated disk: the same seed gives the same world", async () => {
  const worlds = await Promise.all(
    [7, 7].map(async (seed) => {
      const disk = newDisk(seed);
      await append(disk.mount(), ["a".repeat(5_000), "b".repeat(5_000)], { isSynced: false });
      disk.crash("power");
      return disk.peek(path);
    }),
  );
  assert.deepEqual(worlds[0], worlds[1]);
});
