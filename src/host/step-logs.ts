/**
 * Keeps the logs of steps short. A step that prints without end would fill the disk in a minute; and what a step has left
 * running (a database that it started) keeps its log open for as long as it lives, so the last logs are looked at after
 * the steps have ended, too.
 */
import { cutLog, logSize } from "./step-files.ts";

/** While a step runs. */
const lookEveryMs = 500;
/** While its log grows by more than `fastBytes` between two looks: at 1 GB/s that is 50 MB too much, not 500. */
const lookFastEveryMs = 50;
const fastBytes = 1024 * 1024;

/** After it has ended, and for how many. */
const lookLaterEveryMs = 10_000;
const endedLogsMax = 64;

interface Log {
  sizeBytes: number;
  droppedBytes: number;
  timer: NodeJS.Timeout | undefined;
}

export class StepLogs {
  readonly #logs = new Map<string, Log>();
  readonly #ended = new Set<string>();
  #laterTimer: NodeJS.Timeout | undefined;

  watch(path: string): void {
    const log: Log = { sizeBytes: 0, droppedBytes: 0, timer: undefined };
    this.#logs.set(path, log);
    this.#lookSoon(path, log, lookFastEveryMs);
  }

  /** The step has ended. How many bytes its log has lost. */
  unwatch(path: string): number {
    const log = this.#logs.get(path);
    clearTimeout(log?.timer);
    this.#logs.delete(path);
    this.#remember(path);
    return (log?.droppedBytes ?? 0) + cutLog(path);
  }

  close(): void {
    for (const log of this.#logs.values()) clearTimeout(log.timer);
    this.#logs.clear();
    clearInterval(this.#laterTimer);
    this.#laterTimer = undefined;
  }

  #lookSoon(path: string, log: Log, afterMs: number): void {
    log.timer = setTimeout(() => {
      const sizeBytes = logSize(path) ?? 0;
      const isFast = sizeBytes - log.sizeBytes > fastBytes;
      const cutBytes = cutLog(path);
      log.droppedBytes += cutBytes;
      log.sizeBytes = sizeBytes - cutBytes;
      this.#lookSoon(path, log, isFast ? lookFastEveryMs : lookEveryMs);
    }, afterMs);
  }

  #remember(path: string): void {
    this.#ended.add(path);
    const [oldest] = this.#ended;
    if (this.#ended.size > endedLogsMax && oldest !== undefined) this.#ended.delete(oldest);
    this.#laterTimer ??= setInterval(() => this.#lookLater(), lookLaterEveryMs).unref();
  }

  #lookLater(): void {
    for (const path of this.#ended) {
      if (logSize(path) === null) this.#ended.delete(path);
      else cutLog(path);
    }
  }
}
