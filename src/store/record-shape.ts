/**
 * What of a record is gone on from: the fields that recovery folds and replays. The seal says that a failoverd wrote the
 * line, and not that it wrote what this one can go on from: a bug, a hand with a tool. A record that lacks such a field is
 * damage. Kinds that only a newer version knows are let through, and so is what a record has beyond its shape.
 */
import type { Condition, HostReference, Population, Quantity, Subject } from "../core/condition.ts";
import type { FenceDevice } from "../core/configuration.ts";
import type { BoundAction, BoundCommand, BoundOptions, FenceCall, Run, StartedPhase, StepPhase } from "../core/run.ts";
import {
  misfit,
  parseBoolean,
  parseKinds,
  parseListOf,
  parseMapOf,
  parseNumber,
  parseOneOf,
  parseOptional,
  parseOrNull,
  parseString,
  parseWholeNumber,
  type Parser,
} from "../base/shape.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { documentOf, listOf, parseCause, parseCount, parseOutcome } from "./documents.ts";

/** Null: it can be gone on from. Else what is wrong, with its place in the record. */
export function misfitOf(record: { readonly kind: string }): string | null {
  const shape = Object.hasOwn(shapes, record.kind) ? shapes[record.kind] : undefined;
  const parsed = shape?.(record, record.kind);
  return parsed?.ok === false ? parsed.sentence : null;
}

const kindOf = <const K extends string>(kind: K) => ({ kind: parseOneOf([kind]) });

const parseStep = parseWholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER });

const parseReference: Parser<HostReference> = parseKinds<HostReference>({
  host: documentOf({ ...kindOf("host"), host: parseString }),
  variable: documentOf({ ...kindOf("variable"), variable: parseString }),
});

const parseSubject: Parser<Subject> = parseKinds<Subject>({
  host: documentOf({ ...kindOf("host"), host: parseString }),
  variable: documentOf({ ...kindOf("variable"), variable: parseString }),
  check: documentOf({ ...kindOf("check"), check: parseString, on: parseOrNull(parseReference) }),
});

const parsePopulation: Parser<Population> = parseKinds<Population>({
  hosts: documentOf(kindOf("hosts")),
  checks: documentOf({ ...kindOf("checks"), check: parseOrNull(parseString), on: parseOrNull(parseReference) }),
});

const parseQuantity: Parser<Quantity> = parseKinds<Quantity>({
  number: documentOf({ ...kindOf("number"), value: parseNumber }),
  percent: documentOf({ ...kindOf("percent"), value: parseNumber }),
  bytes: documentOf({ ...kindOf("bytes"), bytes: parseNumber, text: parseString }),
  duration: documentOf({ ...kindOf("duration"), ms: parseNumber }),
});

const parseComparison = parseOneOf(["<", "<=", ">", ">=", "=", "!="]);

const parseStatuses = listOf(parseString);

/** The language nests no deeper than a line is long; a name, because it speaks of itself. */
const parsePart: Parser<Condition> = (value, at) => parseCondition(value, at);

const parseCondition: Parser<Condition> = parseKinds<Condition>({
  or: documentOf({ ...kindOf("or"), parts: listOf(parsePart) }),
  and: documentOf({ ...kindOf("and"), parts: listOf(parsePart) }),
  not: documentOf({ ...kindOf("not"), part: parsePart }),
  is: documentOf({
    ...kindOf("is"),
    subject: parseSubject,
    isNegated: parseBoolean,
    statuses: parseStatuses,
  }),
  was: documentOf({ ...kindOf("was"), subject: parseSubject, statuses: parseStatuses }),
  metric: documentOf({
    ...kindOf("metric"),
    metric: parseString,
    subject: parseSubject,
    comparison: parseComparison,
    quantity: parseQuantity,
  }),
  range: documentOf({
    ...kindOf("range"),
    metric: parseString,
    subject: parseSubject,
    range: parseOneOf(["warning", "critical"]),
  }),
  quantified: documentOf({
    ...kindOf("quantified"),
    quantifier: parseOneOf(["all", "any"]),
    over: parsePopulation,
    isNegated: parseBoolean,
    statuses: parseStatuses,
  }),
  count: documentOf({
    ...kindOf("count"),
    over: parsePopulation,
    statuses: parseStatuses,
    comparison: parseComparison,
    count: parseNumber,
  }),
  for: documentOf({ ...kindOf("for"), part: parsePart, durationMs: parseNumber, key: parseString }),
});

/** The first word is how it is shown. */
const parseCommand: Parser<BoundCommand> = documentOf({
  program: parseString,
  words: listOf(parseString),
  env: parseMapOf(parseString),
  user: parseOrNull(parseString),
});

const parseOptions: Parser<BoundOptions> = documentOf({
  timeoutMs: parseNumber,
  retries: parseNumber,
  retryEveryMs: parseNumber,
  onFailure: parseOneOf(["stop", "continue"]),
  expect: parseOrNull(documentOf({ condition: parseCondition, withinMs: parseNumber, text: parseString })),
  isOnce: parseBoolean,
  undo: parseOrNull(parseCommand),
});

const parsePlace = documentOf({ file: parseString, line: parseNumber });

const parsePair: Parser<readonly [string, string]> = (value, at) => {
  const parsed = parseListOf(parseString, { itemsMax: 2 })(value, at);
  if (!parsed.ok) return parsed;
  const [name, second] = parsed.value;
  if (name === undefined || second === undefined) return misfit({ at, expected: "a name and a value", value });
  return { ok: true, value: [name, second] };
};

