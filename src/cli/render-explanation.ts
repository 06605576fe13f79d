/**
 * Why a rule did not fire, or would, for somebody who was woken by it: the answer first, then the condition as a tree, each
 * part with its truth and each leaf with the value and the age that it was judged by, then what was decided of it lately.
 */
import { sayDuration } from "../base/duration.ts";
import { printable } from "../base/terminal-text.ts";
import type { Layout } from "./columns.ts";
import type { ShownExplanation, ShownPart } from "./explanation-shape.ts";
import { historyPrinter, type HistoryEntry } from "./render-history.ts";
import { withoutRule } from "./rule-sentence.ts";
import { paint, type Colour } from "./terminal.ts";
import { wrap } from "./wrap.ts";

/** `when` and a blank, `unknown` and two. */
const keywordColumns = 5;
const truthColumns = 9;

/** Some lines. `lately`: entries of the journal about the rule, the oldest first. */
export function renderExplanation(
  explanation: ShownExplanation,
  lately: readonly HistoryEntry[],
  layout: Layout,
): string {
  const { rule, state, reason, parts } = explanation;
  const { isColoured } = layout;
  const colour = stateColours[state] ?? "plain";
  const title = `${paint(isColoured, "bold", printable(rule))} is ${paint(isColoured, colour, printable(state))}`;
  /** A rule that is held says why below, as it is now and not as it was when that was written down. */
  const isSaidBelow = state === "held" && explanation.hold !== null;
  const why = reason === null || isSaidBelow ? [] : [`${capital(withoutRule(reason, rule))}.`];
  const printer = historyPrinter(layout);
  const say = (texts: readonly string[]): readonly string[] =>
    texts.flatMap((text) => wrap(printable(text), layout.columns ?? Infinity));
  const verdict = say(verdictOf(explanation));
  return [
    title,
    ...say(why),
    "",
    ...parts.flatMap((part) => renderPart(part, parts, layout)),
    ...(verdict.length === 0 ? [] : ["", ...verdict]),
    ...(lately.length === 0 ? [] : ["", paint(isColoured, "bold", "lately")]),
    ...lately.map((entry) => printer.print(entry)),
  ].join("\n");
}

/** What follows from all of it; nothing, if the state has said it. */
function verdictOf({ rule, state, reason, hold, parts }: ShownExplanation): readonly string[] {
  const [top] = parts;
  if (state === "running" || state === "blocked" || state === "waiting" || top === undefined) return [];
  const held = hold === null ? null : withoutRule(hold, rule);
  if (held !== null) {
    const isNow = state === "held" || (top.of === "when" && top.truth === "true");
    return [isNow ? `Held back: ${held}.` : `If it were triggered now, it would be held back: ${held}.`];
  }
  if (reason !== null) return [];
  if (top.of === "on") return ["Nothing holds it back: it fires when its trigger comes."];
  if (isWaiting(top, parts)) return ["Nothing holds it back: its condition is true, and it fires when its time is up."];
  switch (top.truth) {
    case "true":
      return ["Nothing holds it back, and its condition is true: it fires now."];
    case "false":
      return ["Nothing holds it back: it fires when its condition becomes true."];
    case "unknown":
      return ["Its condition cannot be judged now, and nothing fires on what is not known."];
  }
}

/** A `for` whose part is true and whose time is not up; or parts of which no other is missing. */
function isWaiting(part: ShownPart, parts: readonly ShownPart[]): boolean {
  if (part.truth === "true") return false;
  const own = partsOf(part, parts);
  const [only] = own;
  if (own.length === 1 && only !== undefined) return only.truth === "true" && !part.text.startsWith("not ");
  return own.length > 1 && own.every((other) => other.truth === "true" || isWaiting(other, parts));
}

function partsOf(part: ShownPart, parts: readonly ShownPart[]): readonly ShownPart[] {
  const after = parts.slice(parts.indexOf(part) + 1);
  const end = after.findIndex((other) => other.of !== part.of || other.depth <= part.depth);
  return after.slice(0, end === -1 ? after.length : end).filter(({ depth }) => depth === part.depth + 1);
}

function renderPart(part: ShownPart, parts: readonly ShownPart[], { columns, isColoured }: Layout): readonly string[] {
  const { of, depth, text, truth } = part;
  const indent = keywordColumns + truthColumns + 2 * depth;
  const room = columns === null ? Infinity : Math.max(20, columns - indent - 2);
  const isFirst = depth === 0;
  const [first = "", ...further] = wrap(printable(text), room);
  const keyword = paint(isColoured, "bold", isFirst ? of : "") + " ".repeat(keywordColumns - (isFirst ? of.length : 0));
  const mark = paint(isColoured, truthColours[truth], truth) + " ".repeat(truthColumns - truth.length + 2 * depth);
  const below = [
    ...further.map((line) => `  ${line}`),
    ...valuesOf(part, parts).flatMap((line) =>
      wrap(printable(line), room).map((piece) => `  ${paint(isColoured, "dim", piece)}`),
    ),
  ];
  return [`${keyword}${mark}${first}`, ...below.map((line) => " ".repeat(indent) + line)];
}

/** A part that has parts repeats what the one says that decided it; what it adds to its only one, a `for` its time, is kept. */
function valuesOf(part: ShownPart, parts: readonly ShownPart[]): readonly string[] {
  const own = partsOf(part, parts);
  const [only] = own;
  if (only === undefined) return [`${part.because}${sayAge(part)}`];
  if (own.length > 1 || !part.because.startsWith(only.because)) return [];
  const added = part.because.slice(only.because.length).replace(/^[,;] /, "");
  return added === "" ? [] : [added];
}

/** What is said of a check has the age of its last result in it; what is said of hosts has not. */
function sayAge({ because, ageMs }: ShownPart): string {
  return ageMs === null || because.includes("last result") ? "" : `, oldest result ${sayDuration(ageMs)} ago`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const truthColours: Readonly<Record<ShownPart["truth"], Colour>> = { true: "green", false: "red", unknown: "yellow" };

const stateColours: Readonly<{ [state: string]: Colour }> = {
  armed: "green",
  running: "bold",
  waiting: "yellow",
  held: "yellow",
  blocked: "red",
};
