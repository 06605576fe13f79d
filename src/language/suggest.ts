/** What was meant by a misspelt word: the nearest known one, if it is near enough not to be an insult. */

/** Beyond this many candidates nobody looks; keeps hostile files cheap. */
const candidatesMax = 1_000;
const lengthMax = 64;

/**
 * The candidate at the smallest Damerau-Levenshtein distance, at most 2 and less than half of the word, whatever the case;
 * null if there is none.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const given = word.toLowerCase();
  if (given.length > lengthMax) return null;
  let best: string | null = null;
  let bestDistance = Math.min(3, Math.ceil((given.length + 1) / 2));
  let seen = 0;
  for (const candidate of candidates) {
    seen += 1;
    if (seen > candidatesMax) break;
    if (Math.abs(candidate.length - given.length) >= bestDistance) continue;
    const distance = distanceOf(given, candidate.toLowerCase());
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** `did you mean …?`, or null. */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  const meant = nearest(word, candidates);
  return meant === null ? null : `did you mean \`${meant}\`?`;
}

/** Optimal string alignment: insertions, deletions, substitutions, and neighbours swapped. */
function distanceOf(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let distance = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + cost,
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, (beforePrevious[column - 2] ?? 0) + 1);
      }
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
