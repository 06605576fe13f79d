/**
 * Durations as people write them. Inside the program a duration is always a number of milliseconds and its name ends in `Ms`.
 */

const unitsMs: ReadonlyMap<string, number> = new Map([
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
]);

/** `500ms`, `2s`, `5m`, `1h`, `1d` -> milliseconds; `null` if it is not a duration. Whole and decimal numbers; no sign, no blank. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)$/.exec(text);
  if (match === null) return null;
  const [, amount, unit = ""] = match;
  return Math.round(Number(amount) * (unitsMs.get(unit) ?? 0));
}

/** Milliseconds -> the same duration in the language's own spelling, exactly: `90000` -> `90s`, `300000` -> `5m`. */
export function printDuration(durationMs: number): string {
  if (durationMs === 0) return "0s";
  for (const [unit, unitMs] of unitsMs) {
    if (durationMs % unitMs === 0) return `${durationMs / unitMs}${unit}`;
  }
  return `${durationMs}ms`;
}

/** Milliseconds -> a duration for a sentence, to about two digits that matter: `340 ms`, `7.2 s`, `5 min`, `3.1 h`, `2 d`. */
export function sayDuration(durationMs: number): string {
  const one = (amount: number): string => String(Math.round(amount * 10) / 10);
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 120_000) return `${one(durationMs / 1_000)} s`;
  if (durationMs < 7_200_000) return `${one(durationMs / 60_000)} min`;
  if (durationMs < 172_800_000) return `${one(durationMs / 3_600_000)} h`;
  return `${one(durationMs / 86_400_000)} d`;
}
