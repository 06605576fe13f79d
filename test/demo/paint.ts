/** Colours for a terminal, and none for a pipe or for who set NO_COLOR (no-color.org). */

const noColor = process.env["NO_COLOR"];
const isColourful = process.stdout.isTTY && (noColor === undefined || noColor === "");

const paint = (code: number) => (text: string) => (isColourful ? `\u001B[${code}m${text}\u001B[0m` : text);

export const bold = paint(1);
export const faint = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);

/** `12345` -> `12,345`. */
export function sayCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
