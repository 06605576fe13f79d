/** Time. Monotonic for every limit; the wall clock is for people only, and may jump. */
import { uptime } from "node:os";

export interface Clock {
  /** Milliseconds since the machine's boot, never backwards, the same for all processes (CLOCK_MONOTONIC). */
  nowMs(): number;
  /** Milliseconds since boot, a suspended machine's sleep included (CLOCK_BOOTTIME): shows a suspend that `nowMs` does not. */
  bootMs(): number;
  /** Milliseconds since 1970, for people. */
  wallMs(): number;
  /** Calls `callback` once, at `atMs` of `nowMs` or a little later. The answer cancels it. */
  callAt(atMs: number, callback: () => void): () => void;
}

export const realClock: Clock = {
  nowMs: () => Number(process.hrtime.bigint() / 1_000n) / 1_000,
  bootMs: () => uptime() * 1_000,
  wallMs: () => Date.now(),
  callAt: (atMs, callback) => {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      /** Node's timers hold 31 bits of milliseconds, and may come up to a millisecond early: what is not yet is asked for again. */
      const delayMs = Math.min(Math.max(0, Math.ceil(atMs - realClock.nowMs())), 2 ** 31 - 1);
      timer = setTimeout(() => (realClock.nowMs() < atMs ? arm() : callback()), delayMs);
    };
    arm();
    return () => clearTimeout(timer);
  },
};
