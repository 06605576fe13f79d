/**
 * kill -9 of the daemon at each record of runs of four steps, again and again: 200 times, or as often as KILLS says.
 * Afterwards the journal and the actions' own log have to agree on one story: every step of every run was done exactly once,
 * in order, and has exactly one outcome. Only the daemon is killed, so what has begun ends; nothing may be done twice, be it
 * `once` or not.
 *
 * Where it hits: behind the n-th record that the run writes, for each n in turn, as soon as a subscriber hears of it or up
 * to 3 ms later; and every third time the next daemon is killed, too, while it recovers from that: before its start is
 * written down, or just after.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom, type Random } from "../world/random.ts";
import type { RealDaemon } from "./real-daemon.ts";
import { twoSlaves } from "./two-hosts.ts";

const killsWanted = Number(process.env["KILLS"] ?? 200);
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);

/** A folder's journal is read whole at each start, so a folder is left when it is long. */
const killsOfOneFolder = 25;

/** Transitions, a run's start and end, a start and an end for each of four steps. */
const recordsOfRun = 12;

/** From the lock to the record of the start, and from there to what is done about the past, a daemon takes about as long. */
const recoveryMs = 20;

const actionsConf = "[slave_to_master]\none %RUN%\ntwo %RUN% { once }\nthree %RUN%\nfour %RUN% { once }\n";
const steps = ["one", "two", "three", "four"];

/**
 * What was the last record when the daemon died: `step-start 2`. What one turn decides is synced together, so behind a
 * step's end there always is the next one's start, or the run's end.
 */
const places = new Set<string>();
const placesWanted = [...steps.map((_step, index) => `step-start ${index + 1}`), "run-end"];
let killCount = 0;
/** Of the daemons that were killed while they recovered, those whose start is in the journal, and those of which nothing is. */
const killedWhileStarting = { recorded: 0, unrecorded: 0 };

void test(
  `${killsWanted} times kill -9: every step is done once and accounted for (SEED=${seed})`,
  { concurrency: 2 },
  async (t) => {
    const folders = Array.from({ length: Math.ceil(killsWanted / killsOfOneFolder) }, (_none, index) => index + 1);
    const one = (folder: number): Promise<void> =>
      t.test(`folder ${folder}`, (inner) => killOften(inner, seededRandom(seed + folder), folder));
    await Promise.all(folders.map(one));
    assert.ok(killCount >= killsWanted, `${killCount} kills`);
    const missed = placesWanted.filter((place) => !places.has(place));
    assert.deepEqual(missed, [], `it was killed behind ${[...places].join(", ")}`);
    const { recorded, unrecorded } = killedWhileStarting;
    assert.ok(recorded > 0 && unrecorded > 0, `killed while it started: ${recorded} recorded, ${unrecorded} not`);
  },
);

async function killOften(t: TestContext, random: Random, folder: number): Promise<void> {
  const daemon = await twoSlaves(t, { actionsConf });
  const killedAtStart: number[] = [];
  let kills = 0;
  let run = 0;
  while (kills < killsOfOneFolder) {
    run += 1;
    kills += 1;
    await daemon.report("role", "host1", "slave");
    await killBehind(daemon, 1 + ((run + folder) % recordsOfRun), random);
    if (run % 3 === 0) {
      kills += 1;
      killedAtStart.push(await killWhileStarting(daemon, random));
    }
    await daemon.start();
    notePlaces(daemon);
    await finish(daemon, run);
  }
  killCount += kills;
  account(daemon, run);
  const recorded = daemon.entriesOf("daemon-start").filter(({ pid }) => killedAtStart.includes(pid));
  killedWhileStarting.recorded += recorded.length;
  killedWhileStarting.unrecorded += killedAtStart.length - recorded.length;
}

/** Has a run begin, and kills the daemon behind its `count`-th record. */
async function killBehind(daemon: RealDaemon, count: number, random: Random): Promise<void> {
  const before = daemon.entries.length;
  const delayMs = random.chance(0.5) ? 0 : 3 * random.next();
  const client = daemon.client;
  let isAimed = false;
  client.onEntry = () => {
    if (isAimed || daemon.entries.length < before + count) return;
    isAimed = true;
    if (delayMs === 0) daemon.kill("SIGKILL");
    else setTimeout(() => daemon.kill("SIGKILL"), delayMs);
  };
  client.tell(
    `${JSON.stringify({ jsonrpc: "2.0", method: "report", params: { check: "role", host: "host1", status: "master" } })}\n`,
  );
  await client.whenEnded();
  assert.deepEqual(await daemon.end("SIGKILL"), { code: null, signal: "SIGKILL" });
}

