/** What the daemon knows; or, if there is none, what it knew. */
import type { Command, Invocation } from "../command.ts";
import { connectDaemon, type Answer } from "../client.ts";
import { tellAbsent, tellFailure } from "../ask.ts";
import { exitCodes } from "../exit-codes.ts";
import { readLastKnown } from "../last-known.ts";
import { renderStatus } from "../render-status.ts";
import { parseStatus } from "../status-shape.ts";

export const status: Command = {
  name: "status",
  usage: "",
  wordsMin: 0,
  wordsMax: 0,
  summary: "show hosts, checks, rules, and the run in progress",
  details: [
    "What needs a person stands on top, behind a !. A status with 2/3 behind it is being confirmed: two results of three said so. A rule that is held or blocked says why.",
    "If no daemon answers, shows what it knew when it last wrote that down, with its age, and ends with 3.",
  ],
  options: [],
  completes: [],
  examples: [
    ["status", "the picture, for a person"],
    ["--json status", "for a program; the fields are in the README"],
  ],
  run: async (invocation) => {
    const { isJson } = invocation;
    const connection = await connectDaemon(invocation.sockets);
    if (connection.kind === "absent") {
      if (connection.why === "forbidden") return tellAbsent(invocation, connection);
      const exitCode = await tellAbsent({ ...invocation, isJson: false }, connection);
      await showLastKnown(invocation);
      return exitCode;
    }
    const answer: Answer = await connection.client.ask("status", {});
    connection.client.close();
    if (answer.kind === "result") return show(invocation, answer.result);
    /** It runs, and says no: what is shown to a person all the same is no answer for a program. */
    if (answer.kind === "error" && (isJson || answer.name !== "too-busy")) return tellFailure(invocation, answer);
    const exitCode = tellFailure({ ...invocation, isJson: false }, answer);
    await showLastKnown(invocation);
    return exitCode;
  },
};

async function showLastKnown(invocation: Invocation): Promise<void> {
  const { folders, terminal, isJson } = invocation;
  const known = await readLastKnown(folders.var);
  if (known.kind === "known") {
    show(invocation, known.status);
    return;
  }
  terminal.complain(`failoverctl: ${known.sentence}`);
  if (isJson) terminal.print(JSON.stringify(nothingKnown, null, 2));
}

/** In the shape of a status, for programs that look at `.daemon.running`. */
const nothingKnown = { daemon: { running: false }, hosts: [], checks: [], rules: [], run: null, maintenance: [] };

function show({ terminal, isJson }: Invocation, answered: unknown): number {
  if (isJson) {
    terminal.print(JSON.stringify(answered, null, 2));
    return exitCodes.well;
  }
  const parsed = parseStatus(answered, "status");
  if (!parsed.ok) {
    terminal.complain(
      `failoverctl: the daemon is of another version, and its status cannot be shown: ${parsed.sentence}`,
    );
    return exitCodes.notWell;
  }
  terminal.print(renderStatus(parsed.value, Date.now(), terminal));
  return exitCodes.well;
}
