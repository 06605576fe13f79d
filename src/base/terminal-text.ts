/**
 * Text on a terminal: how many columns it takes, and how to show what a terminal would obey instead of show. Widths are
 * those of a monospaced font: two for East Asian wide characters and emoji, none for combining marks.
 */

const zeroWidth = /\p{Mn}|\p{Me}|[\u200b-\u200f\u2060]/u;
const doubleWidth =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Columns that `text` takes; it must hold nothing that `printable` would change. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text) {
    columns += zeroWidth.test(character) ? 0 : doubleWidth.test(character) ? 2 : 1;
  }
  return columns;
}

/**
 * The same text, with every control character (C0, DEL, C1), line separator, direction override and lone surrogate
 * written out as `\x1b` or `\u202e`. A tab becomes a blank. Nothing in the answer moves a cursor or changes a colour.
 */
export function printable(text: string): string {
  return text
    .replaceAll("\t", " ")
    .replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, (character) => {
      const code = character.charCodeAt(0);
      return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
    });
}

/** The beginning of `text` that fits into `columns`, with `…` at its end if something was left off. */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += displayWidth(character);
    if (used > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
