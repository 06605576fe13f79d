/**
 * The processes of one life of the daemon, simulated: `Processes` of `src/host/processes.ts`, with all that its contract
 * allows. The fault model of processes:
 *
 * - A step hangs until it is killed, is killed by somebody else, lies (exit 0 and nothing done), does it and says that it
 *   failed, fails, floods its log; and it outlives the daemon, whatever becomes of that.
 * - A check hangs into its time limit, dies, cannot be run, babbles or floods. It dies with the daemon.
 * - No process can be forked for the next step, for a while; one that waits is ended by somebody.
 * - The daemon is killed right before or right behind any call. What a dead daemon still calls does nothing, and no event
 *   reaches it.
 *
 * Events come in any order that the agenda makes, never from within a call.
 */
import type { Outcome } from "../../src/core/result.ts";
import type {
  FoundEnd,
  ProcessCommand,
  ProcessEvent,
  ProcessIdentity,
  Processes,
  StepKey,
} from "../../src/host/processes.ts";
import type { Agenda } from "./agenda.ts";
import { endOfCheck, type CheckEnd } from "./check-answer.ts";
import type { Cluster } from "./cluster.ts";
import type { Happening } from "./happening.ts";
import type { Machine } from "./machine.ts";
import type { Random } from "./random.ts";
import { watchCluster } from "./resident.ts";
import type { StepProcess, StepProcesses } from "./steps.ts";
import type { Trouble } from "./trouble.ts";

export interface ProcessHost {
  readonly agenda: Agenda;
  readonly machine: Machine;
  readonly cluster: Cluster;
  readonly steps: StepProcesses;
  readonly random: Random;
  readonly trouble: Trouble;
  readonly tell: (happening: Happening) => void;
  /** The check that a command is. */
  readonly keyOf: (command: ProcessCommand) => string;
  readonly nextPid: () => number;
  /** Asked before and behind each call; kills the daemon, or not. */
  readonly mayDie: () => void;
}

const startsLauncherWithinMs = 5;
const forkAgainAfterMs = 250;
const eventAfterMsMax = 4;
const launcherDiesWithinMs = 60_000;

export class SimulatedProcesses implements Processes {
  readonly #host: ProcessHost;
  readonly #life: number;
  readonly #onEvent: (event: ProcessEvent) => void;
  /** What ends a check or a resident that runs. */
  readonly #running = new Map<number, () => void>();
  #launcher: ProcessIdentity | null = null;
  #isClosed = false;

  constructor(host: ProcessHost, life: number, onEvent: (event: ProcessEvent) => void) {
    this.#host = host;
    this.#life = life;
    this.#onEvent = onEvent;
    this.#forkLauncher();
  }

  startCheck(job: number, command: ProcessCommand, timeoutMs: number): void {
    if (!this.#enter()) return;
    const { agenda, machine, random, cluster, trouble } = this.#host;
    const startedAtMs = machine.nowMs();
    const durationMs = 20 + random.below(300);
    /** Half of them look as soon as they have begun, the others at their end. */
    const seen = random.chance(0.5) ? endOfCheck({ cluster, random, trouble }, command.argv, timeoutMs) : null;
    const end = (known: CheckEnd | null): void => {
      const ended = known ?? endOfCheck({ cluster, random, trouble }, command.argv, timeoutMs);
      if (ended.isLate && agenda.nowMs < startedAtWorldMs + timeoutMs) {
        wait(startedAtWorldMs + timeoutMs - agenda.nowMs, ended);
        return;
      }
      this.#running.delete(job);
      this.#host.tell({ kind: "said", job, key: this.#host.keyOf(command), said: ended.said });
      const { outcome, output } = ended;
      this.#onEvent({ kind: "check-ended", job, outcome, output, durationMs: machine.nowMs() - startedAtMs });
    };
    const wait = (ms: number, known: CheckEnd | null): void => {
      const cancel = agenda.after(ms, () => this.#deliver(() => end(known)));
      this.#running.set(job, () => {
        cancel();
        this.#running.delete(job);
        const stopped: Outcome = { kind: "killed", signal: "SIGTERM" };
        const output = { stdout: "", stderr: "", droppedBytes: 0 };
        this.#soon(() => this.#onEvent({ kind: "check-ended", job, outcome: stopped, output, durationMs: 0 }));
      });
    };
    const startedAtWorldMs = agenda.nowMs;
    wait(durationMs, seen);
    this.#leave();
  }

