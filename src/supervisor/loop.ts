/**
 * The serial loop: events in, one `step` each, then its effects in order. Nothing here decides anything, and nothing here
 * waits for a process: what takes time is started, and its end is an event.
 *
 * All events that are there are taken together, as far as there is time to think about them, and their records become durable
 * together, with one sync, before any other effect of theirs is performed. So a record is durable before every later effect
 * begins, and a burst costs one sync.
 *
 * A loop that was not run for `stallMs` has seen nothing for that long: the core is told, and observes before it acts. A
 * disk that stays as slow as that is told of once. To observe again at each of its syncs would be never to act at all; and
 * while it is waited for, all that is heard is kept, to be taken in at most `slowDiskMs` late.
 */
import { step as coreStep } from "../core/step.ts";
import type { Configuration } from "../core/configuration.ts";
import type { Effect } from "../core/effect.ts";
import type { Event } from "../core/event.ts";
import type { Record } from "../core/record.ts";
import type { State } from "../core/state.ts";
import type { Clock } from "../host/clock.ts";
import { EventQueue } from "./event-queue.ts";

/** A suspended machine, a stopped process, a disk that hangs: beyond this everything known is old. */
export const stallMs = 2_000;

/** A disk that takes longer than this for one sync is a stall each time. */
export const slowDiskMs = 10_000;

/** The loop runs at least this often, so that it notices when it was not run. */
export const heartbeatMs = 500;

/** Taken in one go; more wait for the next turn. A sync then costs each of them little, and a burst does not starve the sockets. */
const batchMax = 256;

/** Nor is more taken in one go than this allows: to think for as long as a stall would be one, and its end the next. */
export const thinkingMsMax = 200;

export interface Performer {
  /** Makes records durable, as one group. Never fails: what cannot be remembered is said loudly, and acted on all the same. */
  readonly remember: (records: readonly Record[]) => Promise<void>;
  /** Earlier records could not be made durable, and it is time to try again. */
  readonly isBehind: () => boolean;
  /** Performs one effect that is neither `record` nor `wakeAt`. Returns at once. */
  readonly perform: (effect: Exclude<Effect, { readonly kind: "record" | "wakeAt" }>) => void;
  /** After each turn whose records changed what is known: `remember` has answered for them, and `state` is what they made of it. */
  readonly remembered: () => void;
  /** After each turn, before another begins. */
  readonly turned: () => void;
  /** At each heartbeat between two turns: nothing has become known. */
  readonly beat: () => void;
}

export interface Loop {
  readonly state: () => State;
  readonly configuration: () => Configuration;
  /** When the last turn was; its age is the heartbeat's. */
  readonly turnedAtMs: () => number;
  readonly post: (event: Event) => void;
  /** An event that somebody asks for, and no longer wants when its turn comes too late: `expired` is then called in its place. */
  readonly postTimely: (event: Event, limit: Limit) => void;
  /** How many lines of checks that stay were passed over, because they came faster than they could be taken. */
  readonly passedOverCount: () => number;
  /** From the next turn on. Tells the core what was before. */
  readonly reconfigure: (configuration: Configuration, generation: number) => void;
  /** Resolves when everything that was posted has been taken; then no other turn begins. */
  readonly stop: () => Promise<void>;
}

export type Step = typeof coreStep;

export interface Limit {
  /** On `Clock.bootMs`; null: there is none. */
  readonly expiresAtBootMs: number | null;
  readonly expired: () => void;
}

interface Timely {
  readonly kind: "timely";
  readonly event: Event;
  readonly limit: Limit;
}

interface Configure {
  readonly kind: "configure";
  readonly configuration: Configuration;
  readonly generation: number;
}

