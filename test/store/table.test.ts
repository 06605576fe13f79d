/** The state table's file: nothing of it is lost or invented, whatever happens to its bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { initialState, lastingOf, type LastingState } from "../../src/core/restore.ts";
import { decodeTable, encodeTable, type Table } from "../../src/store/table-format.ts";
import { loadTable, readTable, saveTable } from "../../src/store/table.ts";
import { sealLine } from "../../src/store/seal.ts";
import { newDisk } from "./journal-world.ts";

const folder = "/var/failoverd";
const path = `${folder}/table.json`;

const standing = {
  status: "critical",
  sinceMs: 1_000.5,
  previous: "master",
  role: "master",
  roleSinceMs: 500,
  roleOrder: 3,
  seenSinceRole: ["critical"],
} as const;

const cause = { host: "host1", from: "master", to: "critical", check: null, failed: { rule: "primary_lost", run: 3 } };

/** Every field has a value, every optional one in both ways. */
const state: LastingState = {
  observations: {
    "check_db on host1": {
      check: "check_db",
      host: "host1",
      source: "check_db on host1",
      standing,
      confirming: ["ok"],
      latest: {
        status: "critical",
        output: "CRITICAL - 🦭 is away",
        longOutput: "more\nlines",
        metrics: [{ label: "lag", value: 1.5e-9, unit: "s", warn: "10", crit: "@20:30", min: 0, max: null }],
        outcome: { kind: "timed-out", afterMs: 1_000 },
      },
      latestAtMs: 990.25,
      isStale: false,
    },
    "backup on host2": {
      check: "backup",
      host: "host2",
      source: "backup on host2",
      standing: { ...standing, previous: null, role: null, seenSinceRole: [] },
      confirming: [],
      latest: null,
      latestAtMs: null,
      isStale: true,
    },
  },
  hosts: { host1: standing, __proto__x: { ...standing, role: "slave" } },
  lastMaster: "host1",
  splitBrain: ["host1", "host2"],
  rules: {
    primary_lost: {
      hasFired: true,
      trueSinceMs: 990,
      hold: { kind: "cooldown", sentence: "cooling down for 3 min more" },
      blocked: { sentence: "3 runs in 1 d", sinceMs: 12 },
      runStartsMs: [1, 2, 3],
      lastRunEndMs: 4,
    },
    other: { hasFired: false, trueSinceMs: null, hold: null, blocked: null, runStartsMs: [], lastRunEndMs: null },
  },
  waiting: [{ rule: "primary_lost", cause, atMs: 99, isAnnounced: true }],
  maintenance: [
    { scope: "*", untilMs: null, untilWallMs: null, reason: "" },
    { scope: "host1", untilMs: 5_000, untilWallMs: 1_767_582_764_120, reason: "new memory" },
  ],
  distrust: "the journal cannot be trusted",
  nextRun: 8,
  nextOrder: 4,
};

const table: Table = {
  savedAtWallMs: 1_767_582_764_120,
  savedAtMs: 1_234.567,
  bootId: "0f3a9c41-0000-4000-8000-000000000000",
  localHost: "host1",
  fingerprint: "0123456789ab",
  seq: 41,
  state,
  status: { daemon: { running: true }, hosts: [] },
};

void test("what is saved is what is loaded", async () => {
  const disk = newDisk().mount();
  await disk.makeFolder(folder);
  assert.deepEqual(await loadTable(disk, folder), { kind: "none" });
  assert.deepEqual(await saveTable(disk, folder, table), { ok: true });
  assert.deepEqual(await loadTable(disk, folder), { kind: "table", table });
});

/** Each field of the state is saved, or it is known why not. */
const notSaved: Readonly<{ [field: string]: string }> = {
  learning: "every start learns anew",
  checks: "every check is started anew",
  clocks: "a `for` counts from what is observed, not from before",
  run: "the journal has it, to the last step",
  launcher: "it ended with its daemon",
  nextJob: "jobs ended with their daemon",
};

void test("every field of the state is saved, or listed as not saved", () => {
  const configuration = {
    fingerprint: "",
    localHost: "host1",
    hosts: [],
    checks: [],
    rules: [],
    variables: {},
    fences: [],
    notifiers: [],
  };
  const all = Object.keys(initialState(configuration, 0)).sort();
  const saved = Object.keys(state);
  assert.deepEqual([...saved].sort(), Object.keys(lastingOf(initialState(configuration, 0))).sort());
  assert.deepEqual([...saved, ...Object.keys(notSaved)].sort(), all);
});

void test("cut at any length, it is damaged", () => {
  const bytes = encodeTable(table);
  for (let length = 0; length < bytes.length; length += 1) {
    assert.equal(decodeTable(bytes.subarray(0, length)).kind, "damaged", `${length} bytes`);
  }
});

void test("with any bit flipped, it is damaged", () => {
  const bytes = encodeTable(table);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(decodeTable(flipped).kind, "damaged", `bit ${bit}`);
  }
});

