/**
 * Every option there is, where it stands and what it takes. The reference prints this table and a test compares the two;
 * how a value is read is in `settings.ts`.
 */

/** What an option can belong to. */
export type Owner =
  "check" | "resident check" | "passive check" | "rule" | "action" | "fence action" | "fence device" | "notifier";

export interface OptionRow {
  readonly name: string;
  readonly takes: string;
  readonly owners: readonly Owner[];
  /** May stand in a section's braces and then holds for all its lines. */
  readonly isDefault: boolean;
  readonly otherwise: string;
  readonly says: string;
}

const everyCheck = ["check", "resident check", "passive check"] as const;
const program = ["check", "resident check"] as const;
const both = ["action", "fence action"] as const;

function row(
  name: string,
  takes: string,
  owners: readonly Owner[],
  rest: { readonly isDefault: boolean; readonly otherwise: string; readonly says: string },
): OptionRow {
  return { name, takes, owners, ...rest };
}

export const optionTable: readonly OptionRow[] = [
  row("every", "D", ["check"], {
    isDefault: true,
    otherwise: "5s",
    says: "interval, from start to start; two instances of one check never run at once",
  }),
  row("timeout", "D", ["check"], {
    isDefault: true,
    otherwise: "`every`, at most 60s",
    says: "then the check's processes are ended and its result is `critical`",
  }),
  row("retry", "D", ["check"], {
    isDefault: true,
    otherwise: "`every`",
    says: "interval while a worse status is being confirmed",
  }),
  row("rise", "N", everyCheck, {
    isDefault: true,
    otherwise: "1",
    says: "results in a row that confirm a better status",
  }),
  row("fall", "N", everyCheck, {
    isDefault: true,
    otherwise: "3",
    says: "results in a row that confirm a worse status",
  }),
  row("stale", "D", everyCheck, {
    isDefault: true,
    otherwise: "3 × `every` + `timeout`; resident 30s, passive 5m",
    says: "a result older than this is not believed: the check is `unknown`",
  }),
  row("for", "HOST", everyCheck, {
    isDefault: true,
    otherwise: "the section's host, see [whom a check is about](#whom-a-check-is-about)",
    says: "the host that the check is about",
  }),
  row("as", "NAME", everyCheck, { isDefault: false, otherwise: "the script's base name", says: "the check's name" }),
  row("dialect", "plugin | ocf | report", everyCheck, {
    isDefault: true,
    otherwise: "`ocf` for `ocf:…`, else `plugin`",
    says: "how exit code and output become a status",
  }),
  row("resident", "", program, {
    isDefault: false,
    otherwise: "off",
    says: "a program that stays and prints one result a line",
  }),
  row("advisory", "", everyCheck, {
    isDefault: true,
    otherwise: "off",
    says: "shown and usable in conditions, but no part of the host's status",
  }),
  row("user", "NAME", program, { isDefault: true, otherwise: "the daemon's", says: "as whom the check runs" }),
  row("env", "NAME=VALUE …", program, {
    isDefault: true,
    otherwise: "none",
    says: "set in its environment, on top of the daemon's",
  }),

  row("cooldown", "D", ["rule"], {
    isDefault: true,
    otherwise: "0s",
    says: "the rule does not fire again within D of its last run's end",
  }),
  row("limit", "N per D", ["rule"], {
    isDefault: true,
    otherwise: "none",
    says: "after N runs in D, or one that failed, the rule is blocked until `failoverctl ack RULE`",
  }),
  row("timeout", "D", both, {
    isDefault: true,
    otherwise: "30s; `fence`: as long as its devices may take",
    says: "then the action's processes are ended and the step has failed",
  }),
  row("retry", "N", both, { isDefault: true, otherwise: "0", says: "further attempts when it fails" }),
  row("every", "D", both, { isDefault: true, otherwise: "1s", says: "pause between two attempts" }),
  row("on", "failure stop | failure continue", both, {
    isDefault: true,
    otherwise: "stop",
    says: "what a failed step does to its run",
  }),
  row("expect", "CONDITION within D", both, {
    isDefault: false,
    otherwise: "nothing",
    says: "the step ends well only when the condition holds in the state table",
  }),
  row("once", "", both, {
    isDefault: true,
    otherwise: "off: actions are idempotent",
    says: "never started again after a crash; an operator is asked",
  }),
  row("undo", '"COMMAND"', ["action"], {
    isDefault: false,
    otherwise: "nothing",
    says: "run, in reverse order of the steps, if the run fails later",
  }),
  row("user", "NAME", ["action"], { isDefault: true, otherwise: "the daemon's", says: "as whom the action runs" }),
  row("env", "NAME=VALUE …", ["action"], {
    isDefault: true,
    otherwise: "none",
    says: "set in its environment, on top of the daemon's",
  }),

  row("timeout", "D", ["fence device"], {
    isDefault: true,
    otherwise: "30s",
    says: "for one attempt: switching off and proving it",
  }),
  row("retry", "N", ["fence device"], {
    isDefault: true,
    otherwise: "0",
    says: "further attempts before the next device",
  }),

  row("on", "TOPIC, TOPIC, …", ["notifier"], {
    isDefault: true,
    otherwise: "all topics",
    says: "which events it is told of",
  }),
  row("timeout", "D", ["notifier"], { isDefault: true, otherwise: "30s", says: "then it is ended" }),
  row("user", "NAME", ["notifier"], { isDefault: true, otherwise: "the daemon's", says: "as whom it runs" }),
  row("env", "NAME=VALUE …", ["notifier"], {
    isDefault: true,
    otherwise: "none",
    says: "set in its environment, on top of the daemon's",
  }),
];

export function rowsOf(owners: readonly Owner[]): readonly OptionRow[] {
  return optionTable.filter((option) => option.owners.some((owner) => owners.includes(owner)));
}

export function ownersOf(name: string): readonly Owner[] {
  return optionTable.filter((option) => option.name === name).flatMap((option) => option.owners);
}
