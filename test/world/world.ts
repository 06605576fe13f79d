/**
 * A world: a cluster, a machine with a daemon on it, people, and trouble; all of it from one seed, all of it in virtual
 * time. It is played for some days, watched by the invariants after everything that happens, and then healed.
 *
 * Each part has a generator of its own, so that one more throw of the dice in one does not change all the others.
 *
 * The fault model. A seed chooses about half of it, and how likely each is (`trouble.ts`):
 *
 *     a step's process    hangs · is killed · says well and has done nothing · has done it and says that it failed · fails ·
 *                         floods · outlives the daemon, or dies with it                                      steps.ts
 *     starting it         no process can be forked · the one that waits for its step is ended                processes.ts
 *     a check             hangs · dies · cannot be run · babbles · says for a moment that all is lost        check-answer.ts
 *     a resident check    dies, again and again                                                              resident.ts
 *     a fence device      says well and does nothing · fails · does not say · lies about `status`            steps.ts
 *     a notifier          hangs · fails                                                                      daemon.ts
 *     the disk            writes unsynced are lost, in any part, and torn · names are not durable · errors ·
 *                         full · slow                                                                 disk.ts, bad-disk.ts
 *     its files           a bit changes while no daemon runs                                                 nature.ts
 *     the clocks          drift · stand still in a suspend · begin again in a boot · the wall clock jumps    machine.ts
 *     the daemon          is killed before or behind any call and at any step of its disk · stopped · not run for a while ·
 *                         started late, with other configurations                                    daemon.ts, nature.ts
 *     the machine         loses its power, most of all when a run is in progress or a rule is blocked        nature.ts
 *     the cluster         databases stop · hosts lose their power, are cut off, flap, lag, follow no more · are promoted by
 *                         somebody else, so that two are master                                              nature.ts
 *     people              maintenance, reloads, acknowledgements, runs by hand, giving up, at any moment     operator.ts
 */
import type { ProcessCommand } from "../../src/host/processes.ts";
import { step as coreStep } from "../../src/core/step.ts";
import { journalLimits, type JournalLimits } from "../../src/store/journal-files.ts";
import { Agenda, play } from "./agenda.ts";
import { Believer } from "./believer.ts";
import { pauseOf, planOf, type BadDisk } from "./bad-disk.ts";
import { Cluster } from "./cluster.ts";
import { Daemon, type Spoilt } from "./daemon.ts";
import { SimulatedDisk } from "./disk.ts";
import type { Happening } from "./happening.ts";
import { heal } from "./healing.ts";
import { History, KindsDigest } from "./history.ts";
import { invariants } from "./invariants.ts";
import { Ledger } from "./ledger.ts";
import { Machine } from "./machine.ts";
import { beginNature, worsen, type Nature } from "./nature.ts";
import type { People } from "./operator.ts";
import type { ProcessHost } from "./processes.ts";
import { seededRandom, type Random } from "./random.ts";
import { ruleSets, type RuleSet } from "./rule-sets.ts";
import { StepProcesses } from "./steps.ts";
import type { Invariant } from "./scene.ts";
import { chooseTrouble, type Trouble } from "./trouble.ts";

export interface WorldOptions {
  readonly seed: number;
  readonly days: number;
  readonly spoilt?: Spoilt;
  /** Instead of what the seed would choose. */
  readonly trouble?: Partial<Trouble>;
  readonly onLine?: (line: string) => void;
  /** Nobody starts the daemon: what befalls the world alone. */
  readonly isDaemonless?: boolean;
}

export interface Outcome {
  readonly seed: number;
  /** Null: all that is promised was kept. */
  readonly failure: { readonly number: number; readonly sentence: string; readonly tail: readonly string[] } | null;
  readonly ruleSet: string;
  /** Of the history, to the letter. */
  readonly digest: string;
  /** Of when what kind of thing happened: no sentence is in it. */
  readonly kindsDigest: string;
  /** Virtual time, the healing included. */
  readonly days: number;
  readonly turns: number;
  readonly runs: number;
  readonly lives: number;
  readonly lostWrites: number;
}

const dayMs = 86_400_000;
const folder = "/var/failoverd";
const lookEveryMs = 167_000;

