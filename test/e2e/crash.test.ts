/**
 * kill -9 on the daemon, and started again: what was known is known, what was begun is finished, and nothing is done
 * twice. The daemon is killed at chosen entries of its journal; what it did is what the actions wrote.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { CheckView } from "../../src/wire/status.ts";
import { noteDown, RealDaemon, type Kind } from "./real-daemon.ts";
import { assertSame, withoutTimes } from "./times.ts";
import { twoSlaves } from "./two-hosts.ts";

const four = "[slave_to_master]\none\ntwo\nthree\nfour\n";

/** An action that notes its begin and its end, and between them waits for the file `go`. */
const waiting = `${noteDown}; while [ ! -e "$E2E_ROOT/go" ]; do sleep 0.02; done; echo two-ends >>"$E2E_ROOT/done"`;

const inOrder = ["[one]", "[two]", "two-ends", "[three]", "[four]"];

void test("the table is as it was, and nothing fires for what was known", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf":
      "[local]\n{ every 100ms, timeout 2s }\ncheck_host1\ncheck_host2\n[passive]\nreported { for host2 }\n",
    "actions.conf": "[any_to_master]\none\n[any_to_slave]\none\n[rule lost]\nwhen host2 is warning\none\n",
    checks: { check_host1: "echo 'MASTER | lag=3B'", check_host2: "echo SLAVE" },
    actions: { one: noteDown },
  });
  t.after(() => daemon.close());
  await daemon.start();
  await daemon.report("reported", "host2", "ok", "a word");
  await daemon.learned();
  daemon.write({ checks: { check_host2: "echo 'WARNING - slow'; exit 1" } });
  await daemon.entry("run-end");
  daemon.write({ checks: { check_host2: "echo SLAVE" } });
  await daemon.check("check_host2", "is a slave again", ({ status }) => status === "slave");
  await daemon.checkedAgain("check_host2");
  const before = await daemon.until("the table to hold the last results", async () => {
    const status = await daemon.status();
    const saved = parseTable(readFileSync(join(daemon.root, "var/table.json"), "utf8"));
    return isDeepStrictEqual(saved.map(knownOf).map(withoutTimes), status.checks.map(knownOf).map(withoutTimes))
      ? status
      : null;
  });
  const firedBefore = daemon.entriesOf("run-start").length;
  await daemon.end("SIGKILL");

  await daemon.start();
  const first = await daemon.status();
  assertSame(first.hosts, before.hosts);
  assertSame(first.checks.map(knownOf), before.checks.map(knownOf));
  await daemon.learned();
  await Promise.all([daemon.checkedAgain("check_host1"), daemon.checkedAgain("check_host2")]);
  assert.equal(daemon.entriesOf("run-start").length, firedBefore);
});

void test("a transition that happened while the daemon was dead fires once, after learning", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[local]\n{ every 100ms, timeout 2s }\ncheck_host1\ncheck_host2\n",
    "actions.conf": four,
    checks: { check_host1: "echo SLAVE", check_host2: "echo MASTER" },
    actions: { one: noteDown, two: noteDown, three: noteDown, four: noteDown },
  });
  t.after(() => daemon.close());
  await daemon.start();
  await daemon.learned();
  await daemon.end("SIGKILL");
  daemon.write({ checks: { check_host1: "echo MASTER", check_host2: "echo SLAVE" } });
  await daemon.start();
  const begins = await daemon.entry("daemon-start", ({ pid }) => pid === daemon.pid);
  const learned = await daemon.entry("learned", () => true, begins.seq);
  const start = await daemon.entry("run-start");
  assert.ok(start.seq > learned.seq);
  await daemon.entry("run-end");
  await Promise.all([daemon.checkedAgain("check_host1"), daemon.checkedAgain("check_host2")]);
  assert.equal(daemon.entriesOf("run-start").length, 1);
  assert.deepEqual(daemon.done(), ["[one]", "[two]", "[three]", "[four]"]);
});

