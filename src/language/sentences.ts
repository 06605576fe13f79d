/**
 * What chevrotain says when a line does not follow the grammar, in the user's words. A sentence says what was expected;
 * what was found instead is shown by the caret.
 */
import { parseDuration } from "../base/duration.ts";
import { parseQuantity } from "../base/quantity.ts";
import { knownStatuses } from "./known-statuses.ts";
import * as tokens from "./tokens.ts";
import type { IParserErrorMessageProvider, IToken, TokenType } from "chevrotain";

/** What a rule of the grammar wants where it stands. */
const wanted: Readonly<Record<string, string>> = {
  line: "a command, options in braces, or a `[header]`",
  header: "a kind of section",
  ruleName: "the rule's name",
  host: "a host",
  optionRule: "an option",
  setting: "an option",
  braces: "an option",
  primary: "a condition, such as `host1 is down`",
  predicate: "`is`, `was`, `of` or `on`",
  population: "`hosts`, `checks` or a check's name",
  measure: "a comparison, such as `< 16MB`, or `is in its critical range`",
  be: "`is`",
  status: "a status, such as `down`",
  duration: "a duration, such as `5s`",
  quantity: "a number, a percentage, a size or a duration, such as `16MB`",
  number: "a whole number",
  rangeName: "`warning` or `critical`",
  comparison: "`<`, `<=`, `>`, `>=`, `=` or `!=`",
  subject: "a host or a check",
  value: "a value",
  command: "a command",
};

const namedTokens: ReadonlyMap<TokenType, string> = new Map([
  [tokens.OpenBracket, "`[`"],
  [tokens.CloseBracket, "`]`"],
  [tokens.OpenBrace, "`{`"],
  [tokens.CloseBrace, "a comma or `}`"],
  [tokens.CloseParenthesis, "`)`"],
  [tokens.Equals, "`=`"],
  [tokens.Compare, "a comparison, such as `>= 2`"],
  [tokens.In, "`in its critical range`, or a comparison instead of `is`"],
]);

export const syntaxSentences: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) => expectation(expected, ruleName),
  buildNotAllInputParsedMessage: () => "the end of the line",
  buildNoViableAltMessage: ({ customUserDescription, ruleName }) =>
    wanted[customUserDescription ?? ""] ?? wanted[ruleName] ?? "something else",
  buildEarlyExitMessage: ({ ruleName }) => wanted[ruleName] ?? "something else",
};

function expectation(expected: TokenType, ruleName: string): string {
  if (expected === tokens.Word) return wanted[ruleName] ?? "a word";
  return namedTokens.get(expected) ?? `\`${(expected.LABEL ?? expected.name).replaceAll('"', "")}\``;
}

/** What people write who come from another language, and what it is here. */
const foreign: ReadonlyMap<string, string> = new Map([
  ["&&", "write `and`"],
  ["||", "write `or`"],
  ["&", "write `and`"],
  ["|", "write `or`"],
  ["then", "there is no `then`: the actions stand on the lines below"],
  ["=>", "write `>=`"],
  ["=<", "write `<=`"],
  ["<>", "write `!=`"],
  ["equals", "write `is`"],
  ["has", "write `is`"],
  ["were", "write `was`"],
  ["unless", "write `and not (…)`, with the condition in the parentheses"],
  ["isnt", "write `is not`"],
  ["isn't", "write `is not`"],
  ["seconds", "write durations as `5s`, without a blank"],
  ["s", "write durations as `5s`, without a blank"],
]);

/** How to mend a line that stopped making sense at `found`, behind `before`. */
export function hintForSyntax(found: IToken, before: IToken | undefined, all: readonly IToken[]): string | null {
  const joined = joinedAgain(found, before);
  if (joined !== null) return `write \`${joined}\`, without a blank`;
  const pair = `${before?.image ?? ""}${found.image}`;
  const known = foreign.get(found.image.toLowerCase()) ?? foreign.get(pair);
  if (known !== undefined) return known;
  if (all.some((token) => token.tokenType === tokens.Equals)) {
    return before?.tokenType === tokens.Equals
      ? 'for an empty value write `""`'
      : "put a value of several words in quotes";
  }
  if (isStatusAlone(found, before, all)) return `say of which host: \`HOST is ${before?.image ?? ""}\``;
  const at = before === undefined ? -1 : all.indexOf(before);
  return hintForMeasure(found, all.slice(Math.max(0, at - 3), at + 1)) ?? hintForPlace(found, before, all[at - 1], all);
}

