/**
 * Plays a scenario: the real language, the real dialects and the real core in virtual time, in a simulated world. What it
 * answers is the history: every record with its moment and its sentence, every program started and killed.
 *
 * The daemon is the supervisor's loop in small: all records of a turn become durable together, then its other effects are
 * performed in order; a daemon that dies leaves the journal, the table of its last turn, and whatever it had started.
 */
import assert from "node:assert/strict";
import { sayDuration } from "../../src/base/duration.ts";
import { foldRun } from "../../src/store/unfinished.ts";
import { explain } from "../../src/core/explain.ts";
import { droppedOf, isOutliving } from "../../src/core/outlived.ts";
import { rebaseRun, resumeRun } from "../../src/core/rebase.ts";
import { initialState, replayRecords, restoreState } from "../../src/core/restore.ts";
import { startedPhase } from "../../src/core/step-phase.ts";
import { step } from "../../src/core/step.ts";
import type { Configuration } from "../../src/core/configuration.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { Event, StepFate } from "../../src/core/event.ts";
import type { Record } from "../../src/core/record.ts";
import type { Run } from "../../src/core/run.ts";
import type { State } from "../../src/core/state.ts";
import { readPluginLine } from "../../src/dialect/resident.ts";
import type { Directive } from "./directive.ts";
import { History } from "./history.ts";
import { deepFreeze, type Observer } from "./observed.ts";
import { readFiles } from "./scenario-configuration.ts";
import type { ScenarioLine } from "./scenario-file.ts";
import { SimulatedWorld, type Happening } from "./simulated-world.ts";

interface Journalled {
  readonly record: Record;
  readonly boot: number;
}

/** Monotonic time does not begin at zero, and nothing may depend on that it does. */
const bootedAtMs = 1_000_000;

export class ScenarioRunner {
  readonly history = new History();
  readonly world = new SimulatedWorld();
  readonly journal: Journalled[] = [];
  readonly #observe: Observer;
  readonly #files = { checks: "", actions: "" };
  #configuration: Configuration | null = null;
  /** Null: no daemon runs. */
  #state: State | null = null;
  #table: { readonly state: State; readonly records: number; readonly boot: number; readonly atMs: number } | null =
    null;
  #isTableWritten = true;
  /** What the next daemon finds of the journal; null: nothing that it could not trust. */
  #distrust: string | null = null;
  #nowMs = bootedAtMs;
  #wakeAtMs = bootedAtMs;
  #boot = 1;
  #generation = 1;
  #nextRequest = 1;
  #crashAtRecord = Infinity;
  /** What a daemon that dies at a record takes with it, and when the next one comes; null: a directive starts it. */
  #revival: { readonly isWithSteps: boolean; readonly afterMs: number } | null = null;
  #untilRecord: string | null = null;

  constructor(observe: Observer = () => undefined) {
    this.#observe = observe;
  }

  get state(): State | null {
    return this.#state;
  }