void test("checks and residents that the killed daemon left are ended by the next, and are not run twice", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf":
      "[local]\ncheck_hung { every 1h, timeout 1h }\nwatch_host1 { resident }\ncheck_fine { every 50ms, timeout 2s }\n",
    "actions.conf": "[slave_to_master]\none\n",
    checks: {
      check_hung: "trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & while :; do sleep 1; done",
      watch_host1: "echo SLAVE; while :; do sleep 1; done",
      check_fine: "echo OK",
    },
    actions: { one: noteDown },
  });
  t.after(() => daemon.close());
  await daemon.start();
  await daemon.check("watch_host1", "is a slave", ({ status }) => status === "slave");
  await daemon.checkedAgain("check_fine");
  const count = (): number =>
    daemon.commandsLeft().filter((command) => /\/checks\/(check_hung|watch)/.test(command)).length;
  const before = count();
  assert.ok(before >= 3, daemon.commandsLeft().join("\n"));
  for (let crash = 0; crash < 3; crash += 1) {
    await daemon.end("SIGKILL");
    await daemon.start();
    await daemon.checkedAgain("check_fine");
    await daemon.until("as many as before", () => Promise.resolve(count() === before || null));
  }
});

interface Row {
  readonly name: string;
  /** What happens to step 2 while there is no daemon. */
  readonly meanwhile: (daemon: RealDaemon) => Promise<void>;
  readonly actionsConf?: string;
  /** What happens when the daemon is back. */
  readonly afterwards?: (daemon: RealDaemon) => Promise<void>;
  readonly wantDone: readonly string[];
  readonly wantOutcome: "done" | "failed" | "abandoned";
}

const rows: readonly Row[] = [
  {
    name: "the step still runs: it is awaited",
    meanwhile: async () => {},
    afterwards: async (daemon) => {
      await daemon.entry("note", ({ topic }) => topic === "recovery");
      assert.equal((await daemon.status()).run?.step, 2);
      daemon.writeFile("go", "");
    },
    wantDone: inOrder,
    wantOutcome: "done",
  },
  {
    name: "the step has ended well",
    meanwhile: async (daemon) => {
      daemon.writeFile("go", "");
      await daemon.until("the exit file", () =>
        Promise.resolve(daemon.readFile("var/runs/1/2.exit") === "0\n" || null),
      );
    },
    wantDone: inOrder,
    wantOutcome: "done",
  },
  {
    name: "the step was killed, too: nobody knows what it did, so it is done again",
    meanwhile: async (daemon) => {
      daemon.endLeft();
      daemon.writeFile("go", "");
    },
    wantDone: ["[one]", "[two]", "[two]", "two-ends", "[three]", "[four]"],
    wantOutcome: "done",
  },
  {
    name: "the step was killed, too, and is marked once: resumed by an operator",
    actionsConf: four.replace("two", "two { once }"),
    meanwhile: async (daemon) => {
      daemon.endLeft();
      daemon.writeFile("go", "");
    },
    afterwards: async (daemon) => {
      await daemon.entry("in-doubt", ({ isWaiting }) => isWaiting);
      const { run } = await daemon.status();
      assert.equal(run?.phase, "in-doubt");
      assert.equal((await daemon.ctl("resume", "1")).code, 0);
    },
    wantDone: ["[one]", "[two]", "[two]", "two-ends", "[three]", "[four]"],
    wantOutcome: "done",
  },
  {
    name: "the step was killed, too, and is marked once: abandoned by an operator",
    actionsConf: four.replace("two", "two { once }"),
    meanwhile: (daemon) => Promise.resolve(daemon.endLeft()),
    afterwards: async (daemon) => {
      await daemon.entry("in-doubt", ({ isWaiting }) => isWaiting);
      assert.equal((await daemon.ctl("resume", "7")).code, 4, "another run's number is refused");
      assert.equal((await daemon.ctl("abandon", "1")).code, 0);
    },
    wantDone: ["[one]", "[two]"],
    wantOutcome: "abandoned",
  },
];

for (const { name, actionsConf = four, meanwhile, afterwards, wantDone, wantOutcome } of rows) {
  void test(`killed during step 2 of 4: ${name}`, async (t) => {
    const daemon = await twoSlaves(t, { actionsConf, scripts: { two: waiting } });
    await daemon.report("role", "host1", "master");
    await daemon.until("step 2 to have begun", () => Promise.resolve(daemon.done().length === 2 || null));
    await daemon.end("SIGKILL");
    await meanwhile(daemon);
    await daemon.start();
    await afterwards?.(daemon);
    const end = await daemon.entry("run-end");
    assert.equal(end.outcome, wantOutcome);
    assert.deepEqual(daemon.done(), wantDone);
    assert.equal(daemon.entriesOf("run-start").length, 1);
    assert.equal((await daemon.status()).run, null);
  });
}

