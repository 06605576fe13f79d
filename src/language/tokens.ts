/**
 * What a line is made of. The lexer makes these tokens by hand, because what a character means depends on where it stands
 * (`=` compares in a condition, sets in `[vars]`, and is a letter in `ip=10.0.0.1`); chevrotain's parsers take them from there.
 */
import { createToken, Lexer, type IToken, type TokenType } from "chevrotain";
import type { Span, Word as WordTree } from "./tree.ts";

function token(name: string, label: string): TokenType {
  return createToken({ name, label, pattern: Lexer.NA });
}

const keyword = (text: string): TokenType => token(text[0]?.toUpperCase() + text.slice(1), `"${text}"`);

export const Word = token("Word", "WORD");
/** `A_to_B` as the first word of a header. */
export const Transition = token("Transition", "A_to_B");
export const OpenBracket = token("OpenBracket", '"["');
export const CloseBracket = token("CloseBracket", '"]"');
export const OpenBrace = token("OpenBrace", '"{"');
export const CloseBrace = token("CloseBrace", '"}"');
export const Comma = token("Comma", '","');
export const Equals = token("Equals", '"="');
export const OpenParenthesis = token("OpenParenthesis", '"("');
export const CloseParenthesis = token("CloseParenthesis", '")"');
export const Compare = token("Compare", "COMPARISON");

export const [When, If, Rule, Vars, Fence, Notify] = [
  keyword("when"),
  keyword("if"),
  keyword("rule"),
  keyword("vars"),
  keyword("fence"),
  keyword("notify"),
];
export const SplitBrain = token("SplitBrain", '"split_brain"');
export const OnFailure = token("OnFailure", '"on_failure"');

export const [Or, And, Not, Is, Are, Was] = [
  keyword("or"),
  keyword("and"),
  keyword("not"),
  keyword("is"),
  keyword("are"),
  keyword("was"),
];
export const [For, Of, On, All, Any, Count] = [
  keyword("for"),
  keyword("of"),
  keyword("on"),
  keyword("all"),
  keyword("any"),
  keyword("count"),
];
export const [Hosts, Host, Checks, Check] = [keyword("hosts"), keyword("host"), keyword("checks"), keyword("check")];
export const [In, Its, Range, Expect, Within] = [
  keyword("in"),
  keyword("its"),
  keyword("range"),
  keyword("expect"),
  keyword("within"),
];

/** Of every file kind; for the grammars. */
export const commandTokens: readonly TokenType[] = [Word, OpenBracket, CloseBracket, OpenBrace, CloseBrace, Comma];

export const actionsTokens: readonly TokenType[] = [
  commandTokens,
  [Transition, Equals, OpenParenthesis, CloseParenthesis, Compare],
  [When, If, Rule, Vars, Fence, Notify, SplitBrain, OnFailure],
  [Or, And, Not, Is, Are, Was, For, Of, On, All, Any, Count],
  [Hosts, Host, Checks, Check, In, Its, Range, Expect, Within],
].flat();

/** The first word of a header in actions.conf. */
export const headerKeywords: ReadonlyMap<string, TokenType> = new Map([
  ["rule", Rule],
  ["vars", Vars],
  ["fence", Fence],
  ["notify", Notify],
  ["split_brain", SplitBrain],
  ["on_failure", OnFailure],
]);

/** Words of the language wherever they stand in a condition; a host or check of such a name has to be quoted. */
export const conditionKeywords: ReadonlyMap<string, TokenType> = new Map([
  ["or", Or],
  ["and", And],
  ["not", Not],
  ["is", Is],
  ["are", Are],
  ["was", Was],
  ["for", For],
  ["of", Of],
  ["on", On],
  ["all", All],
  ["any", Any],
  ["count", Count],
  ["within", Within],
]);

/** Words of the language only behind `all`, `any`, `count of`. */
export const populationKeywords: ReadonlyMap<string, TokenType> = new Map([
  ["hosts", Hosts],
  ["host", Host],
  ["checks", Checks],
  ["check", Check],
]);

/** What the Word tokens hold. */
const words = new WeakMap<IToken, WordTree>();

/** `word`: what a Word token holds. */
export function makeToken(type: TokenType, span: Span, image: string, word: WordTree | null): IToken {
  const token: IToken = {
    image,
    startOffset: span.start,
    endOffset: span.end,
    tokenTypeIdx: type.tokenTypeIdx ?? 0,
    tokenType: type,
  };
  if (word !== null) words.set(token, word);
  return token;
}

/** The word of a Word token. While chevrotain records the grammar its tokens hold nothing: then a word of nothing. */
export function wordOf(token: IToken): WordTree {
  return words.get(token) ?? { segments: [], span: { start: 0, end: 0 } };
}

export function spanOf(token: IToken): Span {
  return { start: token.startOffset, end: token.endOffset ?? token.startOffset };
}
