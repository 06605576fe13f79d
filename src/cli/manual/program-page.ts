/** A program's manual page, out of the tables that its help is printed from. */
import type { OptionSpec } from "../arguments.ts";
import type { Command } from "../command.ts";
import { usageLines } from "../help.ts";
import type { Program } from "../programs.ts";
import { literal, nameSection, page, paragraph, section, seeAlso, subsection, tagged } from "./roff.ts";

/** All three pages, in the order in which they refer to one another. */
export const pages = [
  ["failoverd.conf", 5],
  ["failoverctl", 8],
  ["failoverd", 8],
] as const;

/** In mdoc(7). `commands`: none for a program that has none. */
export function programPage(program: Program, commands: readonly Command[], version: string): string {
  const { name, summary, details, usage, options, examples, exits, signals, environment, files } = program;
  const parts: readonly (readonly string[])[] = [
    nameSection([name], summary),
    section("Synopsis"),
    [".Nm", ...usage.split(/ (?=\[)/).map(synopsisLine)],
    section("Description"),
    ...details.map(paragraph),
    section("Options"),
    tagged(options.map(optionRow)),
    ...(commands.length === 0
      ? []
      : [section("Commands"), ...commands.map((command) => commandPart(command, program))]),
    ...(signals.length === 0 ? [] : [section("Signals"), tagged(signals)]),
    section("Environment"),
    tagged(environment),
    section("Files"),
    tagged(files),
    section("Exit status"),
    tagged(exits.map(([code, means]) => [String(code), means])),
    section("Examples"),
    tagged(examples),
    seeAlso(pages.filter(([other]) => other !== name)),
  ];
  return page({ name, section: 8, version }, parts);
}

function commandPart(command: Command, program: Program): readonly string[] {
  const { name, summary, details, options, examples } = command;
  return [
    ...subsection(name),
    ...literal(usageLines(command, program)),
    ...paragraph(`${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`),
    ...details.flatMap(paragraph),
    ...(options.length === 0 ? [] : tagged(options.map(optionRow))),
    ...paragraph("For example:"),
    ...tagged(examples.map(([line, does]) => [`${program.name} ${line}`, does])),
  ];
}

function optionRow({ name, value, help }: OptionSpec): readonly [string, string] {
  return [`--${name}${value === null ? "" : ` ${value}`}`, help];
}

/** `[--root DIR | --socket PATH]` as the formatter's own optional part. */
function synopsisLine(part: string): string {
  const inner = /^\[(.*)\]$/.exec(part)?.[1];
  const words = (inner ?? part)
    .split(" ")
    .map((word) => (word.startsWith("--") ? `Fl ${word.slice(1)}` : word === "|" ? "|" : `Ar ${word}`));
  return `.${inner === undefined ? "" : "Op "}${words.join(" ")}`;
}
