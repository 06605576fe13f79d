/**
 * The machine that the daemon runs on: its clocks, its boots, and the daemon's lives on it. A life is one process; what was
 * meant for a life that is over reaches nobody.
 *
 * Clocks: the monotonic one begins at 0 with each boot, runs a little too fast or too slow, and stands still while the
 * machine is suspended; the other since boot does not; the wall clock jumps when somebody sets it.
 */
import type { Clock } from "../../src/host/clock.ts";
import type { Agenda } from "./agenda.ts";

/** 2026-01-01T00:00:00Z, where every world begins. */
const worldBeginsWallMs = 1_767_225_600_000;

export class Machine {
  readonly #agenda: Agenda;
  /** Of the monotonic clock: 1 is right. */
  readonly #rate: number;
  #boot = 1;
  #bootedAtMs = 0;
  #suspendedMs = 0;
  #suspendedSinceMs: number | null = null;
  #stoppedUntilMs = 0;
  #life = 0;
  #lives = 0;
  wallOffsetMs = 0;

  constructor(agenda: Agenda, rate: number) {
    this.#agenda = agenda;
    this.#rate = rate;
  }

  get bootId(): string {
    return `boot-${this.#boot}`;
  }

  /** The life that lives; 0: none does. */
  get life(): number {
    return this.#life;
  }

  get isStopped(): boolean {
    return this.#agenda.nowMs < this.#stoppedUntilMs;
  }

  /** Since when it runs, by the world's time; it may not have had its turn yet. */
  get runsSinceMs(): number {
    return this.#stoppedUntilMs;
  }

  nowMs(): number {
    const worldMs = this.#suspendedSinceMs ?? this.#agenda.nowMs;
    return round((worldMs - this.#bootedAtMs - this.#suspendedMs) * this.#rate);
  }

  bootMs(): number {
    return round((this.#agenda.nowMs - this.#bootedAtMs) * this.#rate);
  }

  wallMs(): number {
    return worldBeginsWallMs + this.#agenda.nowMs + this.wallOffsetMs;
  }

  beginLife(): number {
    this.#lives += 1;
    this.#life = this.#lives;
    return this.#life;
  }

  endLife(): void {
    this.#life = 0;
  }

  /** A new boot: the monotonic clock begins again. Nobody may live. */
  reboot(): void {
    this.#boot += 1;
    this.#bootedAtMs = this.#agenda.nowMs;
    this.#suspendedMs = 0;
  }

  /** The daemon's process does not run for a while (SIGSTOP, a starved machine). The world goes on. */
  stop(ms: number): void {
    this.#stoppedUntilMs = Math.max(this.#stoppedUntilMs, this.#agenda.nowMs + ms);
  }

  /** The whole machine sleeps: its monotonic clock as well, and all processes on it. */
  suspend(ms: number): void {
    if (this.isStopped || this.#suspendedSinceMs !== null) return;
    this.stop(ms);
    this.#suspendedSinceMs = this.#agenda.nowMs;
    this.#agenda.after(ms, () => {
      this.#suspendedMs += this.#agenda.nowMs - (this.#suspendedSinceMs ?? this.#agenda.nowMs);
      this.#suspendedSinceMs = null;
    });
  }

  /** Does `act` as soon as the daemon runs, if it is still the same. */
  deliver(life: number, act: () => void): void {
    if (life !== this.#life) return;
    if (this.isStopped) this.#agenda.at(this.#stoppedUntilMs, () => this.deliver(life, act));
    else act();
  }

  /** Does `act` as soon as the machine does not sleep, for its processes other than the daemon. */
  whenAwake(boot: string, act: () => void): void {
    if (boot !== this.bootId) return;
    if (this.#suspendedSinceMs === null) act();
    else this.#agenda.at(this.#stoppedUntilMs, () => this.whenAwake(boot, act));
  }

  clockOf(life: number): Clock {
    return {
      nowMs: () => this.nowMs(),
      bootMs: () => this.bootMs(),
      wallMs: () => this.wallMs(),
      callAt: (atMs, callback) => {
        let isCancelled = false;
        let stopWaiting = (): void => {};
        const look = (): void => {
          if (isCancelled) return;
          if (this.nowMs() >= atMs) callback();
          else wait(1);
        };
        /** What is left may be less than two moments of the world differ by: then it would be now for ever. */
        const wait = (leastMs: number): void => {
          const waitMs = Math.max((atMs - this.nowMs()) / this.#rate, leastMs);
          stopWaiting = this.#agenda.after(waitMs, () => this.deliver(life, look));
        };
        wait(0);
        return () => {
          isCancelled = true;
          stopWaiting();
        };
      },
    };
  }
}

/** Microseconds, as a real clock has. */
function round(ms: number): number {
  return Math.floor(ms * 1_000) / 1_000;
}