/** Begins with the first event that is posted. `step`: the core, or, in tests, the core watched or spoilt. */
export function startLoop(
  begin: { readonly configuration: Configuration; readonly state: State; readonly clock: Clock; readonly step?: Step },
  performer: Performer,
): Loop {
  const { clock, step = coreStep } = begin;
  let { configuration, state } = begin;
  let turnedAtMs = clock.nowMs();
  let turnedAtBootMs = clock.bootMs();
  let wakeAtMs = turnedAtMs;
  let cancelWake = (): void => {};
  /** The turn in progress. It begins at once, not at the end of what the event loop has to do: a failover waits for it. */
  let turning: Promise<void> = Promise.resolve();
  let isTurning = false;
  let isStopped = false;
  /** How long the last turn waited for its records to be durable; 0: it had none. */
  let rememberedInMs = 0;
  /** The disk is slow, and the core has been told so. */
  let isDiskSlow = false;
  const queue = new EventQueue<Configure | Timely>();

  function stir(): void {
    if (isTurning || isStopped) return;
    isTurning = true;
    turning = turn().finally(() => {
      isTurning = false;
      if (queue.length > 0) stir();
      else sleep();
    });
    turning.catch(crash);
  }

  function sleep(): void {
    cancelWake();
    if (isStopped) return;
    cancelWake = clock.callAt(Math.min(wakeAtMs, turnedAtMs + heartbeatMs), wake);
  }

  /** A heartbeat at which nothing is due: the core has said until when nothing comes out otherwise, and is not asked. */
  function wake(): void {
    const nowMs = clock.nowMs();
    const isDue = queue.length > 0 || nowMs >= wakeAtMs || gapMs(nowMs) > stallMs || performer.isBehind();
    if (isTurning || isStopped || isDue) {
      stir();
      return;
    }
    turnedAtMs = nowMs;
    turnedAtBootMs = clock.bootMs();
    performer.beat();
    sleep();
  }

  function gapMs(nowMs: number): number {
    return Math.max(nowMs - turnedAtMs, clock.bootMs() - turnedAtBootMs);
  }

  async function turn(): Promise<void> {
    const nowMs = clock.nowMs();
    const notRunMs = gapMs(nowMs);
    if (notRunMs > stallMs) queue.unshift(stallOf(notRunMs, nowMs - turnedAtMs));
    if (queue.length === 0) queue.push({ kind: "tick" });
    turnedAtMs = nowMs;
    turnedAtBootMs = clock.bootMs();
    const effects: Effect[] = [];
    for (let taken = 0; taken < batchMax; taken += 1) {
      const isLong = taken > 0 && clock.nowMs() - nowMs >= thinkingMsMax;
      const item = isLong ? undefined : queue.shift();
      if (item === undefined) break;
      const event = eventOf(item);
      if (event === null) continue;
      const after = step(configuration, state, event, nowMs);
      state = after.state;
      effects.push(...after.effects);
    }
    await performAll(effects);
  }

  /** Null: it comes too late, and nothing is to be done. */
  function eventOf(item: Event | Configure | Timely): Event | null {
    if (item.kind === "timely") {
      if (!isOver(item.limit.expiresAtBootMs, clock)) return item.event;
      item.limit.expired();
      return null;
    }
    if (item.kind !== "configure") return item;
    const before = configuration;
    configuration = item.configuration;
    return { kind: "reconfigured", before, generation: item.generation };
  }

  function stallOf(notRunMs: number, countedMs: number): Event {
    const isDisk = rememberedInMs > notRunMs / 2;
    const isAllDisk = isDisk && notRunMs - rememberedInMs <= stallMs;
    const isKnown = isAllDisk && isDiskSlow && rememberedInMs <= slowDiskMs;
    isDiskSlow ||= isDisk;
    if (isKnown) return { kind: "delayed", countedMs };
    /** What the disk did not take, it is not blamed for. */
    return { kind: "stalled", gapMs: notRunMs, countedMs, isDisk: isDisk && notRunMs - rememberedInMs <= heartbeatMs };
  }

  async function performAll(effects: readonly Effect[]): Promise<void> {
    const records = effects.flatMap((effect) => (effect.kind === "record" ? [effect.record] : []));
    rememberedInMs = 0;
    if (records.length > 0 || performer.isBehind()) {
      const beganAtMs = clock.nowMs();
      await performer.remember(records);
      rememberedInMs = clock.nowMs() - beganAtMs;
      if (rememberedInMs <= stallMs) isDiskSlow = false;
    }
    for (const effect of effects) {
      if (effect.kind === "wakeAt") wakeAtMs = effect.atMs;
      else if (effect.kind !== "record") performer.perform(effect);
    }
    if (records.length > 0) performer.remembered();
    performer.turned();
  }

  function post(item: Event | Configure | Timely): void {
    queue.push(item);
    stir();
  }

  return {
    state: () => state,
    configuration: () => configuration,
    turnedAtMs: () => turnedAtMs,
    post,
    postTimely: (event, limit) => post({ kind: "timely", event, limit }),
    passedOverCount: () => queue.passedOverCount,
    reconfigure: (next, generation) => post({ kind: "configure", configuration: next, generation }),
    stop: async () => {
      const isBusy = (): boolean => isTurning || queue.length > 0;
      while (isBusy()) await turning;
      isStopped = true;
      cancelWake();
    },
  };
}

/** Whoever asked for something has given up, and says that it was not done. */
export function isOver(expiresAtBootMs: number | null, clock: Pick<Clock, "bootMs">): boolean {
  return expiresAtBootMs !== null && clock.bootMs() > expiresAtBootMs;
}

/** A mistake of ours: end at once, be started again, and recover from the journal. */
function crash(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
