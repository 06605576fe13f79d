/**
 * Text -> statements: the tokens of one line, or of several that an open brace or a trailing backslash joins. A mistake
 * here (a quote that is not closed) breaks its own statement only: it is complained of once, and the next line is read.
 *
 * Linear in the text. One place looks ahead and goes back: a brace that is not closed, which is noticed where the next
 * statement with braces begins; no line is read more than twice.
 */
import { TextCursor, type Comment } from "./cursor.ts";
import * as tokens from "./tokens.ts";
import { keywordFor } from "./keywords.ts";
import { isFault, plainText, scanWord, shellVariableFault, shownText, type Fault } from "./words.ts";
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
  readonly #cursor: TextCursor;
  readonly #kind: FileKind;
  readonly #statements: Statement[] = [];
  #isInVars = false;
  /** Of the statement that is being read. */
  #tokens: IToken[] = [];
  #isBroken = false;
  /** What is the same in each line was told in one. */
  #isFileTold = false;
  /** What stands behind a header, which is told; it stands in for the line that it was meant to be. */
  #rest: Span | null = null;
  #parentheses = 0;
  #nots = 0;

  constructor(complaints: Complaints, kind: FileKind) {
    this.#cursor = new TextCursor(complaints);
    this.#kind = kind;
  }

  run(): Lexed {
    for (;;) {
      this.#cursor.skipBetweenStatements();
      // Something stood there, so nobody may say that nothing does.
      for (const span of this.#cursor.skipped.splice(0)) this.#statements.push({ tokens: [], span, isBroken: true });
      if (this.#cursor.at >= this.#cursor.text.length || this.#cursor.complaints.isFull()) break;
      this.#readStatement();
    }
    return { statements: this.#statements, comments: this.#cursor.comments };
  }

  #readStatement(): void {
    const start = this.#cursor.at;
    this.#tokens = [];
    this.#isBroken = false;
    this.#rest = null;
    this.#parentheses = 0;
    this.#nots = 0;
    if (this.#cursor.text[start] === "[") this.#readHeader();
    else this.#readLine();
    const end = Math.max(start, this.#tokens.at(-1)?.endOffset ?? this.#cursor.at);
    this.#statements.push({ tokens: this.#tokens, span: { start, end }, isBroken: this.#isBroken });
    if (this.#rest !== null) this.#statements.push({ tokens: [], span: this.#rest, isBroken: true });
  }

  #readHeader(): void {
    const open = this.#cursor.at;
    this.#push(tokens.OpenBracket, open, open + 1);
    this.#cursor.at += 1;
    for (;;) {
      this.#cursor.skipBlanks();
      const character = this.#cursor.here;
      if (character === "]") break;
      if (character === undefined || character === "\n" || character === "#") {
        const message = "this header is not closed: a `]` is missing";
        this.#cursor.complaints.add("E203", { start: open, end: this.#tokens.at(-1)?.endOffset ?? open + 1 }, message);
        this.#push(tokens.CloseBracket, this.#cursor.at, this.#cursor.at);
        this.#isInVars = this.#tokens[1]?.tokenType === tokens.Vars;
        return;
      }
      if (character === "[" || character === "{" || character === "}" || character === "\\") {
        this.#break(
          "E203",
          { start: this.#cursor.at, end: this.#cursor.at + 1 },
          `\`${character}\` cannot stand in a header`,
          "a header is one `[`, some words and one `]`, such as `[local]`",
        );
        return;
      }
      this.#readHeaderWord();
      if (this.#isBroken) return;
    }
    this.#push(tokens.CloseBracket, this.#cursor.at, this.#cursor.at + 1);
    this.#cursor.at += 1;
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
    this.#cursor.skipBlanks();
    const character = this.#cursor.here;
    if (character === undefined || character === "\n" || character === "#") return;
    const end = this.#cursor.lineEnd();
    this.#cursor.complaints.add(
      "E204",
      { start: this.#cursor.at, end },
      "a header stands alone on its line",
      "put this on the next line",
    );
    this.#rest = { start: this.#cursor.at, end };
    this.#cursor.at = end;
  }

  #readLine(): void {
    const [mark] = /^(?:;|\/\/)/.exec(this.#cursor.text.slice(this.#cursor.at, this.#cursor.at + 2)) ?? [];
    if (mark !== undefined) {
      const span = { start: this.#cursor.at, end: this.#cursor.at + mark.length };
      this.#break("E210", span, `a comment begins with \`#\`, not with \`${mark}\``, null);
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
    if (this.#cursor.here === "{" || this.#cursor.here === "=") return;
    const scanned = this.#scan("={}");
    if (scanned === null) return;
    this.#push(tokens.Word, scanned.word.span.start, scanned.word.span.end, scanned.word);
    this.#cursor.skipBlanks();
    if (this.#cursor.here !== "=") return;
    this.#push(tokens.Equals, this.#cursor.at, this.#cursor.at + 1);
    this.#cursor.at += 1;
  }

  /** True if the line begins with `when` or `if`, which it then is behind. */
  #readClauseKeyword(): boolean {
    const match = /^(?:when|if)(?![^\s(])/i.exec(this.#cursor.text.slice(this.#cursor.at, this.#cursor.at + 6));
    if (match === null) return false;
    const [text] = match;
    const span = { start: this.#cursor.at, end: this.#cursor.at + text.length };
    if (text !== text.toLowerCase()) this.#refuseCapitals(span, text);
    this.#push(text.toLowerCase() === "when" ? tokens.When : tokens.If, span.start, span.end);
    this.#cursor.at = span.end;
    return true;
  }

  #readCommand(): void {
    for (;;) {
      if (this.#cursor.isAtStatementEnd()) return;
      const character = this.#cursor.here;
      if (character === "{" && this.#cursor.text[this.#cursor.at - 1] === "$")
        this.#breakAt(shellVariableFault(this.#cursor.text, this.#cursor.at - 1));
      else if (character === "{") this.#readBraces();
      else if (character === "}")
        this.#break(
          "E202",
          { start: this.#cursor.at, end: this.#cursor.at + 1 },
          "there is no `{` that this `}` could close",
          "put it in quotes if it is part of a word",
        );
      else if (character === "=" && this.#isInVars && this.#tokens.length === 0) {
        this.#break(
          "E207",
          { start: this.#cursor.at, end: this.#cursor.at + 1 },
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
    while (!this.#isBroken && !this.#cursor.isAtStatementEnd()) {
      const character = this.#cursor.here ?? "";
      if (character === "{" && this.#cursor.text[this.#cursor.at - 1] === "$")
        this.#breakAt(shellVariableFault(this.#cursor.text, this.#cursor.at - 1));
      else if (character === "{") {
        this.#break(
          "E202",
          { start: this.#cursor.at, end: this.#cursor.at + 1 },
          "options do not stand behind a condition",
          "put them on a line of their own, below: `{ cooldown 10m, limit 3 per 1d }`",
        );
      } else if (character === "}") {
        this.#break(
          "E202",
          { start: this.#cursor.at, end: this.#cursor.at + 1 },
          "there is no `{` that this `}` could close",
          null,
        );
      } else this.#readConditionToken(character);
    }
  }

  /** `{ … }`, over as many lines as it takes. */
  #readBraces(): void {
    const open = this.#cursor.at;
    this.#push(tokens.OpenBrace, open, open + 1);
    this.#cursor.at += 1;
    /** Where to go on if the brace turns out to be unclosed: the first line's end that does not ask for another line. */
    let resumeAt: number | null = null;
    let isCondition = false;
    for (;;) {
      const isNewLine = this.#cursor.skipBlanksAndComments();
      const last = this.#tokens.at(-1)?.tokenType;
      if (isNewLine !== null && last !== tokens.Comma && last !== tokens.OpenBrace) resumeAt ??= isNewLine;
      const character = this.#cursor.here;
      if (character === undefined || (isNewLine !== null && this.#cursor.looksLikeNewStatement())) {
        this.#break(
          "E201",
          { start: open, end: open + 1 },
          "this `{` is not closed",
          "close it with `}` behind the last option",
        );
        if (resumeAt !== null) this.#cursor.at = resumeAt;
        return;
      }
      if (character === "}") {
        this.#push(tokens.CloseBrace, this.#cursor.at, this.#cursor.at + 1);
        this.#cursor.at += 1;
        return;
      }
      if (character === ",") {
        this.#push(tokens.Comma, this.#cursor.at, this.#cursor.at + 1);
        this.#cursor.at += 1;
        isCondition = false;
      } else if (character === "{") {
        this.#break(
          "E202",
          { start: this.#cursor.at, end: this.#cursor.at + 1 },
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
    if (!/^expect(?![^\s(])/.test(this.#cursor.text.slice(this.#cursor.at, this.#cursor.at + 7))) return false;
    this.#push(tokens.Expect, this.#cursor.at, this.#cursor.at + 6);
    this.#cursor.at += 6;
    return true;
  }

  #readConditionToken(character: string): void {
    const start = this.#cursor.at;
    const two = this.#cursor.text.slice(start, start + 2);
    if (character === "(" || character === ")") {
      this.#push(character === "(" ? tokens.OpenParenthesis : tokens.CloseParenthesis, start, start + 1);
      this.#cursor.at += 1;
    } else if (character === ",") {
      this.#push(tokens.Comma, start, start + 1);
      this.#cursor.at += 1;
    } else if (two === "<=" || two === ">=" || two === "!=") {
      this.#push(tokens.Compare, start, start + 2);
      this.#cursor.at += 2;
    } else if (character === "<" || character === ">" || character === "=") {
      this.#push(tokens.Compare, start, start + 1);
      this.#cursor.at += 1;
      if (two === "==") this.#cursor.at += 1;
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
    const scanned = scanWord(this.#cursor.text, this.#cursor.at, stops);
    if (isFault(scanned)) {
      this.#breakAt(scanned);
      return null;
    }
    this.#cursor.at = scanned.word.span.end;
    return scanned;
  }

  /** Complains, once for a statement, and goes to the end of the line. */
  #break(code: Code, span: Span, message: string, hint: Hint): void {
    if (!this.#isBroken) this.#cursor.complaints.add(code, span, message, hint);
    this.#isBroken = true;
    this.#cursor.at = this.#cursor.lineEnd();
  }

  #breakAt({ code, span, message, hint, isOfFile }: Fault): void {
    this.#isBroken ||= isOfFile === true && this.#isFileTold;
    this.#isFileTold ||= isOfFile === true;
    this.#break(code, span, message, hint);
  }

  #refuseCapitals(span: Span, text: string): void {
    const hint = `write \`${text.toLowerCase()}\`, or quote it if it is a name`;
    this.#cursor.complaints.add("E212", span, `keywords are written in small letters, and this is \`${text}\``, hint);
  }

  #push(type: TokenType, start: number, end: number, word: Parameters<typeof tokens.makeToken>[3] = null): void {
    const image = word === null ? this.#cursor.text.slice(start, end) : shownText(word);
    this.#tokens.push(tokens.makeToken(type, { start, end }, image, word));
  }

  #lastSpan(): Span {
    const last = this.#tokens.at(-1);
    return last === undefined ? { start: this.#cursor.at, end: this.#cursor.at } : tokens.spanOf(last);
  }
}
