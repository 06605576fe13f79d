/**
 * Text -> syntax tree. The statements of the lexer are given to the grammar one by one, so a statement that does not follow
 * it costs exactly itself: one complaint, and a node with the words that stood before the mistake.
 */
import { EOF, type EmbeddedActionsParser, type IToken } from "chevrotain";
import { ActionsGrammar } from "./actions-grammar.ts";
import { ChecksGrammar } from "./checks-grammar.ts";
import { lex, type FileKind, type Statement } from "./lexer.ts";
import { isName } from "../core/host-name.ts";
import type { Comment } from "./cursor.ts";
import { hintForSyntax } from "./sentences.ts";
import { didYouMean } from "./suggest.ts";
import * as tokens from "./tokens.ts";
import type { Complaints } from "./complaints.ts";
import type { FileTree, Header, Line, Section, Span, Word } from "./tree.ts";

export interface Parsed {
  readonly tree: FileTree;
  readonly comments: readonly Comment[];
  /** Where each statement stands, in order. */
  readonly statements: readonly Span[];
}

/** Chevrotain analyses a grammar when its parser is made, which takes longer than most files; so it is made once. */
let checksGrammar: ChecksGrammar | null = null;
let actionsGrammar: ActionsGrammar | null = null;

/** Never throws, whatever the text. */
export function parse(complaints: Complaints, kind: FileKind): Parsed {
  const { statements, comments } = lex(complaints, kind);
  const sections: { header: Header; lines: Line[] }[] = [];
  let isOutsideTold = false;
  for (const statement of statements) {
    if (complaints.isFull()) break;
    const node = parseStatement(statement, kind, complaints);
    if (isHeader(node)) {
      sections.push({ header: node, lines: [] });
      continue;
    }
    const section = sections.at(-1);
    if (section !== undefined) {
      section.lines.push(node);
    } else if (!isOutsideTold && !isTold(node)) {
      isOutsideTold = true;
      const example = kind === "checks" ? "`[local]`" : "`[slave_to_master]` or `[rule NAME]`";
      complaints.add(
        "E205",
        node.span,
        "this line stands outside of every section",
        `put a header such as ${example} above it`,
      );
    }
  }
  const read: readonly Section[] = sections;
  return { tree: { sections: read }, comments, statements: statements.map((statement) => statement.span) };
}

/** It has a complaint of its own. */
function isTold(node: Line): boolean {
  switch (node.kind) {
    case "command":
    case "defaults":
      return node.isBroken;
    case "when":
    case "if":
      return node.condition === null;
    case "assignment":
      return node.value === null;
    case "unreadable":
      return true;
  }
}

function isHeader(node: Header | Line): node is Header {
  switch (node.kind) {
    case "command":
    case "defaults":
    case "when":
    case "if":
    case "assignment":
    case "unreadable":
      return false;
    case "place":
    case "transition":
    case "rule":
    case "fence":
    case "vars":
    case "notify":
    case "split_brain":
    case "on_failure":
    case "broken":
      return true;
  }
}

function parseStatement(statement: Statement, kind: FileKind, complaints: Complaints): Header | Line {
  if (statement.isBroken) return salvage(statement);
  const grammar =
    kind === "checks" ? (checksGrammar ??= new ChecksGrammar()) : (actionsGrammar ??= new ActionsGrammar());
  grammar.input = [...statement.tokens];
  const node = grammar instanceof ChecksGrammar ? grammar.checksStatement() : grammar.actionsStatement();
  const [error] = grammar.errors;
  if (error === undefined) return node;
  complain(error, { statement, kind }, complaints);
  return salvage(statement);
}

function complain(
  error: EmbeddedActionsParser["errors"][number],
  { statement, kind }: { readonly statement: Statement; readonly kind: FileKind },
  complaints: Complaints,
): void {
  const { tokens: all } = statement;
  const isAtEnd = error.token.tokenType === EOF;
  const at = isAtEnd ? all.length : all.indexOf(error.token);
  const before = all[at - 1];
  const end = before === undefined ? statement.span.start : tokens.spanOf(before).end;
  const span = isAtEnd ? { start: end, end: end + 1 } : tokens.spanOf(error.token);
  const special = isAtEnd ? null : specialCase(error.token, { at, all, kind });
  if (special !== null) {
    complaints.add(special.code, span, special.message, special.hint);
    return;
  }
  const found = isAtEnd ? "the line ends here" : `here is \`${error.token.image}\``;
  complaints.add("E207", span, `expected ${error.message}, but ${found}`, () =>
    hintForSyntax(error.token, before, all),
  );
}

