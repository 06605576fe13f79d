/** The end of a file that is too long to be written anew: what a daemon has read of it is there for the one after it as well. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { folder, journalPath, newDisk, open, readAll, remember, smallLimits, wallMs } from "./journal-world.ts";
import { note } from "./samples.ts";

void test("what was written and not synced when the daemon was killed outlives the power, once it was read", async () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const disk = newDisk(seed);
    const { journal } = await open(disk.mount());
    let size = 0;
    for (; size <= smallLimits.rewrittenBytesMax; size = disk.peek(journalPath)?.length ?? 0)
      await remember(journal, note("a while ago"));
    const lastSeq = journal.lastSeq + 1;
    disk.plan = ({ kind, path }) => (kind === "sync" && path === journalPath ? { kind: "crash", how: "kill" } : null);
    const killed = await disk.live(() => journal.append([note("at last")], wallMs));
    assert.equal(killed.kind, "crashed");
    disk.plan = () => null;
    const next = await open(disk.mount());
    assert.equal(next.journal.lastSeq, lastSeq);
    assert.ok(disk.paths().length > 2, `${folder} has a file that was put away`);
    disk.crash("power");
    const { entries, gaps } = await readAll(disk.mount());
    assert.deepEqual([entries.at(-1)?.sentence, entries.at(-1)?.seq, gaps], ["at last", lastSeq, []], `seed ${seed}`);
  }
});
