/** The configuration, judged. */
import { checkConfiguration } from "../check-configuration.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { localHostOf } from "../local-host.ts";

export const check: Command = {
  name: "check",
  usage: "",
  wordsMin: 0,
  wordsMax: 0,
  summary: "judge the configuration: every mistake, and what is dangerous",
  details: [
    "Reads checks.conf and actions.conf, looks whether every script could be run, and says all that is wrong in one go, each with its file, line and column. Needs no daemon, and changes nothing.",
    "Exit code 0: nothing to complain of. 1: warnings only. 2: errors; a daemon would not take this configuration.",
  ],
  options: [{ name: "name", value: "HOST", help: "judge it as if this host had that name" }],
  completes: [],
  examples: [
    ["check", "before `failoverctl reload`, and in the pipeline that ships the configuration"],
    ["--json check --conf ./conf", "for an editor, or a pipeline"],
  ],
  run: async ({ folders, isJson, values, terminal }) => {
    const local = localHostOf(values.get("name") ?? null);
    if (local.kind === "host") return checkConfiguration({ folders, localHost: local.host, isJson }, terminal);
    terminal.complain(`failoverctl: ${local.sentence}`);
    return exitCodes.usage;
  },
};
