/**
 * Text -> statements: the tokens of one line, or of several that an open brace or a trailing backslash joins. A mistake
 * here (a quote that is not closed) breaks its own statement only: it is complained of once, and the next line is read.
 *
 * Linear in the text. One place looks ahead and goes back: a brace that is not closed, which is noticed where the next
 * statement with braces begins; no line is read more than twice.
 */
import * as tokens from "./tokens.ts";
import { lineBounds, lineCharactersMax, lineOf } from "./source.ts";
import { isBlank, isFault, isLineEnd, plainText, scanWord, shownText } from "./words.ts";
import type { IToken, TokenType } from "chevrotain";
import type { Complaints, Hint } from "./complaints.ts";
import type { Code } from "./codes.ts";
import type { Span } from "./tree.ts";
import type { ScannedWord } from "./words.ts";

export type FileKind = "checks" | "actions";

export interface Statement {
  readonly tokens: readonly IToken[];
  readonly span: Span;
  /** A complaint was made; only the words before the mistake are of use. */
  readonly isBroken: boolean;
}

export interface Comment {
  /** Without its `#`. */
  readonly text: string;
  readonly span: Span;
}

export interface Lexed {
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
}

/** Far more than a command line that anybody would want to read. */
const wordsMax = 256;
/** A condition of some hundred predicates. */
const tokensMax = 4_096;
/** Parentheses in parentheses; a person gets lost at five. The parser would survive some thousands. */
const depthMax = 200;

export function lex(complaints: Complaints, kind: FileKind): Lexed {
  return new Lexing(complaints, kind).run();
}

class Lexing {
  readonly #complaints: Complaints;
  readonly #text: string;
  readonly #kind: FileKind;
  readonly #statements: Statement[] = [];
  readonly #comments: Comment[] = [];
  #at = 0;
  #isInVars = false;
  /** Of the statement that is being read. */
  #tokens: IToken[] = [];
  #isBroken = false;
  #parentheses = 0;
  #nots = 0;

  constructor(complaints: Complaints, kind: FileKind) {
    this.#complaints = complaints;
    this.#text = complaints.source.text;
    this.#kind = kind;
  }

