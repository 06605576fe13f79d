/**
 * The supervisor: recovers what an earlier daemon knew, then runs the loop over whatever world it is given. The real world
 * is put together in `daemon.ts`; the simulator gives another one, and everything in here is the same.
 */
import { initialState, replayRecords, restoreState } from "../core/restore.ts";
import { explain } from "../core/explain.ts";
import { rehearse, type Rehearsal } from "../core/rehearse.ts";
import { rebaseRun, resumeRun } from "../core/rebase.ts";
import { sayDuration } from "../base/duration.ts";
import { historyOf } from "../store/history.ts";
import { openJournal, type Recovery } from "../store/open-journal.ts";
import { loadTable, saveTable } from "../store/table.ts";
import type { Configuration } from "../core/configuration.ts";
import type { Effect } from "../core/effect.ts";
import type { Event } from "../core/event.ts";
import type { Record } from "../core/record.ts";
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
import { createNotifications, type RunNotifier } from "./notifications.ts";
import { processPerformer, type Stdin } from "./performer.ts";
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
  /** What a fence agent is told on its standard input, secrets and all; a sentence if a secret cannot be had. */
  readonly readStdin: (fence: FenceCall) => Stdin;
  /** What decides: the core, unless a test watches it or spoils it. */
  readonly step?: Step;
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

/** A table that is older than this tells of another time, even in the same boot. */
export const restoredAgeMsMax = 10 * 60_000;

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
  });
  if (opened.kind === "refused") return opened;
  const { journal, recovery } = opened;
  const memory = new Memory({ disk, folder: varFolder, journal, clock, log });
  const { state, found, isRestored } = await recover(world, options.configuration, table, recovery);
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
  await saveFirstTable(world, options, beginning, { state, seq: memory.durableSeq });
  let generation = 1;
  let reloadRefused: string | null = null;
  let nextRequest = 1;
  const waiting = new Map<number, (answer: Answer) => void>();

  const processes = world.createProcesses((event) => {
    const understood = performer.understand(event);
    if (understood !== null) loop.post(understood);
  });
  const notifications = createNotifications({
    localHost: options.localHost,
    run: world.runNotifier,
    onFailed: (sentence) => loop.post({ kind: "noted", topic: "notify", sentence }),
  });
  const performer = processPerformer(processes, world.readStdin, (event) => loop.post(event));
  const loop: Loop = startLoop(
    { configuration: options.configuration, state, clock, ...(world.step === undefined ? {} : { step: world.step }) },
    {
      remember: (records) => memory.remember(records),
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
  /** What the table is made of: never ahead of the journal, so that what a crash takes back is in neither. */
  let settled: Settled = { state, seq: memory.durableSeq };
  const settle = (): void => {
    settled = { state: loop.state(), seq: memory.durableSeq };
  };
  const facts = (): DaemonFacts => ({
    ...beginning,
    turnedAtMs: loop.turnedAtMs(),
    generation,
    reloadRefused,
    notRemembered: memory.notRemembered,
    notifications: { waiting: notifications.waitingCount(), dropped: notifications.droppedCount() },
  });
  const status = (): StatusView => {
    const known = { configuration: loop.configuration(), state: loop.state() };
    return statusView(known, facts(), { nowMs: clock.nowMs(), wallMs: clock.wallMs() });
  };
  memory.composeBy(() => composeTable(world, options.localHost, loop.configuration(), status(), settled));
  loop.post({ kind: "started", version: options.version, pid: world.pid, bootId: world.bootId, isRestored, found });
  if (read.kind === "unusable") loop.post({ kind: "noted", topic: "table", sentence: read.sentence });
  for (const sentence of recovery.notes) loop.post({ kind: "noted", topic: "journal", sentence });
  if (state.run !== null) recoverStep(state.run, processes, loop);

  const supervisor: Supervisor = {
    memory,
    configuration: loop.configuration,
    state: loop.state,
    status,
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
      notifications.close();
      await processes.close();
      await memory.close();
    },
  };
  return { kind: "started", supervisor };
}

interface Recovered {
  readonly state: State;
  readonly found: string;
  readonly isRestored: boolean;
}

