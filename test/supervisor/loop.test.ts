/**
 * The loop over a disk that takes its time: nothing is done before its record is on the disk, what comes meanwhile waits its
 * turn, and more than two seconds of it are a stall, after which everything is observed again. The core is the real one; time
 * and disk are held by hand.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as soon } from "node:timers/promises";
import { initialState } from "../../src/core/restore.ts";
import { step } from "../../src/core/step.ts";
import type { Event } from "../../src/core/event.ts";
import type { Clock } from "../../src/host/clock.ts";
import { startLoop, thinkingMsMax, type Loop } from "../../src/supervisor/loop.ts";
import { readFiles } from "../scenario/scenario-configuration.ts";

const configuration = readFiles({
  checks: "[passive]\n{ fall 1, stale 1h }\nrole { for host1 }\n",
  actions: "[slave_to_master]\none\n",
});

/** A loop whose disk answers when it is told to. What it was given and what was done stand in one list, in their order. */
class Held {
  nowMs = 1_000;
  history: readonly string[] = [];
  /** Of stalls. */
  sentences: readonly string[] = [];
  readonly loop: Loop;
  #release: (() => void) | null = null;

  constructor() {
    const clock: Clock = {
      nowMs: () => this.nowMs,
      bootMs: () => this.nowMs,
      wallMs: () => this.nowMs,
      callAt: () => () => undefined,
    };
    this.loop = startLoop(
      { configuration, state: initialState(configuration, this.nowMs), clock },
      {
        remember: async (records) => {
          this.history = [...this.history, ...records.map(({ kind }) => `given ${kind}`)];
          const stalls = records.filter(({ kind }) => kind === "stalled");
          this.sentences = [...this.sentences, ...stalls.map(({ sentence }) => sentence)];
          await new Promise<void>((resolve) => {
            this.#release = resolve;
          });
        },
        isBehind: () => false,
        perform: ({ kind }) => {
          if (kind !== "notify") this.history = [...this.history, `did ${kind}`];
        },
        remembered: () => undefined,
        turned: () => undefined,
        beat: () => undefined,
      },
    );
  }

  /** The disk has taken what it was given, after so long. */
  async synced(ms: number): Promise<void> {
    this.nowMs += ms;
    this.history = [...this.history, `synced after ${ms} ms`];
    this.#release?.();
    await soon();
  }

  async tell(event: Event): Promise<void> {
    this.loop.post(event);
    await soon();
  }
}

function reported(status: string): Event {
  const result = { status, output: "", longOutput: "", metrics: [], outcome: null };
  return { kind: "reported", request: 1, check: "role", host: "host1", result };
}

/** The disk has just been given the records of a run that begins. */
async function aboutToFire(): Promise<Held> {
  const held = new Held();
  await held.tell({ kind: "launcher-ready", launcher: { pid: 7, startTicks: 7 } });
  await held.tell(reported("slave"));
  await held.synced(5);
  held.history = [];
  await held.tell(reported("master"));
  return held;
}

const given = ["given transition", "given transition", "given run-start", "given step-start"];

void test("a slow disk: no step starts before its record is on it, and nothing else overtakes", async () => {
  const held = await aboutToFire();
  await held.tell(reported("warning"));
  await held.synced(1_900);
  await held.synced(5);
  assert.deepEqual(held.history, [
    ...given,
    "synced after 1900 ms",
    "did answer",
    "did startStep",
    "given transition",
    "given transition",
    "synced after 5 ms",
    "did answer",
  ]);
});

void test("what somebody asks for and no longer wants when the disk lets its turn come is not done", async () => {
  const held = await aboutToFire();
  const ask = (name: string, expiresAtBootMs: number | null): void =>
    held.loop.postTimely(reported(name), {
      expiresAtBootMs,
      expired: () => {
        held.history = [...held.history, `expired ${name}`];
      },
    });
  ask("down", held.nowMs + 4_999);
  ask("slave", held.nowMs + 5_000);
  ask("warning", null);
  held.history = [];
  await held.synced(5_000);
  await held.synced(5);
  const happened = held.history.filter((entry) => !entry.startsWith("given "));
  assert.deepEqual(happened.slice(0, 4), ["synced after 5000 ms", "did answer", "did startStep", "expired down"]);
  assert.deepEqual(happened.slice(-2), ["did answer", "did answer"]);
});

