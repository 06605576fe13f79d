/** A block, lifted by a person. */
import { askDaemon, printAccepted } from "../ask.ts";
import type { Command } from "../command.ts";
import { hintForAck } from "../meant.ts";

export const ack: Command = {
  name: "ack",
  usage: "RULE | journal",
  wordsMin: 1,
  wordsMax: 8,
  summary: "let a blocked rule act again, or a damaged journal be trusted",
  details: [
    "A rule is blocked after it ran more often than its limit allows, or when a run of it failed and it has a limit. It fires again only after somebody has looked, and says so here.",
    "After damage to the journal the daemon observes but does not act, until `failoverctl ack journal`.",
  ],
  options: [],
  completes: [["rules", "=journal"]],
  examples: [
    ["ack primary_lost", "the rule may fire again"],
    ["ack slave_to_master of host1", "a rule whose name has several words"],
  ],
  run: async (invocation) => {
    const what = invocation.words.join(" ");
    const asked = await askDaemon(invocation, "ack", { what }, hintForAck(what));
    return asked.kind === "failed" ? asked.exitCode : printAccepted(invocation, asked.result);
  },
};