/** Kills a daemon at some moment of its recovery, whatever it is doing then; its pid. */
async function killWhileStarting({ root }: RealDaemon, random: Random): Promise<number> {
  const env = { ...process.env, E2E_ROOT: root };
  const daemon = spawn(join(root, "bin/failoverd"), { stdio: "ignore", env });
  const ended = once(daemon, "exit");
  const { pid } = daemon;
  assert.ok(pid !== undefined);
  const begins = random.chance(0.5) ? hasLock : isRecorded;
  while (!(await begins(join(root, "var"), pid)) && daemon.exitCode === null) await sleep(1);
  await sleep(recoveryMs * random.next());
  daemon.kill("SIGKILL");
  assert.deepEqual(await ended, [null, "SIGKILL"]);
  return pid;
}

/** The lock of a daemon that is dead is moved away before: for a moment there is none. */
async function hasLock(folder: string, pid: number): Promise<boolean> {
  const holder = await readlink(join(folder, "failoverd.pid")).catch(() => "");
  return holder.startsWith(`pid=${pid},`);
}

async function isRecorded(folder: string, pid: number): Promise<boolean> {
  return (await readFile(join(folder, "journal.ndjson"), "utf8")).includes(`"pid":${pid},"bootId"`);
}

/** The last record before each start. */
function notePlaces({ entries }: RealDaemon): void {
  for (const [index, { kind }] of entries.entries()) {
    const last = kind === "daemon-start" ? entries[index - 1] : undefined;
    if (last !== undefined) places.add("step" in last ? `${last.kind} ${last.step}` : last.kind);
  }
}

/** The run goes on to its end. What is in doubt has not begun, because a step that has begun outlives the daemon. */
async function finish(daemon: RealDaemon, run: number): Promise<void> {
  await daemon.report("role", "host1", "master");
  await daemon.report("role", "host2", "slave");
  const ended = (): boolean => daemon.entriesOf("run-end").some((entry) => entry.run === run);
  const doubted = await daemon.until("the run to end or to wait", async () => {
    if (ended()) return 0;
    const { run: view } = await daemon.status();
    return view?.phase === "in-doubt" ? view.step : null;
  });
  if (doubted > 0) {
    const name = `[${steps[doubted - 1]}][${run}]`;
    assert.ok(!daemon.done().includes(name), `${name} was done, and doubted all the same`);
    assert.equal((await daemon.client.ask("resume", { run })).error, undefined);
  }
  const { outcome } = await daemon.entry("run-end", (entry) => entry.run === run);
  const told = daemon.entries.filter((entry) => !("run" in entry) || entry.run === run).slice(-30);
  assert.equal(outcome, "done", told.map(({ seq, sentence }) => `${seq} ${sentence}`).join("\n"));
}

function account(daemon: RealDaemon, runs: number): void {
  const numbers = Array.from({ length: runs }, (_none, index) => index + 1);
  assert.deepEqual(
    daemon.done(),
    numbers.flatMap((run) => steps.map((name) => `[${name}][${run}]`)),
    "the actions' own log: each once, in order",
  );
  const want = numbers.flatMap((run) => steps.map((_name, index) => ({ run, step: index + 1, isSuccess: true })));
  assert.deepEqual(
    daemon.entriesOf("step-end").map(({ run, step, isSuccess }) => ({ run, step, isSuccess })),
    want,
    "the journal: one outcome for each",
  );
  assert.deepEqual(
    daemon.entriesOf("run-start").map(({ run }) => run),
    numbers,
  );
  const started = daemon.entriesOf("step-start").length;
  const doubted = daemon.entriesOf("in-doubt").length;
  assert.equal(started, want.length + doubted, "a step is started again only when its record was not followed by it");
  assert.deepEqual(
    daemon.entries.map(({ seq }) => seq),
    daemon.entries.map((_entry, index) => index + 1),
  );
}
