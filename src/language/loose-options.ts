/** Options that stand behind a command without their braces, where they are words of the command: `check_disk every 2s`. */
import { parseDuration } from "../base/duration.ts";
import { rowsOf, type Owner } from "./option-table.ts";
import { shownText } from "./words.ts";
import type { Span, Word } from "./tree.ts";

export interface LooseOptions {
  /** As they would stand in braces. */
  readonly text: string;
  readonly span: Span;
}

/** The end of the line, if all of it reads as options of those owners; null: it does not. Takes time linear in the words. */
export function optionsAtEnd(words: readonly Word[], owners: readonly Owner[]): LooseOptions | null {
  const takes = new Map(rowsOf(owners).map((row) => [row.name, row.takes]));
  const parts = words.slice(1).flatMap(partsOf);
  const texts = parts.map(({ text }) => text);
  /** From the end on: for each part that begins options up to the end, the index of the one behind the first of them. */
  const nexts = new Map<number, number>();
  for (let at = parts.length - 1; at >= 0; at -= 1) {
    const values = valuesOf(takes.get(texts[at] ?? ""), texts.slice(at + 1, at + 4));
    const next = values === null ? null : at + 1 + values;
    if (next !== null && (next === parts.length || nexts.has(next))) nexts.set(at, next);
  }
  const first = parts.findIndex((_, at) => nexts.has(at));
  const start = parts[first]?.word.span.start;
  if (start === undefined) return null;
  const options: string[] = [];
  for (let at = first, next = nexts.get(at); next !== undefined; at = next, next = nexts.get(at))
    options.push(texts.slice(at, next).join(" "));
  return { text: options.join(", "), span: { start, end: words.at(-1)?.span.end ?? start } };
}

/** Without the parentheses that others write instead of braces, and the commas. */
function partsOf(word: Word): readonly { readonly text: string; readonly word: Word }[] {
  return (shownText(word).match(/[^()[\],]+/g) ?? []).map((text) => ({ text, word }));
}

/** How many of the words are the option's values, by what it takes; null: they cannot be. */
function valuesOf(takes: string | undefined, [first, second, third]: readonly string[]): number | null {
  const isDuration = (text: string | undefined): boolean => text !== undefined && parseDuration(text) !== null;
  switch (takes) {
    case "":
      return 0;
    case "D":
      return isDuration(first) ? 1 : null;
    case "N":
      return first !== undefined && /^\d+$/.test(first) ? 1 : null;
    case "N per D":
      return second === "per" && isDuration(third) ? 3 : null;
    case "NAME":
    case "HOST":
      return first === undefined ? null : 1;
    case "NAME=VALUE …":
      return first?.includes("=") === true ? 1 : null;
    case "failure stop | failure continue":
      return first === "failure" && (second === "stop" || second === "continue") ? 2 : null;
    case "plugin | ocf | report":
      return first !== undefined && takes.split(" | ").includes(first) ? 1 : null;
    case undefined:
    default:
      return null;
  }
}