/** Table, then the records behind it, then the run that they left unfinished. */
async function recover(
  world: World,
  configuration: Configuration,
  table: Table | null,
  recovery: Recovery,
): Promise<Recovered> {
  const { clock, bootId } = world;
  const nowMs = clock.nowMs();
  const isSameBoot = table !== null && table.bootId === bootId;
  const ageMs = table === null ? 0 : isSameBoot ? nowMs - table.savedAtMs : clock.wallMs() - table.savedAtWallMs;
  const isCurrent = isSameBoot && ageMs <= restoredAgeMsMax;
  const shiftMs = table === null || isSameBoot ? 0 : nowMs - clock.wallMs() - (table.savedAtMs - table.savedAtWallMs);
  const begin =
    table === null
      ? initialState(configuration, nowMs)
      : restoreState(configuration, table.state, { nowMs, shiftMs, isCurrent });
  const newer: Record[] = [];
  for await (const item of historyOf(world.disk, world.varFolder, { sinceSeq: (table?.seq ?? 0) + 1 })) {
    if (item.kind === "entry") newer.push(item.entry);
  }
  const unfinished = unfinishedOf(recovery, bootId, nowMs);
  const records = isCurrent ? newer : newer.filter(isDecision);
  const wallMs = clock.wallMs();
  const state = replayRecords(configuration, begin, { records, unfinished, wallMs }, nowMs);
  const lasting = { ...state, nextRun: Math.max(state.nextRun, recovery.lastRun + 1), distrust: recovery.distrust };
  return {
    state: lasting,
    found:
      sayFound(table, { isSameBoot, isCurrent, ageMs }, unfinished) +
      sayDropped(table, isCurrent, newer, configuration),
    isRestored: isCurrent,
  };
}

/** What people decided, and what was run: that holds in any boot. What was observed does not. */
const decisions: readonly Record["kind"][] = [
  "run-start",
  "run-end",
  "blocked",
  "acknowledged",
  "maintenance-on",
  "maintenance-off",
];

function isDecision(record: Record): boolean {
  return decisions.includes(record.kind);
}

function unfinishedOf(recovery: Recovery, bootId: string, nowMs: number): Run | null {
  const { run, runBootId } = recovery;
  if (run === null) return null;
  return runBootId === bootId ? resumeRun(run, nowMs) : rebaseRun(run, nowMs);
}

function sayFound(
  table: Table | null,
  how: { isSameBoot: boolean; isCurrent: boolean; ageMs: number },
  run: Run | null,
): string {
  const left =
    run === null ? "" : `; run ${run.run} of ${run.rule} was cut off at step ${run.at + 1} and is gone on with`;
  if (table === null) return `no state table, everything begins unknown${left}`;
  if (how.isCurrent) return `state table of ${sayDuration(how.ageMs)} ago restored${left}`;
  const why = how.isSameBoot ? `is ${sayDuration(how.ageMs)} old` : "was written in another boot of this machine";
  return `the state table ${why}, everything begins unknown${left}`;
}

/** What became of the step that was running when the last daemon ended. */
function recoverStep(run: Run, processes: Processes, loop: Loop): void {
  if (run.phase.kind !== "running") return;
  const { name, launcher } = run.phase;
  const key = { run: run.run, name };
  const found = processes.findStep(key, launcher);
  if (found === "running") {
    processes.awaitStep(key, launcher);
    loop.post({ kind: "step-found", run: run.run, name, found });
  } else if (found === "in-doubt") {
    loop.post({ kind: "step-found", run: run.run, name, found });
  } else {
    loop.post({
      kind: "step-ended",
      run: run.run,
      name,
      outcome: found.outcome,
      output: found.output,
      droppedBytes: 0,
    });
  }
}

/** Triggers that waited go with what was known when they came; which ones is said. */
function sayDropped(
  table: Table | null,
  isCurrent: boolean,
  records: readonly Record[],
  configuration: Configuration,
): string {
  if (table === null || isCurrent) return "";
  const when = { nowMs: table.savedAtMs, shiftMs: 0, isCurrent: true };
  const before = restoreState(configuration, table.state, when);
  const { waiting } = replayRecords(configuration, before, { records, unfinished: null }, table.savedAtMs);
  const rules = waiting.map(({ rule }) => rule);
  return rules.length === 0 ? "" : `; what waited is not made up for: ${rules.join(", ")}`;
}

/** A state, and the last entry that is in it. */
interface Settled {
  readonly state: State;
  readonly seq: number;
}

/**
 * Before anything is seen, the table of this boot and moment is on the disk: whenever the daemon dies, there is one that the
 * records of the journal can be put on. A disk that does not take it will say so again.
 */
async function saveFirstTable(
  world: World,
  options: { readonly configuration: Configuration; readonly localHost: string },
  facts: DaemonFacts,
  settled: Settled,
): Promise<void> {
  const { configuration, localHost } = options;
  const moment = { nowMs: world.clock.nowMs(), wallMs: world.clock.wallMs() };
  const status = statusView({ configuration, state: settled.state }, facts, moment);
  const table = composeTable(world, localHost, configuration, status, settled);
  await saveTable(world.disk, world.varFolder, table);
}

function composeTable(
  world: World,
  localHost: string,
  configuration: Configuration,
  status: StatusView,
  { state, seq }: Settled,
): Table {
  const { observations, hosts, lastMaster, splitBrain, rules, waiting, maintenance, distrust, nextRun, nextOrder } =
    state;
  return {
    savedAtWallMs: world.clock.wallMs(),
    savedAtMs: world.clock.nowMs(),
    bootId: world.bootId,
    localHost,
    fingerprint: configuration.fingerprint,
    seq,
    state: { observations, hosts, lastMaster, splitBrain, rules, waiting, maintenance, distrust, nextRun, nextOrder },
    status,
  };
}
