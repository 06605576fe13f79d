/**
 * The supervisor: recovers what an earlier daemon knew, then runs the loop over whatever world it is given. The real world
 * is put together in `daemon.ts`; the simulator gives another one, and everything in here is the same.
 */
import { sayCount } from "../base/count.ts";
import { sayDuration } from "../base/duration.ts";
import { explain } from "../core/explain.ts";
import { startedPhase } from "../core/step-phase.ts";
import { rehearse, type Rehearsal } from "../core/rehearse.ts";
import type { JournalLimits } from "../store/journal-files.ts";
import { openJournal } from "../store/open-journal.ts";
import { loadTable } from "../store/table.ts";
import type { Configuration } from "../core/configuration.ts";
import type { AgentCall } from "../core/effect.ts";
import type { Event, StepFate } from "../core/event.ts";
import type { Record } from "../core/record.ts";
import type { Run } from "../core/run.ts";
import type { State } from "../core/state.ts";
import type { Clock } from "../host/clock.ts";
import type { Log } from "../host/log.ts";
import type { RunNotifier } from "../host/notifier.ts";
import type { ProcessEvent, Processes } from "../host/processes.ts";
import type { Disk } from "../store/disk.ts";
import type { Explanation } from "../wire/methods.ts";
import type { StatusView } from "../wire/status.ts";
import { isOver, startLoop, type Loop, type Step } from "./loop.ts";
import { Memory } from "./memory.ts";
import { createNotifications, endWithinMs, type Notifications } from "./notifications.ts";
import { processPerformer, type Stdin } from "./performer.ts";
import { recover, type Recovered } from "./recovery.ts";
import { composeTable, startSettling, type Settling } from "./settling.ts";
import { statusView, viewRule, type DaemonFacts } from "./status-view.ts";

/** Everything outside. */
export interface World {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly varFolder: string;
  readonly bootId: string;
  readonly pid: number;
  readonly log: Log;
  readonly createProcesses: (onEvent: (event: ProcessEvent) => void) => Processes;
  readonly runNotifier: RunNotifier;
  /** A run has ended: the logs of those long past may go. */
  readonly pruneRuns: (newest: number) => Promise<void>;
  /** The highest number of a run whose logs are there, whatever the journal knows of it; 0: there are none. */
  readonly newestRun: () => Promise<number>;
  /** What a fence agent is told on its standard input, secrets and all; a sentence if a secret cannot be had. */
  readonly readStdin: (call: AgentCall) => Stdin;
  /** What decides: the core, unless a test watches it or spoils it. */
  readonly step?: Step;
  /** Smaller ones in tests, where files are to be put away soon. */
  readonly journalLimits?: JournalLimits;
}

/** An event that is answered; the request's number is put in here. */
export type Asking =
  Extract<Event, { readonly request: number }> extends infer E ? (E extends Event ? Omit<E, "request"> : never) : never;

export interface Answer {
  readonly isAccepted: boolean;
  /** Its turn came when whoever asked had given up: the core was not asked. */
  readonly isExpired: boolean;
  readonly sentence: string;
  /** The run that it has started. */
  readonly run: number | null;
}

export const expired: Answer = {
  isAccepted: false,
  isExpired: true,
  sentence: "its turn came when whoever asked had given up: nothing was done",
  run: null,
};

export interface Supervisor {
  readonly memory: Memory;
  readonly configuration: () => Configuration;
  readonly state: () => State;
  readonly status: () => StatusView;
  /** Milliseconds since 1970, by the world's own clock. */
  readonly wallMs: () => number;
  /** Null: there is no such rule. */
  readonly explain: (rule: string) => Explanation | null;
  /** The commands that a rule would start now, in order; a sentence if it could not. */
  readonly rehearse: (rule: string) => Rehearsal;
  /** `expiresAtBootMs`: null, or left out, if it is wanted whenever its turn comes. */
  readonly ask: (event: Asking, expiresAtBootMs?: number | null) => Promise<Answer>;
  /** A request that is wanted until then is not wanted any more. */
  readonly isOver: (expiresAtBootMs: number | null) => boolean;
  /** Something outside is to be written down. */
  readonly note: (topic: string, sentence: string) => void;
  readonly reconfigure: (configuration: Configuration) => void;
  readonly refuseReload: (refusal: { readonly errors: number; readonly first: string }) => void;
  /** Ends it in order: checks ended, steps left running, all written down. */
  readonly stop: (reason: string) => Promise<void>;
}

export type StartedSupervisor =
  | { readonly kind: "started"; readonly supervisor: Supervisor }
  | { readonly kind: "refused"; readonly sentence: string };

export interface SupervisorOptions {
  readonly configuration: Configuration;
  readonly localHost: string;
  readonly version: string;
}

