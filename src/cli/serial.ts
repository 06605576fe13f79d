/** Numbers of runs and entries, as people type them. */

/** A whole number from 1 on; null if it is none. */
export function parseSerial(text: string): number | null {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}
