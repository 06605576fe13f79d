/** The two programs, as tables: their options, their words and their ends. `--help` and the manual pages are printed from here. */
import type { OptionSpec } from "./arguments.ts";

export interface Program {
  readonly name: string;
  /** What it is, behind a dash. */
  readonly summary: string;
  readonly details: readonly string[];
  /** What stands behind the name on a command line. */
  readonly usage: string;
  readonly options: readonly OptionSpec[];
  /** Command lines, whole, and what each does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  readonly exits: readonly (readonly [code: number, means: string])[];
  readonly signals: readonly (readonly [signal: string, does: string])[];
  readonly environment: readonly (readonly [name: string, does: string])[];
  readonly files: readonly (readonly [path: string, is: string])[];
}

export const failoverd: Program = {
  name: "failoverd",
  summary: "watch hosts, and run action scripts when a rule says so",
  details: [
    "failoverd runs the checks of checks.conf on a schedule, keeps what they say in a state table, and when a rule of actions.conf matches a change it runs that rule's actions, one after the other, each written down before it starts.",
    "It stays in the foreground, for a service manager to look after; ROOT/conf/failoverd.service is a unit for systemd. A daemon that was killed in the middle of a failover goes on where it was when it is started again.",
  ],
  usage: "[--root DIR] [--conf DIR] [--var DIR] [--name HOST] [--log text|json] [--check]",
  options: [
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
  ],
  examples: [
    ["failoverd --check", "says what is wrong with the configuration, before it matters"],
    [
      "failoverd --conf /etc/failoverd --var /var/lib/failoverd --log json",
      "as a package or a service manager would start it",
    ],
  ],
  exits: [
    [0, "it was told to stop, or --check found nothing"],
    [1, "it could not go on, or --check found warnings only; the last line of the log says which"],
    [2, "the command line is wrong, or the configuration has errors"],
    [4, "another failoverd runs on this VAR already"],
  ],
  signals: [
    ["TERM, INT", "stops in order; a step of a run that is under way goes on, and is found again at the next start"],
    ["HUP", "reads the configuration again; one with errors is refused, and the old one stays in force"],
  ],
  environment: [["PATH", "handed on to checks and actions, like everything else in the environment"]],
  files: [
    ["ROOT/conf/checks.conf", "what is looked at"],
    ["ROOT/conf/actions.conf", "what is to happen"],
    ["ROOT/checks/, ROOT/actions/", "where scripts are looked up that are named without a /"],
    ["VAR/table.json", "the state table"],
    ["VAR/journal.ndjson", "the record of everything that happened, was decided and was done; older parts beside it"],
    ["VAR/runs/RUN/STEP.log", "what each step of a run printed"],
    ["VAR/failoverd.sock", "the socket for everything (mode 0600)"],
    ["VAR/query.sock", "the socket for reading (mode 0660)"],
  ],
};

export const failoverctl: Program = {
  name: "failoverctl",
  summary: "ask a failover daemon what it knows, and tell it what to do",
  details: [
    "What needs only the files (check, history, the last known status) works without a daemon too, and says so.",
    "In a pipe nothing is cut off and nothing is coloured.",
  ],
  usage: "[--root DIR | --socket PATH] [--json] COMMAND …",
  options: [
    {
      name: "root",
      value: "DIR",
      help: "the folder with conf/ and var/ in it (default: the one that this program is in)",
    },
    { name: "conf", value: "DIR", help: "where the configuration is, if it is not ROOT/conf" },
    { name: "var", value: "DIR", help: "where the daemon keeps its socket and journal, if it is not ROOT/var" },
    { name: "socket", value: "PATH", help: "the daemon's socket, if it is not VAR/failoverd.sock" },
    { name: "json", value: null, help: "answer in JSON, in a shape that stays" },
    { name: "help", value: null, help: "what a command does, with examples" },
    { name: "version", value: null, help: "the version of this program" },
  ],
  examples: [
    ["failoverctl status", "the picture; what needs a person stands on top, behind a !"],
    ["failoverctl explain primary_lost", "why the rule did not fire, or would"],
    ["failoverctl history --since 2h", "what happened, was decided and was done"],
    ["failoverctl maintenance on --for 2h --reason 'kernel update'", "nothing fires for two hours"],
  ],
  exits: [
    [0, "well"],
    [1, "not well: warnings, a run that failed or whose end is not known, something missing"],
    [2, "the command line is wrong, or the configuration has errors"],
    [3, "no daemon answers"],
    [4, "refused: by the daemon, or because this user may not ask it"],
  ],
  signals: [],
  environment: [
    ["NO_COLOR", "if it is set and not empty, nothing is coloured"],
    ["TERM", "dumb: nothing is coloured or cut, and watch prints lines"],
    ["TZ", "the time zone that times are shown in"],
  ],
  files: [
    ["VAR/failoverd.sock", "the daemon's socket for everything"],
    ["VAR/query.sock", "the daemon's socket for reading, tried if the first one cannot be opened"],
    ["VAR/table.json", "the state table, shown by status when no daemon answers"],
    ["VAR/journal.ndjson", "the journal, shown by history when no daemon answers"],
  ],
};
