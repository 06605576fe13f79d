/**
 * The tester tested: mistakes that a daemon like this may have, each put between the real one and the world from outside,
 * and each to be found within so many worlds. The shipped code knows of none of them.
 */
import type { Spoilt } from "../daemon.ts";
import type { Trouble } from "../trouble.ts";
import { inJudgement } from "./judgement.ts";
import { inMemory } from "./memory.ts";

export interface Planted {
  readonly name: string;
  readonly sentence: string;
  /** Of so many worlds one at least shows it. */
  readonly worldsMax: number;
  /** Worlds of this rule set only, where others cannot show it. */
  readonly ruleSet?: string;
  /** What shows it sooner. */
  readonly trouble?: Partial<Trouble>;
  /** Of the invariants that may find it; 0: it is not healed, or ends by its own mistake. */
  readonly foundBy: readonly number[];
  /** For one world. */
  readonly spoil: () => Spoilt;
}

export const planted: readonly Planted[] = [...inMemory, ...inJudgement];
