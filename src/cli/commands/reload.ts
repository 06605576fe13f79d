/** The configuration, read again. */
import { parseComplaints } from "../complaint-shape.ts";
import { connectDaemon } from "../client.ts";
import { printAccepted, tellAbsent, tellFailure } from "../ask.ts";
import type { Command } from "../command.ts";
import { printComplaint } from "../../language/print-complaint.ts";

export const reload: Command = {
  name: "reload",
  usage: "",
  wordsMin: 0,
  wordsMax: 0,
  summary: "make the daemon read its configuration again",
  details: [
    "If there is an error in it, the daemon goes on with the configuration that it has, and the complaints are shown. A reload changes no status and fires no rule. A run in progress goes on as it began.",
    "Exit code 0: the new configuration is in force. 4: it was refused.",
  ],
  options: [],
  completes: [],
  examples: [["reload", "after `failoverctl check` has nothing to complain of"]],
  run: async (invocation) => {
    const connection = await connectDaemon(invocation.sockets);
    if (connection.kind === "absent") return tellAbsent(invocation, connection);
    const answer = await connection.client.ask("reload", {});
    connection.client.close();
    const about = answer.kind === "result" ? answer.result : answer.kind === "error" ? answer.data : null;
    if (!invocation.isJson) {
      for (const complaint of parseComplaints(about)) invocation.terminal.complain(`${printComplaint(complaint)}\n`);
    }
    return answer.kind === "result" ? printAccepted(invocation, answer.result) : tellFailure(invocation, answer);
  },
};
