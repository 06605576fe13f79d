/** Help, printed from the tables that the command lines are read by. */
import type { OptionSpec } from "./arguments.ts";
import type { Command } from "./command.ts";
import type { Program } from "./programs.ts";
import { wrap } from "./wrap.ts";

/** Help is text for a terminal of the usual width, wherever it is printed. */
const columnsMax = 80;

/** `PROGRAM --help`. `commands`: none for a program that has none. */
export function helpOfProgram(program: Program, commands: readonly Command[]): string {
  const { name, summary, details, usage, options, examples, exits } = program;
  return [
    ...hang(`usage: ${name}`, usage),
    "",
    ...[`${name}: ${summary}.`, ...details].flatMap((paragraph) => [...wrap(paragraph, columnsMax), ""]),
    ...(commands.length === 0 ? [] : ["commands:", ...twoColumns(commands.map(rowOf)), ""]),
    "options:",
    ...helpOfOptions(options),
    "",
    "examples:",
    ...helpOfExamples(examples),
    "",
    "exit codes:",
    ...twoColumns(exits.map(([code, means]) => [String(code), means])),
    ...(commands.length === 0 ? [] : ["", `\`${name} help COMMAND\` says more about one of them.`]),
  ].join("\n");
}

/** `failoverctl help COMMAND`, `failoverctl COMMAND --help`. */
export function helpOfCommand(command: Command, program: Program): string {
  return [
    ...hang(`usage: ${program.name} ${command.name}`, wordsOf(command)),
    "",
    ...[`${command.summary}.`, ...command.details].flatMap((paragraph) => [...wrap(paragraph, columnsMax), ""]),
    "options:",
    ...helpOfOptions([...command.options, ...program.options]),
    "",
    "examples:",
    ...helpOfExamples(command.examples.map(([line, does]) => [`${program.name} ${line}`, does])),
  ].join("\n");
}

/** One line, for who got it wrong. */
export function usageOf(command: Command, program: Program): string {
  return `${program.name} ${command.name} ${wordsOf(command)}`.trimEnd();
}

/** The same, in lines that fit. */
export function usageLines(command: Command, program: Program): readonly string[] {
  return hang(`${program.name} ${command.name}`, wordsOf(command));
}

/** What stands behind the command's name. */
function wordsOf(command: Command): string {
  const options = command.options.map(({ name, value }) => `[--${name}${value === null ? "" : ` ${value}`}]`);
  return [command.usage, ...options].filter((part) => part !== "").join(" ");
}

function rowOf({ name, summary }: Command): readonly [string, string] {
  return [name, summary];
}

function helpOfOptions(options: readonly OptionSpec[]): readonly string[] {
  return twoColumns(options.map(({ name, value, help }) => [`--${name}${value === null ? "" : ` ${value}`}`, help]));
}

function helpOfExamples(examples: readonly (readonly [string, string])[]): readonly string[] {
  return examples.flatMap(([line, does]) => [
    `  ${line}`,
    ...wrap(does, columnsMax - 6).map((text) => `      ${text}`),
  ]);
}

function twoColumns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.flatMap(([left, right]) =>
    wrap(right, columnsMax - width - 4).map((text, index) => `  ${(index === 0 ? left : "").padEnd(width)}  ${text}`),
  );
}

/** Words behind a beginning, folded under themselves; what stands in brackets is not taken apart. */
function hang(start: string, words: string): readonly string[] {
  if (words === "") return [start];
  const indent = start.length + 1;
  /** A blank in brackets is written as one that no line is folded at. */
  const whole = words.replaceAll(/\[[^\]]*\]/g, (part) => part.replaceAll(" ", "\u00a0"));
  const lines = wrap(whole, columnsMax - indent).map((line) => line.replaceAll("\u00a0", " "));
  return lines.map((line, index) => (index === 0 ? `${start} ${line}` : `${" ".repeat(indent)}${line}`));
}
