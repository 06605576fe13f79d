/**
 * The daemon's lives: the real supervisor, started over the simulated outside, killed, stopped and started again as a
 * service manager would. Every step of its core and every entry of its journal is told to the watchers.
 */
import { step as coreStep } from "../../src/core/step.ts";
import type { Configuration } from "../../src/core/configuration.ts";
import type { Outcome } from "../../src/core/result.ts";
import type { Clock } from "../../src/host/clock.ts";
import type { Log } from "../../src/host/log.ts";
import type { Processes } from "../../src/host/processes.ts";
import type { JournalLimits } from "../../src/store/journal-files.ts";
import type { Disk } from "../../src/store/disk.ts";
import type { Step } from "../../src/supervisor/loop.ts";
import { readFenceStdin } from "../../src/supervisor/fence-stdin.ts";
import { startSupervisor, type Asking, type Supervisor } from "../../src/supervisor/supervisor.ts";
import type { Agenda } from "./agenda.ts";
import type { CrashKind, SimulatedDisk } from "./disk.ts";
import type { Happening } from "./happening.ts";
import { readJournalTruth } from "./journal-truth.ts";
import type { Ledger } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import { SimulatedProcesses, type ProcessHost } from "./processes.ts";
import type { Random } from "./random.ts";
import type { StepProcesses } from "./steps.ts";

/** What a planted bug puts between the daemon and what it works with. All are as they are, where nothing is planted. */
export interface Spoilt {
  readonly step?: (real: Step) => Step;
  readonly disk?: (disk: Disk) => Disk;
  readonly processes?: (processes: Processes) => Processes;
  readonly clock?: (clock: Clock) => Clock;
}

export interface DaemonHost {
  readonly agenda: Agenda;
  readonly machine: Machine;
  readonly disk: SimulatedDisk;
  readonly folder: string;
  readonly journalLimits: JournalLimits;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly steps: StepProcesses;
  readonly processHost: ProcessHost;
  readonly tell: (happening: Happening) => void;
  readonly say: (line: string) => void;
  /** A mistake of the daemon's own. */
  readonly fail: (error: unknown) => void;
  readonly spoilt: Spoilt;
}

const refusedAgainAfterMs = 5_000;
const notifierTakesMs = 300;

export class Daemon {
  readonly #host: DaemonHost;
  #supervisor: Supervisor | null = null;
  #boot: string;
  /** What it did and cannot know any more: entries were lost, or a file of it was changed. */
  #isDamaged = false;
  #isStopping = false;
  #wasDistrusted = false;
  /** The disk failed when this life, or one that ended before its first turn, began to read it; it may be well by now. */
  #beganOnBadDisk = false;
  /** What is in the conf files. */
  configuration: Configuration;
  /** No service manager starts it while this is true. */
  isHeldDown = false;

  constructor(host: DaemonHost, configuration: Configuration) {
    this.#host = host;
    this.#boot = host.machine.bootId;
    this.configuration = configuration;
  }

  /** Null: none runs, or it is starting. */
  get supervisor(): Supervisor | null {
    return this.#supervisor;
  }

  /** Dying now matters most. */
  get isCritical(): boolean {
    return this.#supervisor === null || this.#supervisor.state().run !== null;
  }

  /** Somebody has changed a file of it while it was down. */
  damaged(): void {
    this.#isDamaged = true;
  }