  run(): Lexed {
    this.#enterLine();
    for (;;) {
      this.#skipBetweenStatements();
      if (this.#at >= this.#text.length || this.#complaints.isFull()) break;
      this.#readStatement();
    }
    return { statements: this.#statements, comments: this.#comments };
  }

  #readStatement(): void {
    const start = this.#at;
    this.#tokens = [];
    this.#isBroken = false;
    this.#parentheses = 0;
    this.#nots = 0;
    if (this.#text[start] === "[") this.#readHeader();
    else this.#readLine();
    const end = Math.max(start, this.#tokens.at(-1)?.endOffset ?? this.#at);
    this.#statements.push({ tokens: this.#tokens, span: { start, end }, isBroken: this.#isBroken });
  }

  #readHeader(): void {
    const open = this.#at;
    this.#push(tokens.OpenBracket, open, open + 1);
    this.#at += 1;
    for (;;) {
      this.#skipBlanks();
      const character = this.#text[this.#at];
      if (character === "]") break;
      if (character === undefined || character === "\n" || character === "#") {
        const message = "this header is not closed: a `]` is missing";
        this.#complaints.add("E203", { start: open, end: this.#tokens.at(-1)?.endOffset ?? open + 1 }, message);
        this.#push(tokens.CloseBracket, this.#at, this.#at);
        this.#isInVars = this.#tokens[1]?.tokenType === tokens.Vars;
        return;
      }
      if (character === "[" || character === "{" || character === "}" || character === "\\") {
        this.#break(
          "E203",
          { start: this.#at, end: this.#at + 1 },
          `\`${character}\` cannot stand in a header`,
          "a header is one `[`, some words and one `]`, such as `[local]`",
        );
        return;
      }
      this.#readHeaderWord();
      if (this.#isBroken) return;
    }
    this.#push(tokens.CloseBracket, this.#at, this.#at + 1);
    this.#at += 1;
    this.#isInVars = this.#tokens[1]?.tokenType === tokens.Vars;
    this.#refuseRest();
  }

  #readHeaderWord(): void {
    const scanned = this.#scan("[]{}");
    if (scanned === null) return;
    const { word, isBare } = scanned;
    const text = plainText(word) ?? "";
    if (this.#kind === "actions" && isBare && this.#tokens.length === 1) {
      const keyword = tokens.headerKeywords.get(text) ?? (/^.+_to_.+$/.test(text) ? tokens.Transition : tokens.Word);
      this.#push(keyword, word.span.start, word.span.end, word);
      return;
    }
    const isBehindTransition = this.#tokens[1]?.tokenType === tokens.Transition;
    const keyword =
      isBehindTransition && isBare ? (text === "of" ? tokens.Of : text === "on" ? tokens.On : null) : null;
    this.#push(keyword ?? tokens.Word, word.span.start, word.span.end, word);
  }

  /** A header stands alone on its line. */
  #refuseRest(): void {
    this.#skipBlanks();
    const character = this.#text[this.#at];
    if (character === undefined || character === "\n" || character === "#") return;
    const end = this.#lineEnd();
    this.#complaints.add(
      "E204",
      { start: this.#at, end },
      "a header stands alone on its line",
      "put this on the next line",
    );
    this.#at = end;
  }

  #readLine(): void {
    const character = this.#text[this.#at];
    if (character === ";") {
      this.#break("E210", { start: this.#at, end: this.#at + 1 }, "a comment begins with `#`, not with `;`", null);
      return;
    }
    if (this.#isInVars) this.#readAssigned();
    else if (this.#kind === "actions" && this.#readClauseKeyword()) {
      this.#readCondition();
      return;
    }
    this.#readCommand();
  }

  /** `NAME =`; what is behind it is read as the words of a command. */
  #readAssigned(): void {
    if (this.#text[this.#at] === "{" || this.#text[this.#at] === "=") return;
    const scanned = this.#scan("={}");
    if (scanned === null) return;
    this.#push(tokens.Word, scanned.word.span.start, scanned.word.span.end, scanned.word);
    this.#skipBlanks();
    if (this.#text[this.#at] !== "=") return;
    this.#push(tokens.Equals, this.#at, this.#at + 1);
    this.#at += 1;
  }

  /** True if the line begins with `when` or `if`, which it then is behind. */
  #readClauseKeyword(): boolean {
    const match = /^(?:when|if)(?![^\s(])/i.exec(this.#text.slice(this.#at, this.#at + 6));
    if (match === null) return false;
    const [text] = match;
    const span = { start: this.#at, end: this.#at + text.length };
    if (text !== text.toLowerCase()) this.#refuseCapitals(span, text);
    this.#push(text.toLowerCase() === "when" ? tokens.When : tokens.If, span.start, span.end);
    this.#at = span.end;
    return true;
  }

  #readCommand(): void {
    for (;;) {
      if (this.#isAtStatementEnd()) return;
      const character = this.#text[this.#at];
      if (character === "{") this.#readBraces();
      else if (character === "}")
        this.#break(
          "E202",
          { start: this.#at, end: this.#at + 1 },
          "there is no `{` that this `}` could close",
          "put it in quotes if it is part of a word",
        );
      else if (character === "=" && this.#isInVars && this.#tokens.length === 0) {
        this.#break(
          "E207",
          { start: this.#at, end: this.#at + 1 },
          "a variable's name is missing before `=`",
          "write `NAME = value`",
        );
      } else this.#readWord("{}");
      if (this.#tokens.length > wordsMax && !this.#isBroken) {
        this.#break(
          "E107",
          this.#lastSpan(),
          `this line has more than ${wordsMax} words`,
          "put such a list into a file of its own that the script reads",
        );
      }
      if (this.#isBroken) return;
    }
  }

  /** What stands behind `when` and `if`. */
  #readCondition(): void {
    while (!this.#isBroken && !this.#isAtStatementEnd()) {
      const character = this.#text[this.#at] ?? "";
      if (character === "{") {
        this.#break(
          "E202",
          { start: this.#at, end: this.#at + 1 },
          "options do not stand behind a condition",
          "put them on a line of their own, below: `{ cooldown 10m, limit 3 per 1d }`",
        );
      } else if (character === "}") {
        this.#break("E202", { start: this.#at, end: this.#at + 1 }, "there is no `{` that this `}` could close", null);
      } else this.#readConditionToken(character);
    }
  }

  /** `{ … }`, over as many lines as it takes. */
  #readBraces(): void {
    const open = this.#at;
    this.#push(tokens.OpenBrace, open, open + 1);
    this.#at += 1;
    /** Where to go on if the brace turns out to be unclosed: the first line's end that does not ask for another line. */
    let resumeAt: number | null = null;
    let isCondition = false;
    for (;;) {
      const isNewLine = this.#skipBlanksAndComments();
      const last = this.#tokens.at(-1)?.tokenType;
      if (isNewLine !== null && last !== tokens.Comma && last !== tokens.OpenBrace) resumeAt ??= isNewLine;
      const character = this.#text[this.#at];
      if (character === undefined || (isNewLine !== null && this.#looksLikeNewStatement())) {
        this.#break(
          "E201",
          { start: open, end: open + 1 },
          "this `{` is not closed",
          "close it with `}` behind the last option",
        );
        if (resumeAt !== null) this.#at = resumeAt;
        return;
      }
      if (character === "}") {
        this.#push(tokens.CloseBrace, this.#at, this.#at + 1);
        this.#at += 1;
        return;
      }
      if (character === ",") {
        this.#push(tokens.Comma, this.#at, this.#at + 1);
        this.#at += 1;
        isCondition = false;
      } else if (character === "{") {
        this.#break(
          "E202",
          { start: this.#at, end: this.#at + 1 },
          "braces cannot stand in braces",
          "put it in quotes if it is part of a word",
        );
      } else if (isCondition) this.#readConditionToken(character);
      else if (this.#kind === "actions" && (last === tokens.OpenBrace || last === tokens.Comma) && this.#readExpect())
        isCondition = true;
      else this.#readWord("{},");
      if (this.#tokens.length > tokensMax)
        this.#break("E107", this.#lastSpan(), "there is too much in these braces", null);
    }
  }

  /** True if the option is `expect`, which it then is behind. */
  #readExpect(): boolean {
    if (!/^expect(?![^\s(])/.test(this.#text.slice(this.#at, this.#at + 7))) return false;
    this.#push(tokens.Expect, this.#at, this.#at + 6);
    this.#at += 6;
    return true;
  }

  #readConditionToken(character: string): void {
    const start = this.#at;
    const two = this.#text.slice(start, start + 2);
    if (character === "(" || character === ")") {
      this.#push(character === "(" ? tokens.OpenParenthesis : tokens.CloseParenthesis, start, start + 1);
      this.#at += 1;
    } else if (character === ",") {
      this.#push(tokens.Comma, start, start + 1);
      this.#at += 1;
    } else if (two === "<=" || two === ">=" || two === "!=") {
      this.#push(tokens.Compare, start, start + 2);
      this.#at += 2;
    } else if (character === "<" || character === ">" || character === "=") {
      this.#push(tokens.Compare, start, start + 1);
      this.#at += 1;
      if (two === "==") this.#at += 1;
    } else if (character === "!") {
      this.#break("E607", { start, end: start + 1 }, "`!` is not a word of the language", "write `not`, or `is not`");
    } else this.#readConditionWord();
    this.#limitCondition();
  }

  #readConditionWord(): void {
    const scanned = this.#scan("{},()<>=!");
    if (scanned === null) return;
    const { word, isBare } = scanned;
    const text = isBare ? (plainText(word) ?? "") : "";
    const [beforeLast, last] = [this.#tokens.at(-2)?.tokenType, this.#tokens.at(-1)?.tokenType];
    const keyword = keywordFor(text, beforeLast, last);
    if (keyword !== null) {
      if (text !== text.toLowerCase()) this.#refuseCapitals(word.span, text);
      this.#push(keyword, word.span.start, word.span.end, word);
    } else this.#push(tokens.Word, word.span.start, word.span.end, word);
  }

  #limitCondition(): void {
    const last = this.#tokens.at(-1)?.tokenType;
    if (last === tokens.OpenParenthesis) this.#parentheses += 1;
    if (last === tokens.CloseParenthesis) this.#parentheses -= 1;
    this.#nots = last === tokens.Not ? this.#nots + 1 : last === tokens.OpenParenthesis ? this.#nots : 0;
    if (this.#isBroken) return;
    if (this.#parentheses + this.#nots > depthMax) {
      this.#break("E108", this.#lastSpan(), `this is nested more than ${depthMax} deep`, "split the rule in two");
    } else if (this.#tokens.length > tokensMax) {
      this.#break("E107", this.#lastSpan(), "this condition is too long", "split the rule in two");
    }
  }

  #readWord(stops: string): void {
    const scanned = this.#scan(stops);
    if (scanned !== null) this.#push(tokens.Word, scanned.word.span.start, scanned.word.span.end, scanned.word);
  }

  /** The next word, which this is then behind; null if it has a mistake, which is then complained of. */
  #scan(stops: string): ScannedWord | null {
    const scanned = scanWord(this.#text, this.#at, stops);
    if (isFault(scanned)) {
      this.#break(scanned.code, scanned.span, scanned.message, scanned.hint);
      return null;
    }
    this.#at = scanned.word.span.end;
    return scanned;
  }

  /** Complains, once for a statement, and goes to the end of the line. */
  #break(code: Code, span: Span, message: string, hint: Hint): void {
    if (!this.#isBroken) this.#complaints.add(code, span, message, hint);
    this.#isBroken = true;
    this.#at = this.#lineEnd();
  }

  #refuseCapitals(span: Span, text: string): void {
    this.#complaints.add(
      "E212",
      span,
      `keywords are written in small letters, and this is \`${text}\``,
      `write \`${text.toLowerCase()}\`, or quote it if it is a name`,
    );
  }

  #push(type: TokenType, start: number, end: number, word: Parameters<typeof tokens.makeToken>[3] = null): void {
    const image = word === null ? this.#text.slice(start, end) : shownText(word);
    this.#tokens.push(tokens.makeToken(type, { start, end }, image, word));
  }

  #lastSpan(): Span {
    const last = this.#tokens.at(-1);
    return last === undefined ? { start: this.#at, end: this.#at } : tokens.spanOf(last);
  }

  #lineEnd(): number {
    const end = this.#text.indexOf("\n", this.#at);
    return end === -1 ? this.#text.length : end;
  }

