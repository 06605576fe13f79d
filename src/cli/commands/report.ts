/** A result from outside: what a passive check is told by. */
import { cutText } from "../../dialect/text.ts";
import type { ParamsOf } from "../../wire/methods.ts";
import { outputCharactersMax } from "../../wire/names.ts";
import { askDaemon, printAccepted } from "../ask.ts";
import type { Command } from "../command.ts";

/** There is room to say how many more there were. */
const shownCharactersMax = outputCharactersMax - 64;

export const report: Command = {
  name: "report",
  usage: "CHECK STATUS [TEXT]",
  wordsMin: 2,
  wordsMax: 3,
  summary: "tell the daemon a check's result",
  details: [
    "For checks that run elsewhere, or that something else already does: a backup's end, a trap, a monitoring system's handler. The check has to be declared under [passive] in checks.conf.",
    "STATUS is ok, warning, critical, unknown, down, master, slave, or another word that your rules use. TEXT is one line for a person; of one that is longer than 8,192 characters the end is left out, and that is said.",
  ],
  options: [{ name: "host", value: "HOST", help: "the host that it is about, if the check is declared for several" }],
  completes: [["checks"], ["=ok", "=warning", "=critical", "=unknown", "=down", "=master", "=slave"], []],
  examples: [
    ["report backup_agent ok 'finished in 12 min'", "at the end of a backup script"],
    ["report replication slave --host host2 'lag 12 KB'", "one of several hosts that have this check"],
  ],
  run: async (invocation) => {
    const [check = "", status = "", output] = invocation.words;
    const host = invocation.values.get("host");
    const params: ParamsOf<"report"> = {
      check,
      status,
      ...(host === undefined ? {} : { host }),
      ...(output === undefined ? {} : { output: cutText(output, shownCharactersMax) }),
    };
    if (output !== undefined && output.length > shownCharactersMax) {
      const { length } = output;
      invocation.terminal.complain(
        `failoverctl: TEXT has ${length} characters, and only its first ${shownCharactersMax} are sent`,
      );
    }
    const asked = await askDaemon(invocation, "report", params);
    return asked.kind === "failed" ? asked.exitCode : printAccepted(invocation, asked.result);
  },
};
