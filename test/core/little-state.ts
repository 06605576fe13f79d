/** A little world for conditions: a host that is master, one that is critical, one that is silent, and metrics of all kinds. */
import { judge } from "../../src/core/evaluate.ts";
import {
  makeCheck,
  makeConfiguration,
  makeMetric,
  makeObservation,
  makeResult,
  makeStanding,
  makeState,
} from "./build.ts";
import type { Condition, Subject } from "../../src/core/condition.ts";
import type { Metric, Status } from "../../src/core/result.ts";
import type { Clock, State } from "../../src/core/state.ts";

export const up = makeCheck("check_up", "h1");
const down = makeCheck("check_down", "h2");
const mute = makeCheck("check_mute", "h3");
export const metrics = makeCheck("check_metrics", "h1", { isAdvisory: true });
const passive = makeCheck("reported", "h4", { run: { kind: "passive" }, isAdvisory: true });
const configuration = makeConfiguration({ checks: [up, down, mute, metrics, passive] });

export const values: readonly Metric[] = [
  makeMetric("lag", 2, "MB", { warn: "1", crit: "@10:20" }),
  makeMetric("age", 1_500, "ms"),
  makeMetric("use", 80, "%"),
  makeMetric("load", 5, "", { warn: "bad", crit: "4" }),
  makeMetric("unset", null, "s"),
  makeMetric("odd", 3, "GBP"),
];

const state: State = makeState(configuration, {
  observations: {
    [up.key]: makeObservation(up, "master", { latestAtMs: 900 }),
    [down.key]: makeObservation(down, "critical", { latestAtMs: 900 }),
    [mute.key]: makeObservation(mute, "unknown", { latestAtMs: 900 }),
    [metrics.key]: makeObservation(metrics, "ok", { latestAtMs: 900, latest: makeResult("ok", values) }),
    [passive.key]: makeObservation(passive, "ok", { latestAtMs: 10 }),
  },
  hosts: {
    h1: makeStanding("master", { previous: "slave" }),
    h2: makeStanding("critical"),
    h3: makeStanding("unknown"),
    h4: makeStanding("unknown", { previous: null }),
  },
});

export function judgeIn(
  condition: Condition,
  change: {
    observations?: State["observations"];
    freshSinceMs?: number;
    newerThanMs?: number;
    clocks?: State["clocks"];
    nowMs?: number;
  } = {},
) {
  const clocks: { [key: string]: Clock } = {};
  const wakes: number[] = [];
  const judgement = judge(condition, {
    configuration,
    state: {
      ...state,
      observations: { ...state.observations, ...change.observations },
      clocks: change.clocks ?? {},
    },
    nowMs: change.nowMs ?? 1_000,
    freshSinceMs: change.freshSinceMs ?? 0,
    newerThan: change.newerThanMs === undefined ? null : { ownMs: change.newerThanMs, passiveMs: change.newerThanMs },
    hostOf: (variable) => (variable === "MASTER" ? "h1" : null),
    clocks,
    owner: "rule",
    wakes,
  });
  return { truth: judgement.truth, because: judgement.because(), clocks, wakes };
}

export const host = (name: string): Subject => ({ kind: "host", host: name });
export const is = (subject: Subject, ...statuses: readonly Status[]): Condition => ({
  kind: "is",
  subject,
  isNegated: false,
  statuses,
});
export const isNot = (subject: Subject, ...statuses: readonly Status[]): Condition => ({
  kind: "is",
  subject,
  isNegated: true,
  statuses,
});
export const yes = is(host("h1"), "master");
export const no = is(host("h1"), "slave");
export const perhaps = is(host("h3"), "ok");
