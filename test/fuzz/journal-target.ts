/**
 * The journal's reader on a file whose bytes are anything. Whatever it finds: no entry is told that nobody wrote, what is
 * opened can be written to, and what is then written is found again by the next daemon, which finds nothing new to distrust.
 */
import assert from "node:assert/strict";
import type { Record } from "../../src/core/record.ts";
import { historyOf } from "../../src/store/history.ts";
import { openJournal } from "../../src/store/open-journal.ts";
import { SimulatedDisk } from "../world/disk.ts";
import type { Beside } from "./targets.ts";

const folder = "/var/failoverd";
const wallMs = Date.parse("2026-01-05T03:12:44.120Z");
const word: Record = { kind: "note", topic: "fuzz", sentence: "written behind what was found" };

export async function readJournal(bytes: Uint8Array, { random, corpus }: Beside): Promise<void> {
  const disk = new SimulatedDisk({ random });
  disk.put(`${folder}/journal.ndjson`, bytes);
  const genuine = genuineLines(corpus);
  for await (const item of historyOf(disk.mount(), folder, {})) {
    if (item.kind === "entry")
      assert.ok(genuine.has(JSON.stringify(item.entry)), `nobody wrote ${item.entry.sentence}`);
  }
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
