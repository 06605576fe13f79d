/**
 * What the daemon says to its operator: a line a sentence. A log must not do harm by filling a disk, so a sentence that is
 * said again within ten seconds is only counted, and then said once more with the count; and one key has so many sentences
 * in that time, and no more. Where the lines go is `log-writer.ts`.
 */
import { printable } from "../base/terminal-text.ts";
import type { Clock } from "./clock.ts";

export type LogLevel = "info" | "warn" | "error";

/** `key`: which kind of thing is told (`journal`, `launcher`), one word, for filters and for the limits. */
export interface Log {
  info(key: string, sentence: string): void;
  warn(key: string, sentence: string): void;
  error(key: string, sentence: string): void;
  /** Says now what was only counted. For the end. */
  flush(): void;
}

export interface LogOptions {
  /** `text`: `TIME level key: sentence`. `json`: `{"at","level","key","sentence","again"}`. */
  readonly format: "text" | "json";
  readonly clock: Clock;
  /** Takes one line, with its newline. */
  readonly write: (line: string) => void;
}

/** The same sentence again within this time is only counted. */
export const repeatMs = 10_000;

/** Different sentences of one key within `repeatMs`. A failover says fewer; a loop that went wild says more. */
export const sentencesPerKeyMax = 50;

export function createLog(options: LogOptions): Log {
  const windows = new Map<string, Window>();
  const end = (key: string, window: Window): void => {
    windows.delete(key);
    window.end();
  };
  const tell = (level: LogLevel, key: string, sentence: string): void => {
    const isOpen = windows.get(key) ?? new Window(options, key, (window) => end(key, window));
    windows.set(key, isOpen);
    isOpen.tell(level, sentence);
  };
  return {
    info: (key, sentence) => tell("info", key, sentence),
    warn: (key, sentence) => tell("warn", key, sentence),
    error: (key, sentence) => tell("error", key, sentence),
    flush: () => windows.forEach((window, key) => end(key, window)),
  };
}

interface Said {
  readonly level: LogLevel;
  readonly sentence: string;
  againCount: number;
}

/** What one key has said in the `repeatMs` since its first sentence. */
class Window {
  readonly #options: LogOptions;
  readonly #key: string;
  readonly #cancel: () => void;
  readonly #said = new Map<string, Said>();
  #excessCount = 0;

  constructor(options: LogOptions, key: string, onOver: (window: Window) => void) {
    this.#options = options;
    this.#key = key;
    this.#cancel = options.clock.callAt(options.clock.nowMs() + repeatMs, () => onOver(this));
  }

  tell(level: LogLevel, sentence: string): void {
    const said = this.#said.get(`${level} ${sentence}`);
    if (said !== undefined) said.againCount += 1;
    else if (this.#said.size >= sentencesPerKeyMax) this.#excessCount += 1;
    else {
      this.#said.set(`${level} ${sentence}`, { level, sentence, againCount: 0 });
      this.#write(level, sentence, 0);
    }
  }

  end(): void {
    this.#cancel();
    for (const { level, sentence, againCount } of this.#said.values()) {
      if (againCount > 0) this.#write(level, sentence, againCount);
    }
    if (this.#excessCount > 0) this.#write("warn", `${this.#excessCount} more sentences were left out here`, 0);
  }

  #write(level: LogLevel, sentence: string, againCount: number): void {
    const { format, clock, write } = this.#options;
    const at = new Date(clock.wallMs()).toISOString();
    if (format === "json") {
      write(`${JSON.stringify({ at, level, key: this.#key, sentence, again: againCount })}\n`);
      return;
    }
    const again = againCount === 0 ? "" : ` (again, ${againCount} times in ${repeatMs / 1_000} s)`;
    write(`${at} ${level} ${this.#key}: ${printable(sentence)}${again}\n`);
  }
}
