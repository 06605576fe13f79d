/**
 * 4: Nothing fires on stale, unconfirmed or unlearned data. The checks' real words are followed by a bookkeeping of its
 * own (`../beliefs.ts`); whenever a rule fires, its trigger and its guard are judged by that, and no step begins before all was looked at again.
 */
import { isByHand } from "../by-hand.ts";
import { learningMsMax } from "../../../src/core/schedule.ts";
import type { Configuration } from "../../../src/core/configuration.ts";
import type { Record } from "../../../src/core/record.ts";
import { isRoleWord, type Beliefs } from "../beliefs.ts";
import type { Happening } from "../happening.ts";
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
  /** By the clock of this boot. */
  #stepEndedAtMs = -Infinity;
  /** It was not run for too long, and has not said so yet. */
  #isStalled = false;
  /** Since when it learns what it has learned. */
  #learnedSinceMs = -Infinity;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  readonly tell = (happening: Happening): string | null => {
    switch (happening.kind) {
      case "turn":
        return this.#turn(happening);
      case "daemon-started":
        this.#isStalled = false;
        this.#learnedSinceMs = -Infinity;
        if (!happening.isSameBoot) this.#stepEndedAtMs = -Infinity;
        return null;
      case "resumed":
        if (happening.gapMs > stallSurelyMs) this.#isStalled = true;
        return null;
      case "said":
      case "entry":
      case "mended":
      case "asks":
      case "asked":
      case "step-started":
      case "step-really-ended":
      case "daemon-died":
      case "look":
      case "end":
        return null;
    }
  };

  #turn({ event, effects, configuration, nowMs }: Turn): string | null {
    const { beliefs } = this.#scene.believer;
    if (event.kind === "stalled") this.#isStalled = false;
    const unready = this.#unready(beliefs, nowMs);
    for (const effect of effects) {
      if (effect.kind === "startStep" && unready !== null)
        return `step ${effect.name} of run ${effect.run} is started; but ${unready}`;
      if (effect.kind !== "record") continue;
      const { record } = effect;
      const early = unconfirmed(record, beliefs);
      if (early !== null) return early;
      const met = this.#mayBeMet(record, beliefs, nowMs);
      if (met !== null) return met;
      if (record.kind !== "run-start" || isByHand(record)) continue;
      const why = unready ?? this.#mayFire(record, configuration, beliefs, nowMs);
      if (why !== null) return `${record.sentence}; but ${why}`;
    }
    return null;
  }

  /** Why nothing may begin now, neither a run nor a step; null: it may. */
  #unready(beliefs: Beliefs, nowMs: number): string | null {
    if (this.#isStalled) return "the daemon did not run for a while and has not looked again";
    const { learnSinceMs } = beliefs;
    if (this.#learnedSinceMs === learnSinceMs) return null;
    const unheard = beliefs.unheard();
    if (unheard.length > 0 && nowMs - learnSinceMs < learningMsMax)
      return `${unheard.join(" and ")} has not been heard since learning began`;
    this.#learnedSinceMs = learnSinceMs;
    return null;
  }

  /** Null: all that the decision rests on is as it must be. */
  #mayFire(record: RunStart, configuration: Configuration, beliefs: Beliefs, nowMs: number): string | null {
    const rule = configuration.rules.find(({ name }) => name === record.rule);
    if (rule === undefined) return "there is no such rule";
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

/** What a host is told to have become is what its checks have confirmed. */
function unconfirmed(record: Record, beliefs: Beliefs): string | null {
  if (record.kind !== "transition" || record.check !== null || record.isRole) return null;
  const believed = beliefs.hostStatus(record.host);
  return believed === record.to ? null : `${record.sentence}; but by what is confirmed it is ${believed}`;
}
