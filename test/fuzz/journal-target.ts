/**
 * The journal's reader on a file whose bytes are anything. Whatever it finds: no entry is told that nobody wrote, what is
 * opened can be written to, and what is then written is found again by the next daemon, which finds nothing new to distrust.
 * And so it is with lines that are sealed and say what cannot be.
 */
import assert from "node:assert/strict";
import { isObject } from "../../src/base/shape.ts";
import type { Entry, Record } from "../../src/core/record.ts";
import { historyOf } from "../../src/store/history.ts";
import { openJournal } from "../../src/store/open-journal.ts";
import { sealLine } from "../../src/store/seal.ts";
import { SimulatedDisk } from "../world/disk.ts";
import type { Random } from "../world/random.ts";
import { pick, spoil } from "./mutator.ts";
import type { Beside } from "./targets.ts";

const folder = "/var/failoverd";
const wallMs = Date.parse("2026-01-05T03:12:44.120Z");
const word: Record = { kind: "note", topic: "fuzz", sentence: "written behind what was found" };

export async function readJournal(bytes: Uint8Array, beside: Beside): Promise<void> {
  const genuine = genuineLines(beside.corpus);
  await openTwice(bytes, beside.random, (entry) =>
    assert.ok(genuine.has(JSON.stringify(entry)), `nobody wrote ${entry.sentence}`),
  );
  await openTwice(resealed(pick(beside.random, beside.corpus), beside.random), beside.random, () => undefined);
}

/** A daemon comes to the file and writes behind it, and another one comes after. */
async function openTwice(bytes: Uint8Array, random: Random, onEntry: (entry: Entry) => void): Promise<void> {
  const disk = new SimulatedDisk({ random });
  disk.put(`${folder}/journal.ndjson`, bytes);
  for await (const item of historyOf(disk.mount(), folder, {})) if (item.kind === "entry") onEntry(item.entry);
  const options = { folder, wallMs, expectedSeq: null };
  const first = await openJournal(disk.mount(), options);
  if (first.kind === "refused") {
    assert.match(first.sentence, /newer failoverd/);
    return;
  }
  const appended = await first.journal.append([word], wallMs);
  assert.equal(appended.kind, "remembered");
  const [written] = appended.entries;
  await first.journal.close();

  const second = await openJournal(disk.mount(), options);
  assert.ok(second.kind === "opened");
  assert.equal(second.journal.lastSeq, written?.seq);
  assert.equal(second.recovery.distrust, first.recovery.distrust);
  await second.journal.close();
}

/** Some lines of it, one or two of which say something else, with seals that are right. */
function resealed(bytes: Uint8Array, random: Random): Uint8Array {
  const lines = Buffer.from(bytes).toString("utf8").split("\n").flatMap(parseLine);
  const kept = lines.slice(0, 1 + random.below(lines.length + 1));
  for (let count = 1 + random.below(2); count > 0 && kept.length > 0; count -= 1) {
    const at = random.below(kept.length);
    const spoilt = spoil(random, kept[at]);
    if (isObject(spoilt)) kept[at] = spoilt;
  }
  return Buffer.concat(kept.map((fields) => sealLine(fields)));
}

function parseLine(line: string): Readonly<{ [name: string]: unknown }>[] {
  try {
    const value: unknown = JSON.parse(line);
    if (!isObject(value)) return [];
    const { sum: _, ...fields } = value;
    return [fields];
  } catch {
    return [];
  }
}

const known = new WeakMap<readonly Uint8Array[], ReadonlySet<string>>();

/** The entries of the corpus, each as its line has it, without what the file puts around it. */
function genuineLines(corpus: readonly Uint8Array[]): ReadonlySet<string> {
  const before = known.get(corpus);
  if (before !== undefined) return before;
  const lines = corpus.flatMap((file) => Buffer.from(file).toString("utf8").split("\n")).filter(isLine);
  const entries = lines.map((line) => `${line.replace(/,"group":\d+,"sum":"[0-9a-f]{8}"\}$/, "")}}`);
  const genuine = new Set(entries);
  known.set(corpus, genuine);
  return genuine;
}

function isLine(line: string): boolean {
  return line.endsWith('"}') && line.includes(',"group":');
}
