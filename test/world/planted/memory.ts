/** What is to be kept, over a crash and for ever, is lost; and what is to be let go is kept. */
import { decodeTable, encodeTable } from "../../../src/store/table-format.ts";
import { everyAppend, everyRule, forgetting, inRun, seeing, wrapped } from "../spoilers.ts";
import type { Trouble } from "../trouble.ts";
import type { Planted } from "./planted.ts";

/** Runs come to their ends. */
const calm: Partial<Trouble> = { stepHangs: 0, stepFails: 0, forkFails: 0, fenceFails: 0, fenceLies: 0, fenceMute: 0 };

export const inMemory: readonly Planted[] = [
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
    worldsMax: 20,
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
    name: "cooldown is forgotten",
    sentence: "when a run has ended is not kept",
    worldsMax: 40,
    ruleSet: "edges",
    trouble: { checkPanics: 0.15 },
    foundBy: [13],
    spoil: () => forgetting((state) => everyRule(state, (progress) => ({ ...progress, lastRunEndMs: null }))),
  },
  {
    name: "limit is forgotten",
    sentence: "how often a rule has run is not kept",
    worldsMax: 40,
    ruleSet: "once",
    foundBy: [13],
    spoil: () => forgetting((state) => everyRule(state, (progress) => ({ ...progress, runStartsMs: [] }))),
  },
  {
    name: "a block is forgotten",
    sentence: "a rule fires that waits for somebody to acknowledge its failure",
    worldsMax: 20,
    foundBy: [13, 14],
    spoil: () => forgetting((state) => everyRule(state, (progress) => ({ ...progress, blocked: null }))),
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
    name: "the queue is lost",
    sentence: "triggers that wait do not outlive the daemon",
    worldsMax: 20,
    ruleSet: "edges",
    foundBy: [10],
    spoil: () => seeing((state, event) => (event.kind === "started" ? { ...state, waiting: [] } : state)),
  },
  {
    name: "distrust is ignored",
    sentence: "a damaged journal does not keep it from acting",
    worldsMax: 100,
    foundBy: [13],
    spoil: () => seeing((state) => ({ ...state, distrust: null })),
  },
  {
    name: "a reload forgets",
    sentence: "after a reload a rule that has fired may fire again",
    worldsMax: 400,
    ruleSet: "closed loop",
    foundBy: [8],
    spoil: () =>
      forgetting((state, event) =>
        event.kind === "reconfigured" ? everyRule(state, (progress) => ({ ...progress, hasFired: false })) : state,
      ),
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
    worldsMax: 20,
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
    worldsMax: 20,
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
