/**
 * The world that a scenario's daemon acts in: checks that answer as they were told, programs that end as they were told,
 * a launcher that is always there again. It outlives the daemon, as programs do: what has ended while no daemon was
 * there, and with which exit code, is found by the next one.
 */
import type { Effect } from "../../src/core/effect.ts";
import type { Event, HostResult } from "../../src/core/event.ts";
import type { Outcome } from "../../src/core/result.ts";
import type { BoundCommand } from "../../src/core/run.ts";
import { readCheck } from "../../src/dialect/dialects.ts";
import { readResidentEnd } from "../../src/dialect/resident.ts";
import { Agenda } from "./agenda.ts";
import type { CheckBehaviour, StepBehaviour } from "./directive.ts";

type StartCheck = Extract<Effect, { readonly kind: "startCheck" }>;
type StartStep = Extract<Effect, { readonly kind: "startStep" }>;

/** What happens in the world, and reaches the daemon if there is one. */
export type Happening =
  | { readonly kind: "event"; readonly event: Event }
  | { readonly kind: "restart" }
  | { readonly kind: "step-ends"; readonly run: number; readonly name: string; readonly outcome: Outcome };

/** Long enough to be seen in a history, short enough not to matter. */
const checkMs = 20;
const launchMs = 1;
const killMs = 50;

export class SimulatedWorld {
  readonly agenda = new Agenda<Happening>();
  readonly #checks = new Map<string, CheckBehaviour>();
  readonly #takes = new Map<string, number>();
  readonly #steps = new Map<string, readonly StepBehaviour[]>();
  readonly #silent: { readonly effect: StartCheck; readonly names: readonly string[] }[] = [];
  /** What runs, and what has ended: its exit file. */
  readonly #processes = new Map<string, "running" | StepOver>();
  #hasLaunchers = true;
  #nextPid = 100;

  /** What was silent until now answers. */
  setCheck(check: string, behaviour: CheckBehaviour, nowMs: number): void {
    this.#checks.set(check, behaviour);
    if (behaviour.kind === "silent") return;
    for (const silent of this.#silent.splice(0)) this.startCheck(silent.effect, silent.names, nowMs);
  }

  setDuration(check: string, ms: number): void {
    this.#takes.set(check, ms);
  }

  setStep(program: string, behaviours: readonly StepBehaviour[]): void {
    this.#steps.set(program, behaviours);
  }

  setLaunchers(work: boolean, nowMs: number): void {
    this.#hasLaunchers = work;
    if (work) this.offerLauncher(nowMs);
  }

  offerLauncher(nowMs: number): void {
    const pid = (this.#nextPid += 1);
    const event: Event = this.#hasLaunchers
      ? { kind: "launcher-ready", launcher: { pid, startTicks: pid } }
      : { kind: "launcher-failed", reason: "no process to be had (EAGAIN)" };
    this.agenda.add(nowMs + launchMs, { kind: "event", event });
  }

  /** `names`: under which a behaviour may have been set, `check on host` and `check`. */
  startCheck(effect: StartCheck, names: readonly string[], nowMs: number): void {
    const { job, timeoutMs, dialect, isPromotable } = effect;
    const behaviour = firstOf(this.#checks, names) ?? { kind: "silent" };
    const takesMs = firstOf(this.#takes, names) ?? checkMs;
    if (behaviour.kind === "silent") {
      this.#silent.push({ effect, names });
      return;
    }
    const isLate = behaviour.kind === "hangs" || takesMs >= timeoutMs;
    const outcome: Outcome = isLate
      ? { kind: "timed-out", afterMs: timeoutMs }
      : behaviour.kind === "answers"
        ? behaviour.outcome
        : { kind: "lost", reason: "" };
    const output = { stdout: behaviour.kind === "answers" ? behaviour.stdout : "", stderr: "", droppedBytes: 0 };
    const results: readonly HostResult[] = readCheck({ dialect, isPromotable }, outcome, output).map(
      ({ host, result }) => ({ host, result }),
    );
    this.agenda.add(nowMs + (isLate ? timeoutMs : takesMs), {
      kind: "event",
      event: { kind: "check-ended", job, results },
    });
  }

  endResident(job: number, nowMs: number): void {
    const { output } = readResidentEnd({ kind: "exited", code: 1 }, { stdout: "", stderr: "", droppedBytes: 0 });
    this.agenda.add(nowMs, { kind: "event", event: { kind: "resident-ended", job, reason: output } });
  }

  startStep({ run, name, command, fence }: StartStep, nowMs: number): void {
    const behaviour = this.#nextBehaviour(
      fence === null ? wordOf(command) : `${fence.device.name} ${fence.verb}`,
      fence?.verb,
    );
    this.#processes.set(keyOf(run, name), "running");
    if (behaviour.code !== null) {
      const outcome: Outcome = { kind: "exited", code: behaviour.code };
      this.agenda.add(nowMs + behaviour.afterMs, { kind: "step-ends", run, name, outcome });
    }
    this.offerLauncher(nowMs);
  }

  killStep(run: number, name: string, nowMs: number): void {
    if (this.#processes.get(keyOf(run, name)) !== "running") return;
    this.#forgetEnd(run, name);
    const outcome: Outcome = { kind: "killed", signal: "SIGTERM" };
    this.agenda.add(nowMs + killMs, { kind: "step-ends", run, name, outcome });
  }

  /** A process has ended, whether or not a daemon sees it. */
  endStep(run: number, name: string, outcome: Outcome, atMs: number): void {
    this.#processes.set(keyOf(run, name), { outcome, atMs });
  }

  /** The daemon is gone: its checks with it, and its launcher. */
  loseDaemon(isWithSteps: boolean): void {
    this.#silent.splice(0);
    this.agenda.remove((happening) => happening.kind === "event" || isWithSteps);
    if (isWithSteps)
      for (const [key, process] of this.#processes) if (process === "running") this.#processes.delete(key);
  }

  findStep(run: number, name: string): "running" | "in-doubt" | StepOver {
    return this.#processes.get(keyOf(run, name)) ?? "in-doubt";
  }

  #forgetEnd(run: number, name: string): void {
    this.agenda.remove(
      (happening) => happening.kind === "step-ends" && happening.run === run && happening.name === name,
    );
  }

  /** The behaviours of a program are used up one by one; the last stays. */
  #nextBehaviour(program: string, verb: "off" | "status" | undefined): StepBehaviour {
    const [first, ...rest] = this.#steps.get(program) ?? [];
    if (first === undefined) return { code: verb === "status" ? 2 : 0, afterMs: 100 };
    if (rest.length > 0) this.#steps.set(program, rest);
    return first;
  }
}

/** How a step's process ended, and when. */
interface StepOver {
  readonly outcome: Outcome;
  readonly atMs: number;
}

function keyOf(run: number, name: string): string {
  return `${run}/${name}`;
}

function wordOf(command: BoundCommand): string {
  return command.words[0] ?? "";
}

function firstOf<Value>(map: ReadonlyMap<string, Value>, names: readonly string[]): Value | undefined {
  const name = names.find((other) => map.has(other));
  return name === undefined ? undefined : map.get(name);
}
