/** What the linter looks at: the configuration, beside what it was read from, so that a warning can show the place. */
import type { Actions } from "../actions-meaning.ts";
import type { Code } from "../codes.ts";
import type { DeclaredCheck, Declarations } from "../declarations.ts";
import type { ReadRule } from "../rule-meaning.ts";
import type { Span } from "../tree.ts";
import type { Action, Check, Configuration } from "../../core/configuration.ts";

export interface Linted {
  readonly configuration: Configuration;
  readonly declarations: Declarations;
  readonly meaning: Actions;
  readonly checks: readonly { readonly check: Check; readonly declared: DeclaredCheck }[];
  readonly hasActionsFile: boolean;
}

export interface Warning {
  readonly file: "checks" | "actions";
  readonly code: Extract<Code, `W${string}`>;
  /** null: it is about the whole file, and a comment anywhere in it allows it. */
  readonly span: Span | null;
  readonly message: string;
  readonly hint: string | null;
}

/** Where an action of a rule stands. */
export function spanOfAction(rule: ReadRule, index: number): Span {
  const command = rule.commands[index];
  const [first] = command?.words ?? [];
  return first?.span ?? rule.header.span;
}

export function shownCommand(action: Action): string {
  const template = action.kind === "fence" ? action.host : (action.command.words[0] ?? []);
  const text = template.map((part) => (typeof part === "string" ? part : `%${part.variable}%`)).join("");
  return action.kind === "fence" ? `fence ${text}` : text;
}
