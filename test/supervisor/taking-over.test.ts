/**
 * What a daemon takes over of a run that another one began, by the supervisor itself over a simulated disk: how long nobody
 * ran, which files are left, and what became of the step, decide whether the run goes on.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as soon } from "node:timers/promises";
import type { Clock } from "../../src/host/clock.ts";
import type { ProcessEvent, Processes } from "../../src/host/processes.ts";
import { startSupervisor, type Supervisor } from "../../src/supervisor/supervisor.ts";
import { readFiles } from "../scenario/scenario-configuration.ts";
import { SimulatedDisk } from "../world/disk.ts";
import { seededRandom } from "../world/random.ts";

const folder = "/var/failoverd";
const configuration = readFiles({
  checks: "[passive]\n{ fall 1, stale 1d }\nrole { for host1 }\n",
  actions: "[slave_to_master]\none { timeout 1m }\ntwo\n",
});

type Found = ReturnType<Processes["findStep"]>;

const endedWell: Found = { outcome: { kind: "exited", code: 0 }, output: "", endedAgoMs: 0 };

/** A machine on which one daemon after the other lives. */
class Site {
  nowMs = 100_000;
  readonly disk = new SimulatedDisk({ random: seededRandom(1) });
  readonly started: string[] = [];
  sentences: readonly string[] = [];
  #pid = 0;

  /** `found`: what became of the step that the daemon before it had started. */
  async live(found: Found): Promise<Supervisor> {
    this.#pid += 1;
    this.sentences = [];
    const clock: Clock = {
      nowMs: () => this.nowMs,
      bootMs: () => this.nowMs,
      wallMs: () => 1_700_000_000_000 + this.nowMs,
      callAt: () => () => undefined,
    };
    const started = await startSupervisor(
      {
        clock,
        disk: this.disk.mount(),
        varFolder: folder,
        bootId: "boot",
        pid: this.#pid,
        log: {
          info: (_key, sentence) => (this.sentences = [...this.sentences, sentence]),
          warn: () => undefined,
          error: () => undefined,
          flush: () => undefined,
        },
        createProcesses: (onEvent) => this.#processes(onEvent, found),
        runNotifier: () => () => undefined,
        pruneRuns: () => Promise.resolve(),
        newestRun: () => Promise.resolve(0),
        readStdin: () => ({ kind: "stdin", text: "" }),
      },
      { configuration, localHost: "witness", version: "1" },
    );
    assert.equal(started.kind, "started");
    const { supervisor } = started;
    await this.rest();
    return supervisor;
  }

  /** Until nothing is under way any more. */
  async rest(): Promise<void> {
    for (let turn = 0; turn < 100; turn += 1) await soon();
  }

  #processes(onEvent: (event: ProcessEvent) => void, found: Found): Processes {
    setImmediate(() => onEvent({ kind: "launcher-ready", launcher: { pid: 7, startTicks: 7 } }));
    return {
      startCheck: () => undefined,
      startResident: () => undefined,
      stopCheck: () => undefined,
      startStep: ({ name }) => this.started.push(name),
      killStep: () => undefined,
      findStep: () => found,
      awaitStep: () => undefined,
      close: () => Promise.resolve(),
    };
  }
}

async function report(supervisor: Supervisor, status: string): Promise<void> {
  const result = { status, output: "", longOutput: "", metrics: [], outcome: null };
  await supervisor.ask({ kind: "reported", check: "role", host: "host1", result });
}

/** A run has begun its first step, and the daemon is killed. */
async function cutOff(): Promise<Site> {
  const site = new Site();
  const supervisor = await site.live("in-doubt");
  await report(supervisor, "slave");
  await report(supervisor, "master");
  await site.rest();
  assert.deepEqual(site.started, ["1"]);
  site.disk.crash("kill");
  return site;
}

const inDoubt = (sentence: string): boolean => sentence.includes("is in doubt: ");

const rows: readonly {
  readonly name: string;
  readonly meanwhile: (site: Site) => void;
  readonly found: Found;
  readonly phase: string | undefined;
  readonly started: readonly string[];
}[] = [
  {
    name: "its step ended well, and the time for it is long over: it ended well",
    meanwhile: (site) => (site.nowMs += 5 * 60_000),
    found: endedWell,
    phase: "running",
    started: ["1", "2"],
  },
  {
    name: "no table is left, a second later: it goes on",
    meanwhile: (site) => {
      site.nowMs += 1_000;
      site.disk.take(`${folder}/table.json`);
    },
    found: endedWell,
    phase: "running",
    started: ["1", "2"],
  },
  {
    name: "no table is left, a day later: an operator decides",
    meanwhile: (site) => {
      site.nowMs += 86_400_000;
      site.disk.take(`${folder}/table.json`);
    },
    found: endedWell,
    phase: "in-doubt",
    started: ["1"],
  },
  {
    name: "eleven minutes later, and its step still runs: an operator decides behind it",
    meanwhile: (site) => (site.nowMs += 11 * 60_000),
    found: "running",
    phase: "in-doubt",
    started: ["1"],
  },
];

for (const { name, meanwhile, found, phase, started } of rows) {
  void test(`a run that was cut off: ${name}`, async () => {
    const site = await cutOff();
    meanwhile(site);
    const supervisor = await site.live(found);
    await report(supervisor, "master");
    await site.rest();
    assert.equal(supervisor.state().run?.phase.kind, phase);
    assert.deepEqual(site.started, started);
    assert.equal(site.sentences.some(inDoubt), phase === "in-doubt");
  });
}

void test("the doubt outlives a daemon that is killed at any step of its start", async () => {
  for (let killedAt = 1; ; killedAt += 1) {
    const site = await cutOff();
    site.nowMs += 11 * 60_000;
    const first = site.disk.steps;
    site.disk.plan = () => (site.disk.steps - first >= killedAt ? { kind: "crash", how: "kill" } : null);
    const dying = site.live(endedWell);
    await site.rest();
    const isOver = site.disk.steps - first < killedAt;
    site.disk.plan = () => null;
    if (isOver) {
      await dying;
      assert.ok(killedAt > 8, `${killedAt} steps are a start`);
      return;
    }
    void dying;
    site.nowMs += 1_000;
    const supervisor = await site.live(endedWell);
    await report(supervisor, "master");
    await site.rest();
    assert.equal(supervisor.state().run?.phase.kind, "in-doubt", `killed at step ${killedAt}`);
    assert.deepEqual(site.started, ["1"], `killed at step ${killedAt}`);
  }
});

void test("a journal that does not tell its boot any more: the step still runs, and cannot be resumed beside itself", async () => {
  const site = await cutOff();
  const journal = `${folder}/journal.ndjson`;
  const text = new TextDecoder().decode(site.disk.peek(journal) ?? new Uint8Array());
  site.disk.flip(journal, 8 * text.indexOf('"daemon-start"'));
  const supervisor = await site.live("running");
  assert.match(supervisor.state().distrust ?? "", /^the journal cannot be trusted/);
  await supervisor.ask({ kind: "acknowledge", what: "journal" });
  const { isAccepted, sentence } = await supervisor.ask({ kind: "resume", run: 1 });
  assert.deepEqual(
    [isAccepted, sentence],
    [false, 'step 1 of run 1 still runs, as pid 7: wait for its end, or "failoverctl abandon 1" ends it'],
  );
  assert.deepEqual(site.started, ["1"]);
});
