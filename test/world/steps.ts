/**
 * The processes of steps, which outlive the daemon that started them: what each does to the world, when it ends, and what
 * it leaves behind (its exit file). They belong to the machine; when that loses its power they are gone, and their exit
 * files are there or not, because nobody synced them.
 *
 * A process does its work at one moment on its way, so it may be killed before or behind it.
 */
import { type Outcome } from "../../src/core/result.ts";
import { stepOutputBytesMax, type ProcessIdentity, type StepKey } from "../../src/host/processes.ts";
import type { Agenda } from "./agenda.ts";
import type { Cluster } from "./cluster.ts";
import type { Happening } from "./happening.ts";
import type { Machine } from "./machine.ts";
import { hostIn, programName, runAction, runFence } from "./programs.ts";
import type { Random } from "./random.ts";
import type { Trouble } from "./trouble.ts";

export interface StepProcess {
  readonly key: StepKey;
  readonly identity: ProcessIdentity;
  readonly argv: readonly string[];
  readonly stdin: string | null;
  isAlive: boolean;
  /** What its exit file says; null: there is none. */
  code: number | null;
  output: string;
  droppedBytes: number;
  /** How it ended if it left no exit file. */
  ending: Outcome | null;
  /** By the machine's clock, of its boot. */
  endedAtMs: number;
  /** Told when it has ended. */
  onEnd: (() => void) | null;
  /** The daemon lost its memory of it. */
  isForgotten: boolean;
}

/** How long a program takes, at least and at most. */
const takesMs: { readonly [program: string]: readonly [number, number] } = {
  promote: [800, 6_000],
  demote: [500, 3_000],
  fence_sim: [100, 3_000],
  fence_spare: [500, 5_000],
};
const takesMsElse = [20, 1_500] as const;

/** TERM is ignored now and then, and KILL comes later. */
const dieWithinMs = 2_100;

export class StepProcesses {
  readonly #agenda: Agenda;
  readonly #machine: Machine;
  readonly #cluster: Cluster;
  readonly #random: Random;
  readonly #trouble: Trouble;
  readonly #say: (line: string) => void;
  readonly #tell: (happening: Happening) => void;
  readonly #byName = new Map<string, StepProcess>();

  constructor(of: {
    agenda: Agenda;
    machine: Machine;
    cluster: Cluster;
    random: Random;
    trouble: Trouble;
    say: (line: string) => void;
    tell: (happening: Happening) => void;
  }) {
    this.#agenda = of.agenda;
    this.#machine = of.machine;
    this.#cluster = of.cluster;
    this.#random = of.random;
    this.#trouble = of.trouble;
    this.#say = of.say;
    this.#tell = of.tell;
  }

