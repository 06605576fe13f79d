/** What is decided, done or told is not what the configuration and the checks say. */
import type { Event } from "../../../src/core/event.ts";
import type { BoundAction } from "../../../src/core/run.ts";
import { configured, inRun, seeing, wrapped } from "../spoilers.ts";
import type { Planted } from "./planted.ts";

const swapped = new Map([
  ["host1", "host2"],
  ["host2", "host1"],
]);

function swapHosts(action: BoundAction): BoundAction {
  if (action.kind === "fence") return action;
  const words = action.command.words.map((word) => swapped.get(word) ?? word);
  return { ...action, command: { ...action.command, words } };
}

function passingOver(action: BoundAction): BoundAction {
  return action.kind === "fence" ? { ...action, options: { ...action.options, onFailure: "continue" } } : action;
}

export const inJudgement: readonly Planted[] = [
  {
    name: "a hung step is left",
    sentence: "nobody ends a step that is too slow",
    worldsMax: 20,
    trouble: { stepHangs: 0.3 },
    foundBy: [0],
    spoil: () => ({ processes: (processes) => wrapped(processes, { killStep: () => undefined }) }),
  },
  {
    name: "stale data is believed",
    sentence: "a result is never too old",
    worldsMax: 40,
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
    worldsMax: 20,
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
    worldsMax: 20,
    ruleSet: "edges",
    foundBy: [4],
    spoil: () => seeing((state) => ({ ...state, learning: { sinceMs: -1e12, isOver: true } })),
  },
  {
    name: "a stall is not noticed",
    sentence: "after a suspend it goes on as if nothing had been",
    worldsMax: 20,
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
    worldsMax: 20,
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
    worldsMax: 20,
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
    worldsMax: 20,
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
    name: "two runs at once",
    sentence: "a run is forgotten while it waits for what is expected",
    worldsMax: 20,
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
    worldsMax: 30,
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
    name: "maintenance is not asked",
    sentence: "a rule fires in maintenance",
    worldsMax: 60,
    foundBy: [9],
    spoil: () => ({
      step: (real) => (configuration, before, event, nowMs) => {
        const isAbout = event.kind === "maintenance-on" || event.kind === "maintenance-off";
        if (isAbout) return real(configuration, before, event, nowMs);
        const { state, effects } = real(configuration, { ...before, maintenance: [] }, event, nowMs);
        const maintenance = before.maintenance.filter(({ untilMs }) => untilMs === null || untilMs > nowMs);
        return { state: { ...state, maintenance }, effects };
      },
    }),
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
    worldsMax: 20,
    foundBy: [0, 4, 9, 12, 13],
    spoil: () => ({ clock: (clock) => ({ ...clock, nowMs: () => clock.wallMs() - 1_767_225_600_000 }) }),
  },
  {
    name: "failure counts as well",
    sentence: "every action that has ended has done what it was for",
    worldsMax: 20,
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
    worldsMax: 20,
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
    worldsMax: 20,
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
    name: "a fence that fails is passed over",
    sentence: "what comes behind a fence is done whether or not the host is off",
    worldsMax: 60,
    ruleSet: "closed loop",
    trouble: { fenceFails: 0.5, fenceMute: 0.5, fenceStatusLies: false },
    foundBy: [7],
    spoil: () => ({
      step: (real) => (configuration, before, event, nowMs) => {
        const { state, effects } = real(configuration, before, event, nowMs);
        return {
          state: inRun(state, (run) => ({ ...run, actions: run.actions.map(passingOver) })),
          effects: effects.map((effect) =>
            effect.kind === "record" && effect.record.kind === "run-start"
              ? { ...effect, record: { ...effect.record, actions: effect.record.actions.map(passingOver) } }
              : effect,
          ),
        };
      },
    }),
  },
];