void test("with anything behind it, it is damaged", () => {
  const bytes = encodeTable(table);
  for (const tail of ["x", "\n", " ", "{}\n", "\0"]) {
    assert.equal(decodeTable(Buffer.concat([bytes, Buffer.from(tail)])).kind, "damaged", JSON.stringify(tail));
  }
});

/** One place in the table that holds what cannot be, and what is said of it. */
const wrongs: readonly { readonly change: (it: { [field: string]: unknown }) => void; readonly says: string }[] = [
  { change: (it) => (it["seq"] = -1), says: "table.seq: expected a whole number from 0 to 9007199254740991, got -1" },
  { change: (it) => delete it["bootId"], says: "table.bootId: expected a string, got nothing" },
  { change: (it) => (it["savedAtMs"] = null), says: "table.savedAtMs: expected a number, got null" },
  {
    change: (it) => (it["state"] = { ...state, lastMaster: 7 }),
    says: "table.state.lastMaster: expected a string, got 7",
  },
  {
    change: (it) => (it["state"] = { ...state, hosts: { host1: { ...standing, role: "leader" } } }),
    says: 'table.state.hosts["host1"].role: expected "master" or "slave", got "leader"',
  },
  {
    change: (it) => (it["state"] = { ...state, waiting: {} }),
    says: "table.state.waiting: expected a list, got an object",
  },
  {
    change: (it) =>
      (it["state"] = { ...state, rules: { x: { ...state.rules["other"], hold: { kind: "moon", sentence: "" } } } }),
    says: 'table.state.rules["x"].hold.kind: expected "guard" or',
  },
  { change: (it) => (it["state"] = []), says: "table.state: expected an object, got a list" },
];

function document(): { [field: string]: unknown } {
  return { failoverd: "table", version: 1, ...table };
}

for (const { change, says } of wrongs) {
  void test(`what cannot be is not let in: ${says}`, () => {
    const changed = document();
    change(changed);
    const decoded = decodeTable(sealLine(changed));
    assert.equal(decoded.kind, "damaged");
    assert.ok(
      decoded.kind === "damaged" && decoded.sentence.startsWith(`holds what cannot be: ${says}`),
      JSON.stringify(decoded),
    );
  });
}

const keptRows = [
  {
    name: "damaged",
    text: '{"failoverd":"table"',
    keptAs: "table.json.damaged",
    says: /is cut short; it is kept as table\.json\.damaged, and every status begins unknown$/,
  },
  { name: "another's", text: "hello\n", keptAs: "table.json.damaged", says: /is not a state table; / },
  {
    name: "a newer failoverd's",
    text: null,
    keptAs: "table.json.newer",
    says: /was written by a newer failoverd \(table version 2\); /,
  },
] as const;

for (const { name, text, keptAs, says } of keptRows) {
  void test(`a file that cannot be used (${name}) is kept aside by the daemon, and left alone by others`, async () => {
    const disk = newDisk();
    const bytes = text === null ? sealLine({ failoverd: "table", version: 2 }) : new TextEncoder().encode(text);
    disk.put(path, bytes);
    assert.equal((await readTable(disk.mount(), folder)).kind, "unusable");
    assert.deepEqual(disk.paths(), [path]);
    const loaded = await loadTable(disk.mount(), folder);
    assert.ok(loaded.kind === "unusable");
    assert.match(loaded.sentence, says);
    assert.deepEqual(disk.paths(), [`${folder}/${keptAs}`]);
    assert.deepEqual(disk.peek(`${folder}/${keptAs}`), bytes);
  });
}

void test("one that cannot be read is left where it is", async () => {
  const disk = newDisk();
  await saveTable(disk.mount(), folder, table);
  disk.plan = ({ kind }) => (kind === "read" ? { kind: "fail", errno: "EIO" } : null);
  const loaded = await loadTable(disk.mount(), folder);
  assert.deepEqual([loaded.kind, disk.paths()], ["unusable", [path]]);
});

void test("a crash at any step of saving leaves the table before or this one, whole", async () => {
  const before = { ...table, seq: 40 };
  for (const how of ["kill", "power"] as const) {
    for (let number = 0; number < 6; number += 1) {
      for (let seed = 0; seed < 20; seed += 1) {
        const disk = newDisk(seed);
        disk.put(path, encodeTable(before));
        disk.plan = (step) => (step.number === number ? { kind: "crash", how } : null);
        await disk.live((mounted) => saveTable(mounted, folder, table));
        disk.plan = (): null => null;
        const loaded = await loadTable(disk.mount(), folder);
        assert.ok(
          loaded.kind === "table" && [40, 41].includes(loaded.table.seq),
          `${how} at ${number}: ${loaded.kind}`,
        );
      }
    }
  }
});

void test("any bytes and any JSON are decoded without a throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.notEqual(decodeTable(bytes).kind, "table");
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(document())), fc.jsonValue(), (field, value) => {
      const decoded = decodeTable(sealLine({ ...document(), [field]: value }));
      if (decoded.kind === "table")
        assert.deepEqual(encodeTable(decoded.table), sealLine({ ...document(), [field]: value }));
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(state)), fc.jsonValue(), (field, value) => {
      decodeTable(sealLine({ ...document(), state: { ...state, [field]: value } }));
    }),
  );
});
