/** failoverd: argv -> the daemon's options, its run, its exit code. */
import { fileURLToPath } from "node:url";
import { runDaemon } from "../supervisor/daemon.ts";
import { foldersOf } from "../supervisor/folders.ts";
import { parseArguments } from "./arguments.ts";
import { checkConfiguration } from "./check-configuration.ts";
import { exitCodes } from "./exit-codes.ts";
import { helpOfProgram } from "./help.ts";
import { localHostOf } from "./local-host.ts";
import { failoverd } from "./programs.ts";
import { realTerminal, type Terminal } from "./terminal.ts";
import { version } from "./version.ts";

const installedRoot = fileURLToPath(new URL("..", import.meta.url));

/**
 * Answers the exit code; or runs the daemon until it is told to stop. A terminal is made only where something is printed at
 * once: one whose reader has gone ends the program, and the reader of a daemon's log may go.
 */
async function main(argv: readonly string[]): Promise<number> {
  const usage = (sentence: string): number => {
    realTerminal().complain(`failoverd: ${sentence}\n\`failoverd --help\` shows what there is`);
    return exitCodes.usage;
  };
  const given = parseArguments(argv, failoverd.options);
  if (given.kind === "wrong") return usage(given.sentence);
  if (given.flags.has("help")) return say(({ columns }) => helpOfProgram(failoverd, [], columns));
  if (given.flags.has("version")) return say(() => `failoverd ${version}`);
  const [word] = given.words;
  if (word !== undefined)
    return usage(`there is nothing to be done with ${JSON.stringify(word)}; commands are failoverctl's`);

  const value = (name: string): string | null => given.values.get(name) ?? null;
  const log = value("log") ?? "text";
  if (log !== "text" && log !== "json") return usage(`--log is text or json, not ${JSON.stringify(log)}`);
  const local = localHostOf(value("name"));
  if (local.kind === "wrong") return usage(local.sentence);
  const folders = foldersOf({ root: value("root") ?? installedRoot, conf: value("conf"), var: value("var") });
  if (given.flags.has("check")) {
    return checkConfiguration({ folders, localHost: local.host, isJson: log === "json" }, realTerminal());
  }
  /** Whatever may still be under way then has nothing to do any more. */
  process.exit(await runDaemon({ folders, localHost: local.host, logFormat: log, version }));
}

function say(textFor: (terminal: Terminal) => string): number {
  const terminal = realTerminal();
  terminal.print(textFor(terminal));
  return exitCodes.well;
}

process.exitCode = await main(process.argv.slice(2));
