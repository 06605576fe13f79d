/** What was meant by a misspelt word, as a hint. */
import { nearest } from "../base/nearest.ts";

/** Beyond this many candidates nobody looks; keeps hostile files cheap. */
const candidatesMax = 1_000;

/** `did you mean …?`, or null if nothing is near enough. */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  const meant = nearest(word, Array.from(candidates).slice(0, candidatesMax));
  return meant === null ? null : `did you mean \`${meant}\`?`;
}