interface Special {
  readonly code: "E206" | "E208" | "E207";
  readonly message: string;
  readonly hint: string | (() => string | null) | null;
}

const bareHeaders = [tokens.SplitBrain, tokens.OnFailure, tokens.Vars, tokens.Notify];

/** Mistakes that deserve a better sentence than what the grammar expected. */
function specialCase(
  found: IToken,
  { at, all, kind }: { readonly at: number; readonly all: readonly IToken[]; readonly kind: FileKind },
): Special | null {
  const before = all[at - 1];
  if (all[0]?.tokenType === tokens.OpenBracket && at <= 2) {
    const special = specialHeader(found, all[1]?.image ?? "", {
      at,
      kind,
      isAlone: all[2]?.tokenType === tokens.CloseBracket,
    });
    if (special !== null) return special;
  }
  const header = all[1]?.tokenType;
  if (at === 2 && all[0]?.tokenType === tokens.OpenBracket && header !== undefined && bareHeaders.includes(header)) {
    const message = `expected \`]\`, but here is \`${found.image}\``;
    return { code: "E207", message, hint: `this section has no more than its name: \`[${before?.image}]\`` };
  }
  if (found.tokenType === tokens.CloseBrace && before?.tokenType === tokens.OpenBrace) {
    const hint = "leave them out, or write an option";
    return { code: "E208", message: "there is nothing in these braces", hint };
  }
  if (before?.tokenType === tokens.CloseBrace) {
    const message = "options stand at the end of a line, and something follows them";
    return { code: "E207", message, hint: "put it before the `{`, or on the next line" };
  }
  return null;
}

const actionSections =
  "`[A_to_B]`, `[rule NAME]`, `[split_brain]`, `[on_failure]`, `[fence HOST]`, `[notify]` and `[vars]`";

function specialHeader(
  found: IToken,
  name: string,
  { at, kind, isAlone }: { readonly at: number; readonly kind: FileKind; readonly isAlone: boolean },
): Special | null {
  if (found.tokenType === tokens.CloseBracket && at === 1) {
    return { code: "E206", message: "this header is empty", hint: null };
  }
  if (kind === "checks") {
    if (at !== 2 || !tokens.headerKeywords.has(name)) return null;
    const message = `\`[${name} …]\` is a section of actions.conf`;
    return { code: "E206", message, hint: "move it there; checks.conf has `[local]` and `[passive]`" };
  }
  if (at !== 1) return null;
  if (name === "local" || name === "passive") {
    return { code: "E206", message: `\`[${name}]\` is a section of checks.conf`, hint: "move it there" };
  }
  const hint = (): string =>
    didYouMean(name, [...tokens.headerKeywords.keys(), "slave_to_master", "master_to_slave"]) ??
    `${isAlone && isName(name) ? `did you mean \`[rule ${name}]\`? ` : ""}its sections are ${actionSections}`;
  return { code: "E206", message: `there is no section \`[${name}]\` in actions.conf`, hint };
}

/** What a broken statement leaves: its kind, and the words before the mistake. */
function salvage(statement: Statement): Header | Line {
  const { span } = statement;
  const type = statement.tokens[0]?.tokenType;
  if (type === tokens.OpenBracket) return { kind: "broken", span };
  if (type === tokens.OpenBrace) return { kind: "defaults", options: [], span, isBroken: true };
  if (type === tokens.When) return { kind: "when", condition: null, span };
  if (type === tokens.If) return { kind: "if", condition: null, span };
  const words: Word[] = [];
  for (const token of statement.tokens) {
    if (token.tokenType !== tokens.Word) break;
    words.push(tokens.wordOf(token));
  }
  const [name] = words;
  if (name === undefined) return { kind: "unreadable", span };
  if (statement.tokens[1]?.tokenType === tokens.Equals) return { kind: "assignment", name, value: null, span };
  return { kind: "command", words, options: [], span, isBroken: true };
}
