/** The core, driven by hand: told one event after the other, it remembers what it wrote down and what it answered. */
import { step } from "../../src/core/step.ts";
import type { Configuration } from "../../src/core/configuration.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { Event } from "../../src/core/event.ts";
import type { Record } from "../../src/core/record.ts";
import type { Outcome, Result } from "../../src/core/result.ts";
import type { State } from "../../src/core/state.ts";

export const launcher = { pid: 4711, startTicks: 7 };

export class Driven {
  readonly configuration: Configuration;
  state: State;
  nowMs = 1_000;
  readonly records: Record[] = [];
  /** Of the last event. */
  effects: readonly Effect[] = [];

  constructor(configuration: Configuration, state: State) {
    this.configuration = configuration;
    this.state = state;
  }

  tell(event: Event): void {
    const { state, effects } = step(this.configuration, this.state, event, this.nowMs);
    this.state = state;
    this.effects = effects;
    for (const effect of effects) if (effect.kind === "record") this.records.push(effect.record);
  }

  /** What the last event, a request, was answered with. */
  answer(): string | null {
    const answer = this.effects.find((effect) => effect.kind === "answer");
    return answer === undefined ? null : `${answer.isAccepted ? "yes" : "no"}: ${answer.sentence}`;
  }

  ask(event: Event): string | null {
    this.tell(event);
    return this.answer();
  }

  /** The scheduled check of that key ends now, having begun when it was due. */
  checkEnds(key: string, results: readonly { readonly host: string | null; readonly result: Result }[]): void {
    this.tell({ kind: "tick" });
    this.tell({ kind: "check-ended", job: this.state.checks[key]?.job ?? -1, results });
  }

  /** The step that runs ends so. */
  stepEnds(outcome: Outcome): void {
    const { run } = this.state;
    const name = run?.phase.kind === "running" ? run.phase.name : "none";
    this.tell({ kind: "step-ended", run: run?.run ?? -1, name, outcome, output: "", droppedBytes: 0 });
  }

  /** The sentences of the records of that kind. */
  said(kind: Record["kind"]): readonly string[] {
    return this.records.filter((record) => record.kind === kind).map(({ sentence }) => sentence);
  }
}
