/** A host, switched off and proven off by a person's word; or its fence devices, asked. */
import { isObject } from "../../base/shape.ts";
import { printable } from "../../base/terminal-text.ts";
import { tellAbsent, tellFailure } from "../ask.ts";
import { connectDaemon, type Client } from "../client.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { followRun } from "../follow-run.ts";
import { hintForHost } from "../meant.ts";
import type { HistoryEntry } from "../render-history.ts";
import { parseStatus } from "../status-shape.ts";

export const fence: Command = {
  name: "fence",
  usage: "HOST [status]",
  wordsMin: 1,
  wordsMax: 2,
  summary: "switch a host off and prove it, or ask whether it is off",
  details: [
    "Asks, then does what the action `fence HOST` of a rule does: each device of `[fence HOST]` in order, until one of them says that the host is off. It is a run with a number, in the journal, one at a time; what holds rules back (maintenance, a cooldown) does not hold it. It is shown to its end.",
    "`fence HOST status` switches nothing off: each device is asked what it says, one after the other. Use it before you need it.",
    "Exit code 0: proven off, or with `status` every device has answered. 1: not confirmed, not proven, not known, because the daemon ended while it was waited for, or a device did not answer. 2: there is no terminal to ask on. 4: refused. What ends the waiting (Ctrl-C) does not end the run.",
  ],
  options: [{ name: "yes", value: null, help: "do not ask; needed where there is no terminal to ask on" }],
  completes: [["hosts"], ["=status"], []],
  examples: [
    ["fence host1 status", "what its devices say, and whether they can be reached"],
    ["fence host1", "asks, then switches it off"],
    ["fence host1 --yes", "from a script"],
  ],
  run: async (invocation) => {
    const [, verb = "off"] = invocation.words;
    if (verb !== "off" && verb !== "status") {
      invocation.terminal.complain(
        `failoverctl: behind the host stands \`status\` or nothing, not ${JSON.stringify(verb)}`,
      );
      return exitCodes.usage;
    }
    const connection = await connectDaemon(invocation.sockets);
    if (connection.kind === "absent") return tellAbsent(invocation, connection);
    try {
      return await fenceHost(connection.client, verb, invocation);
    } finally {
      connection.client.close();
    }
  },
};

async function fenceHost(client: Client, verb: "off" | "status", invocation: Invocation): Promise<number> {
  const [host = ""] = invocation.words;
  if (verb === "off" && !invocation.flags.has("yes")) {
    const refusal = await confirm(client, host, invocation);
    if (refusal !== null) return refusal;
  }
  const rule = verb === "off" ? `fence ${host}` : `fence ${host} status`;
  const followed = await followRun(client, verb === "off" ? { rule } : { rule, exitCodeOf: haveAnswered }, invocation);
  const answer = await client.ask("fence", { host, verb });
  if (answer.kind === "error") return tellFailure(invocation, answer, await hintForHost(host)(client));
  if (answer.kind === "lost") return tellFailure(invocation, answer);
  const sentence = isObject(answer.result) ? answer.result["sentence"] : null;
  return followed.show(typeof sentence === "string" ? sentence : null);
}

/** The exit code if it is not to be done; null: it is. */
async function confirm(client: Client, host: string, { terminal }: Invocation): Promise<number | null> {
  if (terminal.confirm === null) {
    terminal.complain("failoverctl: nothing was done: there is no terminal to ask on; --yes does it without asking");
    return exitCodes.usage;
  }
  const answer = await client.ask("status", {});
  const status = answer.kind === "result" ? parseStatus(answer.result, "status") : null;
  const known = status?.ok === true ? status.value.hosts.find((other) => other.host === host) : undefined;
  const role = known === undefined || known.role === null ? "" : `, its role ${known.role}`;
  const now = known === undefined ? "" : ` It is ${known.status} now${role}.`;
  terminal.complain(printable(`${host} would be switched off.${now}`));
  if (await terminal.confirm(`Switch ${printable(host)} off now?`)) return null;
  terminal.complain("failoverctl: nothing was done");
  return exitCodes.notWell;
}

/** Whatever the devices say: that each of them says something. */
function haveAnswered(entries: readonly HistoryEntry[]): number {
  const ends = entries.filter(({ kind }) => kind === "step-end");
  return ends.every(({ fields }) => fields["isSuccess"] === true) ? exitCodes.well : exitCodes.notWell;
}
