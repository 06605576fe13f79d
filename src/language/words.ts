/**
 * One word: bare, quoted, or both (`pgdata="/srv/my data"`). What the rules are, and why:
 *
 * - `"…"` and `'…'` quote. There are no escapes; a doubled quote is one quote (`'it''s'`), as in SQL. So a word never has
 *   to be read twice, and a backslash in a regular expression means itself.
 * - `%NAME%` is a variable and `%%` one percent sign, in bare words and in `"…"`, not in `'…'`. Any other percent sign is
 *   one: `-w 10%` is written as everybody writes it.
 * - No word holds a newline or another control character; a blank or quotation mark that only looks like one, as text
 *   copied from a web page has them, is refused rather than taken for a letter.
 */
import type { Code } from "./codes.ts";
import type { Segment, Span, Word } from "./tree.ts";

export interface Fault {
  readonly code: Code;
  readonly span: Span;
  readonly message: string;
  readonly hint: string | null;
  /** It is about the file, and the same wherever it is met: told once. */
  readonly isOfFile?: true;
}

export interface ScannedWord {
  readonly word: Word;
  /** Not a single quote in it: it may be a keyword. */
  readonly isBare: boolean;
}

export const isFault = (scanned: ScannedWord | Fault): scanned is Fault => "code" in scanned;

const variablePattern = /%([A-Za-z_][A-Za-z0-9_]{0,63})%/y;

/** Reads the word at `start`, up to a blank, a line's end or one of the characters in `stops`. */
export function scanWord(text: string, start: number, stops: string): ScannedWord | Fault {
  const builder = buildSegments();
  let at = start;
  let isBare = true;
  for (;;) {
    const character = text[at];
    if (character === undefined || isBlank(character) || character === "\n" || stops.includes(character)) break;
    if (character === '"' || character === "'") {
      isBare = false;
      const end = scanQuoted(text, at, builder);
      if (typeof end !== "number") return end;
      at = end;
      continue;
    }
    if (character === "\\") {
      if (isLineEnd(text, at + 1)) break;
      return backslashFault(text, at);
    }
    if (character === "%") {
      at = scanPercent(text, at, builder);
      continue;
    }
    const fault = faultOfCharacter(text, at, false);
    if (fault !== null) return fault;
    builder.text(character);
    at += 1;
  }
  return { word: { segments: builder.segments(), span: { start, end: at } }, isBare };
}

/** Where the quoted part ends, behind its closing quote. */
function scanQuoted(text: string, start: number, builder: SegmentBuilder): number | Fault {
  const quote = text[start];
  let at = start + 1;
  for (;;) {
    const character = text[at];
    if (character === undefined || character === "\n") return quoteFault(text, start);
    if (character === quote) {
      if (text[at + 1] !== quote) return at + 1;
      builder.text(quote);
      at += 2;
    } else if (character === "%" && quote === '"') {
      at = scanPercent(text, at, builder);
    } else {
      const fault = faultOfCharacter(text, at, true);
      if (fault !== null) return fault;
      builder.text(character);
      at += 1;
    }
  }
}

function scanPercent(text: string, at: number, builder: SegmentBuilder): number {
  variablePattern.lastIndex = at;
  const match = variablePattern.exec(text);
  if (match?.[1] !== undefined) {
    builder.variable(match[1]);
    return variablePattern.lastIndex;
  }
  builder.text("%");
  return text[at + 1] === "%" ? at + 2 : at + 1;
}

interface SegmentBuilder {
  text(text: string): void;
  variable(name: string): void;
  segments(): readonly Segment[];
}

function buildSegments(): SegmentBuilder {
  const done: Segment[] = [];
  let open: string[] = [];
  const close = (): void => {
    if (open.length > 0) done.push({ kind: "text", text: open.join("") });
    open = [];
  };
  return {
    text: (text) => void open.push(text),
    variable: (name) => {
      close();
      done.push({ kind: "variable", name });
    },
    segments: () => {
      close();
      return done;
    },
  };
}

export function isBlank(character: string): boolean {
  return character === " " || character === "\t";
}