  get living(): readonly StepProcess[] {
    return [...this.#byName.values()].filter((step) => step.isAlive);
  }

  find(key: StepKey): StepProcess | undefined {
    return this.#byName.get(nameOf(key));
  }

  start(key: StepKey, identity: ProcessIdentity, argv: readonly string[], stdin: string | null): StepProcess {
    const step: StepProcess = {
      key,
      identity,
      argv,
      stdin,
      isAlive: true,
      code: null,
      output: "",
      droppedBytes: 0,
      ending: null,
      endedAtMs: 0,
      onEnd: null,
      isForgotten: false,
    };
    this.#byName.set(nameOf(key), step);
    const [least, most] = takesMs[programName(argv)] ?? takesMsElse;
    const ms = least + this.#random.below(most - least);
    this.#live(step, ms);
    return step;
  }

  kill(step: StepProcess): void {
    this.#after(step, this.#random.below(dieWithinMs), () => {
      if (step.isAlive) this.#end(step, null, { kind: "killed", signal: "SIGKILL" });
    });
  }

  /** All that runs is gone; of what was written lately, some. */
  losePower(): void {
    for (const step of this.#byName.values()) {
      step.onEnd = null;
      if (step.isAlive) this.#end(step, null, { kind: "lost", reason: "the machine lost its power" });
      if (this.#random.chance(0.5)) step.code = null;
    }
  }

  /** At once, as a service manager does that ends a whole group. */
  killAll(): void {
    for (const step of this.living) this.#end(step, null, { kind: "killed", signal: "SIGKILL" });
  }

  /** Processes that nobody will ever ask for again, so that a long life of the world stays small. */
  forgetBefore(run: number): void {
    for (const [name, step] of this.#byName) if (step.key.run < run && !step.isAlive) this.#byName.delete(name);
  }

  #live(step: StepProcess, ms: number): void {
    const { stepHangs, stepDies, stepLies, stepPretends, stepFails, stepFloods } = this.#trouble;
    const isFence = step.stdin !== null;
    const chance = (probability: number): boolean => this.#random.chance(probability);
    if (chance(stepFloods)) {
      step.output = "o".repeat(stepOutputBytesMax);
      step.droppedBytes = 100_000_000;
    }
    if (chance(stepHangs)) {
      if (chance(0.5)) this.#after(step, ms, () => this.#work(step));
      return;
    }
    if (chance(stepDies)) {
      const isLost = chance(0.3);
      const ending: Outcome = isLost
        ? { kind: "lost", reason: "its launcher was ended from outside by SIGKILL" }
        : { kind: "killed", signal: "SIGKILL" };
      if (chance(0.5)) this.#after(step, ms * 0.5, () => this.#work(step));
      this.#after(step, ms, () => this.#end(step, null, ending));
      return;
    }
    if (!isFence && chance(stepLies)) {
      this.#after(step, ms, () => this.#end(step, 0));
      return;
    }
    if (!isFence && chance(stepFails)) {
      this.#after(step, ms, () => this.#end(step, 1 + this.#random.below(3)));
      return;
    }
    const isPretended = !isFence && chance(stepPretends);
    let code = 0;
    this.#after(step, ms * 0.6, () => {
      code = this.#work(step);
    });
    this.#after(step, ms, () => this.#end(step, isPretended && code === 0 ? 1 : code));
  }

  /** What it is for; the answer is its exit code. */
  #work(step: StepProcess): number {
    if (step.stdin !== null) return this.#fence(step.stdin);
    const isDone = runAction(this.#cluster, step.argv);
    const host = hostIn(this.#cluster, step.argv);
    this.#say(`${programName(step.argv)} ${host?.name ?? ""} ${isDone ? "did it" : "could not"}`);
    return isDone ? 0 : 1;
  }

  #fence(stdin: string): number {
    const { fenceFails, fenceLies, fenceMute, fenceStatusLies } = this.#trouble;
    const isStatus = stdin.startsWith("action=status");
    if (isStatus && this.#random.chance(fenceMute)) return 1;
    if (isStatus && fenceStatusLies && this.#random.chance(0.3)) return 2;
    if (!isStatus && this.#random.chance(fenceFails)) return 1;
    if (!isStatus && this.#random.chance(fenceLies)) return 0;
    const code = runFence(this.#cluster, stdin);
    this.#say(`fence ${stdin.trim().replaceAll("\n", " ")}: ${code}`);
    return code;
  }

  #end(step: StepProcess, code: number | null, ending: Outcome | null = null): void {
    step.isAlive = false;
    step.code = code;
    step.ending = ending;
    step.endedAtMs = this.#machine.nowMs();
    const { key, droppedBytes } = step;
    this.#tell({ kind: "step-really-ended", key, code, ending, droppedBytes });
    step.onEnd?.();
  }

  #after(step: StepProcess, ms: number, act: () => void): void {
    const boot = this.#machine.bootId;
    this.#agenda.after(ms, () =>
      this.#machine.whenAwake(boot, () => {
        if (step.isAlive) act();
      }),
    );
  }
}

function nameOf(key: StepKey): string {
  return `${key.run}/${key.name}`;
}
