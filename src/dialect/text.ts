/**
 * What a program printed -> text that is safe to show. A check's output goes to operators' terminals, into mails and
 * logs, and a check often prints what a stranger's server sent it. So no escape sequence, no other control character, and
 * nothing that turns the direction of writing gets through: what is shown is what is there. Emoji and accents do.
 *
 * Cleaned text holds `\n` and `\t` and no other control character. Everything here takes time linear in its input.
 */

/** Cleans text of several lines. `\r\n` becomes a newline; a lone carriage return, which would overwrite, a blank. */
export function cleanText(text: string): string {
  return withoutEscapes(text)
    .replaceAll("\r\n", "\n")
    .replaceAll(/[\r\v\f\u0085\u2028\u2029]/g, " ")
    .replaceAll(/[^\P{Cc}\n\t]|\p{Bidi_Control}|\ufeff/gu, "")
    .replaceAll(/\p{Cs}/gu, "\ufffd");
}

/** Cleans text into one line: newlines and tabs become blanks, and none stands at an end. */
export function cleanLine(text: string): string {
  return cleanText(text)
    .replaceAll(/[\n\t]/g, " ")
    .trim();
}

/** The first `charactersMax` UTF-16 units of a text, and how many were cut, said at its end. Cuts no character in two. */
export function cutText(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const lastUnit = text.charCodeAt(charactersMax - 1);
  const isCutInTwo = lastUnit >= 0xd800 && lastUnit <= 0xdbff;
  const head = text.slice(0, isCutInTwo ? charactersMax - 1 : charactersMax);
  return `${head}… (${text.length - head.length} characters more)`;
}

/**
 * Takes terminal sequences out whole, so that a coloured `CRITICAL` reads `CRITICAL` and not `[31mCRITICAL[0m`: after an
 * escape, a control sequence; or a string (title, hyperlink) up to its end; or a short sequence. ECMA-48, section 5.
 */
function withoutEscapes(text: string): string {
  const [head = "", ...parts] = text.split("\u001b");
  if (parts.length === 0) return text;
  const sequence = /^(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\p{Cc}]*|[ -/]*[0-~])/u;
  return head + parts.map((part) => part.replace(sequence, "")).join("");
}
