/**
 * 13 (sections 6 and 8): No rule fires while it cools down, beyond its limit, while it is blocked, or while the journal is
 * not trusted; over restarts too.
 */
import { isByHand } from "../by-hand.ts";
import type { Record } from "../../../src/core/record.ts";
import type { Configuration, Rule } from "../../../src/core/configuration.ts";
import type { InvariantKind } from "../scene.ts";

type RunStart = Extract<Record, { readonly kind: "run-start" }>;

/** The machine's clock is a little fast or slow. */
const drift = 0.004;

interface Past {
  lastEndMs: number;
  startsMs: number[];
  blocked: string | null;
  /** The same, as far as it was written down: what a daemon decided and could not write has not happened for the next one. */
  writtenBlock: string | null;
}

export const limits: InvariantKind = {
  number: 13,
  title: "nothing fires while it cools down, is over its limit or blocked, or the journal is not trusted",
  watch: (scene) => {
    const rules = new Map<string, Past>();
    let distrust: string | null = null;
    /** When a run's start and its end were decided; a slow disk has them durable later. */
    const decidedAtMs = { start: new Map<number, number>(), end: new Map<number, number>() };
    const past = (rule: string): Past => {
      const known = rules.get(rule) ?? { lastEndMs: -Infinity, startsMs: [], blocked: null, writtenBlock: null };
      rules.set(rule, known);
      return known;
    };
    const check = (rule: Rule, record: RunStart): string | null => {
      const { lastEndMs, startsMs, blocked } = past(rule.name);
      if (distrust !== null) return `${record.sentence}; but ${distrust}`;
      if (blocked !== null) return `${record.sentence}; but ${blocked}`;
      const endedMs = scene.agenda.nowMs - lastEndMs;
      if (endedMs < rule.cooldownMs * (1 - drift) - 5)
        return `${record.sentence}; but its last run ended ${endedMs} ms ago`;
      const { limit } = rule;
      if (limit === null) return null;
      const lately = startsMs.filter((startMs) => scene.agenda.nowMs - startMs < limit.withinMs * (1 - drift) - 5);
      return lately.length < limit.runs
        ? null
        : `${record.sentence}; but that is its run ${lately.length + 1} of ${limit.runs}`;
    };
    const decide = (record: Record, configuration: Configuration): string | null => {
      if (record.kind === "run-start") decidedAtMs.start.set(record.run, scene.agenda.nowMs);
      if (record.kind === "run-end") decidedAtMs.end.set(record.run, scene.agenda.nowMs);
      if (record.kind === "blocked") past(record.rule).blocked = record.sentence;
      if (record.kind === "acknowledged" && record.what === "journal") distrust = null;
      if (record.kind === "acknowledged") Object.assign(past(record.what), { blocked: null, startsMs: [] });
      const rule = "rule" in record ? configuration.rules.find(({ name }) => name === record.rule) : undefined;
      if (record.kind !== "run-start" || rule === undefined || isByHand(record)) return null;
      return check(rule, record);
    };
    return (happening) => {
      switch (happening.kind) {
        case "turn":
          for (const effect of happening.effects) {
            const sentence = effect.kind === "record" ? decide(effect.record, happening.configuration) : null;
            if (sentence !== null) return sentence;
          }
          return null;
        case "entry": {
          const { entry } = happening;
          if (entry.kind === "run-start")
            past(entry.rule).startsMs.push(decidedAtMs.start.get(entry.run) ?? scene.agenda.nowMs);
          if (entry.kind === "run-end") {
            past(entry.rule).lastEndMs = decidedAtMs.end.get(entry.run) ?? scene.agenda.nowMs;
            decidedAtMs.start.delete(entry.run);
            decidedAtMs.end.delete(entry.run);
          }
          if (entry.kind === "blocked")
            Object.assign(past(entry.rule), { blocked: entry.sentence, writtenBlock: entry.sentence });
          if (entry.kind === "acknowledged") past(entry.what).writtenBlock = null;
          return null;
        }
        case "daemon-started":
          /** What it decided and could not write down has not happened. */
          distrust = happening.state.distrust;
          if (happening.isAmnesiac) rules.clear();
          /** After another boot its times go by a clock that jumps; what waits for a person waits on. */
          if (!happening.isSameBoot)
            for (const known of rules.values()) Object.assign(known, { lastEndMs: -Infinity, startsMs: [] });
          for (const [rule, known] of rules)
            known.blocked = happening.state.rules[rule]?.blocked?.sentence ?? known.writtenBlock;
          return null;
        case "said":
        case "step-started":
        case "step-really-ended":
        case "daemon-died":
        case "resumed":
        case "mended":
        case "asks":
        case "asked":
        case "look":
        case "end":
          return null;
      }
    };
  },
};
