/**
 * The tester tested: mistakes that a daemon like this may have, each put between the real one and the world from outside,
 * and each to be found within so many worlds. The shipped code knows of none of them.
 */
import type { Event } from "../../src/core/event.ts";
import type { BoundAction } from "../../src/core/run.ts";
import { decodeTable, encodeTable } from "../../src/store/table-format.ts";
import type { Spoilt } from "./daemon.ts";
import { configured, everyAppend, everyRule, forgetting, inRun, seeing, wrapped } from "./spoilers.ts";
import type { Trouble } from "./trouble.ts";

export interface Planted {
  readonly name: string;
  readonly sentence: string;
  /** Of so many worlds one at least shows it. */
  readonly worldsMax: number;
  /** Worlds of this rule set only, where others cannot show it. */
  readonly ruleSet?: string;
  /** What shows it sooner. */
  readonly trouble?: Partial<Trouble>;
  /** Of the invariants that may find it; 0: it is not healed, or ends by its own mistake. */
  readonly foundBy: readonly number[];
  /** For one world. */
  readonly spoil: () => Spoilt;
}

/** Runs come to their ends. */
const calm: Partial<Trouble> = { stepHangs: 0, stepFails: 0, forkFails: 0, fenceFails: 0, fenceLies: 0, fenceMute: 0 };

const swapped = new Map([
  ["host1", "host2"],
  ["host2", "host1"],
]);

function swapHosts(action: BoundAction): BoundAction {
  if (action.kind === "fence") return action;
  const words = action.command.words.map((word) => swapped.get(word) ?? word);
  return { ...action, command: { ...action.command, words } };
}

