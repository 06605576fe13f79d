/** What a person has looked at, or has done: a block is lifted, a journal trusted, a host taken for off. */
import { askDaemon, printAccepted } from "../ask.ts";
import type { Command } from "../command.ts";
import { hintForAck } from "../meant.ts";

export const ack: Command = {
  name: "ack",
  usage: "RULE | journal | fence HOST",
  wordsMin: 1,
  wordsMax: 8,
  summary: "let a blocked rule act again, a journal be trusted, a host be taken for off",
  details: [
    "A rule is blocked after it ran more often than its limit allows, or when a run of it failed and it has a limit. It fires again only after somebody has looked, and says so here: if its `when` is true then, ack starts it again at once. A rule without a limit is not blocked by a run that failed: `status` shows that until a run of it goes well, or it is acknowledged.",
    "After damage to the journal the daemon observes but does not act, until `failoverctl ack journal`.",
    "A run that has come to the fence device `manual` waits for a person, who switches the host off, looks whether it is off, and only then says `failoverctl ack fence HOST`: the run goes on as if a device had proven it.",
  ],
  options: [],
  completes: [["rules", "=journal", "=fence"], ["hosts"]],
  examples: [
    ["ack primary_lost", "the rule may fire again"],
    ["ack slave_to_master of host1", "a rule whose name has several words"],
    ["ack fence host1", "host1 is off: the run that waits for it goes on"],
  ],
  run: async (invocation) => {
    const what = invocation.words.join(" ");
    const asked = await askDaemon(invocation, "ack", { what }, hintForAck(what));
    return asked.kind === "failed" ? asked.exitCode : printAccepted(invocation, asked.result);
  },
};
