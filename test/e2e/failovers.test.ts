/**
 * Many failovers in a row, by real checks and real actions: none missing, none doubled, none out of order, none overlapping;
 * the same by what the actions wrote and by the journal.
 */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { RealDaemon } from "./real-daemon.ts";

const names = ["stopservice1", "unplumb", "plumb", "startservice1"];

/** Notes its begin, does something, notes its end: what overlaps shows. */
const action = `echo "begin \${0##*/}\${1:+ $1}" >>"$E2E_ROOT/done"; sleep 0.005; echo "end \${0##*/}\${1:+ $1}" >>"$E2E_ROOT/done"`;

const scriptOf = (host: string): string => `sed -n 's/^${host} //p' "$E2E_ROOT/roles"`;

/** Two hosts, of which host2 is master. */
async function pair(t: TestContext): Promise<RealDaemon> {
  const daemon = new RealDaemon({
    "checks.conf": "[local]\n{ every 25ms, timeout 5s }\ncheck_host1\ncheck_host2\n",
    "actions.conf": "[slave_to_master]\nstopservice1\nunplumb\nplumb %MASTER%\nstartservice1\n",
    checks: { check_host1: scriptOf("host1"), check_host2: scriptOf("host2") },
    actions: Object.fromEntries(names.map((name) => [name, action])),
  });
  t.after(() => daemon.close());
  makeMaster(daemon, "host2");
  await daemon.start();
  await daemon.learned();
  return daemon;
}

/** Both roles at once. */
function makeMaster(daemon: RealDaemon, master: string): void {
  const role = (host: string): string => `${host} ${host === master ? "MASTER" : "SLAVE"}`;
  daemon.writeFile("roles", `${role("host1")} - ok\n${role("host2")} - ok\n`);
}

/** What the four actions of one failover to the host write. */
function linesOf(master: string): readonly string[] {
  return names.flatMap((name) => {
    const command = name === "plumb" ? `plumb ${master}` : name;
    return [`begin ${command}`, `end ${command}`];
  });
}

void test("20 failovers, each after the end of the one before", async (t) => {
  const daemon = await pair(t);
  const masters = Array.from({ length: 20 }, (_none, index) => (index % 2 === 0 ? "host1" : "host2"));
  for (const [index, master] of masters.entries()) {
    makeMaster(daemon, master);
    await daemon.entry("run-end", ({ run }) => run === index + 1);
    await bothSeen(daemon, master);
  }
  await Promise.all([daemon.checkedAgain("check_host1"), daemon.checkedAgain("check_host2")]);
  assert.deepEqual(daemon.done(), masters.flatMap(linesOf));
  checkJournal(daemon, masters);
  assert.deepEqual(daemon.entriesOf("split-brain"), []);
  assert.deepEqual(daemon.entriesOf("dropped"), []);
  const { stdout } = await daemon.ctl("--json", "history");
  const shown: unknown = JSON.parse(`[${stdout.trimEnd().replaceAll("\n", ",")}]`);
  assert.deepEqual(shown, daemon.entries, "what failoverctl shows is what was told as it came");
});

void test("roles that change while a run goes on: each trigger is run whole, or dropped with its reason", async (t) => {
  const daemon = await pair(t);
  let seq = 0;
  for (let swap = 0; swap < 30; swap += 1) {
    const master = swap % 2 === 0 ? "host1" : "host2";
    makeMaster(daemon, master);
    /** Both are seen in their new roles; the run may go on meanwhile. */
    const seen = ["host1", "host2"].map((name) =>
      daemon.entry(
        "transition",
        ({ host, check, to }) => host === name && check === null && (to === "master") === (name === master),
        seq,
      ),
    );
    seq = Math.max(...(await Promise.all(seen)).map((entry) => entry.seq)) + 1;
  }
  await daemon.until("every trigger to be run to its end, or dropped", () => {
    const ended = daemon.entriesOf("run-end").length + daemon.entriesOf("dropped").length;
    return Promise.resolve(ended >= 30 || null);
  });
  const masters = daemon.entriesOf("run-start").map(({ variables }) => variables["MASTER"] ?? "");
  assert.deepEqual(daemon.done(), masters.flatMap(linesOf));
  checkJournal(daemon, masters);
  const dropped = daemon.entriesOf("dropped");
  assert.ok(masters.length >= 2 && dropped.length >= 2, `${masters.length} run, ${dropped.length} dropped`);
  assert.equal(masters.length + dropped.length, 30, dropped.map(({ sentence }) => sentence).join("\n"));
  for (const { hold, sentence } of dropped)
    assert.match(`${hold}: ${sentence}`, /^no-longer: .*no longer holds|^again: .* waits for its turn already/);
});

void test("ten failovers, with kill -9 at another moment of each: none missing, none doubled", async (t) => {
  const daemon = await pair(t);
  const masters = Array.from({ length: 10 }, (_none, index) => (index % 2 === 0 ? "host1" : "host2"));
  for (const [index, master] of masters.entries()) {
    makeMaster(daemon, master);
    await new Promise((resolve) => setTimeout(resolve, index * 12));
    await daemon.end("SIGKILL");
    await daemon.start();
    await daemon.entry("run-end", ({ run }) => run === index + 1);
    await bothSeen(daemon, master);
  }
  await Promise.all([daemon.checkedAgain("check_host1"), daemon.checkedAgain("check_host2")]);
  assert.deepEqual(
    daemon.entriesOf("run-start").map(({ variables }) => variables["MASTER"]),
    masters,
  );
  const starts = daemon.entriesOf("step-start").length;
  const [ends, doubts] = [daemon.entriesOf("step-end").length, daemon.entriesOf("in-doubt").length];
  assert.equal(starts, ends + doubts, "every start has one outcome");
  /** A step in doubt may have been done; all else is done once. */
  const done = daemon.done();
  assert.ok(done.length <= masters.length * 8 + doubts * 2, done.join("\n"));
  if (doubts === 0) assert.deepEqual(done, masters.flatMap(linesOf));
});

/** A role that changes twice between two looks at it has not changed. */
async function bothSeen(daemon: RealDaemon, master: string): Promise<void> {
  await daemon.until("both to be seen in their roles", async () => {
    const { hosts, daemon: view } = await daemon.status();
    const areSeen = hosts.every(({ host, status }) => (status === "master") === (host === master));
    return (view.learned && areSeen) || null;
  });
}

/** Numbers without a gap, a step after the other, each with its begin and its end, in one run after the other. */
function checkJournal(daemon: RealDaemon, masters: readonly string[]): void {
  assert.deepEqual(
    daemon.entries.map(({ seq }) => seq),
    daemon.entries.map((_entry, index) => index + 1),
  );
  const told = daemon.entries.flatMap((entry) => {
    if (entry.kind === "run-start" || entry.kind === "run-end") return [`${entry.kind} ${entry.run}`];
    if (entry.kind !== "step-start" && entry.kind !== "step-end") return [];
    return [`${entry.kind} ${entry.run} ${entry.step} ${entry.command.join(" ")}`];
  });
  const wanted = masters.flatMap((master, index) => {
    const steps = names.flatMap((name, at) => {
      const step = `${index + 1} ${at + 1} ${name === "plumb" ? `plumb ${master}` : name}`;
      return [`step-start ${step}`, `step-end ${step}`];
    });
    return [`run-start ${index + 1}`, ...steps, `run-end ${index + 1}`];
  });
  assert.deepEqual(told, wanted);
}