  startResident(job: number, command: ProcessCommand): void {
    if (!this.#enter()) return;
    const key = this.#host.keyOf(command);
    const end = (outcome: Outcome): void => {
      stopWatching();
      this.#running.delete(job);
      const output = { stdout: "", stderr: "gone", droppedBytes: 0 };
      this.#host.tell({ kind: "said", job, key, said: [{ host: null, status: "unknown", lagBytes: null }] });
      this.#onEvent({ kind: "resident-ended", job, outcome, output });
    };
    const stopWatching = watchCluster(this.#host, command.argv, {
      onLine: (line, said) =>
        this.#deliver(() => {
          this.#host.tell({ kind: "said", job, key, said: [said] });
          this.#onEvent({ kind: "resident-line", job, line });
        }),
      onDeath: () => this.#deliver(() => end({ kind: "exited", code: 1 })),
      isOver: () => this.#isClosed || this.#host.machine.life !== this.#life,
    });
    this.#running.set(job, () => this.#soon(() => end({ kind: "killed", signal: "SIGTERM" })));
    this.#leave();
  }

  stopCheck(job: number): void {
    if (this.#enter()) this.#running.get(job)?.();
  }

  startStep(key: StepKey, command: ProcessCommand, stdin: string | null): void {
    if (!this.#enter()) return;
    const launcher = this.#launcher;
    if (launcher === null) throw new Error(`step ${key.run}/${key.name} was started without a launcher`);
    this.#launcher = null;
    const { steps, tell } = this.#host;
    const others = steps.living.filter((step) => !step.isForgotten).map((step) => step.key);
    tell({ kind: "step-started", key, argv: command.argv, launcher, stdin, others });
    this.#watch(steps.start(key, launcher, command.argv, stdin));
    this.#leave();
    this.#forkLauncher();
  }

  killStep(key: StepKey): void {
    if (!this.#enter()) return;
    const step = this.#host.steps.find(key);
    if (step?.isAlive === true) this.#host.steps.kill(step);
    this.#leave();
  }

  findStep(key: StepKey, identity: ProcessIdentity): "running" | FoundEnd | "in-doubt" {
    const step = this.#host.steps.find(key);
    if (step === undefined || step.identity.pid !== identity.pid) return "in-doubt";
    if (step.isAlive) return "running";
    if (step.code === null) return "in-doubt";
    const endedAgoMs = this.#host.machine.nowMs() - step.endedAtMs;
    return { outcome: { kind: "exited", code: step.code }, output: step.output, endedAgoMs };
  }

  awaitStep(key: StepKey): void {
    const step = this.#host.steps.find(key);
    if (step === undefined) throw new Error(`step ${key.run}/${key.name} is not there to be awaited`);
    if (step.isAlive) this.#watch(step);
    else this.#toldEnd(step);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#running.clear();
    return Promise.resolve();
  }

  #watch(step: StepProcess): void {
    step.onEnd = () => this.#toldEnd(step);
  }

  #toldEnd(step: StepProcess): void {
    this.#soon(() => {
      const { key, output, droppedBytes } = step;
      const outcome: Outcome =
        step.code === null
          ? (step.ending ?? { kind: "lost", reason: "it is gone and left no exit code" })
          : { kind: "exited", code: step.code };
      this.#onEvent({ kind: "step-ended", key, outcome, output, droppedBytes });
    });
  }

  #forkLauncher(): void {
    const { agenda, random, trouble } = this.#host;
    agenda.after(1 + random.below(startsLauncherWithinMs), () =>
      this.#deliver(() => {
        if (random.chance(trouble.forkFails)) {
          this.#onEvent({ kind: "launcher-failed", errno: "EAGAIN", reason: "no launcher could be forked" });
          agenda.after(forkAgainAfterMs, () => this.#deliver(() => this.#forkLauncher()));
          return;
        }
        const pid = this.#host.nextPid();
        this.#launcher = { pid, startTicks: pid * 7 };
        this.#onEvent({ kind: "launcher-ready", launcher: this.#launcher });
        if (random.chance(trouble.launcherDies)) this.#loseLauncher(this.#launcher);
      }),
    );
  }

  /** Somebody ends it while it waits; then there is another one. */
  #loseLauncher(launcher: ProcessIdentity): void {
    const { agenda, random } = this.#host;
    agenda.after(random.below(launcherDiesWithinMs), () =>
      this.#deliver(() => {
        if (this.#launcher !== launcher) return;
        this.#launcher = null;
        this.#onEvent({ kind: "launcher-failed", errno: "ESRCH", reason: `launcher ${launcher.pid} was ended` });
        agenda.after(forkAgainAfterMs, () => this.#deliver(() => this.#forkLauncher()));
      }),
    );
  }

  /** False: nobody is there who could call. */
  #enter(): boolean {
    if (this.#host.machine.life !== this.#life) return false;
    this.#host.mayDie();
    return this.#host.machine.life === this.#life;
  }

  #leave(): void {
    this.#host.mayDie();
  }

  #soon(act: () => void): void {
    this.#host.agenda.after(this.#host.random.below(eventAfterMsMax), () => this.#deliver(act));
  }

  #deliver(act: () => void): void {
    this.#host.machine.deliver(this.#life, () => {
      if (!this.#isClosed) act();
    });
  }
}
