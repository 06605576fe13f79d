/**
 * Telling people: every notifier that wants to hear of a record is run with it, one process at a time, beside everything
 * and never in its way. A notifier that hangs delays the next notification and nothing else.
 */
import { splitBrainCause } from "../core/hosts.ts";
import { noCause } from "../core/rules.ts";
import { bindCommand, bindVariables, variableNames } from "../core/variables.ts";
import type { Configuration, Notifier, NotifyTopic } from "../core/configuration.ts";
import type { Record } from "../core/record.ts";
import type { Outcome } from "../core/result.ts";
import type { Cause } from "../core/run.ts";
import type { State } from "../core/state.ts";
import type { Clock } from "../host/clock.ts";
import type { RunNotifier } from "../host/notifier.ts";
import type { ProcessCommand } from "../host/processes.ts";

/** More notifications than this do not wait: the oldest is dropped and counted, because the newest matters to whoever is on call. */
export const notificationsMax = 256;

export interface Notification {
  readonly topic: NotifyTopic;
  readonly record: Record;
  /** RFC 3339. */
  readonly at: string;
}

export interface Notifications {
  readonly push: (
    notification: Notification,
    known: { readonly configuration: Configuration; readonly state: State },
  ) => void;
  readonly waitingCount: () => number;
  readonly droppedCount: () => number;
  /**
   * The end: what waits is told, for as long as `endWithinMs`. The one that runs then is left to its own end, if it has what
   * it is to tell. The answer is what nobody was told of.
   */
  readonly end: (clock: Clock) => Promise<readonly string[]>;
}

/** A daemon that is stopped shall be gone soon; and what it did last is what somebody wants to hear. */
export const endWithinMs = 5_000;

interface Told {
  readonly sentence: string;
  readonly notifier: Notifier;
  readonly command: ProcessCommand;
  readonly stdin: string;
}

export function createNotifications(options: {
  readonly localHost: string;
  readonly run: RunNotifier;
  /** Says that a notifier failed. */
  readonly onFailed: (sentence: string) => void;
}): Notifications {
  const waiting: Told[] = [];
  let isRunning = false;
  /** The one that runs, until it has what it is to tell. */
  let starting: Told | null = null;
  let isClosed = false;
  let letGo = (): void => undefined;
  let droppedCount = 0;
  let onAllTold = (): void => undefined;

  function isAllTold(): boolean {
    return waiting.length === 0 && starting === null;
  }

  function next(): void {
    const told = isRunning || isClosed ? undefined : waiting.shift();
    if (told === undefined) return;
    isRunning = true;
    starting = told;
    const { notifier, command, stdin } = told;
    const onTold = (): void => {
      if (starting !== told) return;
      starting = null;
      if (isAllTold()) onAllTold();
    };
    const onEnded = (outcome: Outcome, complaint: string): void => {
      isRunning = false;
      const failure = sayFailure(outcome);
      const last = complaint.trimEnd().split("\n").at(-1) ?? "";
      if (failure !== null) options.onFailed(`${command.argv.join(" ")} ${failure}${last === "" ? "" : `: ${last}`}`);
      onTold();
      next();
    };
    letGo = options.run(command, { stdin, timeoutMs: notifier.timeoutMs }, { onTold, onEnded });
  }

  return {
    push: (notification, known) => {
      for (const notifier of known.configuration.notifiers) {
        if (!notifier.topics.includes(notification.topic)) continue;
        waiting.push(compose(notifier, notification, known, { localHost: options.localHost, droppedCount }));
        if (waiting.length > notificationsMax) {
          waiting.shift();
          droppedCount += 1;
        }
      }
      next();
    },
    waitingCount: () => waiting.length,
    droppedCount: () => droppedCount,
    end: (clock) =>
      new Promise((resolve) => {
        const finish = (): void => {
          cancel();
          isClosed = true;
          letGo();
          const untold = [...(starting === null ? [] : [starting]), ...waiting.splice(0)];
          resolve(untold.map(({ sentence }) => sentence));
        };
        const cancel = clock.callAt(clock.nowMs() + endWithinMs, finish);
        onAllTold = finish;
        if (isAllTold()) finish();
      }),
  };
}

/** The record as JSON on the standard input, and its plain fields in the environment. */
function compose(
  notifier: Notifier,
  { topic, record, at }: Notification,
  known: { readonly configuration: Configuration; readonly state: State },
  about: { readonly localHost: string; readonly droppedCount: number },
): Told {
  const event = {
    at,
    topic,
    localHost: about.localHost,
    droppedNotifications: about.droppedCount,
    ...withoutBulk(record),
  };
  const cause: Cause = "cause" in record ? record.cause : { ...noCause, ...named(record) };
  const rule = "rule" in record ? record.rule : "";
  const run = "run" in record ? record.run : 0;
  const unset = Object.fromEntries(variableNames.map((name) => [name, ""]));
  const bound = bindCommand(notifier.command, { ...unset, ...bindVariables(known, rule, run, cause) });
  const env = { ...bound.env, ...environmentOf(event) };
  const command: ProcessCommand = { argv: [bound.program, ...bound.words.slice(1)], env, user: bound.user };
  return { sentence: record.sentence, notifier, command, stdin: `${JSON.stringify(event)}\n` };
}

/** Of the masters of a split brain, %HOST% is the one that joined the others. */
function named(record: Record): Partial<Cause> {
  if (record.kind === "transition") {
    const { host, from, to, check } = record;
    return { host, from, to, check };
  }
  if (record.kind === "awaiting") return { host: record.host };
  return record.kind === "split-brain" ? splitBrainCause(record.hosts) : {};
}

/** A run's bound actions are the journal's business: they would fill the message of who is told that it begins. */
function withoutBulk(record: Record): { readonly [name: string]: unknown } {
  if (record.kind !== "run-start") return { ...record };
  const { actions, ...rest } = record;
  return { ...rest, steps: actions.length };
}

/** `FAILOVERD_KIND`, `FAILOVERD_SENTENCE`, `FAILOVERD_RULE` …: every field that is a word or a number, or words, with blanks between. */
function environmentOf(event: { readonly [name: string]: unknown }): { readonly [name: string]: string } {
  const isWords = (value: unknown): value is readonly string[] =>
    Array.isArray(value) && value.every((word) => typeof word === "string");
  const plain = Object.entries(event).flatMap(([name, field]) => {
    const value = isWords(field) ? field.join(" ") : field;
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return [];
    const key = `FAILOVERD_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    return [[key, String(value).replaceAll(/[\0\n\r]/g, " ")] as const];
  });
  return Object.fromEntries(plain);
}

function sayFailure(outcome: Outcome): string | null {
  switch (outcome.kind) {
    case "exited":
      return outcome.code === 0 ? null : `ended with exit ${outcome.code}`;
    case "killed":
      return `was killed by ${outcome.signal}`;
    case "timed-out":
      return `was ended after ${outcome.afterMs} ms`;
    case "not-started":
      return `was not started: ${outcome.reason}`;
    case "lost":
      return outcome.reason;
  }
}
