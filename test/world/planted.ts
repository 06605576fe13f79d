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
  {
    name: "failure counts as well",
    sentence: "every action that has ended has done what it was for",
    worldsMax: 40,
    foundBy: [5],
    spoil: () => ({
      step: (real) => (configuration, state, event, nowMs) => {
        const isAction = event.kind === "step-ended" && !/off|status/.test(event.name);
        const told: Event =
          isAction && event.outcome.kind === "exited" ? { ...event, outcome: { kind: "exited", code: 0 } } : event;
        return real(configuration, state, told, nowMs);
      },
    }),
  },
  {
    name: "steps are not learned for",
    sentence: "a run goes on at once where a rule would wait until all is seen again",
    worldsMax: 80,
    trouble: { diesAtCall: 0.1 },
    foundBy: [4],
    spoil: () => ({
      step: (real) => (configuration, state, event, nowMs) => {
        const { learning } = state;
        const asItIs = real(configuration, state, event, nowMs);
        if (state.run === null || learning.isOver) return asItIs;
        const hasty = real(configuration, { ...state, learning: { ...learning, isOver: true } }, event, nowMs);
        const kinds = hasty.effects.map((effect) => (effect.kind === "record" ? effect.record.kind : null));
        if (["run-start", "run-end", "expectation"].some((kind) => kinds.some((other) => other === kind)))
          return asItIs;
        const isSame = hasty.state.learning.sinceMs === learning.sinceMs;
        return isSame ? { ...hasty, state: { ...hasty.state, learning } } : hasty;
      },
    }),
  },
  {
    name: "split brain is not told",
    sentence: "two masters at once are never noticed",
    worldsMax: 40,
    foundBy: [10],
    spoil: () => ({
      step: (real) => (configuration, before, event, nowMs) => {
        const rules = configuration.rules.filter(({ trigger }) => trigger.kind !== "split-brain");
        const { state, effects } = real({ ...configuration, rules }, before, event, nowMs);
        return {
          state,
          effects: effects.filter(
            (effect) =>
              effect.kind !== "record" ||
              (effect.record.kind !== "split-brain" && effect.record.kind !== "split-brain-over"),
          ),
        };
      },
    }),
  },
  {
    name: "old journals pile up",
    sentence: "journal files that were put away are never removed",
    worldsMax: 30,
    foundBy: [11],
    spoil: () => ({
      disk: (disk) => ({
        ...disk,
        remove: (path) =>
          /journal\.\d+\.ndjson$/.test(path) ? Promise.resolve({ ok: true as const }) : disk.remove(path),
      }),
    }),
  },
  {
    name: "what was dropped is not counted",
    sentence: "of a step's output only what is kept is told of",
    worldsMax: 20,
    trouble: { stepFloods: 0.5 },
    foundBy: [11],
    spoil: () => ({
      step: (real) => (configuration, state, event, nowMs) =>
        real(configuration, state, event.kind === "step-ended" ? { ...event, droppedBytes: 0 } : event, nowMs),
    }),
  },
  {
    name: "maintenance ends at a reboot",
    sentence: "in another boot of the machine no maintenance lasts",
    worldsMax: 60,
    foundBy: [9],
    spoil: () => {
      let boot = "boot-1";
      return {
        step: (real) => (configuration, state, event, nowMs) => {
          if (event.kind === "started") boot = event.bootId;
          const maintenance = state.maintenance.map((one) => ({
            ...one,
            untilMs: Math.min(one.untilMs ?? Infinity, nowMs),
          }));
          return real(configuration, boot === "boot-1" ? state : { ...state, maintenance }, event, nowMs);
        },
      };
    },
  },
  {
    name: "blocks end at a reboot",
    sentence: "in another boot of the machine a rule fires that waits for somebody to look",
    worldsMax: 200,
    foundBy: [13],
    spoil: () =>
      seeing((state, event) =>
        event.kind === "started" && !event.isRestored
          ? everyRule(state, (progress) => ({ ...progress, blocked: null }))
          : state,
      ),
  },
  {
    name: "another boot is no doubt",
    sentence: "a run that was cut off in another boot of the machine goes on without a person's word",
    worldsMax: 120,
    trouble: { diesAtCall: 0.2 },
    foundBy: [2],
    spoil: () => ({
      step: (real) => (configuration, state, event, nowMs) =>
        real(configuration, state, event.kind === "started" ? { ...event, doubt: null } : event, nowMs),
    }),
  },
  {
    name: "a step is not waited for",
    sentence: "the sync of a step's record answers before it is on the disk",
    worldsMax: 60,
    foundBy: [1],
    spoil: () => {
      let isStep = false;
      return {
        step: (real) => (configuration, state, event, nowMs) => {
          const after = real(configuration, state, event, nowMs);
          isStep = after.effects.some((effect) => effect.kind === "startStep");
          return after;
        },
        disk: (disk) =>
          everyAppend(disk, (file) => ({
            ...file,
            datasync: () => {
              const isSkipped = isStep;
              isStep = false;
              return isSkipped ? Promise.resolve({ ok: true as const }) : file.datasync();
            },
          })),
      };
    },
  },
  {
    name: "every status says off",
    sentence: "a fence agent that is asked and answers anything has proven that the host is off",
    worldsMax: 60,
    foundBy: [7],
    spoil: () => ({
      step: (real) => (configuration, state, event, nowMs) => {
        const isAnswer = event.kind === "step-ended" && event.name.includes(".status");
        const told: Event =
          isAnswer && event.outcome.kind === "exited" ? { ...event, outcome: { kind: "exited", code: 2 } } : event;
        return real(configuration, state, told, nowMs);
      },
    }),
  },
  {
    name: "the table is not written again",
    sentence: "what is left of a daemon is what it was at its beginning",
    worldsMax: 20,
    foundBy: [12],
    spoil: () => {
      let count = 0;
      return {
        disk: (disk) => ({
          ...disk,
          replace: (path, bytes) => {
            if (path.endsWith("table.json")) count += 1;
            return path.endsWith("table.json") && count > 3
              ? Promise.resolve({ ok: true as const })
              : disk.replace(path, bytes);
          },
        }),
      };
    },
  },
];
