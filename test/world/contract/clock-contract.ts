/** What the supervisor relies on, of any clock: the same tests hold the real one and the simulated one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../../src/host/clock.ts";

export interface ClockSubject {
  readonly clock: Clock;
  /** Lets time pass until the promise is kept. */
  readonly settle: <T>(promise: Promise<T>) => Promise<T>;
}

/** Timers come a little late on a machine that has other things to do; what is later than this is no timer. */
const lateMsMax = 5_000;

const rows: readonly { readonly name: string; readonly hold: (subject: ClockSubject) => Promise<void> }[] = [
  {
    name: "time does not go back, and passes",
    hold: async ({ clock, settle }) => {
      const beganAtMs = clock.nowMs();
      const beganAtBootMs = clock.bootMs();
      await settle(at(clock, beganAtMs + 20));
      assert.ok(clock.nowMs() >= beganAtMs + 20);
      assert.ok(clock.bootMs() >= beganAtBootMs);
      assert.ok(clock.wallMs() > Date.UTC(2020, 0));
    },
  },
  {
    name: "a call comes at its time or a little later, once",
    hold: async ({ clock, settle }) => {
      const wantedAtMs = clock.nowMs() + 30;
      let calls = 0;
      clock.callAt(wantedAtMs, () => {
        calls += 1;
        assert.ok(clock.nowMs() >= wantedAtMs, "too early");
        assert.ok(clock.nowMs() <= wantedAtMs + lateMsMax, "too late");
      });
      await settle(at(clock, wantedAtMs + 30));
      assert.equal(calls, 1);
    },
  },
  {
    name: "a call that was cancelled does not come, also when it is due",
    hold: async ({ clock, settle }) => {
      const dueAtMs = clock.nowMs() + 20;
      let calls = 0;
      const count = (): void => {
        calls += 1;
      };
      const cancel = clock.callAt(dueAtMs, count);
      const cancelLate = clock.callAt(dueAtMs + 10, count);
      cancel();
      clock.callAt(dueAtMs, cancelLate);
      await settle(at(clock, dueAtMs + 30));
      cancel();
      assert.equal(calls, 0);
    },
  },
  {
    name: "what is due already comes soon, and not within the asking",
    hold: async ({ clock, settle }) => {
      let isCalled = false;
      const called = new Promise<void>((resolve) => {
        clock.callAt(clock.nowMs() - 1_000, () => {
          isCalled = true;
          resolve();
        });
      });
      assert.equal(isCalled, false);
      await settle(called);
    },
  },
  {
    name: "the earlier comes first",
    hold: async ({ clock, settle }) => {
      const order: string[] = [];
      const nowMs = clock.nowMs();
      clock.callAt(nowMs + 40, () => order.push("second"));
      clock.callAt(nowMs + 10, () => order.push("first"));
      await settle(at(clock, nowMs + 60));
      assert.deepEqual(order, ["first", "second"]);
    },
  },
];

function at(clock: Clock, atMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.callAt(atMs, () => resolve());
  });
}

export function holdClock(name: string, open: () => ClockSubject): void {
  for (const row of rows) void test(`${name}: ${row.name}`, () => row.hold(open()));
}
