/** 2: Steps of a run are in order and never overlap; after a failed step nothing runs but what the rule says. */
import type { BoundAction } from "../../../src/core/run.ts";
import type { Entry } from "../../../src/core/record.ts";
import type { InvariantKind } from "../scene.ts";

type Of<K extends Entry["kind"]> = Extract<Entry, { readonly kind: K }>;

/** Where a run is, followed from its records by the design's words and nothing else. */
interface Progress {
  readonly run: number;
  readonly actions: readonly BoundAction[];
  /** The step that comes next or is in progress, from 1. */
  at: number;
  isExpecting: boolean;
  isInDoubt: boolean;
  /** It was cut off in another boot, and has not been put in doubt yet. */
  isOfOtherBoot: boolean;
  isFailed: boolean;
  readonly toUndo: number[];
}

export const order: InvariantKind = {
  number: 2,
  title: "steps are in order and never overlap; after a failure nothing runs but what the rule says",
  watch: (scene) => {
    let progress: Progress | null = null;
    /** Hosts of which a person has said that they are off. */
    const switchedOff = new Set<string>();
    const follow = (entry: Entry): string | null => {
      if (entry.kind === "run-start") {
        /** To ask a device whether its host is off is well, whatever it says. */
        const isAsking = entry.actions.some((action) => action.kind === "fence" && action.verb === "status");
        progress = isAsking ? null : begin(entry);
        return null;
      }
      if (progress === null || !("run" in entry) || entry.run !== progress.run) return null;
      if (scene.ledger.run?.isExcused === true) return null;
      switch (entry.kind) {
        case "step-start":
          return started(progress, entry);
        case "step-end":
          return ended(progress, entry, switchedOff);
        case "expectation":
          if (!progress.isExpecting) return `step ${entry.step} of run ${entry.run} expected nothing`;
          progress.isExpecting = false;
          if (entry.isMet) return done(progress);
          /** Its process ended well, and did what its undo takes back. */
          mayBeUndone(progress);
          return failed(progress);
        case "in-doubt":
          progress.isInDoubt = entry.isWaiting;
          if (entry.isWaiting) progress.isOfOtherBoot = false;
          return null;
        case "abandoned":
          progress.isInDoubt = true;
          return null;
        case "resumed":
          progress.isInDoubt = false;
          return null;
        case "awaiting":
          return null;
        case "run-end": {
          const sentence = over(progress, entry);
          progress = null;
          return sentence;
        }
      }
      return null;
    };
    return (happening) => {
      switch (happening.kind) {
        case "entry":
          return follow(happening.entry);
        case "daemon-started":
          if (happening.isAmnesiac) progress = null;
          else if (progress?.isInDoubt === false && !happening.isSameBoot) progress.isOfOtherBoot = true;
          return null;
        case "asks": {
          const { asking } = happening;
          const host = asking.kind === "acknowledge" ? /^fence (.+)$/.exec(asking.what)?.[1] : undefined;
          if (host !== undefined) switchedOff.add(host);
          return null;
        }
        case "step-started": {
          const { others, key } = happening;
          const names = others.map((other) => `${other.run}/${other.name}`).join(" and ");
          return others.length === 0 ? null : `step ${key.run}/${key.name} has started while ${names} still runs`;
        }
        case "turn":
        case "said":
        case "step-really-ended":
        case "daemon-died":
        case "resumed":
        case "mended":
        case "asked":
        case "look":
        case "end":
          return null;
      }
    };
  },
};

function begin(entry: Of<"run-start">): Progress {
  const { run, actions } = entry;
  /** Without actions a variable had no value: it fails before its first. */
  return {
    run,
    actions,
    at: 1,
    isExpecting: false,
    isInDoubt: false,
    isOfOtherBoot: false,
    isFailed: actions.length === 0,
    toUndo: [],
  };
}

function started(progress: Progress, { step, run, isUndo }: Of<"step-start">): string | null {
  const title = `${isUndo ? "the undo of step" : "step"} ${step} of run ${run}`;
  if (progress.isExpecting) return `${title} has begun before step ${progress.at} was as expected`;
  if (progress.isOfOtherBoot) return `${title} has begun, and the run was cut off in another boot of the machine`;
  if (progress.isInDoubt) return `${title} has begun while step ${progress.at} is in doubt`;
  if (isUndo !== progress.isFailed)
    return `${title} has begun, and the run has ${progress.isFailed ? "" : "not "}failed`;
  const next = isUndo ? progress.toUndo.at(-1) : progress.at;
  return step === next ? null : `${title} has begun, and ${next ?? "nothing"} was to come next`;
}

function ended(progress: Progress, entry: Of<"step-end">, switchedOff: Set<string>): string | null {
  const { step, run, outcome, next, attempt, isUndo, name } = entry;
  const title = `step ${step} of run ${run}`;
  if (isUndo) {
    progress.toUndo.pop();
    return null;
  }
  const action = progress.actions[step - 1];
  if (action === undefined) return `${title} has ended, and there is none`;
  const code = outcome.kind === "exited" ? outcome.code : null;
  /** That is his word, and the run goes on. */
  if (entry.command.includes("manual")) progress.isOfOtherBoot = false;
  const isByPerson = action.kind === "fence" && entry.command.includes("manual") && switchedOff.delete(action.host);
  const isProven = isByPerson || (action.kind === "fence" && name.includes(".status-") && code === 2);
  const isWell = action.kind === "command" ? code === 0 : isProven;
  const isTriedAgain = attempt <= action.options.retries;
  /** What waited to become the step was ended by somebody else: that is no attempt. */
  const isLauncherLost = outcome.kind === "not-started" && outcome.errno === "ESRCH";
  switch (next) {
    case "done":
      if (!isWell || action.options.expect !== null)
        return `${title} counts as done, and ended with ${JSON.stringify(outcome)}`;
      return done(progress);
    case "expect":
      if (!isWell || action.options.expect === null)
        return `${title} is to be seen in the checks, and ended with ${JSON.stringify(outcome)}`;
      progress.isExpecting = true;
      return null;
    case "again":
      if (action.kind === "command" && (isWell || !(isTriedAgain || isLauncherLost)))
        return `${title} is tried again, attempt ${attempt}`;
      return null;
    case "failed":
      /** What an operator gives up has failed, however it ends. */
      if (entry.sentence.includes("given up")) progress.isFailed = true;
      else if (isWell || (action.kind === "command" && isTriedAgain))
        return `${title} counts as failed: ${entry.sentence}`;
      return failed(progress);
  }
}

function done(progress: Progress): null {
  mayBeUndone(progress);
  progress.at += 1;
  return null;
}

function mayBeUndone(progress: Progress): void {
  if (progress.actions[progress.at - 1]?.options.undo !== null) progress.toUndo.push(progress.at);
}

function failed(progress: Progress): null {
  if (progress.actions[progress.at - 1]?.options.onFailure === "continue") progress.at += 1;
  else progress.isFailed = true;
  return null;
}

function over(progress: Progress, { run, outcome }: Of<"run-end">): string | null {
  const isThrough = progress.at > progress.actions.length && !progress.isFailed;
  if (outcome === "done" && !isThrough)
    return `run ${run} is done at step ${progress.at} of ${progress.actions.length}`;
  if (outcome === "failed" && !progress.isFailed) return `run ${run} has failed, and no step of it had`;
  if (outcome === "failed" && progress.toUndo.length > 0)
    return `run ${run} has ended, and steps ${progress.toUndo.join(", ")} are not undone`;
  return null;
}
