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

/** The end of the line, if all of it reads as options of those owners; null: it does not. */
export function optionsAtEnd(words: readonly Word[], owners: readonly Owner[]): LooseOptions | null {
  const takes = new Map(rowsOf(owners).map((row) => [row.name, row.takes]));
  // Without the parentheses that others write instead, and the commas.
  const parts = words.map((word) => shownText(word).match(/[^()[\],]+/g) ?? []);
  for (const [at, word] of words.entries()) {
    if (at === 0 || (parts[at]?.length !== 0 && !takes.has(parts[at]?.[0] ?? ""))) continue;
    const options = readOptions(parts.slice(at).flat(), takes);
    if (options !== null)
      return { text: options.join(", "), span: { start: word.span.start, end: words.at(-1)?.span.end ?? 0 } };
  }
  return null;
}

/** Each option with its values; null: something is neither. */
function readOptions(texts: readonly string[], takes: ReadonlyMap<string, string>): readonly string[] | null {
  const options: string[] = [];
  for (let at = 0; at < texts.length;) {
    const rest = texts.slice(at + 1, at + 4);
    const values = valuesOf(takes.get(texts[at] ?? ""), rest);
    if (values === null) return null;
    options.push([texts[at], ...rest.slice(0, values)].join(" "));
    at += 1 + values;
  }
  return options.length === 0 ? null : options;
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
