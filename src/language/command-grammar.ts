/** What both conf files have in common: words, commands, and options in braces. */
import { EmbeddedActionsParser, type IToken, type ParserMethod, type TokenType } from "chevrotain";
import { syntaxSentences } from "./sentences.ts";
import * as tokens from "./tokens.ts";
import type { Command, Defaults, Option, Span, Word } from "./tree.ts";

export abstract class CommandGrammar extends EmbeddedActionsParser {
  protected constructor(vocabulary: readonly TokenType[]) {
    super([...vocabulary], { errorMessageProvider: syntaxSentences, recoveryEnabled: false, maxLookahead: 3 });
  }

  protected abstract readonly optionRule: ParserMethod<[], Option>;

  protected readonly word = this.RULE("word", (): Word => tokens.wordOf(this.CONSUME(tokens.Word)));

  protected readonly command = this.RULE("command", (): Command => {
    const words: Word[] = [];
    this.AT_LEAST_ONE(() => words.push(this.SUBRULE(this.word)));
    const options = this.OPTION(() => this.SUBRULE(this.braces));
    const span = joinSpans(words[0]?.span, options?.span ?? lastSpan(words));
    return { kind: "command", words, options: options?.options ?? [], span, isBroken: false };
  });

  protected readonly defaults = this.RULE("defaults", (): Defaults => {
    const { options, span } = this.SUBRULE(this.braces);
    return { kind: "defaults", options, span, isBroken: false };
  });

  /** A comma may stand behind the last option too, so that a block over several lines can be sorted. */
  protected readonly braces = this.RULE("braces", (): { options: readonly Option[]; span: Span } => {
    const open = this.CONSUME(tokens.OpenBrace);
    const options = [this.SUBRULE(this.optionRule)];
    this.MANY(() => {
      this.CONSUME(tokens.Comma);
      options.push(this.SUBRULE2(this.optionRule));
    });
    this.OPTION(() => this.CONSUME2(tokens.Comma));
    const close = this.CONSUME(tokens.CloseBrace);
    return { options, span: between(open, close) };
  });

  protected readonly setting = this.RULE("setting", (): Option => {
    const name = this.SUBRULE(this.word);
    const values: Word[] = [];
    this.MANY(() => values.push(this.SUBRULE2(this.word)));
    return { kind: "plain", name, values, span: joinSpans(name.span, lastSpan(values)) };
  });
}

export function between(first: IToken, last: IToken): Span {
  return joinSpans(tokens.spanOf(first), tokens.spanOf(last));
}

/** From the first to the end of the last; a missing one is nowhere. */
export function joinSpans(first: Span | undefined, last: Span | undefined): Span {
  return { start: first?.start ?? 0, end: (last ?? first)?.end ?? 0 };
}

/** Also for what is no list at all: while chevrotain records a grammar, its rules return a placeholder. */
export function lastSpan(words: readonly Word[]): Span | undefined {
  return words[words.length - 1]?.span;
}
