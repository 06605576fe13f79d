/** Configurations and states of the core's own types, made by hand: what a table of tests says, and nothing that it does not. */
import {
  checkKey,
  type Action,
  type ActionOptions,
  type Check,
  type Configuration,
  type Rule,
} from "../../src/core/configuration.ts";
import { initialState } from "../../src/core/restore.ts";
import { unknownStanding } from "../../src/core/standing.ts";
import type { Metric, Result, Status } from "../../src/core/result.ts";
import type { Observation, Standing, State } from "../../src/core/state.ts";

export const place = { file: "actions.conf", line: 1 };

/** A check that runs each second, believed at once, and stale after 5 s. */
export function makeCheck(name: string, host: string, change: Partial<Check> = {}): Check {
  const program = { argv: [`/checks/${name}`], env: {}, user: null };
  return {
    key: checkKey(name, host),
    name,
    host,
    place: { file: "checks.conf", line: 1 },
    run: { kind: "scheduled", program, everyMs: 1_000, retryMs: 1_000, timeoutMs: 1_000 },
    dialect: "plugin",
    isPromotable: false,
    rise: 1,
    fall: 1,
    staleAfterMs: 5_000,
    isAdvisory: false,
    ...change,
  };
}

export function makeOptions(change: Partial<ActionOptions> = {}): ActionOptions {
  return {
    timeoutMs: 30_000,
    retries: 0,
    retryEveryMs: 1_000,
    onFailure: "stop",
    expect: null,
    isOnce: false,
    undo: null,
    ...change,
  };
}

/** A program without words, or with one that is a variable. */
export function makeAction(word: string, options: Partial<ActionOptions> = {}, variable: string | null = null): Action {
  const words = variable === null ? [[word]] : [[word], [{ variable }]];
  const command = { program: `/actions/${word}`, words, env: {}, user: null };
  return { kind: "command", command, options: makeOptions(options), place };
}

export function makeRule(name: string, change: Partial<Rule>): Rule {
  return {
    name,
    place,
    trigger: { kind: "split-brain" },
    guard: null,
    actions: [makeAction("act")],
    cooldownMs: 0,
    limit: null,
    ...change,
  };
}

export function makeConfiguration(change: Partial<Configuration>): Configuration {
  const checks = change.checks ?? [];
  return {
    fingerprint: "000000000000",
    localHost: "host1",
    hosts: [...new Set(checks.map((check) => check.host))],
    checks,
    rules: [],
    variables: {},
    fences: [],
    notifiers: [],
    ...change,
  };
}

export function makeStanding(status: Status, change: Partial<Standing> = {}): Standing {
  return { ...unknownStanding(0), status, previous: "unknown", ...change };
}

export function makeResult(status: Status, metrics: readonly Metric[] = []): Result {
  return { status, output: `${status} it is`, longOutput: "", metrics, outcome: { kind: "exited", code: 0 } };
}

export function makeMetric(label: string, value: number | null, unit = "", change: Partial<Metric> = {}): Metric {
  return { label, value, unit, warn: null, crit: null, min: null, max: null, ...change };
}

export function makeObservation(check: Check, status: Status, change: Partial<Observation> = {}): Observation {
  return {
    check: check.name,
    host: check.host,
    source: check.key,
    standing: makeStanding(status),
    confirming: [],
    latest: makeResult(status),
    latestAtMs: 0,
    isStale: false,
    ...change,
  };
}

/** All is learned at 0, and nothing was observed. */
export function makeState(configuration: Configuration, change: Partial<State> = {}): State {
  return { ...initialState(configuration, 0), learning: { sinceMs: 0, isOver: true }, ...change };
}
