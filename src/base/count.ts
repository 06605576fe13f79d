/** A number and its noun, for a sentence: `1 error`, `3 errors`. */
export function sayCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
