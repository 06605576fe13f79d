/** Which bare words of a condition are words of the language: some everywhere, some only behind others. */
import * as tokens from "./tokens.ts";
import type { TokenType } from "chevrotain";

/** What a bare word of a condition is, by its text and by what stands before it; null: a name. */
export function keywordFor(
  text: string,
  beforeLast: TokenType | undefined,
  last: TokenType | undefined,
): TokenType | null {
  if (last === tokens.All || last === tokens.Any || (last === tokens.Of && beforeLast === tokens.Count)) {
    return tokens.populationKeywords.get(text) ?? (text === "is" || text === "are" ? conditionKeyword(text) : null);
  }
  if ((last === tokens.Is || last === tokens.Are) && text === "in") return tokens.In;
  if (last === tokens.In && text === "its") return tokens.Its;
  if (beforeLast === tokens.Its && text === "range") return tokens.Range;
  return conditionKeyword(text);
}

function conditionKeyword(text: string): TokenType | null {
  return tokens.conditionKeywords.get(text.toLowerCase()) ?? null;
}
