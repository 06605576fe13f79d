/**
 * 4: Nothing fires on stale, unconfirmed or unlearned data. The checks' real words are followed by a bookkeeping of its
 * own (`../beliefs.ts`); whenever a rule fires, its trigger and its guard are judged by that.
 */
import { isByHand } from "../by-hand.ts";
import { learningMsMax } from "../../../src/core/schedule.ts";
import type { Configuration } from "../../../src/core/configuration.ts";
import type { Record } from "../../../src/core/record.ts";
import type { Status } from "../../../src/core/result.ts";
import { Beliefs, isRoleWord } from "../beliefs.ts";
import type { Happening, Said } from "../happening.ts";
import type { InvariantKind, Scene } from "../scene.ts";
import { isTrue } from "../truth.ts";

type Turn = Extract<Happening, { readonly kind: "turn" }>;
type RunStart = Extract<Record, { readonly kind: "run-start" }>;

/** Longer than this, and everything known is old; the loop's own limit is 2 s. */
const stallSurelyMs = 2_200;

export const fresh: InvariantKind = {
  number: 4,
  title: "nothing fires on stale, unconfirmed or unlearned data",
  watch: (scene) => new FreshWatch(scene).tell,
};

class FreshWatch {
  readonly #scene: Scene;
  #beliefs: Beliefs | null = null;
  /** What is on its way to the daemon, by job. */
  readonly #said = new Map<number, { readonly key: string; readonly said: readonly Said[] }[]>();
  readonly #jobStartedAtMs = new Map<number, number>();
  /** As the journal has it: what a daemon may begin with. */
  #confirmed = new Map<string, Status>();
  #roles = new Map<string, Status>();
  #isRestoring = false;
  /** By the clock of this boot. */
  #stepEndedAtMs = -Infinity;
  /** It was not run for too long, and has not said so yet. */
  #isStalled = false;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  readonly tell = (happening: Happening): string | null => {
    switch (happening.kind) {
      case "said": {
        const { job, key, said } = happening;
        this.#said.set(job, [...(this.#said.get(job) ?? []), { key, said }]);
        return null;
      }
      case "turn":
        return this.#turn(happening);
      case "entry": {
        const { entry } = happening;
        if (entry.kind !== "transition") return null;
        if (entry.check !== null) this.#confirmed.set(`${entry.check} on ${entry.host}`, entry.to);
        else if (isRoleWord(entry.to)) this.#roles.set(entry.host, entry.to);
        return null;
      }
      case "daemon-started":
        this.#said.clear();
        this.#jobStartedAtMs.clear();
        this.#beliefs = null;
        this.#isStalled = false;
        if (!happening.isSameBoot) this.#stepEndedAtMs = -Infinity;
        if (!happening.isRestored || happening.isAmnesiac) this.#confirmed = new Map();
        /** What it remembers beyond its journal is from a table that was written in time. */
        if (happening.isRestored && happening.isAmnesiac)
          for (const [key, { standing }] of Object.entries(happening.state.observations))
            this.#confirmed.set(key, standing.status);
        return null;
      case "resumed":
        if (happening.gapMs > stallSurelyMs && this.#beliefs !== null) this.#isStalled = true;
        return null;
      case "mended":
      case "asks":
      case "asked":
      case "step-started":
      case "daemon-died":
      case "look":
      case "end":
        return null;
    }
  };

  #turn(turn: Turn): string | null {
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
    if (event.kind === "stalled") {
      this.#isStalled = false;
      beliefs.relearn(nowMs);
    }
    this.#hear(turn, beliefs);
    beliefs.age(nowMs);
    for (const effect of effects) {
      if (effect.kind === "startCheck") this.#jobStartedAtMs.set(effect.job, nowMs);
      const met = effect.kind === "record" ? this.#mayBeMet(effect.record, beliefs, nowMs) : null;
      if (met !== null) return met;
      if (effect.kind !== "record" || effect.record.kind !== "run-start") continue;
      const why = this.#mayFire(effect.record, configuration, beliefs, nowMs);
      if (why !== null) return `${effect.record.sentence}; but ${why}`;
    }
    return null;
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

  /** Null: all that the decision rests on is as it must be. */
  #mayFire(record: RunStart, configuration: Configuration, beliefs: Beliefs, nowMs: number): string | null {
    const rule = configuration.rules.find(({ name }) => name === record.rule);
    if (isByHand(record)) return null;
    if (rule === undefined) return "there is no such rule";
    if (this.#isStalled) return "the daemon did not run for a while and has not looked again";
    const unheard = beliefs.unheard();
    if (unheard.length > 0 && nowMs - beliefs.learnSinceMs < learningMsMax)
      return `${unheard.join(" and ")} has not been heard since learning began`;
    const { cause } = record;
    const variables = { ...record.variables, ...(cause.host === null ? {} : { HOST: cause.host }) };
    const question = { beliefs, variables, nowMs };
    if (rule.guard !== null && isTrue(rule.guard, question) !== true) return "its guard is not true";
    switch (rule.trigger.kind) {
      case "condition":
        return isTrue(rule.trigger.when, question) === true ? null : `its "when" is not true`;
      case "transition":
        return this.#hasChanged(record, beliefs);
      case "split-brain": {
        const masters = beliefs.hosts().filter((host) => beliefs.hostStatus(host) === "master");
        return masters.length > 1 ? null : `only ${masters.join()} is master`;
      }
      case "run-failed":
        return cause.failed === null ? "no run has failed" : null;
    }
  }

  /** What a step was to bring about is seen in data that is newer than its end. */
  #mayBeMet(record: Record, beliefs: Beliefs, nowMs: number): string | null {
    if (record.kind === "step-end") this.#stepEndedAtMs = nowMs;
    if (record.kind !== "expectation" || !record.isMet) return null;
    const { run } = this.#scene.ledger;
    const expect = run?.run === record.run ? run.start?.actions[record.step - 1]?.options.expect : undefined;
    if (expect?.condition.kind !== "is" || expect.condition.subject.kind !== "host") return null;
    const { host } = expect.condition.subject;
    if (isTrue(expect.condition, { beliefs, variables: {}, nowMs }) !== true)
      return `${record.sentence}; but it is not so`;
    return beliefs.isHostHeardSince(host, this.#stepEndedAtMs) ? null : `${record.sentence}; but that was heard before`;
  }

  #hasChanged({ cause }: RunStart, beliefs: Beliefs): string | null {
    const { host, check, to } = cause;
    if (host === null || to === null) return "it has no cause";
    const known =
      check !== null
        ? beliefs.checkStatus(check, host)
        : isRoleWord(to)
          ? beliefs.role(host)
          : beliefs.hostStatus(host);
    if (known !== to) return `${host} is ${known} and not ${to}`;
    const isFresh = check !== null ? beliefs.isFresh(`${check} on ${host}`) : beliefs.isHostFresh(host);
    return isFresh || this.#scene.machine.isStopped ? null : `${host} was not heard lately`;
  }
}