export async function startSupervisor(world: World, options: SupervisorOptions): Promise<StartedSupervisor> {
  const opened = await openMemory(world, options.configuration);
  if (opened.kind === "refused") return opened;
  const { memory, recovered, notes } = opened;
  const settling = startSettling(memory, { configuration: options.configuration, state: recovered.state });
  const works = startWorks(world, options, { memory, state: recovered.state, settling });
  const { loop, processes } = works;
  const supervisor = supervise(world, options, { ...works, memory, settling });
  memory.composeBy(() => {
    const { clock, bootId } = world;
    return composeTable({ clock, bootId, localHost: options.localHost }, settling.settled(), supervisor.status());
  });
  loop.post({
    kind: "started",
    version: options.version,
    pid: world.pid,
    bootId: world.bootId,
    isRestored: recovered.isRestored,
    found: recovered.found,
    dropped: recovered.dropped,
    doubt: recovered.doubt,
    step: fateOfStep(recovered.state.run, processes),
  });
  for (const { topic, sentence } of notes) loop.post({ kind: "noted", topic, sentence });
  return { kind: "started", supervisor };
}

type OpenedMemory =
  | {
      readonly kind: "opened";
      readonly memory: Memory;
      readonly recovered: Recovered;
      /** What was found of the files, to be written down. */
      readonly notes: readonly { readonly topic: string; readonly sentence: string }[];
    }
  | { readonly kind: "refused"; readonly sentence: string };

/** Table and journal, and what they say of the daemon before this one. */
async function openMemory(world: World, configuration: Configuration): Promise<OpenedMemory> {
  const { clock, disk, varFolder, log } = world;
  const read = await loadTable(disk, varFolder);
  const table = read.kind === "table" ? read.table : null;
  const opened = await openJournal(disk, {
    folder: varFolder,
    wallMs: clock.wallMs(),
    expectedSeq: table?.seq ?? null,
    ...(world.journalLimits === undefined ? {} : { limits: world.journalLimits }),
  });
  if (opened.kind === "refused") return opened;
  const { journal, recovery } = opened;
  const memory = new Memory({ disk, folder: varFolder, journal, clock, log });
  const recovered = await recover(world, configuration, table, recovery);
  const ofTable = read.kind === "unusable" ? [{ topic: "table", sentence: read.sentence }] : [];
  const ofJournal = recovery.notes.map((sentence) => ({ topic: "journal", sentence }));
  return { kind: "opened", memory, recovered, notes: [...ofTable, ...ofJournal] };
}

/** What runs: the loop, and what it performs its effects with. */
interface Works {
  readonly loop: Loop;
  readonly processes: Processes;
  readonly notifications: Notifications;
  readonly ask: Supervisor["ask"];
  /** Resolves when no logs of past runs are being removed. */
  readonly whenPruned: () => Promise<void>;
}

function startWorks(
  world: World,
  { configuration, localHost }: SupervisorOptions,
  { memory, state, settling }: { readonly memory: Memory; readonly state: State; readonly settling: Settling },
): Works {
  const { clock } = world;
  let isFirstTurn = true;
  const answers = new Answers();
  const pruning = new Pruning(world);
  const passedOver = new PassedOver(world.log);
  const processes = world.createProcesses((event) => {
    const understood = performer.understand(event);
    if (understood !== null) loop.post(understood);
  });
  const notifications = createNotifications({
    localHost,
    run: world.runNotifier,
    onFailed: (sentence) => loop.post({ kind: "noted", topic: "notify", sentence }),
  });
  const performer = processPerformer(processes, world.readStdin, (event) => loop.post(event));
  const settle = (): void => settling.settle({ configuration: loop.configuration(), state: loop.state() });
  const loop: Loop = startLoop(
    { configuration, state, clock, ...(world.step === undefined ? {} : { step: world.step }) },
    {
      remember: async (records) => {
        await memory.remember(records);
        /**
         * What was taken over is in the journal; now the table of this boot and moment, before anything is seen or done.
         * Whenever the daemon dies, there is one that the records of the journal can be put on.
         */
        if (isFirstTurn) {
          isFirstTurn = false;
          settle();
          await memory.save();
        }
        pruning.afterRecords(records);
      },
      isBehind: () => memory.isBehind,
      remembered: () => {
        settle();
        memory.changed();
      },
      turned: () => {
        settle();
        memory.refresh();
        passedOver.tell(loop.passedOverCount());
      },
      beat: () => memory.refresh(),
      perform: (effect) => {
        switch (effect.kind) {
          case "answer":
            answers.give(effect.request, { ...effect, isExpired: false });
            return;
          case "notify": {
            const { topic, record } = effect;
            const at = new Date(clock.wallMs()).toISOString();
            notifications.push({ topic, record, at }, { configuration: loop.configuration(), state: loop.state() });
            return;
          }
          case "startCheck":
          case "startResident":
          case "stopCheck":
          case "startStep":
          case "killStep":
            performer.perform(effect);
            return;
        }
      },
    },
  );
  const ask: Supervisor["ask"] = (event, expiresAtBootMs = null) =>
    answers.expect((request) => {
      const giveUp = (): void => answers.give(request, expired);
      loop.postTimely({ ...event, request }, { expiresAtBootMs, expired: giveUp });
    });
  return { loop, processes, notifications, ask, whenPruned: () => pruning.done };
}

