/**
 * Follows what reaches the daemon and keeps the world's own beliefs of it (`beliefs.ts`): told of everything before the
 * invariants are, so that each of them finds what may be believed at this turn.
 */
import { Beliefs, isRoleWord } from "./beliefs.ts";
import type { Status } from "../../src/core/result.ts";
import type { Happening, Said } from "./happening.ts";

type Turn = Extract<Happening, { readonly kind: "turn" }>;

export class Believer {
  #beliefs: Beliefs | null = null;
  /** What is on its way to the daemon, by job. */
  readonly #said = new Map<number, { readonly key: string; readonly said: readonly Said[] }[]>();
  readonly #jobStartedAtMs = new Map<number, number>();
  /** As the journal has it: what a daemon may begin with. */
  #confirmed = new Map<string, Status>();
  #roles = new Map<string, Status>();
  #isRestoring = false;
  /** The daemon before this one had forgotten much, and perhaps could not write down that it had. */
  #wasAmnesiac = false;

  /** Behind the first turn of a daemon. */
  get beliefs(): Beliefs {
    if (this.#beliefs === null) throw new Error("nothing is believed before the first turn");
    return this.#beliefs;
  }

  tell(happening: Happening): void {
    switch (happening.kind) {
      case "said": {
        const { job, key, said } = happening;
        const before = this.#said.get(job);
        if (before === undefined) this.#said.set(job, [{ key, said }]);
        else before.push({ key, said });
        return;
      }
      case "turn":
        this.#turn(happening);
        return;
      case "entry": {
        const { entry } = happening;
        if (entry.kind !== "transition") return;
        if (entry.check !== null) this.#confirmed.set(`${entry.check} on ${entry.host}`, entry.to);
        else if (isRoleWord(entry.to)) this.#roles.set(entry.host, entry.to);
        return;
      }
      case "daemon-started":
        this.#said.clear();
        this.#jobStartedAtMs.clear();
        this.#beliefs = null;
        if (!happening.isRestored || happening.isAmnesiac) this.#confirmed = new Map();
        /** What it remembers beyond its journal is from a table that was written in time. */
        if (happening.isRestored && (happening.isAmnesiac || this.#wasAmnesiac))
          for (const [key, { standing }] of Object.entries(happening.state.observations))
            this.#confirmed.set(key, standing.status);
        this.#wasAmnesiac = happening.isAmnesiac;
        return;
      case "resumed":
      case "mended":
      case "asks":
      case "asked":
      case "step-started":
      case "step-really-ended":
      case "daemon-died":
      case "look":
      case "end":
        return;
    }
  }

  #turn(turn: Turn): void {
    const { configuration, event, nowMs, effects } = turn;
    if (this.#beliefs === null) {
      this.#beliefs = new Beliefs(configuration, nowMs);
      this.#isRestoring = true;
    }
    const beliefs = this.#beliefs;
    if (event.kind === "started" && event.isRestored && this.#isRestoring)
      beliefs.restore(this.#confirmed, this.#roles, nowMs);
    this.#isRestoring = false;
    if (event.kind === "reconfigured") beliefs.configure(configuration, nowMs);
    if (event.kind === "stalled") beliefs.relearn(nowMs);
    this.#hear(turn, beliefs);
    beliefs.age(nowMs);
    for (const effect of effects) if (effect.kind === "startCheck") this.#jobStartedAtMs.set(effect.job, nowMs);
  }

  #hear({ event, nowMs, configuration }: Turn, beliefs: Beliefs): void {
    if (event.kind === "reported") {
      const { check, host, result } = event;
      const declared = configuration.checks.find(
        (other) => other.name === check && other.run.kind === "passive" && (host === null || other.host === host),
      );
      const said = { host: null, status: result.status, lagBytes: null };
      if (declared !== undefined) beliefs.hear(declared.key, [said], nowMs, nowMs);
    }
    if (event.kind !== "check-ended" && event.kind !== "resident-reported" && event.kind !== "resident-ended") return;
    const [first, ...rest] = this.#said.get(event.job) ?? [];
    if (rest.length === 0) this.#said.delete(event.job);
    else this.#said.set(event.job, rest);
    const startedAtMs = event.kind === "check-ended" ? (this.#jobStartedAtMs.get(event.job) ?? nowMs) : nowMs;
    if (event.kind !== "resident-reported") this.#jobStartedAtMs.delete(event.job);
    if (first !== undefined) beliefs.hear(first.key, first.said, startedAtMs, nowMs);
  }
}
