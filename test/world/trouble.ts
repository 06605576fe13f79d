/**
 * How likely what goes wrong: one row of probabilities that a seed chooses and that healing sets to nothing. Each is asked
 * at one place, with the world's own generator.
 */
import type { Random } from "./random.ts";

export interface Trouble {
  /** A step's process: never ends by itself · is killed · says that it has done it and has not · has done it and says that it has not · cannot · prints without end. */
  stepHangs: number;
  stepDies: number;
  stepLies: number;
  stepPretends: number;
  stepFails: number;
  stepFloods: number;
  /** No process can be forked for the next step. */
  forkFails: number;
  /** A process that waits for the next step is ended from outside. */
  launcherDies: number;
  /** A check: waits for ever · is killed · cannot be run · prints something else · says that all is lost. */
  checkHangs: number;
  checkDies: number;
  checkNotRun: number;
  checkBabbles: number;
  checkPanics: number;
  /** What tells people: never ends by itself · cannot. */
  notifierHangs: number;
  notifierFails: number;
  /** The daemon dies right before or behind a call to the outside, or at a step of its disk. */
  diesAtCall: number;
  diesAtDisk: number;
  /** Whoever kills it kills all that it had started with it. */
  diesWithAll: number;
  /** A step of the disk: takes long · fails. Writing fails for lack of space while `isDiskFull`. */
  diskSlow: number;
  diskFails: number;
  isDiskFull: boolean;
  /** A fence device: says well and does nothing · says that it could not · does not say whether the host is off. */
  fenceLies: number;
  fenceFails: number;
  fenceMute: number;
  /** Its status says off of a host that is on: beyond what the daemon can survive, so nothing is promised then. */
  fenceStatusLies: boolean;
}

export const noTrouble: Trouble = {
  stepHangs: 0,
  stepDies: 0,
  stepLies: 0,
  stepPretends: 0,
  stepFails: 0,
  stepFloods: 0,
  forkFails: 0,
  launcherDies: 0,
  checkHangs: 0,
  checkDies: 0,
  checkNotRun: 0,
  checkBabbles: 0,
  checkPanics: 0,
  notifierHangs: 0,
  notifierFails: 0,
  diesAtCall: 0,
  diesAtDisk: 0,
  diesWithAll: 0.25,
  diskSlow: 0,
  diskFails: 0,
  isDiskFull: false,
  fenceLies: 0,
  fenceFails: 0,
  fenceMute: 0,
  fenceStatusLies: false,
};

/** The most of each. A seed has about half of them, each at some part of its most: a world with everything at once finds less. */
const most = {
  stepHangs: 0.15,
  stepDies: 0.15,
  stepLies: 0.15,
  stepPretends: 0.15,
  stepFails: 0.3,
  stepFloods: 0.1,
  forkFails: 0.2,
  launcherDies: 0.3,
  checkHangs: 0.004,
  checkDies: 0.004,
  checkNotRun: 0.004,
  checkBabbles: 0.004,
  checkPanics: 0.01,
  notifierHangs: 0.5,
  notifierFails: 0.5,
  diesAtCall: 0.03,
  diesAtDisk: 0.006,
  fenceLies: 0.3,
  fenceFails: 0.3,
  fenceMute: 0.2,
} as const satisfies Partial<Trouble>;

export function chooseTrouble(random: Random): Trouble {
  const trouble: Trouble = { ...noTrouble, fenceStatusLies: random.chance(0.05) };
  const set = (name: keyof typeof most): void => {
    if (random.chance(0.5)) trouble[name] = most[name] * random.next();
  };
  set("stepHangs");
  set("stepDies");
  set("stepLies");
  set("stepPretends");
  set("stepFails");
  set("stepFloods");
  set("forkFails");
  set("launcherDies");
  set("checkHangs");
  set("checkDies");
  set("checkNotRun");
  set("checkBabbles");
  set("checkPanics");
  set("notifierHangs");
  set("notifierFails");
  set("diesAtCall");
  set("diesAtDisk");
  set("fenceLies");
  set("fenceFails");
  set("fenceMute");
  return trouble;
}
