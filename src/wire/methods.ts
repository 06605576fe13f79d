/**
 * All methods of the socket, as one typed map: what each takes, what it answers, and whether it only reads (`query.sock`
 * knows no others). Parameters are parsed here, once, from what anybody may send; behind this point they are right.
 */
import type { Complaint } from "../core/complaint.ts";
import type { Truth } from "../core/evaluate.ts";
import type { ShownEntry } from "../core/shown-entry.ts";
import { misfit, parseBoolean, parseObject, parseOneOf, parseOptional, parseWholeNumber } from "../base/shape.ts";
import type { Fields, ObjectOf, Parsed, Parser } from "../base/shape.ts";
import {
  parseDurationMs,
  parseHostName,
  parseLongOutput,
  parseMetrics,
  parseName,
  parseOutput,
  parseReason,
  parseSerial,
  parseStatusName,
  parseWallMs,
} from "./names.ts";
import type { RuleState, StatusView } from "./status.ts";

/** A request that was done. The sentence is for the operator who asked. */
export interface Accepted {
  readonly sentence: string;
}

export interface HistoryResult {
  readonly entries: readonly ShownEntry[];
  /** Ask for the next page with this as `sinceSeq`; null: there is no more now. */
  readonly nextSeq: number | null;
  /** What is damaged or missing in between, in sentences. */
  readonly gaps: readonly string[];
}

/** Why a rule did not fire, or would. */
export interface Explanation {
  readonly rule: string;
  readonly state: RuleState;
  readonly reason: string | null;
  /** What would keep it from firing now, were it triggered; null: nothing. */
  readonly hold: string | null;
  /** The condition from the top: each part under the one that it is a part of. */
  readonly parts: readonly {
    /** `when`, `if`, or `on`, the trigger of an edge. */
    readonly of: "when" | "if" | "on";
    readonly depth: number;
    readonly text: string;
    readonly truth: Truth;
    /** The values and ages that it was judged by. */
    readonly because: string;
    /** Of a part that has no parts: how old the oldest result is that it rests on; null: it rests on none. */
    readonly ageMs: number | null;
  }[];
}

export interface Results {
  readonly status: StatusView;
  readonly history: HistoryResult;
  /** The last entry that is not sent as a `record` notification: those that follow are, without a gap. */
  readonly subscribe: { readonly seq: number };
  readonly explain: Explanation;
  readonly report: Accepted;
  /** Refused if there are errors: the error's `data` has the complaints. */
  readonly reload: Accepted & { readonly generation: number; readonly complaints: readonly Complaint[] };
  readonly ack: Accepted;
  readonly resume: Accepted;
  readonly abandon: Accepted;
  /** `commands`: what would be started, in order, if it was a dry run; else null. */
  readonly run: Accepted & { readonly commands: readonly (readonly string[])[] | null };
  readonly maintenance: Accepted;
  /** `run`: its number, to follow it by. */
  readonly fence: Accepted & { readonly run: number };
}

export type MethodName = keyof Results;

/** Entries in one page of history, if the client does not say. */
export const historyLimitDefault = 200;
const historyLimitMax = 1_000;

const paramsOf = <F extends Fields>(fields: F): Parser<ObjectOf<F>> => parseObject(fields, { others: "refused" });

const parseRule = paramsOf({ rule: parseName });
const parseRun = paramsOf({ run: parseSerial });

const params = {
  status: paramsOf({}),
  history: paramsOf({
    sinceSeq: parseOptional(parseSerial),
    sinceWallMs: parseOptional(parseWallMs),
    run: parseOptional(parseSerial),
    limit: parseOptional(parseWholeNumber({ min: 1, max: historyLimitMax })),
  }),
  /** `fromSeq`: also those that were, from this one on. */
  subscribe: paramsOf({ fromSeq: parseOptional(parseSerial) }),
  explain: parseRule,
  /** Texts are as they were sent: they are cleaned before they are shown to anybody, like a script's output. */
  report: paramsOf({
    check: parseName,
    host: parseOptional(parseHostName),
    status: parseStatusName,
    output: parseOptional(parseOutput),
    longOutput: parseOptional(parseLongOutput),
    metrics: parseOptional(parseMetrics),
  }),
  reload: paramsOf({}),
  /** A rule that is blocked, or `journal`. */
  ack: paramsOf({ what: parseName }),
  resume: parseRun,
  abandon: parseRun,
  run: paramsOf({ rule: parseName, isDryRun: parseBoolean }),
  /** `scope`: a host, a check, a rule, or `*` for everything. Without `forMs` it has no end. */
  maintenance: paramsOf({
    on: parseBoolean,
    scope: parseName,
    forMs: parseOptional(parseDurationMs),
    reason: parseOptional(parseReason),
  }),
  fence: paramsOf({ host: parseHostName, verb: parseOneOf(["off", "status"]) }),
} as const satisfies { readonly [M in MethodName]: Parser<unknown> };

export type ParamsOf<M extends MethodName> = (typeof params)[M] extends Parser<infer P> ? P : never;

/** A request that is right in itself. */
export type Call = { [M in MethodName]: { readonly method: M; readonly params: ParamsOf<M> } }[MethodName];

export interface MethodFacts {
  /** A change: not for the socket that everybody may read. */
  readonly right: "read" | "change";
  /** May be sent without an id, and is then not answered unless it is wrong. */
  readonly isNotifiable: boolean;
  readonly parse: Parser<Call>;
}

export const methods: Readonly<{ [M in MethodName]: MethodFacts }> = {
  status: { right: "read", isNotifiable: false, parse: parserOf("status", params.status) },
  history: { right: "read", isNotifiable: false, parse: parserOf("history", params.history) },
  subscribe: { right: "read", isNotifiable: false, parse: parserOf("subscribe", params.subscribe) },
  explain: { right: "read", isNotifiable: false, parse: parserOf("explain", params.explain) },
  report: { right: "change", isNotifiable: true, parse: parserOf("report", params.report) },
  reload: { right: "change", isNotifiable: false, parse: parserOf("reload", params.reload) },
  ack: { right: "change", isNotifiable: false, parse: parserOf("ack", params.ack) },
  resume: { right: "change", isNotifiable: false, parse: parserOf("resume", params.resume) },
  abandon: { right: "change", isNotifiable: false, parse: parserOf("abandon", params.abandon) },
  run: { right: "change", isNotifiable: false, parse: parserOf("run", params.run) },
  maintenance: { right: "change", isNotifiable: false, parse: parserOf("maintenance", params.maintenance) },
  fence: { right: "change", isNotifiable: false, parse: parserOf("fence", params.fence) },
};

/** In the order in which documents list them. */
export const methodNames: readonly string[] = Object.keys(methods);

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}

/** The parameters of any method come by name, in an object; none at all are an empty one. */
function parserOf<M extends MethodName>(
  method: M,
  parser: Parser<ParamsOf<M>>,
): Parser<{ readonly method: M; readonly params: ParamsOf<M> }> {
  return (value, at): Parsed<{ readonly method: M; readonly params: ParamsOf<M> }> => {
    if (Array.isArray(value)) return misfit({ at, expected: "an object, because parameters are given by name", value });
    const parsed = parser(value ?? {}, at);
    return parsed.ok ? { ok: true, value: { method, params: parsed.value } } : parsed;
  };
}