export const planted: readonly Planted[] = [
  {
    name: "act before sync",
    sentence: "a sync answers before anything is on the disk",
    worldsMax: 10,
    foundBy: [0, 1],
    spoil: () => ({
      disk: (disk) =>
        everyAppend(disk, (file) => ({ ...file, datasync: () => Promise.resolve({ ok: true as const }) })),
    }),
  },
  {
    name: "table ahead of journal",
    sentence: "the table names an entry that the journal does not have",
    worldsMax: 20,
    foundBy: [0],
    spoil: () => ({
      disk: (disk) => ({
        ...disk,
        replace: (path, bytes) => {
          const decoded = path.endsWith("table.json") ? decodeTable(bytes) : null;
          if (decoded?.kind !== "table") return disk.replace(path, bytes);
          return disk.replace(path, encodeTable({ ...decoded.table, seq: decoded.table.seq + 1 }));
        },
      }),
    }),
  },
  {
    name: "a step is run twice",
    sentence: "after a restart nobody looks whether the step still runs, or how it ended",
    worldsMax: 60,
    trouble: { diesAtCall: 0.2 },
    foundBy: [2],
    spoil: () => ({
      processes: (processes) => wrapped(processes, { findStep: () => "in-doubt" }),
    }),
  },
  {
    name: "once is forgotten",
    sentence: "a step that must not run twice is started again after a crash",
    worldsMax: 120,
    ruleSet: "once",
    trouble: { ...calm, diesAtCall: 0.3, diesWithAll: 0.75 },
    foundBy: [5],
    spoil: () =>
      seeing((state) =>
        inRun(state, (run) => ({
          ...run,
          actions: run.actions.map((action) => ({ ...action, options: { ...action.options, isOnce: false } })),
        })),
      ),
  },
  {
    name: "a hung step is left",
    sentence: "nobody ends a step that is too slow",
    worldsMax: 60,
    trouble: { stepHangs: 0.3 },
    foundBy: [0],
    spoil: () => ({ processes: (processes) => wrapped(processes, { killStep: () => undefined }) }),
  },
  {
    name: "cooldown is forgotten",
    sentence: "when a run has ended is not kept",
    worldsMax: 60,
    ruleSet: "edges",
    trouble: { checkPanics: 0.15 },
    foundBy: [13],
    spoil: () => forgetting((state) => everyRule(state, (progress) => ({ ...progress, lastRunEndMs: null }))),
  },
  {
    name: "limit is forgotten",
    sentence: "how often a rule has run is not kept",
    worldsMax: 200,
    ruleSet: "once",
    foundBy: [13],
    spoil: () => forgetting((state) => everyRule(state, (progress) => ({ ...progress, runStartsMs: [] }))),
  },
  {
    name: "a block is forgotten",
    sentence: "a rule fires that waits for somebody to acknowledge its failure",
    worldsMax: 60,
    foundBy: [13, 14],
    spoil: () => forgetting((state) => everyRule(state, (progress) => ({ ...progress, blocked: null }))),
  },
  {
    name: "stale data is believed",
    sentence: "a result is never too old",
    worldsMax: 200,
    ruleSet: "reports",
    foundBy: [4],
    spoil: () =>
      configured((configuration) => ({
        ...configuration,
        checks: configuration.checks.map((check) => ({ ...check, staleAfterMs: 1e12 })),
      })),
  },
  {
    name: "one result is enough",
    sentence: "a status is believed when it was seen once",
    worldsMax: 40,
    foundBy: [4],
    spoil: () =>
      configured((configuration) => ({
        ...configuration,
        checks: configuration.checks.map((check) => ({ ...check, rise: 1, fall: 1 })),
      })),
  },
  {
    name: "nothing is learned",
    sentence: "it acts at once when it has started, on what it knew before",
    worldsMax: 120,
    ruleSet: "edges",
    foundBy: [4],
    spoil: () => seeing((state) => ({ ...state, learning: { sinceMs: -1e12, isOver: true } })),
  },
  {
    name: "a stall is not noticed",
    sentence: "after a suspend it goes on as if nothing had been",
    worldsMax: 120,
    ruleSet: "edges",
    foundBy: [4],
    spoil: () => ({
      step: (real) => (configuration, state, event, nowMs) =>
        real(configuration, state, event.kind === "stalled" ? { kind: "tick" } : event, nowMs),
    }),
  },
  {
    name: "the fence is believed",
    sentence: "a fence agent that says well has switched the host off",
    worldsMax: 60,
    foundBy: [2, 7],
    spoil: () => ({
      step: (real) => (configuration, state, event, nowMs) => {
        if (event.kind !== "step-ended" || !event.name.endsWith(".off"))
          return real(configuration, state, event, nowMs);
        const isWell = event.outcome.kind === "exited" && event.outcome.code === 0;
        const told: Event = isWell ? { ...event, outcome: { kind: "exited", code: 2 } } : event;
        const asking = inRun(state, (run) =>
          run.phase.kind === "running" && run.phase.fence !== null && isWell
            ? { ...run, phase: { ...run.phase, fence: { ...run.phase.fence, verb: "status" } } }
            : run,
        );
        return real(configuration, asking, told, nowMs);
      },
    }),
  },
  {
    name: "variables are looked up again",
    sentence: "behind a step that went well the next ones act on other hosts",
    worldsMax: 40,
    foundBy: [6],
    spoil: () =>
      seeing((state, event) =>
        event.kind !== "step-ended"
          ? state
          : inRun(state, (run) => ({
              ...run,
              actions: run.actions.map((action, index) => (index > run.at ? swapHosts(action) : action)),
            })),
      ),
  },
  {
    name: "undone in the wrong order",
    sentence: "what was done first is undone first",
    worldsMax: 60,
    ruleSet: "closed loop",
    trouble: { stepFails: 0.4, stepHangs: 0, fenceFails: 0 },
    foundBy: [2],
    spoil: () =>
      seeing((state, event) =>
        event.kind !== "step-ended"
          ? state
          : inRun(state, (run) => ({ ...run, done: run.done.toSorted((a, b) => b - a) })),
      ),
  },
  {
    name: "run numbers are used again",
    sentence: "a run has the number of the one before",
    worldsMax: 20,
    foundBy: [3],
    spoil: () =>
      forgetting((state, _event, before) =>
        state.run === null && before.run !== null ? { ...state, nextRun: before.run.run } : state,
      ),
  },
  {
    name: "two runs at once",
    sentence: "a run is forgotten while it waits for what is expected",
    worldsMax: 60,
    ruleSet: "edges",
    foundBy: [0, 3],
    spoil: () =>
      seeing((state, event) =>
        event.kind === "check-ended" && state.run?.phase.kind === "expecting" ? { ...state, run: null } : state,
      ),
  },
  {
    name: "old data meets an expectation",
    sentence: "what the checks said before the step counts for what it has brought about",
    worldsMax: 60,
    ruleSet: "edges",
    foundBy: [4],
    spoil: () =>
      seeing((state) =>
        inRun(state, (run) =>
          run.phase.kind === "expecting" ? { ...run, phase: { ...run.phase, sinceMs: -1e12 } } : run,
        ),
      ),
  },
  {
    name: "the queue is lost",
    sentence: "triggers that wait do not outlive the daemon",
    worldsMax: 120,
    ruleSet: "edges",
    foundBy: [10],
    spoil: () => seeing((state, event) => (event.kind === "started" ? { ...state, waiting: [] } : state)),
  },
  {
    name: "maintenance is not asked",
    sentence: "a rule fires in maintenance",
    worldsMax: 120,
    foundBy: [9],
    spoil: () => ({
      step: (real) => (configuration, before, event, nowMs) => {
        const isAbout = event.kind === "maintenance-on" || event.kind === "maintenance-off";
        if (isAbout) return real(configuration, before, event, nowMs);
        const { state, effects } = real(configuration, { ...before, maintenance: [] }, event, nowMs);
        return { state: { ...state, maintenance: before.maintenance }, effects };
      },
    }),
  },
  {
    name: "distrust is ignored",
    sentence: "a damaged journal does not keep it from acting",
    worldsMax: 400,
    foundBy: [13],
    spoil: () => seeing((state) => ({ ...state, distrust: null })),
  },
  {
    name: "a reload forgets",
    sentence: "after a reload a rule that has fired may fire again",
    worldsMax: 200,
    ruleSet: "closed loop",
    foundBy: [8],
    spoil: () =>
      forgetting((state, event) =>
        event.kind === "reconfigured" ? everyRule(state, (progress) => ({ ...progress, hasFired: false })) : state,
      ),
  },
  {
    name: "a hold is not told",
    sentence: "why a rule does not fire is not written down",
    worldsMax: 20,
    foundBy: [10],
    spoil: () => ({
      step: (real) => (configuration, before, event, nowMs) => {
        const { state, effects } = real(configuration, before, event, nowMs);
        return {
          state,
          effects: effects.filter((effect) => effect.kind !== "record" || effect.record.kind !== "held"),
        };
      },
    }),
  },
  {
    name: "it oversleeps",
    sentence: "it wants to be asked again a minute too late",
    worldsMax: 10,
    foundBy: [14],
    spoil: () => ({
      step: (real) => (configuration, before, event, nowMs) => {
        const { state, effects } = real(configuration, before, event, nowMs);
        const later = effects.map((effect) =>
          effect.kind === "wakeAt" ? { ...effect, atMs: effect.atMs + 60_000 } : effect,
        );
        return { state, effects: later };
      },
    }),
  },
  {
    name: "by the wall clock",
    sentence: "limits are measured with a clock that people set",
    worldsMax: 200,
    foundBy: [0, 4, 9, 12, 13],
    spoil: () => ({ clock: (clock) => ({ ...clock, nowMs: () => clock.wallMs() - 1_767_225_600_000 }) }),
  },
  {
    name: "clocks that pile up",
    sentence: "what is not needed any more is kept",
    worldsMax: 10,
    foundBy: [11],
    spoil: () =>
      forgetting((state, event, before) => ({
        ...state,
        clocks: { ...before.clocks, ...state.clocks, [`${event.kind} ${state.nextJob}`]: { kind: "stopped" } },
      })),
  },
];
