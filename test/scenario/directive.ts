/**
 * The words of a scenario: what a line of it may say, as a table of patterns. A line that fits none is an error, so that a
 * scenario never does less than it reads.
 */
import { parseDuration } from "../../src/base/duration.ts";
import type { Outcome } from "../../src/core/result.ts";

/** What a check does whenever it is started, from now on. */
export type CheckBehaviour =
  | { readonly kind: "answers"; readonly outcome: Outcome; readonly stdout: string }
  /** Runs into its time limit. */
  | { readonly kind: "hangs" }
  /** Is never heard of again: a runner that does not answer. */
  | { readonly kind: "silent" };

/** What a program that acts does when it is started; `null`: it runs until it is killed. */
export interface StepBehaviour {
  readonly code: number | null;
  readonly afterMs: number;
}

export type Directive =
  | { readonly kind: "file"; readonly name: "checks" | "actions"; readonly text: string }
  | { readonly kind: "start" }
  | { readonly kind: "reload" }
  | { readonly kind: "check"; readonly check: string; readonly behaviour: CheckBehaviour }
  | { readonly kind: "takes"; readonly check: string; readonly ms: number }
  | { readonly kind: "prints"; readonly check: string; readonly line: string }
  | { readonly kind: "ends"; readonly check: string }
  | { readonly kind: "report"; readonly check: string; readonly host: string | null; readonly text: string }
  /** The first word of a command, or `AGENT off`, `AGENT status`. The last behaviour holds from then on. */
  | { readonly kind: "step"; readonly program: string; readonly behaviours: readonly StepBehaviour[] }
  | { readonly kind: "launchers"; readonly work: boolean }
  | { readonly kind: "wait"; readonly ms: number }
  /** Until a record of that kind is written. */
  | { readonly kind: "until"; readonly record: string }
  | { readonly kind: "stall"; readonly ms: number }
  | { readonly kind: "distrust"; readonly reason: string }
  | { readonly kind: "maintenance-on"; readonly scope: string; readonly ms: number | null; readonly reason: string }
  | { readonly kind: "maintenance-off"; readonly scope: string }
  | { readonly kind: "acknowledge"; readonly what: string }
  | { readonly kind: "run"; readonly rule: string }
  | { readonly kind: "resume" | "abandon"; readonly run: number }
  | { readonly kind: "explain"; readonly rule: string }
  | { readonly kind: "show" }
  /** The daemon dies now; `isWithSteps`: with whatever it had started. */
  | { readonly kind: "crash"; readonly isWithSteps: boolean }
  /** The daemon dies when the record of that number, counted from 1, is durable, and before anything else is done. */
  | { readonly kind: "crash-at"; readonly record: number }
  /** The state table is not written any more: the next daemon has to make do with the journal. */
  | { readonly kind: "no-table" }
  /** A new daemon, in the same boot of the machine or, after a `reboot`, in the next. */
  | { readonly kind: "restart" }
  | { readonly kind: "reboot" };

type Maker = (words: { readonly [name: string]: string }) => Directive;

const check = String.raw`(?<check>\S+(?: on \S+)?)`;

