/**
 * Variables: which there are, where each may stand, and which have a value that is known while the file is read.
 */
import { didYouMean } from "./suggest.ts";
import type { Complaints } from "./complaints.ts";
import type { Span, Word } from "./tree.ts";

/** All built-in variables, with the sentence for the reference. */
export const builtInVariables = {
  MASTER: "the host that is master, or, if none is now, the last one that was",
  SLAVE: "the best slave: fresh, slave, then by declared order",
  LOCAL: "this host's name",
  HOST: "the host that the trigger is about",
  FROM: "the status before the transition",
  TO: "the status after the transition",
  CHECK: "the check that the trigger is about",
  RULE: "the rule's name; in `[on_failure]`, that of the rule that failed",
  RUN: "the run's number; in `[on_failure]`, that of the run that failed",
} as const;

export type BuiltInVariable = keyof typeof builtInVariables;

export const builtInNames: readonly BuiltInVariable[] = Object.keys(builtInVariables).filter(isBuiltIn);

export interface Scope {
  readonly localHost: string;
  /** `[vars]` and `LOCAL`: what they stand for is known now. */
  readonly constants: ReadonlyMap<string, string>;
  /** What has a value when a run starts here. */
  readonly bound: ReadonlySet<BuiltInVariable>;
  /** `checks.conf`, `[rule lost]`, …: where we are. */
  readonly where: string;
  /** How an unknown variable could become known here. */
  readonly remedy: string;
  /** Names of `[vars]` that were used; grows. */
  readonly used: Set<string>;
}

export function isBuiltIn(name: string): name is BuiltInVariable {
  return Object.hasOwn(builtInVariables, name);
}

/** Complains unless the variable has a value here. */
export function checkVariable(name: string, span: Span, scope: Scope, complaints: Complaints): boolean {
  if (scope.constants.has(name)) {
    scope.used.add(name);
    return true;
  }
  if (isBuiltIn(name)) {
    if (scope.bound.has(name)) return true;
    complaints.add("E314", span, `%${name}% has no value in ${scope.where}`, whereBound[name]);
    return false;
  }
  const known = [...Object.keys(builtInVariables), ...scope.constants.keys()];
  const hint = (): string =>
    didYouMean(
      `%${name}%`,
      known.map((other) => `%${other}%`),
    ) ?? `${scope.remedy}; for percent signs write \`%%\`, or put the word in '…'`;
  complaints.add("E315", span, `there is no variable %${name}%`, hint);
  return false;
}

const whereBound: Readonly<Record<BuiltInVariable, string | null>> = {
  MASTER: "it is known in rules of actions.conf",
  SLAVE: "it is known in rules of actions.conf",
  LOCAL: null,
  HOST: "it is known in `[A_to_B]` and `[split_brain]` sections",
  FROM: "it is known in `[A_to_B]` sections",
  TO: "it is known in `[A_to_B]` sections",
  CHECK: "it is known in `[A_to_B of CHECK]` sections",
  RULE: "it is known in the actions of a rule",
  RUN: "it is known in the actions of a rule",
};

/** `MASTER`, `$MASTER`, `%MASTER`: the variable that was meant, as it is written; null: none, or the name has to be taken for a name. */
export function meantVariable(name: string, scope: Scope): string | null {
  const bare = name.replace(/^[$%]\{?|\}?%?$/g, "");
  if (scope.bound.has("MASTER") && bare === name && isBuiltIn(name)) return `%${name}%`;
  const known = [...Object.keys(builtInVariables), ...scope.constants.keys()];
  return bare !== name && known.includes(bare) ? `%${bare}%` : null;
}

/**
 * The text of a word all of whose variables are known now; null, with a complaint, if one is not. `instead`: where one that is
 * known only in a run could stand.
 */
export function constantText(
  word: Word,
  scope: Scope,
  complaints: Complaints,
  instead: string | null = null,
): string | null {
  let text = "";
  for (const segment of word.segments) {
    if (segment.kind === "text") {
      text += segment.text;
      continue;
    }
    const value = scope.constants.get(segment.name);
    if (value === undefined) {
      if (isBuiltIn(segment.name) && scope.bound.has(segment.name)) {
        complaints.add(
          "E314",
          word.span,
          `%${segment.name}% is known only when a run starts, and this has to be known before`,
          instead,
        );
      } else checkVariable(segment.name, word.span, scope, complaints);
      return null;
    }
    scope.used.add(segment.name);
    text += value;
  }
  return text;
}
