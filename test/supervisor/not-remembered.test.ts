/** A journal that cannot be written stops nothing, and what it does not tell of is not in the table either. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../src/host/clock.ts";
import type { Log } from "../../src/host/log.ts";
import type { Processes } from "../../src/host/processes.ts";
import { newRule } from "../../src/core/turn.ts";
import { viewRule } from "../../src/supervisor/status-view.ts";
import { startSupervisor, type Supervisor } from "../../src/supervisor/supervisor.ts";
import { SimulatedDisk } from "../world/disk.ts";
import { seededRandom } from "../world/random.ts";
import { readFiles } from "../scenario/scenario-configuration.ts";

const configuration = readFiles({
  checks: "[passive]\n{ rise 1, fall 1, stale 1h }\nrole { for host1 }\n",
  actions: "[rule lost]\nwhen host1 is critical\nact\n",
});

const quiet: Log = { info: nothing, warn: nothing, error: nothing, flush: nothing };

function nothing(): void {}

/** One daemon after the other on one disk. Time stands still but for `machine.nowMs`; a step that is started runs on. */
class Machine {
  readonly disk = new SimulatedDisk({ random: seededRandom(1) });
  readonly started: string[] = [];
  nowMs = 100_000;
  #lives = 0;

  async start(): Promise<Supervisor> {
    this.#lives += 1;
    const clock: Clock = {
      nowMs: () => this.nowMs,
      bootMs: () => this.nowMs,
      wallMs: () => 1_700_000_000_000 + this.nowMs,
      callAt: () => nothing,
    };
    const begun = await startSupervisor(
      {
        clock,
        disk: this.disk.mount(),
        varFolder: "/var/failoverd",
        bootId: "boot",
        pid: this.#lives,
        log: quiet,
        createProcesses: (onEvent) => {
          const launcher = { pid: 1_000 + this.#lives, startTicks: 1 };
          setImmediate(() => onEvent({ kind: "launcher-ready", launcher }));
          return this.#processes();
        },
        runNotifier: () => nothing,
        pruneRuns: () => Promise.resolve(),
        newestRun: () => Promise.resolve(0),
        readStdin: () => ({ kind: "stdin", text: "" }),
      },
      { configuration, localHost: "host1", version: "1.0.0" },
    );
    assert.ok(begun.kind === "started");
    return begun.supervisor;
  }

  #processes(): Processes {
    return {
      startCheck: nothing,
      startResident: nothing,
      stopCheck: nothing,
      startStep: ({ run, name }, { argv }) => void this.started.push(`${run}/${name} ${argv.join(" ")}`),
      killStep: nothing,
      findStep: () => "in-doubt",
      awaitStep: nothing,
      close: () => Promise.resolve(),
    };
  }
}

async function report(supervisor: Supervisor, status: string): Promise<void> {
  const result = { status, output: "", longOutput: "", metrics: [], outcome: null };
  const answer = await supervisor.ask({ kind: "reported", check: "role", host: "host1", result });
  assert.ok(answer.isAccepted, answer.sentence);
}

/** The loop, the journal and the table have done what there is to do. */
async function rest(): Promise<void> {
  for (let turns = 0; turns < 200; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

void test("a run that the journal could not take and a crash takes back is made again", async () => {
  const machine = new Machine();
  const first = await machine.start();
  await report(first, "ok");
  await rest();
  const isTable = (path: string): boolean => path.includes("table.json");
  machine.disk.plan = (step) =>
    isTable(step.path) || step.kind === "sync-folder" ? null : { kind: "fail", errno: "EIO" };
  await report(first, "critical");
  await rest();
  assert.deepEqual(machine.started, ["1/1 /opt/failoverd/actions/act"], "it acts all the same");
  assert.notEqual(first.memory.notRemembered, null);
  assert.equal(first.status().run?.run, 1, "what it does is shown");

  machine.disk.crash("kill");
  machine.disk.plan = () => null;
  machine.nowMs += 1_000;
  const second = await machine.start();
  await report(second, "critical");
  await rest();
  assert.deepEqual(machine.started.slice(1), ["1/1 /opt/failoverd/actions/act"], "nobody knows that it was done");
  assert.equal(second.memory.notRemembered, null);
});

void test("a table that cannot be written is told of as long as that lasts, though the journal goes on", async () => {
  const machine = new Machine();
  const supervisor = await machine.start();
  await report(supervisor, "ok");
  await rest();
  assert.equal(supervisor.status().daemon.notSaved, null);
  machine.disk.plan = (step) => (step.path.includes("table.json") ? { kind: "fail", errno: "ENOSPC" } : null);
  await report(supervisor, "warning");
  await rest();
  assert.match(supervisor.status().daemon.notSaved ?? "", /ENOSPC|no space/);
  assert.equal(supervisor.status().daemon.notRemembered, null);
  machine.disk.plan = () => null;
  await report(supervisor, "ok");
  await rest();
  assert.equal(supervisor.status().daemon.notSaved, null);
});

void test("an armed rule says what would hold it: a maintenance of everything", async () => {
  const machine = new Machine();
  const supervisor = await machine.start();
  await report(supervisor, "ok");
  await rest();
  await supervisor.ask({ kind: "maintenance-on", scope: "*", forMs: null, untilWallMs: null, reason: "" });
  await rest();
  const [rule] = supervisor.status().rules;
  assert.deepEqual(rule, {
    rule: "lost",
    state: "armed",
    reason: "lost held: maintenance of everything until it is switched off",
    failure: null,
  });
});

void test("a failed run stands in its rule's row until somebody has seen to it, and not while the rule runs again", async () => {
  const supervisor = await new Machine().start();
  const lost = { ...newRule, hasFired: true, failure: "lost, run 2: FAILED: step 1: act ended with exit 1" };
  const view = viewRule("lost", { ...supervisor.state(), learning: { sinceMs: 0, isOver: true }, rules: { lost } });
  assert.equal(view.state, "armed");
  assert.match(view.failure ?? "", /^lost, run 2: FAILED: .*; it is not tried again by itself: "failoverctl run lost"/);
  assert.equal(view.reason, view.failure);
});