  play(lines: readonly ScenarioLine[]): string {
    for (const { text, directive } of lines) {
      if (directive.kind !== "wait" && directive.kind !== "until" && directive.kind !== "file")
        this.history.directive(this.#shownMs(), text);
      this.direct(directive);
    }
    return this.history.text();
  }

  /** The daemon dies when that record is durable, and another comes by itself. */
  reviveAfterRecord(record: number, revival: { readonly isWithSteps: boolean; readonly afterMs: number }): void {
    this.#crashAtRecord = record;
    this.#revival = revival;
  }

  direct(directive: Directive): void {
    switch (directive.kind) {
      case "file":
        this.#files[directive.name] = directive.text;
        return;
      case "start":
        this.#start();
        return;
      case "restart":
      case "reboot":
        this.#restart(directive.kind === "reboot");
        return;
      case "reload": {
        const before = this.#running().configuration;
        this.#configuration = readFiles(this.#files);
        this.#generation += 1;
        this.#turn({ kind: "reconfigured", before, generation: this.#generation });
        return;
      }
      case "check":
        this.world.setCheck(directive.check, directive.behaviour, this.#nowMs);
        return;
      case "takes":
        this.world.setDuration(directive.check, directive.ms);
        return;
      case "prints":
        this.#turn({
          kind: "resident-reported",
          job: this.#jobOf(directive.check),
          results: [{ host: null, result: readPluginLine(directive.line) }],
        });
        return;
      case "ends":
        this.world.endResident(this.#jobOf(directive.check), this.#nowMs);
        this.#advanceTo(this.#nowMs);
        return;
      case "report": {
        const { check, host, text } = directive;
        this.#turn({ kind: "reported", request: this.#request(), check, host, result: readPluginLine(text) });
        return;
      }
      case "step":
        this.world.setStep(directive.program, directive.behaviours);
        return;
      case "launchers":
        this.world.setLaunchers(directive.work, this.#nowMs);
        return;
      case "wait":
        this.#advanceTo(this.#nowMs + directive.ms);
        return;
      case "until":
        this.#untilRecord = directive.record;
        this.#advanceTo(this.#nowMs + 3_600_000);
        assert.equal(this.#untilRecord, null, `no ${directive.record} came within an hour`);
        return;
      case "stall":
        this.#stall(directive.ms);
        return;
      case "crash":
        this.#crash(directive.isWithSteps);
        return;
      case "crash-at":
        this.#crashAtRecord = directive.record;
        return;
      case "no-table":
        this.#isTableWritten = false;
        return;
      case "show":
        this.history.show(this.#running().state);
        return;
      case "explain":
        this.#explain(directive.rule);
        return;
      case "distrust":
        this.#distrust = directive.reason;
        return;
      case "maintenance-on":
        this.#turn({
          kind: "maintenance-on",
          request: this.#request(),
          scope: directive.scope,
          forMs: directive.ms,
          untilWallMs: directive.ms === null ? null : this.#shownMs() + directive.ms,
          reason: directive.reason,
        });
        return;
      case "maintenance-off":
        this.#turn({ kind: "maintenance-off", request: this.#request(), scope: directive.scope });
        return;
      case "acknowledge":
        this.#turn({ kind: "acknowledge", request: this.#request(), what: directive.what });
        return;
      case "run":
        this.#turn({ kind: "run-rule", request: this.#request(), rule: directive.rule });
        return;
      case "resume":
      case "abandon":
        this.#turn({ kind: directive.kind, request: this.#request(), run: directive.run });
        return;
    }
  }

  #running(): { readonly configuration: Configuration; readonly state: State } {
    assert.ok(this.#configuration !== null && this.#state !== null, "a daemon runs");
    return { configuration: this.#configuration, state: this.#state };
  }

  #request(): number {
    this.#nextRequest += 1;
    return this.#nextRequest - 1;
  }

  #shownMs(): number {
    return this.#nowMs - bootedAtMs;
  }

  #start(): void {
    this.#configuration = readFiles(this.#files);
    this.#begin(initialState(this.#configuration, this.#nowMs), { isRestored: false, dropped: [], doubt: null });
  }

