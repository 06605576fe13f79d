/** A rule, run by hand: what it would start is shown first, and asked about. */
import { isObject } from "../../base/shape.ts";
import { printable } from "../../base/terminal-text.ts";
import { printAccepted, tellAbsent, tellFailure } from "../ask.ts";
import { connectDaemon, type Client } from "../client.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { parseExplanation } from "../explanation-shape.ts";
import { followRun } from "../follow-run.ts";
import { hintForRule } from "../meant.ts";
import { withoutRule } from "../rule-sentence.ts";
import { showCommand } from "../shown-command.ts";

export const run: Command = {
  name: "run",
  usage: "RULE",
  wordsMin: 1,
  wordsMax: 8,
  summary: "run a rule's actions by hand",
  details: [
    "Shows the commands with every variable replaced, asks, and starts them, in order, as if the rule had fired. What holds the rule back (its `if`, maintenance, its cooldown, its limit) does not hold a person back: it is shown, and you decide. Not started while another run is in progress.",
    "Exit code 0: started, or with --wait done. 1: not confirmed, or with --wait failed, given up, or not known, because the daemon ended while it was waited for. 2: there is no terminal to ask on. 4: refused. What ends the waiting (Ctrl-C) does not end the run.",
  ],
  options: [
    { name: "dry-run", value: null, help: "only show the commands, with every variable replaced" },
    { name: "yes", value: null, help: "do not ask; needed where there is no terminal to ask on" },
    { name: "wait", value: null, help: "show each step as it comes, and end when the run does" },
  ],
  completes: [["rules"]],
  examples: [
    ["run primary_lost --dry-run", "what it would start now, and on which hosts"],
    ["run switchover --wait", "asks, then shows every step to its end"],
    ["run switchover --yes --wait", "from a script"],
  ],
  run: async (invocation) => {
    const connection = await connectDaemon(invocation.sockets);
    if (connection.kind === "absent") return tellAbsent(invocation, connection);
    try {
      return await runRule(connection.client, invocation);
    } finally {
      connection.client.close();
    }
  },
};

async function runRule(client: Client, invocation: Invocation): Promise<number> {
  const { terminal, flags, isJson } = invocation;
  const rule = invocation.words.join(" ");
  const rehearsed = await client.ask("run", { rule, isDryRun: true });
  if (rehearsed.kind === "error") return tellFailure(invocation, rehearsed, await hintForRule(rule)(client));
  if (rehearsed.kind === "lost") return tellFailure(invocation, rehearsed);
  const isDryRun = flags.has("dry-run");
  if (isDryRun && isJson) return printAccepted(invocation, rehearsed.result);

  const isAsking = !isDryRun && !flags.has("yes");
  if (isDryRun || isAsking) {
    const say = (line: string): void => (isDryRun ? terminal.print(line) : terminal.complain(line));
    say(`${printable(rule)} would start, in order:`);
    for (const [index, words] of commandsOf(rehearsed.result).entries())
      say(printable(`${String(index + 1).padStart(3)}  ${showCommand(words)}`));
    const hold = await holdOf(client, rule);
    if (hold !== null) say(printable(`By itself it would be held back now: ${withoutRule(hold, rule)}.`));
  }
  if (isDryRun) return exitCodes.well;
  if (isAsking && terminal.confirm === null) {
    terminal.complain(
      "failoverctl: nothing was started: there is no terminal to ask on; --yes starts it without asking",
    );
    return exitCodes.usage;
  }
  if (isAsking && terminal.confirm !== null && !(await terminal.confirm("Start this now?"))) {
    terminal.complain("failoverctl: nothing was started");
    return exitCodes.notWell;
  }
  return start(client, rule, invocation);
}

async function start(client: Client, rule: string, invocation: Invocation): Promise<number> {
  const isWaiting = invocation.flags.has("wait");
  const followed = isWaiting ? await followRun(client, { rule }, invocation) : null;
  const answer = await client.ask("run", { rule, isDryRun: false });
  if (answer.kind !== "result") return tellFailure(invocation, answer);
  if (followed !== null) return followed.show(null);
  const exitCode = printAccepted(invocation, answer.result);
  if (!invocation.isJson)
    invocation.terminal.print("`failoverctl watch` shows how it goes, and so does `failoverctl history --follow`");
  return exitCode;
}

/** What would hold the rule back, if it were to fire by itself; null: nothing, or nobody can say. */
async function holdOf(client: Client, rule: string): Promise<string | null> {
  const answer = await client.ask("explain", { rule });
  const parsed = answer.kind === "result" ? parseExplanation(answer.result, "explanation") : null;
  return parsed?.ok === true ? parsed.value.hold : null;
}

function commandsOf(result: unknown): readonly (readonly string[])[] {
  const commands = isObject(result) ? result["commands"] : null;
  const isWords = (value: unknown): value is readonly string[] =>
    Array.isArray(value) && value.every((word) => typeof word === "string");
  return Array.isArray(commands) ? commands.filter(isWords) : [];
}
