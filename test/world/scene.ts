/** What an invariant is, and what it may look at to judge: the world, which knows more than the daemon does. */
import type { Agenda } from "./agenda.ts";
import type { Believer } from "./believer.ts";
import type { Cluster } from "./cluster.ts";
import type { SimulatedDisk } from "./disk.ts";
import type { Happening } from "./happening.ts";
import type { Ledger } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import type { JournalLimits } from "../../src/store/journal-files.ts";
import type { Step } from "../../src/supervisor/loop.ts";
import type { Supervisor } from "../../src/supervisor/supervisor.ts";
import type { Trouble } from "./trouble.ts";

export interface Scene {
  readonly agenda: Agenda;
  readonly machine: Machine;
  readonly cluster: Cluster;
  readonly disk: SimulatedDisk;
  readonly folder: string;
  readonly journalLimits: JournalLimits;
  readonly ledger: Ledger;
  readonly believer: Believer;
  readonly trouble: Trouble;
  /** What decides in this world. */
  readonly step: Step;
  /** Null: no daemon runs, or it is still starting. */
  readonly supervisor: () => Supervisor | null;
  /** A reason why something is not promised in this world from now on; for the history. */
  readonly excuse: (sentence: string) => void;
}

/** Told of everything, in order; answers with a sentence if it is broken. */
export type Invariant = (happening: Happening) => string | null;

export interface InvariantKind {
  /** As in the design, section 10. */
  readonly number: number;
  readonly title: string;
  readonly watch: (scene: Scene) => Invariant;
}