  #begin(state: State, how: Pick<Extract<Event, { kind: "started" }>, "isRestored" | "dropped" | "doubt">): void {
    this.#state = deepFreeze(state);
    this.#wakeAtMs = this.#nowMs;
    this.#turn({
      kind: "started",
      version: "1.0.0",
      pid: 1,
      bootId: `boot-${this.#boot}`,
      found: how.isRestored ? "state restored" : "everything begins unknown",
      step: this.#fateOfStep(state.run),
      ...how,
    });
    this.world.offerLauncher(this.#nowMs);
  }

  /** Everything due until then happens, each at its own moment. */
  #advanceTo(atMs: number): void {
    const untilMs = (): number => Math.min(this.world.agenda.nextAtMs() ?? Infinity, this.#wakesAtMs());
    for (let nextMs = untilMs(); nextMs <= atMs; nextMs = untilMs()) {
      this.#nowMs = Math.max(this.#nowMs, nextMs);
      const happening = (this.world.agenda.nextAtMs() ?? Infinity) <= nextMs ? this.world.agenda.take() : null;
      if (happening === null) this.#turn({ kind: "tick" });
      else this.#happen(happening);
      if (this.#untilRecord === null && atMs >= this.#nowMs + 600_000) return;
    }
    this.#nowMs = atMs;
  }

  #wakesAtMs(): number {
    return this.#state === null ? Infinity : this.#wakeAtMs;
  }

  #happen(happening: Happening): void {
    switch (happening.kind) {
      case "event":
        if (this.#state !== null) this.#turn(happening.event);
        return;
      case "restart":
        this.#restart(false);
        return;
      case "step-ends": {
        const { run, name, outcome } = happening;
        this.world.endStep(run, name, outcome, this.#nowMs);
        if (this.#state !== null) this.#turn({ kind: "step-ended", run, name, outcome, output: "", droppedBytes: 0 });
        return;
      }
    }
  }

  /** Nothing is done for a while, and what happened meanwhile is there at once when the loop runs again. */
  #stall(gapMs: number): void {
    this.#nowMs += gapMs;
    this.#turn({ kind: "stalled", gapMs, countedMs: gapMs, isDisk: false });
    this.#advanceTo(this.#nowMs);
  }

  #turn(event: Event): void {
    const { configuration, state } = this.#running();
    const after = step(configuration, state, event, this.#nowMs);
    const { effects } = after;
    this.#observe({ event, before: state, after: after.state, effects, configuration, nowMs: this.#nowMs });
    this.#state = deepFreeze(after.state);
    for (const effect of effects) {
      if (effect.kind !== "record") continue;
      this.#write(effect.record);
      if (effect.record.kind === this.#untilRecord) this.#untilRecord = null;
      if (this.journal.length === this.#crashAtRecord) {
        this.history.line(`the daemon dies behind record ${this.journal.length}`);
        this.#crash(this.#revival?.isWithSteps ?? false);
        if (this.#revival !== null) this.world.agenda.add(this.#nowMs + this.#revival.afterMs, { kind: "restart" });
        return;
      }
    }
    for (const effect of effects) this.#perform(effect);
    if (this.#isTableWritten)
      this.#table = { state: after.state, records: this.journal.length, boot: this.#boot, atMs: this.#nowMs };
  }

  #write(record: Record): void {
    this.journal.push({ record, boot: this.#boot });
    this.history.record(this.#shownMs(), record);
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "record":
      case "startResident":
      case "stopCheck":
      case "notify":
        return;
      case "startCheck":
        this.world.startCheck(effect, this.#namesOf(effect.job), this.#nowMs);
        return;
      case "startStep":
        this.history.started(this.#shownMs(), effect);
        this.world.startStep(effect, this.#nowMs);
        return;
      case "killStep":
        this.history.killed(this.#shownMs(), effect);
        this.world.killStep(effect.run, effect.name, this.#nowMs);
        return;
      case "answer":
        this.history.answered(effect);
        return;
      case "wakeAt":
        this.#wakeAtMs = effect.atMs;
        return;
    }
  }

  #namesOf(job: number): readonly string[] {
    const { state, configuration } = this.#running();
    const check = configuration.checks.find((other) => state.checks[other.key]?.job === job);
    return check === undefined ? [] : [check.key, check.name];
  }

  #jobOf(name: string): number {
    const { state, configuration } = this.#running();
    const check = configuration.checks.find((other) => other.key === name || other.name === name);
    const job = check === undefined ? null : (state.checks[check.key]?.job ?? null);
    assert.ok(job !== null, `${name} runs`);
    return job;
  }

  #explain(rule: string): void {
    const known = this.#running();
    const explained = explain(known, rule, this.#nowMs);
    assert.ok(explained !== null, `there is a rule ${rule}`);
    this.history.explained(explained);
  }

  #crash(isWithSteps: boolean): void {
    this.#state = null;
    this.#crashAtRecord = Infinity;
    this.world.loseDaemon(isWithSteps);
  }

  /** As the supervisor recovers: the table, the records behind it, the run that they left, and what became of its step. */
  #restart(isReboot: boolean): void {
    assert.equal(this.#state, null, "there is no daemon");
    const configuration = readFiles(this.#files);
    this.#configuration = configuration;
    if (isReboot) this.#boot += 1;
    this.#isTableWritten = true;
    const table = this.#table;
    const isCurrent = table !== null && table.boot === this.#boot && this.#nowMs - table.atMs <= 600_000;
    const begin =
      table === null
        ? initialState(configuration, this.#nowMs)
        : restoreState(configuration, table.state, { nowMs: this.#nowMs, shiftMs: 0, isCurrent });
    const newer = this.journal.slice(table?.records ?? 0).map(({ record }) => record);
    const records = isCurrent ? newer : newer.filter(isOutliving);
    const run = this.#unfinished();
    const resume = isReboot ? rebaseRun : resumeRun;
    const unfinished = run === null ? null : resume(run, this.#nowMs);
    const state = replayRecords(
      configuration,
      begin,
      { records, unfinished, isCurrent, wallMs: this.#shownMs() },
      this.#nowMs,
    );
    const dropped =
      table === null || isCurrent ? [] : droppedOf(configuration, { state: table.state, savedAtMs: table.atMs }, newer);
    const doubt = isReboot ? "it was cut off in another boot of this machine" : this.#sayLongAgo(table?.atMs ?? null);
    const found = { ...state, distrust: this.#distrust };
    this.#distrust = null;
    this.#begin(found, { isRestored: isCurrent, dropped, doubt: run === null ? null : doubt });
  }

  #unfinished(): Run | null {
    let run: Run | null = null;
    for (const { record } of this.journal) run = foldRun(run, record);
    return run;
  }

  #sayLongAgo(savedAtMs: number | null): string | null {
    const silentMs = this.#nowMs - (savedAtMs ?? this.#nowMs);
    return silentMs <= 600_000 ? null : `it was cut off, and no daemon ran for ${sayDuration(silentMs)}`;
  }

  #fateOfStep(run: Run | null): StepFate | null {
    const started = run === null ? null : startedPhase(run.phase);
    if (run === null || started === null) return null;
    const found = this.world.findStep(run.run, started.name);
    if (found === "running" || found === "in-doubt") return { kind: found };
    const { outcome, atMs } = found;
    const endedAgoMs = started.launcher.pid === 0 ? null : this.#nowMs - atMs;
    return { kind: "ended", outcome, output: "", droppedBytes: 0, endedAgoMs };
  }
}