/** Who has asked the core something and waits. */
class Answers {
  #nextRequest = 1;
  readonly #waiting = new Map<number, (answer: Answer) => void>();

  /** `post` asks, with the number that the answer will have. */
  expect(post: (request: number) => void): Promise<Answer> {
    return new Promise((resolve) => {
      const request = this.#nextRequest;
      this.#nextRequest += 1;
      this.#waiting.set(request, resolve);
      post(request);
    });
  }

  give(request: number, answer: Answer): void {
    this.#waiting.get(request)?.(answer);
    this.#waiting.delete(request);
  }
}

/** Says how many lines were passed over, when it is over for the moment. */
class PassedOver {
  readonly #log: Log;
  #told = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  tell(count: number): void {
    if (count === this.#told) return;
    const lines = sayCount(count - this.#told, "line");
    this.#told = count;
    this.#log.warn(
      "resident",
      `${lines} of checks that stay passed over: they came faster than they could be taken, and the newest counts`,
    );
  }
}

/** Removes the logs of runs long past, one removal at a time. */
class Pruning {
  readonly #world: Pick<World, "pruneRuns" | "log">;
  done = Promise.resolve();

  constructor(world: Pick<World, "pruneRuns" | "log">) {
    this.#world = world;
  }

  afterRecords(records: readonly Record[]): void {
    const ended = records.find((record) => record.kind === "run-end");
    if (ended === undefined) return;
    this.done = this.done
      .then(() => this.#world.pruneRuns(ended.run))
      .catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        this.#world.log.warn("runs", `the logs of past runs could not be removed: ${why}`);
      });
  }
}

/** What others may ask of it and tell it. */
function supervise(
  world: World,
  { version }: SupervisorOptions,
  works: Works & { readonly memory: Memory; readonly settling: Settling },
): Supervisor {
  const { clock, log } = world;
  const { memory, settling, loop, processes, notifications } = works;
  const startedAtWallMs = clock.wallMs();
  let generation = 1;
  let reloadRefused: string | null = null;
  const facts = (): DaemonFacts => ({
    isRunning: true,
    pid: world.pid,
    version,
    startedAtWallMs,
    turnedAtMs: loop.turnedAtMs(),
    generation,
    reloadRefused,
    notRemembered: memory.notRemembered,
    notSaved: memory.notSaved,
    notifications: { waiting: notifications.waitingCount(), dropped: notifications.droppedCount() },
  });
  return {
    memory,
    configuration: loop.configuration,
    state: loop.state,
    status: () => statusView(settling.settled(), facts(), { nowMs: clock.nowMs(), wallMs: clock.wallMs() }),
    wallMs: () => clock.wallMs(),
    explain: (rule) => {
      const known = { configuration: loop.configuration(), state: loop.state() };
      const explained = explain(known, rule, clock.nowMs());
      if (explained === null) return null;
      return { ...viewRule(rule, known.state), parts: explained.parts, hold: explained.hold };
    },
    rehearse: (rule) => rehearse({ configuration: loop.configuration(), state: loop.state() }, rule),
    ask: works.ask,
    isOver: (expiresAtBootMs) => isOver(expiresAtBootMs, clock),
    note: (topic, sentence) => loop.post({ kind: "noted", topic, sentence }),
    reconfigure: (configuration) => {
      generation += 1;
      reloadRefused = null;
      loop.reconfigure(configuration, generation);
    },
    refuseReload: (refusal) => {
      reloadRefused = refusal.first;
      loop.post({ kind: "reload-refused", ...refusal });
    },
    stop: async (reason) => {
      loop.post({ kind: "stopping", reason });
      await loop.stop();
      const [untold] = await Promise.all([notifications.end(clock), processes.close(), works.whenPruned()]);
      if (untold.length > 0) log.warn("notify", sayUntold(untold));
      await memory.close();
    },
  };
}

/** A log says no more than a screenful of one thing. */
const untoldSaidMax = 5;

function sayUntold(sentences: readonly string[]): string {
  const said = sentences.slice(0, untoldSaidMax).map((sentence) => `"${sentence}"`);
  const more = sentences.length > said.length ? ", …" : "";
  const count = sayCount(sentences.length, "notification");
  return `${count} dropped, nobody could be told within ${sayDuration(endWithinMs)} of the stop: ${said.join(", ")}${more}`;
}

/** What became of the step that was running when the last daemon ended; one that still runs is awaited from now on. */
function fateOfStep(run: Run | null, processes: Processes): StepFate | null {
  const started = run === null ? null : startedPhase(run.phase);
  if (run === null || started === null) return null;
  const key = { run: run.run, name: started.name };
  const found = processes.findStep(key, started.launcher);
  if (found === "in-doubt") return { kind: "in-doubt" };
  /** In another boot its process was another one, which stands there as pid 0 (`rebaseRun`). */
  const isOfThisBoot = started.launcher.pid !== 0;
  if (found !== "running")
    return { ...found, kind: "ended", droppedBytes: 0, endedAgoMs: isOfThisBoot ? found.endedAgoMs : null };
  processes.awaitStep(key, started.launcher);
  return { kind: "running" };
}
