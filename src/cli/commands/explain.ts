/** Why a rule did not fire, or would. */
import { tellAbsent, tellFailure } from "../ask.ts";
import { connectDaemon } from "../client.ts";
import type { Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { parseExplanation } from "../explanation-shape.ts";
import { hintForRule } from "../meant.ts";
import { recentEntries } from "../recent.ts";
import { renderExplanation } from "../render-explanation.ts";
import type { HistoryEntry } from "../render-history.ts";

/** So many entries are looked through for the rule, and so many of those about it are shown. */
const entriesSeen = 1_000;
const entriesShown = 5;

/** Decisions; what the steps of a run did is shown by `history --run`. */
const decisions: ReadonlySet<string> = new Set([
  "waiting",
  "held",
  "dropped",
  "blocked",
  "acknowledged",
  "run-start",
  "run-end",
]);

export const explain: Command = {
  name: "explain",
  usage: "RULE",
  wordsMin: 1,
  wordsMax: 8,
  summary: "show why a rule did not fire, or would",
  details: [
    "Shows the rule's condition part by part, each true, false or unknown, with the value and the age that this was judged by; what holds the rule back; and what was decided of it lately. Unknown is what is too old, was never reported, or could not be run: nothing fires on that.",
    "The truth is that of now. Why something did not fire last night stands in the entries below, and in `failoverctl history`.",
  ],
  options: [],
  completes: [["rules"]],
  examples: [
    ["explain primary_lost", "what its `when` and `if` say now, and what is missing"],
    ["explain slave_to_master of host1", "a rule whose name has several words"],
  ],
  run: async (invocation) => {
    const { terminal, isJson, words } = invocation;
    const rule = words.join(" ");
    const connection = await connectDaemon(invocation.sockets);
    if (connection.kind === "absent") return tellAbsent(invocation, connection);
    const { client } = connection;
    try {
      const answer = await client.ask("explain", { rule });
      if (answer.kind === "error") return tellFailure(invocation, answer, await hintForRule(rule)(client));
      if (answer.kind === "lost") return tellFailure(invocation, answer);
      if (isJson) {
        terminal.print(JSON.stringify(answer.result, null, 2));
        return exitCodes.well;
      }
      const parsed = parseExplanation(answer.result, "explanation");
      if (!parsed.ok) {
        terminal.complain(
          `failoverctl: the daemon is of another version, and its answer cannot be shown: ${parsed.sentence}`,
        );
        return exitCodes.notWell;
      }
      const { entries } = await recentEntries(client, entriesSeen);
      const lately = entries.filter((entry) => isAbout(entry, rule)).slice(-entriesShown);
      terminal.print(renderExplanation(parsed.value, lately, terminal));
      return exitCodes.well;
    } finally {
      client.close();
    }
  },
};

function isAbout({ kind, fields }: HistoryEntry, rule: string): boolean {
  return decisions.has(kind) && (fields["rule"] === rule || fields["what"] === rule);
}
