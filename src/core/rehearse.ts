/** What a rule would do now, without doing it: its commands with every variable replaced. */
import { shownWords } from "./agent-action.ts";
import { noCause } from "./rules.ts";
import { bindAction, bindVariables, missingVariable } from "./variables.ts";
import type { Configuration } from "./configuration.ts";
import type { State } from "./state.ts";

export type Rehearsal =
  | { readonly kind: "commands"; readonly commands: readonly (readonly string[])[] }
  | { readonly kind: "refused"; readonly sentence: string };

/** As if somebody started it by hand. */
export function rehearse(
  known: { readonly configuration: Configuration; readonly state: State },
  name: string,
): Rehearsal {
  const rule = known.configuration.rules.find((other) => other.name === name);
  if (rule === undefined) return { kind: "refused", sentence: `there is no rule ${name}` };
  const bound = bindVariables(known, rule.name, known.state.nextRun, noCause);
  const missing = missingVariable(rule, bound);
  if (missing !== null) return { kind: "refused", sentence: `${name} cannot be run: ${missing}` };
  const commands = rule.actions.map((action) => {
    const one = bindAction(action, bound, known.configuration);
    return one.kind === "command" ? shownWords(one.command) : ["fence", one.host];
  });
  return { kind: "commands", commands };
}
