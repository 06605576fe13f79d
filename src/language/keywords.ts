/** Which bare words of a condition are words of the language: some everywhere, some only behind others. */
import * as tokens from "./tokens.ts";
import type { TokenType } from "chevrotain";

/** What a bare word of a condition is, by its text and by what stands before it; null: a name. */
export function keywordFor(
  text: string,
  beforeLast: TokenType | undefined,
  last: TokenType | undefined,
): TokenType | null {
  const lower = text.toLowerCase();
  if (last === tokens.All || last === tokens.Any || (last === tokens.Of && beforeLast === tokens.Count)) {
    return tokens.populationKeywords.get(text) ?? null;
  }
  if ((last === tokens.Is || last === tokens.Are) && text === "in") return tokens.In;
  if (last === tokens.In && text === "its") return tokens.Its;
  if (beforeLast === tokens.Its && text === "range") return tokens.Range;
  return tokens.conditionKeywords.get(lower) ?? null;
}