void test("a run is given up while a step of it runs, and the daemon killed: the next one ends the step", async (t) => {
  const stubborn = `trap '' TERM; ${noteDown}; while :; do sleep 0.1; done`;
  const daemon = await twoSlaves(t, { actionsConf: four, scripts: { two: stubborn } });
  const stepsLeft = (): number => daemon.commandsLeft().filter((command) => command.includes("actions/two")).length;
  await daemon.report("role", "host1", "master");
  await daemon.until("step 2 to have begun", () => Promise.resolve(daemon.done().length === 2 || null));
  assert.equal((await daemon.ctl("abandon", "1")).code, 0);
  await daemon.end("SIGKILL");
  assert.equal(stepsLeft(), 1);

  await daemon.start();
  const note = await daemon.entry("note", ({ topic }) => topic === "recovery");
  assert.match(
    note.sentence,
    /^slave_to_master, run 1, step 2 outlived the daemon and still runs: it is ended, as an operator gave the run up$/,
  );
  await daemon.until("the step to be gone", () => Promise.resolve(stepsLeft() === 0 || null));
  assert.equal((await daemon.entry("run-end")).outcome, "abandoned");
  assert.deepEqual(daemon.done(), ["[one]", "[two]"]);
});

/** The daemon is killed as soon as it has said this: what it announced may have been done, or not. */
const killAt: readonly { readonly kind: Kind; readonly step?: number }[] = [
  { kind: "transition" },
  { kind: "run-start" },
  { kind: "step-start", step: 1 },
  { kind: "step-end", step: 1 },
  { kind: "step-start", step: 2 },
  { kind: "step-end", step: 2 },
  { kind: "step-end", step: 4 },
  { kind: "run-end" },
];

for (const { kind, step } of killAt) {
  void test(`killed behind ${kind}${step === undefined ? "" : ` ${step}`}: the run is made once, in order`, async (t) => {
    const daemon = await twoSlaves(t, { actionsConf: four });
    const { seq } = await daemon.entry("learned");
    daemon.client.onEntry = () => {
      const isIt = daemon.entries.some(
        (entry) =>
          entry.kind === kind && entry.seq > seq && (step === undefined || ("step" in entry && entry.step === step)),
      );
      if (isIt) daemon.kill("SIGKILL");
    };
    daemon.client.tell(
      `${JSON.stringify({ jsonrpc: "2.0", method: "report", params: { check: "role", host: "host1", status: "master" } })}\n`,
    );
    await daemon.client.whenEnded();
    assert.deepEqual(await daemon.end("SIGKILL"), { code: null, signal: "SIGKILL" });
    await daemon.start();
    await daemon.report("role", "host1", "master");
    await daemon.report("role", "host2", "slave");
    const end = await daemon.entry("run-end");
    assert.equal(end.outcome, "done");
    await daemon.learned();
    assert.equal((await daemon.status()).run, null);
    assert.equal(daemon.entriesOf("run-start").length, 1);
    const doubted = daemon.entriesOf("in-doubt").length;
    const done = daemon.done();
    assert.deepEqual([...new Set(done)], ["[one]", "[two]", "[three]", "[four]"]);
    assert.ok(done.length <= 4 + doubted, `${done.join(" ")}, ${doubted} in doubt`);
    assert.deepEqual(
      done,
      done.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)),
    );
    assert.deepEqual(
      daemon.entriesOf("step-end").map((entry) => entry.step),
      [1, 2, 3, 4],
    );
  });
}

const order = ["[one]", "[two]", "[three]", "[four]"];

/** What outlives the daemon; not what is counted anew. */
/** What `status` showed when the table was saved. */
function parseTable(text: string): readonly CheckView[] {
  const table: { readonly status: { readonly checks: readonly CheckView[] } } = JSON.parse(text);
  return table.status.checks;
}

function knownOf({
  check,
  host,
  status,
  since,
  output,
  metrics,
  exit,
}: CheckView): Partial<CheckView> & Pick<CheckView, "since"> {
  return { check, host, status, since, output, metrics, exit };
}