/** Nothing but blanks up to the line's end. */
export function isLineEnd(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && isBlank(text[at] ?? "")) at += 1;
  return at >= text.length || text[at] === "\n";
}

function backslashFault(text: string, at: number): Fault {
  const span = { start: at, end: at + 1 };
  const next = text[at + 1];
  if (next === '"' || next === "'") {
    const message = "a backslash does not make a quotation mark an ordinary character";
    return {
      code: "E106",
      span,
      message,
      hint: `inside of quotes write it twice: ${next}say ${next}${next}hello${next}${next}${next}`,
    };
  }
  return {
    code: "E106",
    span,
    message: "a backslash only joins a line to the next one, at the line's end; it does not quote",
    hint: "put the word in quotes: in '…' and \"…\" a backslash is an ordinary character",
  };
}

function quoteFault(text: string, start: number): Fault {
  const quote = text[start] ?? "";
  const isApostrophe = quote === "'" && /[a-z]/i.test(text[start - 1] ?? "");
  return {
    code: "E105",
    span: { start, end: start + 1 },
    message: "this quote is not closed on its line",
    hint: isApostrophe
      ? 'if it is an apostrophe, put the whole in "…"'
      : `close it with \`${quote}\`; inside of quotes, \`${quote}${quote}\` is one \`${quote}\``,
  };
}

/** What is wrong with a character that is part of a word; null: nothing. */
function faultOfCharacter(text: string, at: number, isQuoted: boolean): Fault | null {
  const code = text.charCodeAt(at);
  if (code >= 0x20 && code < 0x7f) return null;
  if (code === 0x09) return null;
  const span = { start: at, end: at + 1 };
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) {
    return {
      code: "E109",
      span,
      message: `a control character (${sayCode(code)}) cannot be part of a word`,
      hint: "remove it",
    };
  }
  if (code === 0xfffd) {
    return {
      code: "E103",
      span,
      message: "here are bytes that are not UTF-8",
      hint: "save the file as UTF-8; outside of comments other encodings cannot be read",
      isOfFile: true,
    };
  }
  const isHidden =
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x2069) ||
    code === 0xfeff ||
    code === 0xad;
  if (isHidden) {
    return {
      code: "E103",
      span,
      message: `here is a character that cannot be seen (${sayCode(code)})`,
      hint: "remove it, or type the line anew",
    };
  }
  if (isQuoted) return null;
  if ("\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb".includes(text[at] ?? "")) {
    return {
      code: "E104",
      span,
      message: `${text[at]} (${sayCode(code)}) is a typographic quotation mark, which does not quote`,
      hint: "write \" or '",
    };
  }
  if (/\p{Zs}/u.test(text[at] ?? "")) {
    return {
      code: "E104",
      span,
      message: `this is not an ordinary blank (${sayCode(code)}), though it looks like one`,
      hint: "write a blank",
    };
  }
  return null;
}

/** `${NAME}`, where the brace would begin options. */
export function shellVariableFault(text: string, start: number): Fault {
  const [found = "${", name = "NAME"] = /^\$\{([A-Za-z0-9_]{0,63})\}/.exec(text.slice(start, start + 70)) ?? [];
  return {
    code: "E202",
    span: { start, end: start + found.length },
    message: "a variable is not written as in a shell, and `{` begins options",
    hint: `did you mean \`%${name}%\`? In quotes it is a word like any other`,
  };
}

function sayCode(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The text of a word that has no variables; null if it has some. */
export function plainText(word: Word): string | null {
  if (word.segments.length === 0) return "";
  const [first] = word.segments;
  return word.segments.length === 1 && first?.kind === "text" ? first.text : null;
}

/** As it would be read aloud: variables with their percent signs. For messages. */
export function shownText(word: Word): string {
  return word.segments.map((segment) => (segment.kind === "text" ? segment.text : `%${segment.name}%`)).join("");
}

/** The only variable that the word consists of; null if it is anything else. */
export function soleVariable(word: Word): string | null {
  const [first] = word.segments;
  return word.segments.length === 1 && first?.kind === "variable" ? first.name : null;
}