void test("a disk that hangs for more than 2 s: everything known is old, and is observed again", async () => {
  const held = await aboutToFire();
  await held.synced(2_100);
  await held.tell({ kind: "tick" });
  await held.synced(5);
  assert.deepEqual(held.history.slice(0, 8), [
    ...given,
    "synced after 2100 ms",
    "did answer",
    "did startStep",
    "given stalled",
  ]);
});

const stalls = (held: Held): number => held.history.filter((line) => line === "given stalled").length;

/** Transitions of the check, each with a sync that takes so long. */
async function report(held: Held, syncMs: number, statuses: readonly string[]): Promise<void> {
  for (const status of statuses) {
    await held.tell(reported(status));
    await held.synced(syncMs);
  }
}

void test("a disk that stays slow is told of once, and the failover goes on; a fast one in between, and it is told again", async () => {
  const held = await aboutToFire();
  await held.synced(2_100);
  await report(held, 2_100, ["warning", "slave", "warning"]);
  assert.equal(stalls(held), 1);
  assert.ok(held.loop.state().learning.isOver, "it has learned, and may act");
  await report(held, 5, ["slave"]);
  await report(held, 2_100, ["warning", "slave", "warning"]);
  assert.equal(stalls(held), 2);
});

void test("a disk that takes more than 10 s is a stall each time, and so is a stop on top of a slow disk", async () => {
  const held = await aboutToFire();
  await held.synced(2_100);
  await report(held, 10_100, ["warning", "slave", "warning"]);
  assert.equal(stalls(held), 3);
  await held.synced(2_100);
  await report(held, 2_100, ["slave"]);
  const before = stalls(held);
  held.nowMs += 2_100;
  await report(held, 2_100, ["warning"]);
  assert.equal(stalls(held), before + 1);
});

void test("what is thought about for long is taken in parts: a burst is no stall, and what it wants is done meanwhile", async () => {
  let nowMs = 1_000;
  const turnsAtMs: number[] = [];
  const stalled: number[] = [];
  const clock: Clock = { nowMs: () => nowMs, bootMs: () => nowMs, wallMs: () => nowMs, callAt: () => () => undefined };
  const loop = startLoop(
    {
      configuration,
      state: initialState(configuration, nowMs),
      clock,
      /** Each event takes 50 ms, as if of very many checks. */
      step: (of, state, event, atMs) => {
        nowMs += 50;
        if (event.kind === "stalled") stalled.push(atMs);
        return step(of, state, event, atMs);
      },
    },
    {
      remember: () => Promise.resolve(),
      isBehind: () => false,
      perform: () => undefined,
      remembered: () => undefined,
      turned: () => turnsAtMs.push(nowMs),
      beat: () => undefined,
    },
  );
  for (let event = 0; event < 100; event += 1) loop.post({ kind: "tick" });
  await loop.stop();
  const tooks = turnsAtMs.slice(1).map((atMs, index) => atMs - (turnsAtMs[index] ?? 0));
  assert.equal(nowMs, 1_000 + 100 * 50);
  assert.deepEqual([Math.max(...tooks), stalled], [thinkingMsMax, []]);
});

void test("what took the time is blamed, the disk only for what it took", async () => {
  const held = await aboutToFire();
  held.loop.post({ kind: "tick" });
  await held.synced(2_500);
  await held.synced(5);
  assert.match(held.sentences.at(-1) ?? "", /did not run for 2\.5 s, so long the disk took for a record/);
  await held.tell(reported("warning"));
  await held.synced(2_500);
  held.nowMs += 1_500;
  await held.tell({ kind: "tick" });
  assert.match(held.sentences.at(-1) ?? "", /did not run for 4 s: everything/);
});

void test("a check that stays prints a thousand lines a second while the disk hangs: the loop takes the newest", async () => {
  const held = await aboutToFire();
  for (let count = 0; count < 100_000; count += 1) held.loop.post({ kind: "resident-reported", job: 7, results: [] });
  await held.synced(5);
  await held.synced(5);
  assert.ok(held.loop.passedOverCount() > 98_000);
});
