/** failoverctl: argv -> a command of the table, its run, its exit code. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nearest } from "../base/nearest.ts";
import { foldersOf } from "../supervisor/folders.ts";
import { parseArguments } from "./arguments.ts";
import type { Invocation } from "./command.ts";
import { commands } from "./commands.ts";
import { exitCodes } from "./exit-codes.ts";
import { helpOfCommand, helpOfProgram, usageOf } from "./help.ts";
import { failoverctl } from "./programs.ts";
import { realTerminal, type Terminal } from "./terminal.ts";
import { version } from "./version.ts";

const { options } = failoverctl;

const installedRoot = fileURLToPath(new URL("..", import.meta.url));

/** Runs one command line; answers the exit code. */
async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const usage = (sentence: string, line: string): number => {
    terminal.complain(`failoverctl: ${sentence}\n${line}`);
    return exitCodes.usage;
  };
  const front = parseArguments(argv, options, "first-word");
  if (front.kind === "wrong") return usage(front.sentence, seeHelp);
  const [name, ...rest] = front.words;
  if (front.flags.has("version")) return say(terminal, `failoverctl ${version}`);
  if (name === undefined && front.flags.has("help"))
    return say(terminal, helpOfProgram(failoverctl, commands, terminal.columns));
  if (name === undefined) return usage("a command is missing", seeHelp);
  if (name === "help") return help(rest[0], terminal);

  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) return usage(noSuchCommand(name), seeHelp);
  const refuse = (sentence: string): number =>
    command.refuse?.(sentence, terminal) ?? usage(sentence, `usage: ${usageOf(command, failoverctl)}`);
  const back = parseArguments(rest, [...command.options, ...options]);
  if (back.kind === "wrong") return refuse(back.sentence);
  if (front.flags.has("help") || back.flags.has("help")) return help(name, terminal);
  if (back.words.length < command.wordsMin) return refuse(`${name} needs to know more`);
  const tooMuch = back.words[command.wordsMax];
  if (tooMuch !== undefined) return refuse(`${name} does not know what to do with ${JSON.stringify(tooMuch)}`);

  return command.run(
    invocationOf({
      words: back.words,
      flags: new Set([...front.flags, ...back.flags]),
      values: new Map([...front.values, ...back.values]),
      terminal,
    }),
  );
}

const seeHelp = "`failoverctl help` shows what there is";

function help(name: string | undefined, terminal: Terminal): number {
  if (name === undefined || name === "help")
    return say(terminal, helpOfProgram(failoverctl, commands, terminal.columns));
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return say(terminal, helpOfCommand(command, failoverctl, terminal.columns));
  terminal.complain(`failoverctl: ${noSuchCommand(name)}\n${seeHelp}`);
  return exitCodes.usage;
}

function say(terminal: Terminal, text: string): number {
  terminal.print(text);
  return exitCodes.well;
}

function noSuchCommand(name: string): string {
  const names = [...commands.map((command) => command.name), "help"];
  const meant = nearest(name, names);
  return `there is no command ${JSON.stringify(name)}: ${meant === null ? `there are ${names.join(", ")}` : `did you mean ${meant}?`}`;
}

/** Reading is possible with fewer rights than changing, so there are two sockets; the one with all rights is tried first. */
function invocationOf(given: Pick<Invocation, "words" | "flags" | "values" | "terminal">): Invocation {
  const value = (name: string): string | null => given.values.get(name) ?? null;
  const socket = value("socket");
  /** A daemon keeps its socket beside its table and its journal. */
  const varFolder = value("var") ?? (socket === null ? null : dirname(socket));
  const folders = foldersOf({ root: value("root") ?? installedRoot, conf: value("conf"), var: varFolder });
  return {
    ...given,
    isJson: given.flags.has("json"),
    folders,
    sockets: socket === null ? [join(folders.var, "failoverd.sock"), join(folders.var, "query.sock")] : [socket],
  };
}

process.exitCode = await main(process.argv.slice(2), realTerminal());
