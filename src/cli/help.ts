/** Help, printed from the tables that the command lines are read by. */
import type { OptionSpec } from "./arguments.ts";
import { wrap } from "./columns.ts";
import type { Command } from "./command.ts";

/** Help is text for a terminal of the usual width, wherever it is printed. */
const columnsMax = 80;

/** `failoverctl help`. */
export function helpOfAll(commands: readonly Command[], options: readonly OptionSpec[]): string {
  return [
    "failoverctl asks a failover daemon what it knows, and tells it what to do.",
    "",
    "usage: failoverctl [--root DIR | --socket PATH] [--json] COMMAND …",
    "",
    "commands:",
    ...twoColumns(commands.map(({ name, summary }) => [name, summary])),
    "",
    "options:",
    ...helpOfOptions(options),
    "",
    "examples:",
    ...commands.flatMap(({ examples }) => helpOfExamples(examples.slice(0, 1))),
    "",
    "exit codes: 0 well, 1 not well, 2 usage, 3 no daemon, 4 refused",
    "`failoverctl help COMMAND` says more about one of them.",
  ].join("\n");
}

/** `failoverctl help COMMAND`, `failoverctl COMMAND --help`. */
export function helpOfCommand(command: Command, options: readonly OptionSpec[]): string {
  return [
    `usage: ${usageOf(command)}`,
    "",
    ...[command.summary, ...command.details].flatMap((paragraph) => [...wrap(paragraph, columnsMax), ""]),
    "options:",
    ...helpOfOptions([...command.options, ...options]),
    "",
    "examples:",
    ...helpOfExamples(command.examples),
  ].join("\n");
}

export function usageOf(command: Command): string {
  const options = command.options.map(({ name, value }) => `[--${name}${value === null ? "" : ` ${value}`}]`);
  return ["failoverctl", command.name, ...options, command.usage].filter((part) => part !== "").join(" ");
}

export function helpOfOptions(options: readonly OptionSpec[]): readonly string[] {
  return twoColumns(options.map(({ name, value, help }) => [`--${name}${value === null ? "" : ` ${value}`}`, help]));
}

function helpOfExamples(examples: readonly (readonly [string, string])[]): readonly string[] {
  return examples.flatMap(([line, does]) => [
    `  failoverctl ${line}`,
    ...wrap(does, columnsMax - 6).map((text) => `      ${text}`),
  ]);
}

function twoColumns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.flatMap(([left, right]) =>
    wrap(right, columnsMax - width - 4).map((text, index) => `  ${(index === 0 ? left : "").padEnd(width)}  ${text}`),
  );
}
