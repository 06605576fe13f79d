/**
 * The demo's timeline: moments that come from several sides (the kill, the client, the daemon's journal), shown live and in
 * their true order. A moment is held back a little, because the journal's entries arrive a little after they happened.
 */
import { sayDuration } from "../../src/base/duration.ts";
import type { Outcome } from "../../src/core/result.ts";
import type { HistoryEntry } from "./daemon-view.ts";
import { bold, faint, green, red, sayCount, yellow } from "./paint.ts";
import type { WriterEvent } from "./writer.ts";

export interface Moment {
  /** Of the wall clock. */
  readonly atMs: number;
  readonly what: string;
  readonly text: string;
  readonly mood: "bad" | "good" | "plain";
}

/** Longer than any entry needs to come through failoverctl, shorter than anybody notices. */
const holdBackMs = 150;

export class Timeline {
  /** `null`: it has not begun, and nothing is shown. */
  #zeroMs: number | null = null;
  #previousMs = 0;
  #held: Moment[] = [];
  readonly #timer = setInterval(() => this.#show(Date.now() - holdBackMs), 25);

  /** Counts from this moment, and shows it. What was felt of it before it was known belongs to it. */
  begin(moment: Moment): void {
    this.#show(moment.atMs - holdBackMs / 3);
    this.#zeroMs = Math.min(moment.atMs, ...this.#held.map(({ atMs }) => atMs));
    this.#previousMs = this.#zeroMs;
    console.log(`\n  ${faint("since kill     part   what")}`);
    this.#held.unshift({ ...moment, atMs: this.#zeroMs });
  }

  add(moment: Moment): void {
    this.#held.push(moment);
  }

  /** Shows at once all that was held back. */
  flush(): void {
    this.#show(Infinity);
  }

  end(): void {
    this.flush();
    clearInterval(this.#timer);
  }

  #show(untilMs: number): void {
    const due = this.#held.filter((moment) => moment.atMs <= untilMs).sort((one, other) => one.atMs - other.atMs);
    this.#held = this.#held.filter((moment) => moment.atMs > untilMs);
    for (const moment of due) this.#print(moment);
  }

  #print({ atMs, what, text, mood }: Moment): void {
    if (this.#zeroMs === null) return;
    const since = `${sayCount(atMs - this.#zeroMs)} ms`.padStart(12);
    const part = `+${sayCount(Math.max(0, atMs - this.#previousMs))}`.padStart(9);
    const paint = { bad: red, good: green, plain: yellow }[mood];
    console.log(`${bold(since)}${faint(part)}   ${paint(what.padEnd(10))}  ${text}`);
    this.#previousMs = Math.max(atMs, this.#previousMs);
  }
}

/** How the client felt it. */
export function tellWriterEvent(event: WriterEvent): Moment {
  switch (event.kind) {
    case "lost":
      return {
        atMs: event.atMs,
        what: "lost",
        text: `write ${sayCount(event.n)} to ${event.host}: ${event.reason}`,
        mood: "bad",
      };
    case "serving":
      return {
        atMs: event.atMs,
        what: "serving",
        text: `write ${sayCount(event.n)} acknowledged by ${event.host}, ${sayDuration(event.gapMs)} after the one before it`,
        mood: "good",
      };
  }
}

/** What the daemon wrote into its journal; `null` for what the timeline does not show. */
export function tellEntry(entry: HistoryEntry, actionsOf: (run: number) => number): Moment | null {
  const moment = (what: string, text: string, mood: Moment["mood"] = "plain"): Moment => {
    return { atMs: Date.parse(entry.at), what, text, mood };
  };
  switch (entry.kind) {
    case "transition":
      if (entry.check !== null || entry.isRole) return null;
      return moment("confirmed", `${entry.host}: ${entry.from} -> ${entry.to}`);
    case "run-start":
      return moment("decided", `run ${entry.run} of [${entry.rule}], ${entry.actions.length} actions`);
    case "step-end": {
      const step = `action ${entry.step}/${actionsOf(entry.run)}`;
      const end = `${sayOutcome(entry.outcome)} in ${sayDuration(entry.ms)}`;
      return moment(step, `${entry.command.join(" ").padEnd(24)} ${end}`, entry.isSuccess ? "plain" : "bad");
    }
    case "expectation":
      return moment("seen", entry.sentence, entry.isMet ? "plain" : "bad");
    case "run-end":
      return moment("done", entry.sentence, entry.outcome === "done" ? "good" : "bad");
    case "waiting":
    case "held":
    case "dropped":
    case "blocked":
    case "split-brain":
    case "split-brain-over":
    case "stalled":
    case "awaiting":
    case "in-doubt":
    case "resumed":
    case "abandoned":
    case "acknowledged":
    case "maintenance-on":
    case "maintenance-off":
    case "reload-refused":
    case "configured":
    case "learned":
      return moment(entry.kind, entry.sentence);
    case "daemon-start":
    case "daemon-stop":
    case "check-removed":
    case "note":
    case "step-start":
      return null;
  }
}

function sayOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case "exited":
      return `exit ${outcome.code}`;
    case "killed":
      return `killed by ${outcome.signal}`;
    case "timed-out":
      return "timed out";
    case "not-started":
      return `not started (${outcome.reason})`;
    case "lost":
      return `lost (${outcome.reason})`;
  }
}
