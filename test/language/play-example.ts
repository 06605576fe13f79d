/**
 * Plays a configuration in virtual time through the same story: two minutes in which all is well, the first host is lost and
 * the second takes over, both are master, and all is well again. Checks answer in their dialect, every program ends well but
 * `stopservice1`, and after each turn what always holds is looked at.
 */
import { step } from "../../src/core/step.ts";
import { initialState } from "../../src/core/restore.ts";
import type { Check, Configuration } from "../../src/core/configuration.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { Event } from "../../src/core/event.ts";
import { readPluginLine } from "../../src/dialect/resident.ts";
import type { CheckBehaviour } from "../scenario/directive.ts";
import { checkInvariants } from "../scenario/invariants.ts";
import { deepFreeze } from "../scenario/observed.ts";
import { SimulatedWorld } from "../scenario/simulated-world.ts";

type Answer = "master" | "slave" | "down";

/** What the checks on the first host say, and those on all others. */
const story: readonly { readonly first: Answer; readonly others: Answer }[] = [
  { first: "master", others: "slave" },
  { first: "down", others: "slave" },
  { first: "down", others: "master" },
  { first: "master", others: "master" },
  { first: "slave", others: "master" },
];
const chapterMs = 25_000;
const bootedAtMs = 1_000_000;

/** All effects, in order. */
export function playExample(configuration: Configuration): readonly Effect[] {
  const world = new SimulatedWorld();
  const observe = checkInvariants();
  const performed: Effect[] = [];
  let nowMs = bootedAtMs;
  let wakeAtMs = nowMs;
  let state = deepFreeze(initialState(configuration, nowMs));
  let request = 0;

  const jobOf = (check: Check): number | null => state.checks[check.key]?.job ?? null;
  const perform = (effect: Effect): void => {
    if (effect.kind === "wakeAt") wakeAtMs = effect.atMs;
    if (effect.kind === "startStep") world.startStep(effect, nowMs);
    if (effect.kind === "killStep") world.killStep(effect.run, effect.name, nowMs);
    if (effect.kind !== "startCheck") return;
    const check = configuration.checks.find((other) => jobOf(other) === effect.job);
    world.startCheck(effect, check === undefined ? [] : [check.key], nowMs);
  };
  const turn = (event: Event): void => {
    const after = step(configuration, state, event, nowMs);
    observe({ event, before: state, after: after.state, effects: after.effects, configuration, nowMs });
    state = deepFreeze(after.state);
    performed.push(...after.effects);
    after.effects.forEach(perform);
  };
  const tell = (check: Check, answer: Answer): void => {
    const result = readPluginLine(lineOf(answer));
    const job = jobOf(check);
    if (check.run.kind === "scheduled") world.setCheck(check.key, behaviourOf(check, answer), nowMs);
    else if (check.run.kind === "resident" && job !== null)
      turn({ kind: "resident-reported", job, results: [{ host: null, result }] });
    else if (check.run.kind === "passive")
      turn({ kind: "reported", request: (request += 1), check: check.name, host: check.host, result });
  };
  const advanceTo = (untilMs: number): void => {
    for (;;) {
      const nextMs = Math.min(world.agenda.nextAtMs() ?? Infinity, wakeAtMs);
      if (nextMs > untilMs) break;
      nowMs = Math.max(nowMs, nextMs);
      const happening = (world.agenda.nextAtMs() ?? Infinity) <= nextMs ? world.agenda.take() : null;
      if (happening?.kind === "event") turn(happening.event);
      else if (happening?.kind === "step-ends") {
        const { run, name, outcome } = happening;
        world.endStep(run, name, outcome, nowMs);
        turn({ kind: "step-ended", run, name, outcome, output: "", droppedBytes: 0 });
      } else turn({ kind: "tick" });
    }
    nowMs = untilMs;
  };

  world.setStep("stopservice1", [{ code: 1, afterMs: 50 }]);
  turn({
    kind: "started",
    version: "1.0.0",
    pid: 1,
    bootId: "boot",
    isRestored: false,
    found: "all begins unknown",
    dropped: [],
    doubt: null,
    step: null,
  });
  world.offerLauncher(nowMs);
  for (const { first, others } of story) {
    for (const check of configuration.checks) tell(check, check.host === configuration.hosts[0] ? first : others);
    advanceTo(nowMs + chapterMs);
    for (const host of configuration.hosts)
      turn({ kind: "acknowledge", request: (request += 1), what: `fence ${host}` });
  }
  turn({ kind: "stopping", reason: "the story is over" });
  return performed;
}

const codes: Readonly<Record<Check["dialect"], Readonly<Record<Answer, number>>>> = {
  plugin: { master: 0, slave: 0, down: 2 },
  ocf: { master: 8, slave: 0, down: 7 },
  report: { master: 0, slave: 0, down: 0 },
};

function behaviourOf({ dialect }: Check, answer: Answer): CheckBehaviour {
  const stdout = dialect === "report" ? JSON.stringify({ status: answer, output: "as told" }) : lineOf(answer);
  return { kind: "answers", outcome: { kind: "exited", code: codes[dialect][answer] }, stdout };
}

function lineOf(answer: Answer): string {
  return `${answer.toUpperCase()} - as told | lag=1MB;16;64 free=40%;10:;5: time=12ms`;
}
