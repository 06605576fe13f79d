/**
 * The wall clock is set back an hour, forward two, and back again, under a daemon that runs, and while none does. Nobody may set the
 * machine's own clock for a test, so the real daemon is started with a `Date.now` that reads how far it is off from a file;
 * all else is as it ships.
 */
import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { noteDown, RealDaemon } from "./real-daemon.ts";

const hourMs = 3_600_000;

const offClock = `import { readFileSync } from "node:fs";
const real = Date.now;
Date.now = () => real() + Number(readFileSync(process.env.E2E_ROOT + "/off-ms", "utf8"));
`;

void test("the wall clock is set back an hour, forward two, and back: limits run on, nothing is stale, nothing fires twice", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[local]\n{ every 50ms, timeout 5s, stale 10s }\ncheck_host1\ncheck_host2\n",
    "actions.conf":
      "[slave_to_master]\none\ntwo\n[rule lost]\nwhen host2 is not slave for 1s\nthree\n[rule lead]\nwhen host1 is master\n{ cooldown 1h }\nfour\n",
    checks: { check_host1: `cat "$E2E_ROOT/host1"`, check_host2: "echo SLAVE" },
    actions: {
      one: `${noteDown}; while [ ! -e "$E2E_ROOT/go" ]; do sleep 0.02; done`,
      two: noteDown,
      three: noteDown,
      four: noteDown,
    },
  });
  t.after(() => daemon.close());
  renameSync(join(daemon.root, "bin/failoverd"), join(daemon.root, "bin/failoverd-itself"));
  daemon.writeFile("off-clock.mjs", offClock);
  daemon.writeFile(
    "bin/failoverd",
    '#!/bin/sh\nexec node --import "$E2E_ROOT/off-clock.mjs" "$0-itself" "$@"\n',
    0o755,
  );
  daemon.writeFile("off-ms", "0");
  daemon.writeFile("host1", "SLAVE");
  await daemon.start();
  await daemon.learned();
  daemon.writeFile("host1", "MASTER");
  await daemon.until("step 1 to run", () => Promise.resolve(daemon.done().length === 1 || null));

  daemon.writeFile("off-ms", String(-hourMs));
  await daemon.checkedAgain("check_host1");
  daemon.writeFile("go", "");
  const ends = ["slave_to_master", "lead"].map((name) => daemon.entry("run-end", ({ rule }) => rule === name));
  for (const { outcome, ms } of await Promise.all(ends)) assert.ok(outcome === "done" && ms >= 0 && ms < 30_000);
  const last = daemon.entries.at(-1);
  assert.ok(Date.parse(last?.at ?? "") < Date.now() - hourMs / 2, "people are told what the clock says");

  daemon.writeFile("off-ms", String(hourMs));
  assert.equal((await daemon.ctl("maintenance", "on", "--for", "300ms")).code, 0);
  await daemon.entry("maintenance-on");
  daemon.writeFile("off-ms", String(-hourMs));
  await daemon.entry("maintenance-off");
  await Promise.all([daemon.checkedAgain("check_host1"), daemon.checkedAgain("check_host2")]);
  const { checks } = await daemon.status();
  assert.deepEqual(
    checks.map(({ status, isStale, ageMs }) => ({ status, isStale, isFresh: ageMs !== null && ageMs < 10_000 })),
    [
      { status: "master", isStale: false, isFresh: true },
      { status: "slave", isStale: false, isFresh: true },
    ],
  );

  await daemon.tableSaved();
  await daemon.end("SIGKILL");
  daemon.writeFile("off-ms", String(-2 * hourMs));
  await daemon.start();
  const { sentence } = await daemon.entry("daemon-start", ({ pid }) => pid === daemon.pid);
  assert.match(sentence, /state table of [\d.]+ (ms|s) ago restored/);
  await daemon.learned();
  await Promise.all([daemon.checkedAgain("check_host1"), daemon.checkedAgain("check_host2")]);
  assert.deepEqual(daemon.entriesOf("stalled"), []);
  assert.deepEqual(daemon.done().toSorted(), ["[four]", "[one]", "[two]"], "each once: the cooldown holds");
});
