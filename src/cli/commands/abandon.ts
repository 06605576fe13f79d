/** A run that a person gives up. */
import { askDaemon, printAccepted } from "../ask.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { readRunNumber } from "../run-number.ts";

export const abandon: Command = {
  name: "abandon",
  usage: "RUN",
  wordsMin: 0,
  wordsMax: 1,
  summary: "give up a run; nothing of it is undone",
  details: [
    "The step that runs is ended, the rest is not done, and no undo runs: what was done so far stays, and is yours to put right.",
    "RUN is the number that status and history show.",
  ],
  options: [],
  completes: [["runs"]],
  examples: [["abandon 12", "the run ends here, as abandoned"]],
  run: async (invocation) => {
    const run = await readRunNumber(invocation);
    if (run === null) return exitCodes.usage;
    const asked = await askDaemon(invocation, "abandon", { run });
    return asked.kind === "failed" ? asked.exitCode : printAccepted(invocation, asked.result);
  },
};
