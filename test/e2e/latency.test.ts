/**
 * How long it takes from a check's line to the running action, by times that the scripts themselves write down. No
 * benchmark: it shows that nothing waits where nothing should, with a bound that a busy machine keeps.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { RealDaemon } from "./real-daemon.ts";

const failovers = 20;
const medianMsMax = 100;

void test("from a resident check's line to the running action", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[local]\nwatch_host1 { resident, stale 10m }\n",
    "actions.conf": "[slave_to_master]\nplumb %MASTER%\n",
    checks: {
      watch_host1: `while read -r line; do date +%s%N >>"$E2E_ROOT/said_$line"; echo "$line"; done <>"$E2E_ROOT/says"`,
    },
    actions: { plumb: `date +%s%N >>"$E2E_ROOT/acted"` },
  });
  t.after(() => daemon.close());
  execFileSync("mkfifo", [join(daemon.root, "says")]);
  await daemon.start();
  let seq = 0;
  for (let count = 0; count < failovers; count += 1) {
    appendFileSync(join(daemon.root, "says"), "SLAVE\n");
    await daemon.check("watch_host1", "is a slave", ({ status }) => status === "slave");
    await daemon.learned();
    appendFileSync(join(daemon.root, "says"), "MASTER\n");
    const end = await daemon.entry("run-end", () => true, seq);
    seq = end.seq + 1;
  }
  const said = timesMs(daemon.readFile("said_MASTER"));
  const acted = timesMs(daemon.readFile("acted"));
  assert.equal(acted.length, failovers);
  const latencies = acted.map((ms, index) => ms - (said[index] ?? NaN)).toSorted((a, b) => a - b);
  const medianMs = latencies[failovers / 2] ?? NaN;
  t.diagnostic(`median of ${failovers}: ${medianMs.toFixed(1)} ms (the two calls of date included)`);
  assert.ok(
    medianMs > 0 && medianMs < medianMsMax,
    `${medianMs} ms; all: ${latencies.map((ms) => ms.toFixed(1)).join(" ")}`,
  );
});

/** Lines of nanoseconds since 1970. */
function timesMs(text: string): readonly number[] {
  return text
    .trim()
    .split("\n")
    .map((line) => Number(BigInt(line) / 1_000n) / 1_000);
}
