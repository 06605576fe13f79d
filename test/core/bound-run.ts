/** A run in progress, made by hand: of one command, unless it is said otherwise. */
import { place } from "./build.ts";
import type { BoundAction, BoundOptions, Run } from "../../src/core/run.ts";
import type { FenceDevice } from "../../src/core/configuration.ts";

const options: BoundOptions = {
  timeoutMs: 3_000,
  retries: 0,
  retryEveryMs: 1_000,
  onFailure: "stop",
  expect: null,
  isOnce: false,
  undo: null,
};

export function boundAction(word: string, change: Partial<BoundOptions> = {}): BoundAction {
  const command = { program: `/actions/${word}`, words: [word], env: {}, user: null };
  return { kind: "command", command, options: { ...options, ...change }, place };
}

export function boundFence(devices: readonly FenceDevice[], change: Partial<BoundOptions> = {}): BoundAction {
  return { kind: "fence", verb: "off", host: "h1", devices, options: { ...options, ...change }, place };
}

export function device(name: string, change: Partial<FenceDevice> = {}): FenceDevice {
  return {
    agent: `/usr/sbin/${name}`,
    name,
    parameters: [],
    secrets: [],
    timeoutMs: 4_000,
    retries: 0,
    canProve: true,
    place,
    ...change,
  };
}

export function runOf(change: Partial<Run>): Run {
  return {
    run: 1,
    rule: "calm",
    cause: { host: null, from: null, to: null, check: null, failed: null },
    variables: {},
    actions: [boundAction("act")],
    hasLimit: false,
    startedAtMs: 0,
    at: 0,
    phase: { kind: "ready", attempt: 1, fence: null, sinceMs: 0 },
    done: [],
    failure: null,
    isAbandoned: false,
    ...change,
  };
}
