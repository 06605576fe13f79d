/**
 * Fencing: a host is off when its fence device says so, and not before. For each device in order: `off`, then `status`
 * until it says off. An agent's exit 0 from `off` proves nothing: some return it without having done anything.
 *
 * Exit codes of fence agents: 0 well, or for `status` that the host is on; 2 from `status` that it is off; all else failed.
 */
import { sayDuration } from "../base/duration.ts";
import { invariant } from "../base/invariant.ts";
import type { FenceDevice } from "./configuration.ts";
import type { Outcome } from "./result.ts";
import type { BoundAction, BoundCommand, FenceCall } from "./run.ts";
import type { StepProgram } from "./effect.ts";

type FenceAction = Extract<BoundAction, { kind: "fence" }>;

/** Between two questions whether the host is off. */
const askAgainMs = 1_000;

/** The first call of an attempt; null if the host has no device. */
export function firstFenceCall(action: FenceAction, nowMs: number): FenceCall | null {
  return callOf(action, 0, 1, { nowMs, spentMs: 0 });
}

export type AfterFenceCall =
  | { readonly kind: "proven" }
  /** Nothing was wanted but the answer. */
  | { readonly kind: "answered"; readonly why: string }
  | {
      readonly kind: "call";
      readonly call: FenceCall;
      readonly pauseMs: number;
      readonly isSuccess: boolean;
      readonly why: string;
    }
  | { readonly kind: "failed"; readonly why: string };

/** What follows from a call's end. */
export function afterFenceCall(action: FenceAction, call: FenceCall, outcome: Outcome, nowMs: number): AfterFenceCall {
  const device = deviceAt(action, call.device);
  const code = outcome.kind === "exited" ? outcome.code : null;
  if (call.verb === "off") {
    if (code !== 0) return nextDevice(action, call, nowMs, `: ${device.name} could not switch ${action.host} off`);
    if (!device.canProve) return nextDevice(action, call, nowMs, `: ${device.name} says off, but cannot prove it`);
    const status: FenceCall = { ...call, verb: "status", asked: 1 };
    return { kind: "call", call: status, pauseMs: 0, isSuccess: true, why: ", now asking whether it is off" };
  }
  const isOnlyAsked = action.verb === "status";
  if (code === 2 && !isOnlyAsked) return { kind: "proven" };
  const why =
    code === 0
      ? `: ${device.name} says that ${action.host} is ${isOnlyAsked ? "" : "still "}on`
      : code === 2
        ? `: ${device.name} says that ${action.host} is off`
        : `: ${device.name} does not say whether ${action.host} is off`;
  if (isOnlyAsked && (code === 0 || code === 2)) return { kind: "answered", why };
  if (isOnlyAsked) return nextDevice(action, call, nowMs, why);
  if (nowMs + askAgainMs >= call.untilMs) return nextDevice(action, call, nowMs, why);
  return { kind: "call", call: { ...call, asked: call.asked + 1 }, pauseMs: askAgainMs, isSuccess: false, why };
}

function nextDevice(action: FenceAction, call: FenceCall, nowMs: number, why: string): AfterFenceCall {
  const spentMs = call.spentMs + limitOf(action, call) - Math.max(0, call.untilMs - nowMs);
  const isSame = call.deviceAttempt <= deviceAt(action, call.device).retries;
  const meant = isSame
    ? callOf(action, call.device, call.deviceAttempt + 1, { nowMs, spentMs })
    : callOf(action, call.device + 1, 1, { nowMs, spentMs });
  if (meant === null) return { kind: "failed", why };
  const isOver = spentMs >= action.options.timeoutMs && !isManual(action, meant);
  const next = isOver ? personOf(action, { nowMs, spentMs }) : meant;
  const over = isOver ? `, and the ${sayDuration(action.options.timeoutMs)} of the whole fence are over` : "";
  if (next === null) return { kind: "failed", why: `${why}${over}` };
  const name = deviceAt(action, next.device).name;
  return {
    kind: "call",
    call: next,
    pauseMs: 0,
    isSuccess: false,
    why: `${why}${over}, ${next.device === call.device ? "trying it again" : `the next device is ${name}`}`,
  };
}

/** So far, of the time of the whole fence. */
interface Spent {
  readonly nowMs: number;
  readonly spentMs: number;
}

function callOf(action: FenceAction, index: number, deviceAttempt: number, spent: Spent): FenceCall | null {
  if (action.devices[index] === undefined) return null;
  const asked = action.verb === "status" ? 1 : 0;
  const { nowMs, spentMs } = spent;
  return renewCall(action, { device: index, deviceAttempt, verb: action.verb, asked, spentMs, untilMs: nowMs }, nowMs);
}

/** A person is not held to a time, and is asked when there is none left for devices. */
function personOf(action: FenceAction, spent: Spent): FenceCall | null {
  const index = action.devices.findIndex(({ agent }) => agent === null);
  return index === -1 ? null : callOf(action, index, 1, spent);
}

/** The device has all its time from now on. */
export function renewCall(action: FenceAction, call: FenceCall, nowMs: number): FenceCall {
  return { ...call, untilMs: nowMs + limitOf(action, call) };
}

/** How long the device may take this time: what is its own, and what the devices before it have left of the action's. */
function limitOf(action: FenceAction, call: FenceCall): number {
  const leftMs = action.options.timeoutMs - call.spentMs;
  return Math.max(1, Math.min(deviceAt(action, call.device).timeoutMs, leftMs));
}

/**
 * The call as it begins. A device's time runs from its `off`, and not while a call had to wait: until all was observed
 * again, or until there was a process for it. `readySinceMs`: since when it waited.
 */
export function beginCall(action: FenceAction, call: FenceCall, readySinceMs: number, nowMs: number): FenceCall {
  if (call.verb === action.verb) return renewCall(action, call, nowMs);
  return { ...call, untilMs: call.untilMs + (nowMs - readySinceMs) };
}

/** The device is a person, not an agent. */
export function isManual(action: FenceAction, call: FenceCall): boolean {
  return deviceAt(action, call.device).agent === null;
}

/** The agent's process. Its words hold no parameter: an agent that is given any argument stops reading its standard input. */
export function fenceCommand(action: FenceAction, call: FenceCall, attemptName: string, nowMs: number): StepProgram {
  const device = deviceAt(action, call.device);
  invariant(device.agent !== null, `${device.name} is an agent, and no person`);
  const command: BoundCommand = { program: device.agent, words: [device.name], env: {}, user: null };
  const shown = ["fence", action.host, device.name, call.verb];
  const question = call.verb === "status" ? `status-${call.asked}` : "off";
  const name = `${attemptName}.device-${call.device + 1}.${call.deviceAttempt}.${question}`;
  const fence = { device, host: action.host, verb: call.verb };
  return { command, shown, name, limitMs: Math.max(1, call.untilMs - nowMs), fence };
}

function deviceAt(action: FenceAction, index: number): FenceDevice {
  const device = action.devices[index];
  invariant(device !== undefined, `fence device ${index + 1} of ${action.host} exists`);
  return device;
}