  #skipBlanks(): void {
    while (isBlank(this.#text[this.#at] ?? "")) this.#at += 1;
  }

  /** Skips blanks, joined lines and a comment; true at the line's end. */
  #isAtStatementEnd(): boolean {
    for (;;) {
      this.#skipBlanks();
      const character = this.#text[this.#at];
      if (character === "#") this.#readComment();
      else if (character === "\\" && isLineEnd(this.#text, this.#at + 1)) {
        this.#at = this.#lineEnd();
        if (this.#at >= this.#text.length) return true;
        this.#at += 1;
        this.#enterLine();
      } else return character === undefined || character === "\n";
    }
  }

  #skipBetweenStatements(): void {
    while (this.#isAtStatementEnd() && this.#at < this.#text.length) {
      this.#at += 1;
      this.#enterLine();
    }
  }

  /** Inside of braces. The offset of the first newline that was skipped; null if there was none. */
  #skipBlanksAndComments(): number | null {
    let newline: number | null = null;
    while (this.#isAtStatementEnd() && this.#at < this.#text.length) {
      newline ??= this.#at;
      this.#at += 1;
      this.#enterLine();
      this.#skipBlanks();
      if (this.#looksLikeNewStatement()) break;
    }
    return newline;
  }

  #readComment(): void {
    const end = this.#lineEnd();
    this.#comments.push({ text: this.#text.slice(this.#at + 1, end), span: { start: this.#at, end } });
    this.#at = end;
  }