const patterns: readonly (readonly [RegExp, Maker])[] = [
  [/^start$/, () => ({ kind: "start" })],
  [/^reload$/, () => ({ kind: "reload" })],
  [/^wait (?<time>\S+)$/, ({ time }) => ({ kind: "wait", ms: duration(time) })],
  [/^until (?<record>\S+)$/, ({ record = "" }) => ({ kind: "until", record })],
  [/^stall (?<time>\S+)$/, ({ time }) => ({ kind: "stall", ms: duration(time) })],
  [/^show$/, () => ({ kind: "show" })],
  [/^explain (?<rule>.+)$/, ({ rule = "" }) => ({ kind: "explain", rule })],
  [/^run (?<rule>.+)$/, ({ rule = "" }) => ({ kind: "run", rule })],
  [/^ack (?<what>.+)$/, ({ what = "" }) => ({ kind: "acknowledge", what })],
  [/^resume (?<run>\d+)$/, ({ run }) => ({ kind: "resume", run: Number(run) })],
  [/^abandon (?<run>\d+)$/, ({ run }) => ({ kind: "abandon", run: Number(run) })],
  [/^distrust (?<reason>.+)$/, ({ reason = "" }) => ({ kind: "distrust", reason })],
  [
    /^maintenance on "(?<scope>[^"]+)"(?: for (?<time>\S+))?(?: because (?<reason>.+))?$/,
    ({ scope = "", time, reason = "" }) => ({
      kind: "maintenance-on",
      scope,
      ms: time === undefined ? null : duration(time),
      reason,
    }),
  ],
  [/^maintenance off "(?<scope>[^"]+)"$/, ({ scope = "" }) => ({ kind: "maintenance-off", scope })],
  [/^launchers (?<how>work|fail)$/, ({ how }) => ({ kind: "launchers", work: how === "work" })],
  [/^crash$/, () => ({ kind: "crash", isWithSteps: false })],
  [/^crash with all that runs$/, () => ({ kind: "crash", isWithSteps: true })],
  [/^crash at record (?<record>\d+)$/, ({ record }) => ({ kind: "crash-at", record: Number(record) })],
  [/^no table$/, () => ({ kind: "no-table" })],
  [/^restart$/, () => ({ kind: "restart" })],
  [/^reboot$/, () => ({ kind: "reboot" })],
  [
    /^report (?<name>\S+)(?: on (?<host>\S+))? (?<text>[A-Z].*)$/,
    ({ name = "", host, text = "" }) => ({ kind: "report", check: name, host: host ?? null, text }),
  ],
  [
    /^action (?<program>\S+) (?<what>(?:exits|hangs).*)$/,
    ({ program = "", what }) => ({ kind: "step", program, behaviours: stepBehaviours(what) }),
  ],
  [
    /^fence (?<program>\S+ (?:off|status)) (?<what>(?:exits|hangs).*)$/,
    ({ program = "", what }) => ({ kind: "step", program, behaviours: stepBehaviours(what) }),
  ],
  [
    new RegExp(`^${check} says (?<text>.+)$`),
    (words) => ({ kind: "check", check: words["check"] ?? "", behaviour: says(words["text"] ?? "") }),
  ],
  [
    new RegExp(String.raw`^${check} exits (?<code>\d+)(?: (?<text>.+))?$`),
    (words) => ({
      kind: "check",
      check: words["check"] ?? "",
      behaviour: { kind: "answers", outcome: exited(Number(words["code"])), stdout: words["text"] ?? "" },
    }),
  ],
  [
    new RegExp(`^${check} (?<how>hangs|is silent|cannot be run)$`),
    (words) => ({ kind: "check", check: words["check"] ?? "", behaviour: behaves(words["how"] ?? "") }),
  ],
  [
    new RegExp(String.raw`^${check} takes (?<time>\S+)$`),
    (words) => ({ kind: "takes", check: words["check"] ?? "", ms: duration(words["time"]) }),
  ],
  [
    new RegExp(`^${check} prints (?<line>.+)$`),
    (words) => ({ kind: "prints", check: words["check"] ?? "", line: words["line"] ?? "" }),
  ],
  [new RegExp(`^${check} ends$`), (words) => ({ kind: "ends", check: words["check"] ?? "" })],
];

/** Throws if the line says nothing that is known. */
export function readDirective(line: string): Directive {
  for (const [pattern, make] of patterns) {
    const match = pattern.exec(line);
    if (match !== null) return make(match.groups ?? {});
  }
  throw new Error(`a scenario cannot say: ${line}`);
}

/** `exits 1 after 200ms, then exits 0`. */
function stepBehaviours(text = ""): readonly StepBehaviour[] {
  return text.split(", then ").map((part) => {
    if (part === "hangs") return { code: null, afterMs: 0 };
    const match = /^exits (\d+)(?: after (\S+))?$/.exec(part);
    if (match === null) throw new Error(`an action cannot do: ${part}`);
    return { code: Number(match[1]), afterMs: match[2] === undefined ? 100 : duration(match[2]) };
  });
}

/** A plugin's exit code goes with its first word; a report is JSON, and its exit code is 0. */
function says(text: string): CheckBehaviour {
  const codes: { readonly [word: string]: number } = { WARNING: 1, CRITICAL: 2, DOWN: 2, UNKNOWN: 3 };
  const word = /^[A-Z]+/.exec(text)?.[0] ?? "";
  return { kind: "answers", outcome: exited(codes[word] ?? 0), stdout: text };
}

function behaves(how: string): CheckBehaviour {
  if (how === "hangs") return { kind: "hangs" };
  if (how === "is silent") return { kind: "silent" };
  const outcome: Outcome = { kind: "not-started", errno: "ENOENT", reason: "no such file" };
  return { kind: "answers", outcome, stdout: "" };
}

function exited(code: number): Outcome {
  return { kind: "exited", code };
}

function duration(text = ""): number {
  const ms = parseDuration(text);
  if (ms === null) throw new Error(`${text} is no duration`);
  return ms;
}
