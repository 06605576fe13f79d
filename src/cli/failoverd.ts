/** failoverd: argv -> the daemon's options, its run, its exit code. */
import { fileURLToPath } from "node:url";
import { runDaemon } from "../supervisor/daemon.ts";
import { foldersOf } from "../supervisor/folders.ts";
import { parseArguments, type OptionSpec } from "./arguments.ts";
import { checkConfiguration } from "./check-configuration.ts";
import { exitCodes } from "./exit-codes.ts";
import { helpOfOptions } from "./help.ts";
import { localHostOf } from "./local-host.ts";
import { realTerminal, type Terminal } from "./terminal.ts";
import { version } from "./version.ts";

const options: readonly OptionSpec[] = [
  {
    name: "root",
    value: "DIR",
    help: "the folder with conf/ checks/ actions/ var/ in it (default: the one that this program is in)",
  },
  { name: "conf", value: "DIR", help: "where checks.conf and actions.conf are, if not in ROOT/conf" },
  { name: "var", value: "DIR", help: "where state, journal and sockets are kept, if not in ROOT/var" },
  { name: "name", value: "HOST", help: "this host's name in the configuration, if it is not the system's" },
  { name: "log", value: "text|json", help: "how the log on stderr is written (default: text)" },
  {
    name: "check",
    value: null,
    help: "read the configuration, say what is wrong with it, and end: 0 well, 1 warnings, 2 errors",
  },
  { name: "help", value: null, help: "this" },
  { name: "version", value: null, help: "the version of this program" },
];

const installedRoot = fileURLToPath(new URL("..", import.meta.url));

/** Runs until it is told to stop; answers the exit code. */
async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const usage = (sentence: string): number => {
    terminal.complain(`failoverd: ${sentence}\n\`failoverd --help\` shows what there is`);
    return exitCodes.usage;
  };
  const given = parseArguments(argv, options);
  if (given.kind === "wrong") return usage(given.sentence);
  if (given.flags.has("help")) return say(terminal, help());
  if (given.flags.has("version")) return say(terminal, `failoverd ${version}`);
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
    return checkConfiguration({ folders, localHost: local.host, isJson: log === "json" }, terminal);
  }
  return runDaemon({ folders, localHost: local.host, logFormat: log, version });
}

function say(terminal: Terminal, text: string): number {
  terminal.print(text);
  return exitCodes.well;
}

function help(): string {
  return [
    "failoverd watches hosts with check scripts, and runs action scripts when a rule says so.",
    "It stays in the foreground. SIGTERM ends it, SIGHUP reads the configuration again.",
    "",
    "usage: failoverd [--root DIR] [--conf DIR] [--var DIR] [--name HOST] [--log text|json] [--check]",
    "",
    "options:",
    ...helpOfOptions(options),
    "",
    "examples:",
    "  failoverd --check",
    "      says what is wrong with the configuration, before it matters",
    "  failoverd --conf /etc/failoverd --var /var/lib/failoverd --log json",
    "      as a package or a service manager would start it",
  ].join("\n");
}

process.exitCode = await main(process.argv.slice(2), realTerminal());
