/** Records as the core writes them, for the store's tests. */
import type { Record } from "../../src/core/record.ts";
import type { BoundAction, BoundCommand, BoundOptions } from "../../src/core/run.ts";
import type { FenceDevice } from "../../src/core/configuration.ts";

const place = { file: "actions.conf", line: 1 };

export const launcher = { pid: 4711, startTicks: 123_456 };

export function command(...words: readonly string[]): BoundCommand {
  return { program: `/opt/failoverd/actions/${words[0] ?? ""}`, words, env: {}, user: null };
}

export function action(words: readonly string[], options: Partial<BoundOptions> = {}): BoundAction {
  return { kind: "command", command: command(...words), options: { ...defaults, ...options }, place };
}

export function fence(host: string, devices: readonly FenceDevice[], options: Partial<BoundOptions> = {}): BoundAction {
  /** If nothing else is said, as long as its devices may take. */
  const timeoutMs = devices.reduce((sum, one) => sum + one.timeoutMs * (one.retries + 1), 0);
  return { kind: "fence", verb: "off", host, devices, options: { ...defaults, timeoutMs, ...options }, place };
}

export function device(name: string): FenceDevice {
  return {
    agent: `/usr/sbin/${name}`,
    name,
    parameters: [],
    secrets: [],
    timeoutMs: 40_000,
    retries: 0,
    canProve: true,
    place,
  };
}

const defaults: BoundOptions = {
  timeoutMs: 30_000,
  retries: 0,
  retryEveryMs: 1_000,
  onFailure: "stop",
  expect: null,
  isOnce: false,
  undo: null,
};

export const expectation: BoundOptions["expect"] = {
  condition: { kind: "is", subject: { kind: "host", host: "host2" }, isNegated: false, statuses: ["master"] },
  withinMs: 30_000,
  text: "host2 is master",
};

export function runStart(actions: readonly BoundAction[], run = 7): Record {
  return {
    kind: "run-start",
    run,
    rule: "primary_lost",
    cause: { host: "host1", from: "master", to: "critical", check: null, failed: null },
    variables: { MASTER: "host1", SLAVE: "host2" },
    actions,
    hasLimit: false,
    startedAtMs: 1_000,
    sentence: "primary_lost fires: host1 critical for 5.2 s (needs 5 s)",
  };
}

interface StepFacts {
  readonly step: number;
  readonly attempt?: number;
  readonly name?: string;
  readonly isUndo?: boolean;
  readonly run?: number;
}

export function stepStart(
  { step, attempt = 1, name = `${step}`, isUndo = false, run = 7 }: StepFacts,
  startedAtMs: number,
): Record {
  return {
    kind: "step-start",
    run,
    rule: "primary_lost",
    step,
    attempt,
    command: ["words"],
    name,
    isUndo,
    launcher,
    startedAtMs,
    sentence: `primary_lost, run ${run}, step ${step}`,
  };
}

export function stepEnd(
  { step, attempt = 1, name = `${step}`, isUndo = false, run = 7 }: StepFacts,
  end: {
    readonly next: Extract<Record, { readonly kind: "step-end" }>["next"];
    readonly code?: number;
    readonly ms?: number;
  },
): Record {
  const { next, code = next === "done" || next === "expect" ? 0 : 1, ms = 10 } = end;
  return {
    kind: "step-end",
    run,
    rule: "primary_lost",
    step,
    attempt,
    command: ["words"],
    name,
    isUndo,
    outcome: { kind: "exited", code },
    isSuccess: code === 0,
    next,
    ms,
    output: "",
    droppedBytes: 0,
    sentence: `step ${step} ended with exit ${code}`,
  };
}

export function expected(step: number, isMet: boolean, ms = 500): Record {
  const sentence = isMet ? "as expected" : "expected host2 is master within 30 s, but it is slave";
  return { kind: "expectation", run: 7, rule: "primary_lost", step, isMet, ms, sentence };
}

export function runEnd(outcome: "done" | "failed" | "abandoned" = "done", run = 7): Record {
  return {
    kind: "run-end",
    run,
    rule: "primary_lost",
    outcome,
    ms: 100,
    endedAtMs: 1_100,
    sentence: `run ${run}: ${outcome}`,
  };
}

export function note(sentence: string): Record {
  return { kind: "note", topic: "test", sentence };
}

export function daemonStart(bootId: string): Record {
  return { kind: "daemon-start", version: "0.1.0", pid: 1, bootId, isRestored: false, sentence: "failoverd started" };
}

export function acknowledged(what: string): Record {
  return { kind: "acknowledged", what, sentence: `${what} was acknowledged` };
}
