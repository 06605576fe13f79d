/** placeholder */
import type { Actions } from "./actions-meaning.ts";
import type { DeclaredCheck, Declarations } from "./declarations.ts";
import type { ReadFile } from "./read-configuration.ts";
import type { Check, Configuration } from "../core/configuration.ts";

export interface Linted {
  readonly configuration: Configuration;
  readonly declarations: Declarations;
  readonly meaning: Actions;
  readonly checks: readonly { readonly check: Check; readonly declared: DeclaredCheck }[];
  readonly files: { readonly checks: ReadFile; readonly actions: ReadFile };
  readonly hasActions: boolean;
}

export function lint(linted: Linted): void {
  if (!linted.hasActions)
    linted.files.actions.complaints.addOfFile("W17", "there is no actions.conf, so failoverd looks on and never acts");
}
