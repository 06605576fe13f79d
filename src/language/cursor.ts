/**
 * A place in a text that moves forward over what is not said: blanks, comments, joined lines, and lines that are too long to
 * be read. What is said is read by the lexer.
 */
import { lineBounds, lineCharactersMax, lineOf } from "./source.ts";
import { isBlank, isLineEnd } from "./words.ts";
import type { Complaints } from "./complaints.ts";
import type { Span } from "./tree.ts";

export interface Comment {
  /** Without its `#`. */
  readonly text: string;
  readonly span: Span;
}

export class TextCursor {
  readonly complaints: Complaints;
  readonly text: string;
  readonly comments: Comment[] = [];
  /** Lines that were not read, which is told. */
  readonly skipped: Span[] = [];
  at = 0;

  constructor(complaints: Complaints) {
    this.complaints = complaints;
    this.text = complaints.source.text;
    this.#enterLine();
  }

  /** The character here; `undefined` at the end. */
  get here(): string | undefined {
    return this.text[this.at];
  }

  lineEnd(): number {
    const end = this.text.indexOf("\n", this.at);
    return end === -1 ? this.text.length : end;
  }

  skipBlanks(): void {
    while (isBlank(this.here ?? "")) this.at += 1;
  }

  /** Skips blanks, joined lines and a comment; true at the line's end. */
  isAtStatementEnd(): boolean {
    for (;;) {
      this.skipBlanks();
      const character = this.here;
      if (character === "#") this.#readComment();
      else if (character === "\\" && isLineEnd(this.text, this.at + 1)) {
        this.at = this.lineEnd();
        if (this.at >= this.text.length) return true;
        this.at += 1;
        this.#enterLine();
      } else return character === undefined || character === "\n";
    }
  }

  skipBetweenStatements(): void {
    while (this.isAtStatementEnd() && this.at < this.text.length) {
      this.at += 1;
      this.#enterLine();
    }
  }

  /** Inside of braces. The offset of the first newline that was skipped; null if there was none. */
  skipBlanksAndComments(): number | null {
    let newline: number | null = null;
    while (this.isAtStatementEnd() && this.at < this.text.length) {
      newline ??= this.at;
      this.at += 1;
      this.#enterLine();
      this.skipBlanks();
      if (this.looksLikeNewStatement()) break;
    }
    return newline;
  }

  #readComment(): void {
    const end = this.lineEnd();
    this.comments.push({ text: this.text.slice(this.at + 1, end), span: { start: this.at, end } });
    this.at = end;
  }

  /** At a line's first character: skips lines that are too long. */
  #enterLine(): void {
    while (this.at < this.text.length) {
      const end = this.lineEnd();
      if (end - this.at <= lineCharactersMax) return;
      const message = `this line has ${end - this.at} characters; ${lineCharactersMax} are the limit`;
      this.complaints.add(
        "E102",
        { start: this.at, end: this.at + 1 },
        message,
        "split it with `\\` at the lines' ends",
      );
      this.skipped.push({ start: this.at, end });
      this.at = Math.min(end + 1, this.text.length);
    }
  }

  /** Inside of braces, at a line's first word: is it a header, or does it open braces of its own? */
  looksLikeNewStatement(): boolean {
    if (this.here === "[") return true;
    const { source } = this.complaints;
    const { end } = lineBounds(source, lineOf(source, this.at));
    const outsideQuotes = this.text.slice(this.at, end).replace(/"[^"]*"|'[^']*'/g, "");
    const brace = outsideQuotes.search(/[{}]|(?:^|\s)#/);
    return outsideQuotes[brace] === "{";
  }
}
