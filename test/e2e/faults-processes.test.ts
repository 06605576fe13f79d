/**
 * What befalls processes: the daemon is stopped in the middle of a run, the shells that run its checks and the one that waits
 * for an action are killed, a check multiplies without end. The daemon lives, says what it saw, and does each step once.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { noteDown, RealDaemon } from "./real-daemon.ts";
import { twoSlaves } from "./two-hosts.ts";
import { isAlive, readProc } from "../host/proc.ts";

const four = "[slave_to_master]\none\ntwo\nthree\nfour\n";
const inOrder = ["[one]", "[two]", "[three]", "[four]"];

/** Longer than the 2 s after which the daemon must not believe what it knew. */
const pauseMs = 2_500;

void test("the daemon is stopped in the middle of a run: it looks again, then goes on, and does nothing twice", async (t) => {
  const two = `${noteDown}; while [ ! -e "$E2E_ROOT/go" ]; do sleep 0.02; done`;
  const daemon = await twoSlaves(t, { actionsConf: four.replace("two", "two { timeout 2s, once }"), scripts: { two } });
  await daemon.report("role", "host1", "master");
  await daemon.until("step 2 to have begun", () => Promise.resolve(daemon.done().length === 2 || null));
  daemon.kill("SIGSTOP");
  daemon.writeFile("go", "");
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  daemon.kill("SIGCONT");
  const stalled = await daemon.entry("stalled");
  assert.match(stalled.sentence, /the daemon did not run for .*: everything known is old, observing again/);
  await daemon.entry("step-end", ({ step, isSuccess }) => step === 2 && isSuccess);
  await daemon.report("role", "host1", "master");
  await daemon.report("role", "host2", "slave");
  const learned = await daemon.entry("learned", () => true, stalled.seq);
  const third = await daemon.entry("step-start", ({ step }) => step === 3);
  assert.ok(third.seq > learned.seq, "looked first");
  assert.equal((await daemon.entry("run-end")).outcome, "done");
  assert.deepEqual(daemon.done(), inOrder);
});

void test("every runner is killed, again and again: its check is unknown, with the reason, and then runs as before", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[local]\n{ every 50ms, timeout 5s, fall 1 }\ncheck_host1\ncheck_host2\n",
    "actions.conf": "[master_to_critical]\none\n[any_to_down]\none\n",
    checks: { check_host1: "echo MASTER; sleep 0.3", check_host2: "echo SLAVE; sleep 0.3" },
    actions: { one: noteDown },
  });
  t.after(() => daemon.close());
  await daemon.start();
  await daemon.learned();
  for (let round = 0; round < 5; round += 1) {
    const seq = daemon.entries.length;
    const runners = await daemon.until("checks to run", () => {
      const pids = commanded(daemon, "one of failoverd, for its checks");
      const isBusy = commanded(daemon, "checks/check_host").length >= 2;
      return Promise.resolve(isBusy && pids.length > 0 ? pids : null);
    });
    for (const pid of runners) process.kill(pid, "SIGKILL");
    const lost = await daemon.entry("transition", ({ check, to }) => check !== null && to === "unknown", seq);
    assert.match(lost.sentence, /the shell that ran it \(pid \d+\) was ended from outside by SIGKILL/);
    await daemon.check("check_host1", "is master again", ({ status }) => status === "master");
    await daemon.check("check_host2", "is slave again", ({ status }) => status === "slave");
  }
  assert.deepEqual(daemon.entriesOf("run-start"), []);
});

void test("the launcher that waits for the next action is killed: another is there in a moment, and the run is whole", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: four });
  const launchers = commanded(daemon, "one of failoverd, for an action");
  for (const pid of launchers) process.kill(pid, "SIGKILL");
  /** On a busy machine it dies a moment later. The daemon may not have been told of it yet. */
  await daemon.until("it to be dead", () => Promise.resolve(launchers.every((pid) => !isAlive(pid)) || null));
  await daemon.report("role", "host1", "master");
  const { outcome, sentence } = await daemon.entry("run-end");
  assert.equal(outcome, "done", `${sentence}\n${daemon.stderr}`);
  assert.deepEqual(daemon.done(), inOrder);
});

/** Each calls itself twice, six deep, and nobody heeds TERM: 127 shells, and 64 that sleep. */
const bomb = `trap '' TERM
bomb() {
  echo x >>"$E2E_ROOT/bombs"
  if [ "$1" -eq 0 ]; then while :; do sleep 1; done; fi
  bomb $(($1 - 1)) &
  bomb $(($1 - 1)) &
  wait
}
bomb 6`;

void test("a check that is a fork bomb: it is ended with all its processes, and the other checks go on meanwhile", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[local]\ncheck_bomb { every 1h, timeout 1s, fall 1 }\ncheck_other { every 50ms, timeout 5s }\n",
    "actions.conf": "[slave_to_master]\none\n",
    checks: { check_bomb: bomb, check_other: "echo OK" },
    actions: { one: noteDown },
  });
  t.after(() => daemon.close());
  await daemon.start();
  await daemon.until("127 of them", () => Promise.resolve(daemon.readFile("bombs").length >= 2 * 127 || null));
  await daemon.checkedAgain("check_other");
  const check = await daemon.check("check_bomb", "is ended", ({ status }) => status === "critical");
  assert.match(check.output, /timed out after 1 s/);
  await daemon.until("none of them to be left", () =>
    Promise.resolve(commanded(daemon, "check_bomb").length === 0 || null),
  );
  await daemon.checkedAgain("check_other");
});

/** The processes of this daemon with these words on their command line. */
function commanded(daemon: RealDaemon, words: string): readonly number[] {
  return daemon.left().filter((pid) => readProc(pid, "cmdline").includes(words));
}
