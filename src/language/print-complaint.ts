/**
 * A complaint for a terminal, in the shape that compilers use and editors jump to:
 *
 *     checks.conf:3:22: error: `tiemout` is not an option of a check [E301]
 *       check_disk -w 10% { tiemout 2s }
 *                           ^^^^^^^
 *       hint: did you mean `timeout`?
 */
import type { Complaint } from "../core/complaint.ts";

/** A line longer than this is shown around the caret only. */
const shownColumnsMax = 160;
const shownBeforeCaret = 60;

/** Several lines, without a newline at the end. No control byte of the file reaches the terminal. */
export function printComplaint(complaint: Complaint): string {
  const { file, line, column, severity, message, code, hint } = complaint;
  const at = line === 0 ? file : column === 0 ? `${file}:${line}` : `${file}:${line}:${column}`;
  const lines = [`${at}: ${severity}: ${makeVisible(message)} [${code}]`];
  if (line > 0) lines.push(...printLine(complaint));
  if (hint !== null) lines.push(`  hint: ${makeVisible(hint)}`);
  return lines.join("\n");
}

function printLine(complaint: Complaint): readonly string[] {
  const characters = Array.from(complaint.source);
  const { column, width } = complaint;
  if (column === 0) return [`  ${crop(characters, 0)}`];
  const caretAt = column - 1;
  const from = characters.length > shownColumnsMax && caretAt > shownBeforeCaret ? caretAt - shownBeforeCaret : 0;
  const pad = (from > 0 ? " " : "") + characters.slice(from, caretAt).map(blankFor).join("");
  const marked = characters.slice(caretAt, Math.min(caretAt + width, from + shownColumnsMax));
  const carets = marked.length === 0 ? "^" : marked.map((character) => "^".repeat(columnsOf(character))).join("");
  return [`  ${crop(characters, from)}`, `  ${pad}${carets === "" ? "^" : carets}`];
}

function crop(characters: readonly string[], from: number): string {
  const shown = makeVisible(characters.slice(from, from + shownColumnsMax).join(""));
  return `${from > 0 ? "…" : ""}${shown}${characters.length > from + shownColumnsMax ? "…" : ""}`;
}

/** What stands above the caret, as blanks of the same width; a tab stays a tab, whatever the terminal makes of it. */
function blankFor(character: string): string {
  return character === "\t" ? "\t" : " ".repeat(columnsOf(character));
}

/** Control characters become their pictures (NUL is ␀), invisible ones and reversed text become `·`. */
function makeVisible(text: string): string {
  return text.replace(/[^\t\P{C}]|[\u200b-\u200f\u2028-\u202e\u2060-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? "\u2421" : "·";
  });
}

/** How many columns a terminal gives to a character (after makeVisible): 0 for marks that combine, 2 for wide ones. */
function columnsOf(character: string): number {
  if (character === "\t") return 1;
  if (/^\p{Mn}$/u.test(character)) return 0;
  const code = character.codePointAt(0) ?? 0;
  const isWide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf && code !== 0x303f) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1f64f) ||
    (code >= 0x1f900 && code <= 0x1f9ff) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return isWide ? 2 : 1;
}