  /** At a line's first character: skips lines that are too long. */
  #enterLine(): void {
    while (this.#at < this.#text.length) {
      const end = this.#lineEnd();
      if (end - this.#at <= lineCharactersMax) return;
      const message = `this line has ${end - this.#at} characters; ${lineCharactersMax} are the limit`;
      this.#complaints.add(
        "E102",
        { start: this.#at, end: this.#at + 1 },
        message,
        "split it with `\\` at the lines' ends",
      );
      this.#at = Math.min(end + 1, this.#text.length);
    }
  }

  /** Inside of braces, at a line's first word: is it a header, or does it open braces of its own? */
  #looksLikeNewStatement(): boolean {
    if (this.#text[this.#at] === "[") return true;
    const { source } = this.#complaints;
    const { end } = lineBounds(source, lineOf(source, this.#at));
    const outsideQuotes = this.#text.slice(this.#at, end).replace(/"[^"]*"|'[^']*'/g, "");
    const brace = outsideQuotes.search(/[{}]|(?:^|\s)#/);
    return outsideQuotes[brace] === "{";
  }
}

/** What a bare word of a condition is, by its text and by what stands before it; null: a name. */
function keywordFor(text: string, beforeLast: TokenType | undefined, last: TokenType | undefined): TokenType | null {
  const lower = text.toLowerCase();
  if (last === tokens.All || last === tokens.Any || (last === tokens.Of && beforeLast === tokens.Count)) {
    return tokens.populationKeywords.get(text) ?? null;
  }
  if ((last === tokens.Is || last === tokens.Are) && text === "in") return tokens.In;
  if (last === tokens.In && text === "its") return tokens.Its;
  if (beforeLast === tokens.Its && text === "range") return tokens.Range;
  return tokens.conditionKeywords.get(lower) ?? null;
}
