/**
 * Numbers as plugins print them: `1`, `-0.5`, `+1`, `.42`, `23.`, `1.5e-09`, `1.1E+1`. The guidelines allow `[-0-9.]`;
 * real plugins print the rest. A decimal comma is no number: nobody can tell `1,391` from one thousand three hundred.
 * Not numbers either: `inf`, `nan`, hexadecimal, and what is too large to be held.
 */

/** Every part after the first digit is optional and they share no character, so there is nothing to go back for. */
const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/;

/** The number that a text begins with and what stands behind it: `16MB` -> 16, `MB`; `null` if it begins with none. */
export function readLeadingNumber(text: string): { readonly value: number; readonly rest: string } | null {
  const [digits] = number.exec(text) ?? [];
  if (digits === undefined) return null;
  /** Adding 0 makes a plain zero of minus zero, which no reader expects. */
  const value = Number(digits) + 0;
  return Number.isFinite(value) ? { value, rest: text.slice(digits.length) } : null;
}

/** The number that a text is, as a whole; `null` if it is none. */
export function readNumber(text: string): number | null {
  const leading = readLeadingNumber(text);
  return leading !== null && leading.rest === "" ? leading.value : null;
}