const parseDevice: Parser<FenceDevice> = documentOf({
  agent: parseOrNull(parseString),
  name: parseString,
  parameters: listOf(parsePair),
  secrets: listOf(parsePair),
  timeoutMs: parseNumber,
  retries: parseNumber,
  canProve: parseBoolean,
  place: parsePlace,
});

const parseAction: Parser<BoundAction> = parseKinds<BoundAction>({
  command: documentOf({ ...kindOf("command"), command: parseCommand, options: parseOptions, place: parsePlace }),
  fence: documentOf({
    ...kindOf("fence"),
    verb: parseOneOf(["off", "status"]),
    host: parseString,
    devices: listOf(parseDevice),
    options: parseOptions,
    place: parsePlace,
  }),
});

const parseLauncher = documentOf({ pid: parseNumber, startTicks: parseNumber });

const parseCall: Parser<FenceCall> = documentOf({
  device: parseCount,
  deviceAttempt: parseCount,
  verb: parseOneOf(["off", "status"]),
  asked: parseCount,
  untilMs: parseNumber,
  spentMs: parseNumber,
});

const parseStarted: Parser<StartedPhase> = documentOf({
  ...kindOf("running"),
  attempt: parseCount,
  fence: parseOrNull(parseCall),
  name: parseString,
  launcher: parseLauncher,
  startedAtMs: parseNumber,
  killAtMs: parseNumber,
  isKilled: parseBoolean,
});

const parsePhase: Parser<StepPhase> = parseKinds<StepPhase>({
  ready: documentOf({
    ...kindOf("ready"),
    attempt: parseCount,
    fence: parseOrNull(parseCall),
    sinceMs: parseNumber,
  }),
  running: parseStarted,
  pausing: documentOf({
    ...kindOf("pausing"),
    attempt: parseCount,
    fence: parseOrNull(parseCall),
    untilMs: parseNumber,
  }),
  expecting: documentOf({
    ...kindOf("expecting"),
    attempt: parseCount,
    sinceMs: parseNumber,
    heardSinceMs: parseNumber,
    untilMs: parseNumber,
  }),
  awaiting: documentOf({ ...kindOf("awaiting"), attempt: parseCount, fence: parseCall }),
  "in-doubt": documentOf({
    ...kindOf("in-doubt"),
    attempt: parseCount,
    hasEnded: parseBoolean,
    left: parseOrNull(parseStarted),
  }),
});

const ofRun = { run: parseStep, rule: parseString };

const begun = {
  ...ofRun,
  cause: parseCause,
  variables: parseMapOf(parseString),
  actions: listOf(parseAction),
  hasLimit: parseBoolean,
  startedAtMs: parseNumber,
};

const parseRun: Parser<Run> = documentOf({
  ...begun,
  at: parseCount,
  phase: parsePhase,
  done: listOf(parseCount),
  failure: parseOrNull(parseString),
  isAbandoned: parseBoolean,
  lostLaunchers: parseOptional(parseCount),
  notUndone: parseOptional(listOf(parseCount)),
});

/** A file's header holds it: what this is not, is no header. */
export const parseCheckpoint: Parser<Checkpoint> = documentOf({
  run: parseOrNull(parseRun),
  lastRun: parseCount,
  bootId: parseOrNull(parseString),
  runBootId: parseOrNull(parseString),
  distrust: parseOrNull(parseString),
});

const ofStep = { ...ofRun, step: parseStep, attempt: parseCount, name: parseString, isUndo: parseBoolean };

/** By kind. Those that are missing say nothing that is gone on from. */
const shapes: Readonly<{ [kind: string]: Parser<unknown> }> = {
  "daemon-start": documentOf({ bootId: parseString }),
  transition: documentOf({
    host: parseString,
    check: parseOrNull(parseString),
    isRole: parseBoolean,
    from: parseString,
    to: parseString,
  }),
  "split-brain": documentOf({ hosts: listOf(parseString) }),
  waiting: documentOf({ rule: parseString }),
  dropped: documentOf({ rule: parseString, cause: parseCause, hold: parseString }),
  blocked: documentOf({ rule: parseString }),
  acknowledged: documentOf({ what: parseString }),
  "run-start": documentOf(begun),
  "step-start": documentOf({ ...ofStep, launcher: parseLauncher, startedAtMs: parseNumber }),
  "step-end": documentOf({
    ...ofStep,
    outcome: parseOutcome,
    next: parseOneOf(["done", "failed", "again", "expect"]),
    ms: parseNumber,
  }),
  expectation: documentOf({ ...ofRun, isMet: parseBoolean }),
  "in-doubt": documentOf({ ...ofRun, isWaiting: parseBoolean }),
  awaiting: documentOf({ ...ofRun, attempt: parseCount, device: parseCount, deviceAttempt: parseCount }),
  resumed: documentOf(ofRun),
  abandoned: documentOf(ofRun),
  "run-end": documentOf({
    ...ofRun,
    outcome: parseOneOf(["done", "failed", "abandoned"]),
    endedAtMs: parseNumber,
    notUndone: parseOptional(listOf(parseStep)),
  }),
  "maintenance-on": documentOf({ scope: parseString, untilWallMs: parseOrNull(parseNumber), reason: parseString }),
  "maintenance-off": documentOf({ scope: parseString }),
};
