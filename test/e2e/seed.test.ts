/**
 * The whole of the first version: the drop-in folder copied somewhere, two files of two and five lines, six scripts of two
 * lines. Host1 becomes master, and the four actions run, in order, once, with its name.
 */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { noteDown, RealDaemon, runProgram } from "./real-daemon.ts";

const files = {
  "checks.conf": "[local]\ncheck_db_host1\ncheck_db_host2\n",
  "actions.conf": "[slave_to_master]\nstopservice1\nunplumb\nplumb %MASTER%\nstartservice1\n",
};

const actions = { stopservice1: noteDown, unplumb: noteDown, plumb: noteDown, startservice1: noteDown };

const wanted = ["[stopservice1]", "[unplumb]", "[plumb][host1]", "[startservice1]"];

interface Row {
  readonly name: string;
  /** What check_db_host2 prints at the start, and when host1 has become master. */
  readonly host2: readonly [string, string];
}

const rows: readonly Row[] = [
  { name: "host2 is ok", host2: ["ok", "ok"] },
  { name: "host2 is a slave as well", host2: ["slave - ok", "slave - ok"] },
  { name: "host2 is the master before", host2: ["master - ok", "slave - ok"] },
  { name: "host2 is the master before, and critical after", host2: ["master - ok", "no answer'; exit 2; echo '"] },
];

/** Side by side, because checks without options run every 5 s. */
void test("four actions in order, once, when host1 goes from slave to master", { concurrency: true }, async (t) => {
  await Promise.all(rows.map((row) => t.test(row.name, (inner) => failOver(row, inner))));
});

async function failOver({ host2 }: Row, t: TestContext): Promise<void> {
  const daemon = new RealDaemon({
    ...files,
    actions,
    checks: { check_db_host1: "echo 'slave - ok'", check_db_host2: `echo '${host2[0]}'` },
  });
  t.after(() => daemon.close());
  await daemon.start();
  await daemon.learned();
  assert.deepEqual(daemon.done(), [], "nothing is done before anything changes");

  daemon.write({ checks: { check_db_host2: `echo '${host2[1]}'` } });
  daemon.write({ checks: { check_db_host1: "echo 'master - ok'" } });
  const end = await daemon.entry("run-end");
  assert.equal(end.outcome, "done");
  assert.deepEqual(daemon.done(), wanted);

  /** Each check once more, so that what would fire twice has fired. */
  await Promise.all(["check_db_host1", "check_db_host2"].map((check) => daemon.checkedAgain(check)));
  assert.deepEqual(daemon.done(), wanted);
  assert.equal(daemon.entriesOf("run-start").length, 1);
  assert.deepEqual(
    daemon.entriesOf("step-end").map(({ step, command, outcome }) => ({ step, command, outcome })),
    [["stopservice1"], ["unplumb"], ["plumb", "host1"], ["startservice1"]].map((command, index) => ({
      step: index + 1,
      command,
      outcome: { kind: "exited", code: 0 },
    })),
  );
  assert.deepEqual(await daemon.end(), { code: 0, signal: null });
  assert.deepEqual(daemon.left(), []);
}

void test("with a script missing, check says so with file and line, and failoverd does not start", async (t) => {
  const daemon = new RealDaemon({
    ...files,
    actions,
    checks: { check_db_host1: "echo ok", check_db_host2: "echo ok" },
  });
  t.after(() => daemon.close());
  rmSync(join(daemon.root, "actions/plumb"));

  const check = await daemon.ctl("check");
  assert.equal(check.code, 2);
  assert.match(check.stdout + check.stderr, /actions\.conf:4:1\b.*\/actions\/plumb is not there/);
  assert.match(check.stdout + check.stderr, /plumb %MASTER%\n\s*\^/);

  const start = await runProgram(join(daemon.root, "bin/failoverd"), []);
  assert.equal(start.code, 2);
  assert.match(start.stderr, /actions\.conf:4:1\b.*\/actions\/plumb is not there/);
  assert.match(start.stderr, /not started/);
  assert.equal(await daemon.connect(), null, "nobody listens");
  assert.deepEqual(daemon.done(), []);
});