/** `lag of host1 is > 5`, `disk of host1 is critical`: `is` stands behind what only a comparison could follow. */
function hintForMeasure(found: IToken, before: readonly IToken[]): string | null {
  const [metric, of, subject, is] = before;
  if (of?.tokenType !== tokens.Of || is?.tokenType !== tokens.Is) return null;
  const [name = "", host = ""] = [metric?.image, subject?.image];
  if (found.tokenType === tokens.Compare) return `leave \`is\` out: \`${name} of ${host} ${found.image} …\``;
  if (!isStatus(found)) return null;
  return /^(?:status|state|role)$/.test(name)
    ? `write \`${host} is ${found.image}\``
    : `a check is asked for with \`on\`: \`${name} on ${host} is ${found.image}\``;
}

function hintForPlace(
  found: IToken,
  before: IToken | undefined,
  beforeLast: IToken | undefined,
  all: readonly IToken[],
): string | null {
  const isStatusBefore = before?.tokenType === tokens.Word && isInStatuses(before, beforeLast);
  /** What may be a host or a check. */
  const name = before?.tokenType === tokens.Word && !isStatusBefore ? before.image : null;
  switch (found.tokenType) {
    case tokens.CloseParenthesis:
      return "there is no `(` that it would close";
    case tokens.Comma:
      return "join conditions with `and` or `or`; a decimal number has a point";
    case tokens.Not:
      return before?.tokenType === tokens.Was ? "put `not` first: `not host1 was master`" : null;
    case tokens.Is:
    case tokens.Are:
      if (before?.tokenType === tokens.All) return "say of what: `all hosts are …`, `all checks on HOST are …`";
      return before?.tokenType === tokens.Any ? "say of what: `any host is …`, `any check on HOST is …`" : null;
    case tokens.Compare:
      if (all.some((token) => token.tokenType === tokens.Count)) {
        return 'write `count of hosts is down > 1`; a metric that is called count is written in quotes: `"count" of …`';
      }
      if (before?.tokenType === tokens.Is && beforeLast?.tokenType === tokens.Word)
        return `a metric is compared, a host is not: \`METRIC of ${beforeLast.image} ${found.image} …\``;
      if (name === null) return null;
      return found.image === "="
        ? `write \`${name} is …\``
        : `a metric is compared, a host is not: \`METRIC of ${name} ${found.image} …\``;
    case tokens.Word:
      if (before?.tokenType === tokens.Transition) return `write \`[${before.image} of ${found.image}]\``;
      if (!isStatus(found)) return null;
      if (isStatusBefore) return hintForStatuses(before, found);
      return name === null ? null : `write \`${name} is ${found.image}\``;
    default:
      return null;
  }
}

/** It stands where a status does. Behind `or` it does only if it is one: `host1 is down or host2 slave`. */
function isInStatuses(word: IToken, before: IToken | undefined): boolean {
  if (before?.tokenType === tokens.Or) return isStatus(word);
  return [tokens.Is, tokens.Are, tokens.Was, tokens.Not].some((type) => type === before?.tokenType);
}

function hintForStatuses(before: IToken, found: IToken): string | null {
  if (before.image === "neither") return `\`is not ${found.image} or …\` is true of what is neither`;
  if (before.image === "either") return "leave `either` out";
  return isStatus(before) ? `write \`${before.image} or ${found.image}\`` : null;
}

function isStatus(token: IToken): boolean {
  return token.tokenType === tokens.Word && knownStatuses.some((status) => status === token.image);
}

/** `16 MB`, a number and its unit with a blank between; null: no such thing. */
function joinedAgain(found: IToken, before: IToken | undefined): string | null {
  if (before === undefined || found.tokenType !== tokens.Word || !/^[+-]?[\d.]+$/.test(before.image)) return null;
  const joined = `${before.image}${found.image}`;
  const dimension = parseQuantity(joined)?.dimension ?? "other";
  return dimension === "other" && parseDuration(joined) === null ? null : joined;
}

/** `expect master within 30s`: a status without the host that is to have it. */
function isStatusAlone(found: IToken, before: IToken | undefined, all: readonly IToken[]): boolean {
  if (found.tokenType === tokens.Word || found.tokenType === tokens.Compare || before?.tokenType !== tokens.Word)
    return false;
  const first = all[all.indexOf(before) - 1]?.tokenType;
  const begins = [tokens.Expect, tokens.When, tokens.If, tokens.And, tokens.Or, tokens.OpenParenthesis];
  return first !== undefined && begins.includes(first) && isStatus(before);
}