  start(): void {
    const { machine, say } = this.#host;
    if (machine.life !== 0 || this.isHeldDown) return;
    const life = machine.beginLife();
    this.#isStopping = false;
    say(`the daemon starts, life ${life} in ${machine.bootId}`);
    this.#startLife(life).catch((error: unknown) => {
      if (machine.life === life) this.#host.fail(error);
    });
  }

  /** With "power", the machine as well; it comes back in another boot. */
  die(how: CrashKind): void {
    const { machine, disk, say, tell, steps } = this.#host;
    if (machine.life === 0 && how === "kill") return;
    say(how === "power" ? "the machine loses its power" : "the daemon is killed");
    machine.endLife();
    this.#supervisor = null;
    tell({ kind: "daemon-died", how });
    if (how === "power") {
      steps.losePower();
      machine.reboot();
    } else if (this.#host.random.chance(this.#host.processHost.trouble.diesWithAll)) {
      say("all that it had started is killed with it");
      steps.killAll();
    }
    disk.crash(how);
    this.#startLater(how === "power");
  }

  /** As a service manager stops it. */
  stop(): void {
    const { machine, say, tell } = this.#host;
    const supervisor = this.#supervisor;
    const { life } = machine;
    if (supervisor === null || this.#isStopping) return;
    this.#isStopping = true;
    const end = (): void => {
      if (machine.life !== life) return;
      say("the daemon has stopped");
      machine.endLife();
      this.#supervisor = null;
      tell({ kind: "daemon-died", how: "stop" });
      this.#startLater(false);
    };
    supervisor.stop("SIGTERM").then(end, this.#host.fail);
  }

  reload(configuration: Configuration): void {
    this.configuration = configuration;
    this.#whenRun((supervisor) => supervisor.reconfigure(configuration));
  }

  refuseReload(): void {
    this.#whenRun((supervisor) => supervisor.refuseReload({ errors: 2, first: "actions.conf:3:1: what is this?" }));
  }

  /** A signal waits until the daemon runs. */
  #whenRun(act: (supervisor: Supervisor) => void): void {
    const { machine } = this.#host;
    machine.deliver(machine.life, () => {
      if (this.#supervisor !== null && !this.#isStopping) act(this.#supervisor);
    });
  }

  ask(asking: Asking): void {
    const { machine, tell, say, fail } = this.#host;
    const supervisor = this.#supervisor;
    const { life } = machine;
    if (supervisor === null || this.#isStopping || machine.isStopped) return;
    tell({ kind: "asks", asking });
    supervisor
      .ask(asking)
      .then((answer) => {
        if (machine.life !== life) return null;
        if (asking.kind !== "reported") say(`asked to ${asking.kind}: ${answer.sentence}`);
        tell({ kind: "asked", asking, isAccepted: answer.isAccepted });
        return null;
      })
      .catch(fail);
  }

  #startLater(isReboot: boolean): void {
    const { agenda, random } = this.#host;
    const kind = random.next();
    const ms = isReboot
      ? 20_000 + random.below(90_000)
      : kind < 0.5
        ? 100 + random.below(1_500)
        : kind < 0.8
          ? 1_500 + random.below(6_000)
          : kind < 0.95
            ? 5_000 + random.below(60_000)
            : 600_000 + random.below(1_800_000);
    agenda.after(ms, () => this.start());
  }

  async #startLife(life: number): Promise<void> {
    const { machine, disk, folder, processHost, spoilt, agenda, random } = this.#host;
    const mounted = disk.mount();
    this.#beganOnBadDisk ||= processHost.trouble.diskFails > 0;
    const clock = machine.clockOf(life);
    const started = await startSupervisor(
      {
        clock: spoilt.clock?.(clock) ?? clock,
        disk: spoilt.disk?.(mounted) ?? mounted,
        varFolder: folder,
        bootId: machine.bootId,
        pid: life,
        log: this.#log(),
        createProcesses: (onEvent) => {
          const processes = new SimulatedProcesses(processHost, life, onEvent);
          return spoilt.processes?.(processes) ?? processes;
        },
        pruneRuns: () => Promise.resolve(),
        newestRun: () => Promise.resolve(0),
        runNotifier: (_command, { timeoutMs }, { onTold, onEnded }) => {
          const { notifierHangs, notifierFails } = processHost.trouble;
          const isHung = random.chance(notifierHangs);
          const code = random.chance(notifierFails) ? 1 : 0;
          const outcome = isHung ? ({ kind: "timed-out", afterMs: timeoutMs } as const) : exited(code);
          agenda.after(1, () => machine.deliver(life, onTold));
          return agenda.after(isHung ? timeoutMs : 1 + random.below(notifierTakesMs), () =>
            machine.deliver(life, () => onEnded(outcome, "")),
          );
        },
        readStdin: readFenceStdin,
        step: this.#watchedStep(life),
        journalLimits: this.#host.journalLimits,
      },
      { configuration: this.configuration, localHost: "witness", version: "0" },
    );
    if (machine.life !== life) return;
    if (started.kind === "refused") {
      this.#host.say(`the daemon does not start: ${started.sentence}`);
      machine.endLife();
      agenda.after(refusedAgainAfterMs, () => this.start());
      return;
    }
    const { supervisor } = started;
    this.#supervisor = supervisor;
    for (const entry of readJournalTruth(disk, folder, this.#host.ledger.lastSeq).entries)
      if (entry.seq <= supervisor.memory.durableSeq) this.#take(entry, true);
    supervisor.memory.listen((entry) => {
      if (machine.life !== life) return;
      const isDurable = supervisor.memory.notRemembered === null;
      this.#take(entry, isDurable);
    });
  }

  #take(entry: Parameters<Ledger["take"]>[0], isDurable: boolean): void {
    const { tell, say, ledger, agenda } = this.#host;
    say(`#${entry.seq} ${entry.kind} ${entry.sentence}${isDurable ? "" : " (not remembered)"}`);
    tell({ kind: "entry", entry, isDurable });
    ledger.take(entry, isDurable, agenda.nowMs);
    /** What was acknowledged and could not be written down has to be acknowledged again. */
    if (entry.kind === "acknowledged" && entry.what === "journal" && isDurable) this.#wasDistrusted = false;
  }

  #watchedStep(life: number): Step {
    const { machine, tell, spoilt } = this.#host;
    const real = spoilt.step?.(coreStep) ?? coreStep;
    let isFirst = true;
    return (configuration, before, event, nowMs) => {
      if (isFirst && machine.life === life) this.#beginLife(before, event);
      isFirst = false;
      const { state: after, effects } = real(configuration, before, event, nowMs);
      if (machine.life === life) tell({ kind: "turn", configuration, before, event, after, effects, nowMs });
      return { state: after, effects };
    };
  }

  /** It has recovered: what it has found in its journal is what there is. */
  #beginLife(state: Parameters<Step>[1], event: Parameters<Step>[2]): void {
    const { disk, folder, ledger, machine, tell, steps, say, processHost } = this.#host;
    const truth = readJournalTruth(disk, folder, ledger.lastSeq);
    const isDistrusted = state.distrust !== null && !this.#wasDistrusted;
    this.#wasDistrusted = state.distrust !== null;
    const isUnreadable = state.distrust !== null && (this.#beganOnBadDisk || processHost.trouble.diskFails > 0);
    if (isDistrusted && !isUnreadable && !this.#isDamaged)
      this.#host.fail(new Error(`the journal is not trusted, and nothing was wrong with it: ${state.distrust}`));
    const isAmnesiac = this.#isDamaged || isUnreadable || (ledger.isBehind && truth.lastSeq < ledger.lastSeq);
    if (isAmnesiac) {
      say("the daemon does not remember all that it did");
      for (const step of steps.living) step.isForgotten = true;
      ledger.forget({ lastSeq: truth.lastSeq, nextRun: state.nextRun, run: state.run });
    } else {
      for (const entry of truth.entries) this.#take(entry, true);
      if (truth.lastSeq < ledger.lastSeq) ledger.lastSeq = truth.lastSeq;
    }
    const { isRestored, found, dropped } =
      event.kind === "started" ? event : { isRestored: false, found: "", dropped: [] };
    const isSameBoot = this.#boot === machine.bootId;
    tell({ kind: "daemon-started", state, isSameBoot, isRestored, found, dropped, isAmnesiac });
    steps.forgetBefore(ledger.lastRun - 2);
    this.#boot = machine.bootId;
    this.#isDamaged = false;
    this.#beganOnBadDisk = false;
  }

  #log(): Log {
    const { say } = this.#host;
    return {
      info: () => {},
      warn: (key, sentence) => say(`log: ${key}: ${sentence}`),
      error: (key, sentence) => say(`log: ${key}: ${sentence}`),
      flush: () => {},
    };
  }
}

function exited(code: number): Outcome {
  return { kind: "exited", code };
}
