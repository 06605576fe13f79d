/**
 * The supervisor: recovers what an earlier daemon knew, then runs the loop over whatever world it is given. The real world
 * is put together in `daemon.ts`; the simulator gives another one, and everything in here is the same.
 */
import { sayCount } from "../base/count.ts";
import { sayDuration } from "../base/duration.ts";
import { explain } from "../core/explain.ts";
import { startedPhase } from "../core/step-phase.ts";
import { lastingOf } from "../core/restore.ts";
import { rehearse, type Rehearsal } from "../core/rehearse.ts";
import type { JournalLimits } from "../store/journal-files.ts";
import { openJournal } from "../store/open-journal.ts";
import { loadTable } from "../store/table.ts";
import type { Configuration } from "../core/configuration.ts";
import type { Effect } from "../core/effect.ts";
import type { Event, StepFate } from "../core/event.ts";
import type { Run } from "../core/run.ts";
import type { State } from "../core/state.ts";
import type { Clock } from "../host/clock.ts";
import type { Log } from "../host/log.ts";
import type { ProcessEvent, Processes } from "../host/processes.ts";
import type { Disk } from "../store/disk.ts";
import type { Table } from "../store/table-format.ts";
import type { Explanation } from "../wire/methods.ts";
import type { StatusView } from "../wire/status.ts";
import { startLoop, type Loop, type Step } from "./loop.ts";
import { Memory } from "./memory.ts";
import { createNotifications, endWithinMs, type RunNotifier } from "./notifications.ts";
import { processPerformer, type Stdin } from "./performer.ts";
import { recover } from "./recovery.ts";
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
  readonly readStdin: (fence: FenceCall) => Stdin;
  /** What decides: the core, unless a test watches it or spoils it. */
  readonly step?: Step;
  /** Smaller ones in tests, where files are to be put away soon. */
  readonly journalLimits?: JournalLimits;
}

export type FenceCall = NonNullable<Extract<Effect, { readonly kind: "startStep" }>["fence"]>;

/** An event that is answered; the request's number is put in here. */
export type Asking =
  Extract<Event, { readonly request: number }> extends infer E ? (E extends Event ? Omit<E, "request"> : never) : never;

export interface Answer {
  readonly isAccepted: boolean;
  readonly sentence: string;
  /** The run that it has started. */
  readonly run: number | null;
}

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
  readonly ask: (event: Asking) => Promise<Answer>;
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

