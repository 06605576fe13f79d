/** A run that waits for a person, taken up again. */
import { askDaemon, printAccepted } from "../ask.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { readRunNumber } from "../run-number.ts";

export const resume: Command = {
  name: "resume",
  usage: "RUN",
  wordsMin: 0,
  wordsMax: 1,
  summary: "go on with a run whose step is in doubt",
  details: [
    "A crash took the outcome of a step that must not run twice (`once`). Look whether it was done; if it was not, or if doing it again does no harm, this starts it again.",
    "RUN is the number that status and history show.",
  ],
  options: [],
  completes: [["runs"]],
  examples: [["resume 12", "the step in doubt is started again, and the run goes on"]],
  run: async (invocation) => {
    const run = await readRunNumber(invocation);
    if (run === null) return exitCodes.usage;
    const asked = await askDaemon(invocation, "resume", { run });
    return asked.kind === "failed" ? asked.exitCode : printAccepted(invocation, asked.result);
  },
};