/** What comes together is some dozen events; a daemon that asks to be woken at once, again and again, would never let time pass. */
const turnsAtOnceMax = 2_000;

/** For a third of the worlds each: a day fills some dozen files · an hour does. The others have what the daemon has. */
const smallJournal: JournalLimits = {
  fileBytesMax: 48 * 1024,
  rewrittenBytesMax: 24 * 1024,
  keptBytesMax: 512 * 1024,
  keptFilesMax: 8,
  damagedFilesMax: 2,
  reserveBytes: 64 * 1024,
  pendingBytesMax: 32 * 1024,
};
const tinyJournal: JournalLimits = {
  ...smallJournal,
  fileBytesMax: 4 * 1024,
  rewrittenBytesMax: 2 * 1024,
  keptBytesMax: 32 * 1024,
};
const journals = [journalLimits, smallJournal, tinyJournal] as const;

export class World {
  readonly #options: WorldOptions;
  readonly #agenda = new Agenda();
  readonly #history: History;
  readonly #kinds = new KindsDigest();
  readonly #ledger = new Ledger();
  readonly #believer = new Believer();
  readonly #invariants: readonly { readonly number: number; readonly title: string; readonly check: Invariant }[];
  readonly #ruleSet: RuleSet;
  readonly #cluster: Cluster;
  readonly #daemon: Daemon;
  readonly #nature: Nature;
  readonly #people: People;
  readonly #machine: Machine;
  readonly #steps: StepProcesses;
  #failure: Outcome["failure"] = null;
  #isHealed = false;
  #turns = 0;
  /** Turns since time has last passed. */
  #turnsAtOnce = 0;
  #turnedAtMs = -1;
  #runs = 0;
  #lives = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    const { seed } = options;
    const dice = (part: number): Random => seededRandom(Math.imul(seed, 0x9e3779b1) + part * 0x85ebca6b);
    const random = dice(0);
    const agenda = this.#agenda;
    this.#history = new History(options.onLine ?? ((): void => {}));
    const ruleSet = ruleSets[seed % ruleSets.length];
    const [configuration] = ruleSet?.variants ?? [];
    if (ruleSet === undefined || configuration === undefined) throw new Error("there is no rule set");
    this.#ruleSet = ruleSet;
    const trouble = { ...chooseTrouble(random), ...options.trouble };
    const cluster = new Cluster(agenda, ruleSet.hosts);
    const limits = journals[dice(8).below(journals.length)] ?? journalLimits;
    const machine = new Machine(agenda, 1 + (random.next() - 0.5) / 500);
    const say = (line: string): void => this.#history.add(agenda.nowMs, line);
    const tell = (happening: Happening): void => this.#tell(happening);
    const steps = new StepProcesses({ agenda, machine, cluster, random: dice(1), trouble, say, tell });
    const badDisk: BadDisk = {
      agenda,
      machine,
      random: dice(2),
      trouble,
      disk: () => disk,
      reservePath: `${folder}/journal.reserve`,
      reserveBytes: limits.reserveBytes,
      isCritical: () => this.#daemon.isCritical,
      onDeath: (how) => this.#daemon.die(how),
    };
    const disk = new SimulatedDisk({ random: dice(3), pause: pauseOf(badDisk) });
    disk.plan = planOf(badDisk);
    let pids = 1_000;
    const processDice = dice(4);
    const processHost: ProcessHost = {
      agenda,
      machine,
      cluster,
      steps,
      random: processDice,
      trouble,
      tell,
      keyOf: (command) => this.#keyOf(command),
      nextPid: () => (pids += 1),
      mayDie: () => {
        if (trouble.diesAtCall > 0 && this.#daemon.isCritical && processDice.chance(trouble.diesAtCall))
          this.#daemon.die(processDice.chance(0.25) ? "power" : "kill");
      },
    };
    const fail = (error: unknown): void => this.fail(error);
    const spoilt = options.spoilt ?? {};
    this.#daemon = new Daemon(
      {
        agenda,
        machine,
        disk,
        folder,
        journalLimits: limits,
        ledger: this.#ledger,
        random: dice(5),
        steps,
        processHost,
        tell,
        say,
        fail,
        spoilt,
      },
      configuration,
    );
    const daemon = this.#daemon;
    const people: People = { daemon, cluster, machine, random: dice(6), ruleSet, say };
    this.#nature = {
      agenda,
      machine,
      cluster,
      daemon,
      disk,
      folder,
      steps,
      trouble,
      people,
      random: dice(7),
      say,
      resumed: (gapMs) => tell({ kind: "resumed", gapMs }),
      mended: () => tell({ kind: "mended" }),
      isOver: () => this.#isHealed,
    };
    this.#cluster = cluster;
    this.#machine = machine;
    this.#steps = steps;
    this.#people = people;
    const scene = {
      agenda,
      machine,
      cluster,
      disk,
      folder,
      journalLimits: limits,
      ledger: this.#ledger,
      believer: this.#believer,
      trouble,
      step: spoilt.step?.(coreStep) ?? coreStep,
      supervisor: () => this.#daemon.supervisor,
      excuse: (sentence: string) => say(`excused: ${sentence}`),
    };
    this.#invariants = invariants.map(({ number, title, watch }) => ({ number, title, check: watch(scene) }));
  }

  async play(): Promise<Outcome> {
    const { seed, days } = this.#options;
    const isOver = (): boolean => this.#failure !== null;
    const look = (): void => {
      this.#tell({ kind: "look" });
      this.#agenda.after(lookEveryMs, look);
    };
    this.#agenda.after(lookEveryMs, look);
    this.#daemon.isHeldDown = this.#options.isDaemonless === true;
    this.#daemon.start();
    beginNature(this.#nature);
    await play(this.#agenda, days * dayMs, isOver);
    this.#isHealed = true;
    if (!isOver() && !this.#daemon.isHeldDown) {
      const { trouble, say } = this.#nature;
      const ill = await heal({
        agenda: this.#agenda,
        machine: this.#machine,
        cluster: this.#cluster,
        daemon: this.#daemon,
        steps: this.#steps,
        trouble,
        people: this.#people,
        say,
        isOver,
      });
      if (ill !== null) this.#broken(0, ill);
    }
    this.#tell({ kind: "end" });
    return {
      seed,
      failure: this.#failure,
      ruleSet: this.#ruleSet.name,
      digest: this.#history.digest(),
      kindsDigest: this.#kinds.digest(),
      days: this.#agenda.nowMs / dayMs,
      turns: this.#turns,
      runs: this.#runs,
      lives: this.#lives,
      lostWrites: Math.round(this.#cluster.lostWrites),
    };
  }

  /** Something was thrown that nobody expected. */
  fail(error: unknown): void {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#broken(0, `the daemon has ended by its own mistake: ${what}`);
  }

  #tell(happening: Happening): void {
    if (this.#failure !== null) return;
    if (happening.kind === "turn") this.#countTurn();
    if (happening.kind === "daemon-started") this.#lives += 1;
    this.#kinds.take(happening, this.#agenda.nowMs);
    this.#believer.tell(happening);
    for (const { number, title, check } of this.#invariants) {
      const sentence = check(happening);
      if (sentence !== null) this.#broken(number, `${sentence} (invariant ${number}: ${title})`);
    }
    if (happening.kind === "entry" && happening.entry.kind === "run-start") {
      this.#runs += 1;
      worsen(this.#nature);
    }
  }

  #countTurn(): void {
    const { nowMs } = this.#agenda;
    this.#turns += 1;
    this.#turnsAtOnce = nowMs === this.#turnedAtMs ? this.#turnsAtOnce + 1 : 1;
    this.#turnedAtMs = nowMs;
    if (this.#turnsAtOnce > turnsAtOnceMax)
      this.#broken(0, `the daemon does not rest: ${turnsAtOnceMax} turns at once`);
  }

  #broken(number: number, sentence: string): void {
    if (this.#failure !== null) return;
    this.#history.add(this.#agenda.nowMs, `BROKEN: ${sentence}`);
    this.#failure = { number, sentence, tail: this.#history.tail() };
  }

  /** The check that a command belongs to. */
  #keyOf(command: ProcessCommand): string {
    const words = command.argv.join(" ");
    const check = this.#daemon.configuration.checks.find(
      ({ run }) => run.kind !== "passive" && run.program.argv.join(" ") === words,
    );
    return check?.key ?? "";
  }
}