export async function startSupervisor(
  world: World,
  options: { readonly configuration: Configuration; readonly localHost: string; readonly version: string },
): Promise<StartedSupervisor> {
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
  const { state, found, isRestored, dropped, doubt } = await recover(world, options.configuration, table, recovery);
  const beginning: DaemonFacts = {
    isRunning: true,
    pid: world.pid,
    version: options.version,
    startedAtWallMs: clock.wallMs(),
    turnedAtMs: clock.nowMs(),
    generation: 1,
    reloadRefused: null,
    notRemembered: null,
    notifications: { waiting: 0, dropped: 0 },
  };
  /** What is shown and saved: as of between two turns, behind the journal, so that what a crash takes back is in none of the three. */
  const settledAt = (known: Known): Settled => ({
    ...known,
    seq: memory.durableSeq,
    toldSeq: memory.toldSeq,
    isRemembered: memory.notRemembered === null,
  });
  let settled = settledAt({ configuration: options.configuration, state });
  let isFirstTurn = true;
  let generation = 1;
  let reloadRefused: string | null = null;
  let nextRequest = 1;
  const waiting = new Map<number, (answer: Answer) => void>();

  const processes = world.createProcesses((event) => {
    const understood = performer.understand(event);
    if (understood !== null) loop.post(understood);
  });
  let pruning = Promise.resolve();
  const sayUnpruned = (error: unknown): void =>
    log.warn(
      "runs",
      `the logs of past runs could not be removed: ${error instanceof Error ? error.message : String(error)}`,
    );
  const notifications = createNotifications({
    localHost: options.localHost,
    run: world.runNotifier,
    onFailed: (sentence) => loop.post({ kind: "noted", topic: "notify", sentence }),
  });
  const performer = processPerformer(processes, world.readStdin, (event) => loop.post(event));
  const loop: Loop = startLoop(
    { configuration: options.configuration, state, clock, ...(world.step === undefined ? {} : { step: world.step }) },
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
        const ended = records.find((record) => record.kind === "run-end");
        if (ended !== undefined) pruning = pruning.then(() => world.pruneRuns(ended.run)).catch(sayUnpruned);
      },
      isBehind: () => memory.isBehind,
      remembered: () => {
        settle();
        memory.changed();
      },
      turned: () => {
        settle();
        memory.refresh();
      },
      perform: (effect) => {
        switch (effect.kind) {
          case "answer":
            waiting.get(effect.request)?.(effect);
            waiting.delete(effect.request);
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
  const settle = (): void => {
    settled = settledAt({ configuration: loop.configuration(), state: loop.state() });
  };
  const facts = (): DaemonFacts => ({
    ...beginning,
    turnedAtMs: loop.turnedAtMs(),
    generation,
    reloadRefused,
    notRemembered: memory.notRemembered,
    notifications: { waiting: notifications.waitingCount(), dropped: notifications.droppedCount() },
  });
  const status = (): StatusView => statusView(settled, facts(), { nowMs: clock.nowMs(), wallMs: clock.wallMs() });
  /** While the journal cannot be written the table stays as it was: it must not know of a run that no record tells of. */
  memory.composeBy(() => (settled.isRemembered ? composeTable(world, options.localHost, status(), settled) : null));
  loop.post({
    kind: "started",
    version: options.version,
    pid: world.pid,
    bootId: world.bootId,
    isRestored,
    found,
    dropped,
    doubt,
    step: fateOfStep(state.run, processes),
  });
  if (read.kind === "unusable") loop.post({ kind: "noted", topic: "table", sentence: read.sentence });
  for (const sentence of recovery.notes) loop.post({ kind: "noted", topic: "journal", sentence });

  const supervisor: Supervisor = {
    memory,
    configuration: loop.configuration,
    state: loop.state,
    status,
    wallMs: () => clock.wallMs(),
    explain: (rule) => {
      const known = { configuration: loop.configuration(), state: loop.state() };
      const explained = explain(known, rule, clock.nowMs());
      if (explained === null) return null;
      return { ...viewRule(rule, known.state), parts: explained.parts, hold: explained.hold };
    },
    rehearse: (rule) => rehearse({ configuration: loop.configuration(), state: loop.state() }, rule),
    ask: (event) =>
      new Promise((resolve) => {
        const request = nextRequest;
        nextRequest += 1;
        waiting.set(request, resolve);
        loop.post({ ...event, request });
      }),
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
      const [untold] = await Promise.all([notifications.end(clock), processes.close(), pruning]);
      if (untold.length > 0) log.warn("notify", sayUntold(untold));
      await memory.close();
    },
  };
  return { kind: "started", supervisor };
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

interface Known {
  readonly configuration: Configuration;
  readonly state: State;
}

/** What was known between two turns, and the last entry that is in it: that is durable, and that listeners were told of. */
interface Settled extends Known {
  readonly seq: number;
  readonly toldSeq: number;
  /** False: something in it is in no journal. */
  readonly isRemembered: boolean;
}

function composeTable(
  world: World,
  localHost: string,
  status: StatusView,
  { configuration, state, seq }: Settled,
): Table {
  return {
    savedAtWallMs: world.clock.wallMs(),
    savedAtMs: world.clock.nowMs(),
    bootId: world.bootId,
    localHost,
    fingerprint: configuration.fingerprint,
    seq,
    state: lastingOf(state),
    status,
  };
}
