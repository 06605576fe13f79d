/** What was meant: the known word that is nearest to one that is not known. */

/** Longer words are no typing mistakes of ours, and would be slow to compare. */
const wordLengthMax = 64;

/**
 * The candidate within two typing mistakes of `word` (a letter wrong, missing, too much, or two swapped; upper and lower
 * case are the same), or the only one that it is a beginning of; null if there is none. A word of less than four
 * letters may hold one mistake only. Of two that are as near, the first.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const lower = word.toLowerCase();
  if (lower === "" || lower.length > wordLengthMax) return null;
  const mistakesMax = lower.length < 4 ? 1 : 2;
  let best: { readonly candidate: string; readonly mistakes: number } | null = null;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - lower.length) > mistakesMax) continue;
    const mistakes = countMistakes(lower, candidate.toLowerCase());
    if (mistakes <= mistakesMax && mistakes < lower.length && (best === null || mistakes < best.mistakes)) {
      best = { candidate, mistakes };
    }
  }
  if (best !== null) return best.candidate;
  const longer = candidates.filter((candidate) => lower.length > 1 && candidate.toLowerCase().startsWith(lower));
  return longer.length === 1 ? (longer[0] ?? null) : null;
}

/** The optimal string alignment distance: Levenshtein's, with a swap of neighbours counted as one. */
function countMistakes(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwap = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const at = (line: readonly number[], index: number): number => line[index] ?? Infinity;
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (isSame ? 0 : 1),
          isSwap ? at(beforeLast, column - 2) + 1 : Infinity,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[other.length] ?? Infinity;
}
