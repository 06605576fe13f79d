/** A word -> the template that a run binds: text, and variables that are still open. */
import type { Scope } from "./scope.ts";
import type { Word } from "./tree.ts";
import type { Template } from "../core/configuration.ts";

export function templateOf(word: Word): Template {
  if (word.segments.length === 0) return [""];
  return word.segments.map((segment) => (segment.kind === "text" ? segment.text : { variable: segment.name }));
}

/** The same with all that is known now already in it. */
export function templateWithConstants(word: Word, { constants }: Pick<Scope, "constants">): Template {
  return templateOf(word).map((part) => (typeof part === "string" ? part : (constants.get(part.variable) ?? part)));
}
