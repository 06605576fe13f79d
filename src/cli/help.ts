/** Help, printed from the tables that the command lines are read by. */
import type { OptionSpec } from "./arguments.ts";
import type { Command } from "./command.ts";
import type { Program } from "./programs.ts";
import { wrap } from "./wrap.ts";

/** Help is text for a terminal of the usual width, wherever it is printed, unless that is narrower. */
const columnsUsual = 80;

function widthOf(columns: number | null): number {
  return Math.min(columnsUsual, columns ?? columnsUsual);
}

/** `PROGRAM --help`. `commands`: none for a program that has none. `columns`: of the terminal; null: any number. */
export function helpOfProgram(program: Program, commands: readonly Command[], columns: number | null): string {
  const width = widthOf(columns);
  const { name, summary, details, usage, options, examples, exits } = program;
  return [
    ...hang(`usage: ${name}`, usage, width),
    "",
    ...[`${name}: ${summary}.`, ...details].flatMap((paragraph) => [...wrap(paragraph, width), ""]),
    ...(commands.length === 0 ? [] : ["commands:", ...twoColumns(commands.map(rowOf), width), ""]),
    "options:",
    ...helpOfOptions(options, width),
    "",
    "examples:",
    ...helpOfExamples(examples, width),
    "",
    "exit codes:",
    ...twoColumns(
      exits.map(([code, means]) => [String(code), means]),
      width,
    ),
    ...(commands.length === 0 ? [] : ["", ...wrap(`\`${name} help COMMAND\` says more about one of them.`, width)]),
  ].join("\n");
}

/** `failoverctl help COMMAND`, `failoverctl COMMAND --help`. */
export function helpOfCommand(command: Command, program: Program, columns: number | null): string {
  const width = widthOf(columns);
  return [
    ...hang(`usage: ${program.name} ${command.name}`, wordsOf(command), width),
    "",
    ...[`${command.summary}.`, ...command.details].flatMap((paragraph) => [...wrap(paragraph, width), ""]),
    "options:",
    ...helpOfOptions([...command.options, ...program.options], width),
    "",
    "examples:",
    ...helpOfExamples(
      command.examples.map(([line, does]) => [`${program.name} ${line}`, does]),
      width,
    ),
  ].join("\n");
}

/** One line, for who got it wrong. */
export function usageOf(command: Command, program: Program): string {
  return `${program.name} ${command.name} ${wordsOf(command)}`.trimEnd();
}

/** The same, in lines that fit. */
export function usageLines(command: Command, program: Program): readonly string[] {
  return hang(`${program.name} ${command.name}`, wordsOf(command), columnsUsual);
}

/** What stands behind the command's name. */
function wordsOf(command: Command): string {
  const options = command.options.map(({ name, value }) => `[--${name}${value === null ? "" : ` ${value}`}]`);
  return [command.usage, ...options].filter((part) => part !== "").join(" ");
}

function rowOf({ name, summary }: Command): readonly [string, string] {
  return [name, summary];
}

function helpOfOptions(options: readonly OptionSpec[], width: number): readonly string[] {
  return twoColumns(
    options.map(({ name, value, help }) => [`--${name}${value === null ? "" : ` ${value}`}`, help]),
    width,
  );
}

function helpOfExamples(examples: readonly (readonly [string, string])[], width: number): readonly string[] {
  return examples.flatMap(([line, does]) => [`  ${line}`, ...wrap(does, width - 6).map((text) => `      ${text}`)]);
}

function twoColumns(rows: readonly (readonly [string, string])[], width: number): readonly string[] {
  const leftWidth = Math.max(...rows.map(([left]) => left.length));
  return rows.flatMap(([left, right]) =>
    wrap(right, width - leftWidth - 4).map(
      (text, index) => `  ${(index === 0 ? left : "").padEnd(leftWidth)}  ${text}`,
    ),
  );
}

/** Words behind a beginning, folded under themselves; what stands in brackets is not taken apart. */
function hang(start: string, words: string, width: number): readonly string[] {
  if (words === "") return [start];
  const indent = start.length + 1;
  /** A blank in brackets is written as one that no line is folded at. */
  const whole = words.replaceAll(/\[[^\]]*\]/g, (part) => part.replaceAll(" ", "\u00a0"));
  const lines = wrap(whole, width - indent).map((line) => line.replaceAll("\u00a0", " "));
  return lines.map((line, index) => (index === 0 ? `${start} ${line}` : `${" ".repeat(indent)}${line}`));
}
