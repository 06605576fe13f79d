/** What happens in a world, as those who watch over it are told: everything that an invariant may want to know, in order. */
import type { Configuration } from "../../src/core/configuration.ts";
import type { Effects } from "../../src/core/effect.ts";
import type { Event } from "../../src/core/event.ts";
import type { Outcome, Status } from "../../src/core/result.ts";
import type { State } from "../../src/core/state.ts";
import type { ProcessIdentity, StepKey } from "../../src/host/processes.ts";
import type { Entry, Record } from "../../src/core/record.ts";
import type { Asking } from "../../src/supervisor/supervisor.ts";

/** What a check really said of a host; `host: null`: of its own. */
export interface Said {
  readonly host: string | null;
  readonly status: Status;
  readonly lagBytes: number | null;
}

export type Happening =
  /** One step of the core: what it was given and what it answered. Not yet performed. `nowMs`: the machine's, monotonic. */
  | {
      readonly kind: "turn";
      readonly configuration: Configuration;
      readonly before: State;
      readonly event: Event;
      readonly after: State;
      readonly effects: Effects;
      readonly nowMs: number;
    }
  /** An entry is in the journal; `isDurable: false`: the daemon goes on without it, and has said so. */
  | { readonly kind: "entry"; readonly entry: Entry; readonly isDurable: boolean }
  /** What a check really said reaches the daemon, by the job that brings it: right before the event that tells of it. */
  | { readonly kind: "said"; readonly job: number; readonly key: string; readonly said: readonly Said[] }
  /** A step's process has its command. `others`: steps' processes that live beside it. */
  | {
      readonly kind: "step-started";
      readonly key: StepKey;
      readonly argv: readonly string[];
      readonly launcher: ProcessIdentity;
      readonly stdin: string | null;
      readonly others: readonly StepKey[];
    }
  /** A step's process has ended. `code`: what its exit file says; null: it has none, and `ending` is how it ended. */
  | {
      readonly kind: "step-really-ended";
      readonly key: StepKey;
      readonly code: number | null;
      readonly ending: Outcome | null;
      readonly droppedBytes: number;
    }
  /** A daemon has recovered and begins. All that its journal still holds of earlier lives was told before. */
  | {
      readonly kind: "daemon-started";
      readonly state: State;
      readonly isSameBoot: boolean;
      /** It goes on with what the one before it knew; else everything begins unknown. */
      readonly isRestored: boolean;
      /** What it says of what it has found. */
      readonly found: string;
      /** What waited and is not taken over: it says so next. */
      readonly dropped: readonly Record[];
      /** What it could remember is less than what happened: a disk that failed, or rotted. */
      readonly isAmnesiac: boolean;
    }
  | { readonly kind: "daemon-died"; readonly how: "kill" | "power" | "stop" }
  /** It did not run for so long, and now does again. */
  | { readonly kind: "resumed"; readonly gapMs: number }
  /** Its disk was bad, and is well again. */
  | { readonly kind: "mended" }
  /** An operator speaks · and is answered. */
  | { readonly kind: "asks"; readonly asking: Asking }
  | { readonly kind: "asked"; readonly asking: Asking; readonly isAccepted: boolean }
  /** Time to look whether everything is as it should be. */
  | { readonly kind: "look" }
  | { readonly kind: "end" };
