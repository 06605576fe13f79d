/**
 * A complaint for a terminal, in the shape that compilers use and editors jump to:
 *
 *     checks.conf:3:22: error: `tiemout` is not an option of a check [E301]
 *       check_disk -w 10% { tiemout 2s }
 *                           ^^^^^^^
 *       hint: did you mean `timeout`?
 */
import { displayWidth, printable } from "../base/terminal-text.ts";
import type { Complaint } from "../core/complaint.ts";

/** A line longer than this is shown around the caret only. */
const shownCharactersMax = 160;
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
  const from = characters.length > shownCharactersMax && caretAt > shownBeforeCaret ? caretAt - shownBeforeCaret : 0;
  const before = makeVisible(characters.slice(from, caretAt).join(""));
  const marked = characters.slice(caretAt, Math.min(caretAt + width, from + shownCharactersMax)).join("");
  const pad = (from > 0 ? " " : "") + before.split("\t").map(blanksFor).join("\t");
  return [`  ${crop(characters, from)}`, `  ${pad}${"^".repeat(Math.max(1, displayWidth(makeVisible(marked))))}`];
}

function crop(characters: readonly string[], from: number): string {
  const shown = makeVisible(characters.slice(from, from + shownCharactersMax).join(""));
  return `${from > 0 ? "…" : ""}${shown}${characters.length > from + shownCharactersMax ? "…" : ""}`;
}

/** What stands above the caret, as blanks of the same width. */
function blanksFor(text: string): string {
  return " ".repeat(displayWidth(text));
}

/** What a terminal would obey or hide is written out. A tab stays a tab, above the caret as well as before it. */
function makeVisible(text: string): string {
  const hidden = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return text
    .split("\t")
    .map((part) => printable(part.replaceAll(/\p{Cf}/gu, hidden)))
    .join("\t");
}
