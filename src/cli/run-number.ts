/** The run that `resume` and `abandon` are about: named, or, if it is not, said which one it could be. */
import { printable } from "../base/terminal-text.ts";
import { connectDaemon } from "./client.ts";
import type { Invocation } from "./command.ts";
import { parseSerial } from "./serial.ts";
import { parseStatus } from "./status-shape.ts";

/** Null: it is no number, which has been told. Nothing is guessed: which run is meant decides a person. */
export async function readRunNumber({ words, terminal, sockets }: Invocation): Promise<number | null> {
  const run = parseSerial(words[0] ?? "");
  if (run !== null) return run;
  const known = words.length === 0 ? await sayRun(sockets) : null;
  const which = known === null ? "" : `; ${printable(known)}`;
  terminal.complain(`failoverctl: RUN is the number of a run, as status and history show it${which}`);
  return null;
}

/** Null: no daemon answers. */
async function sayRun(sockets: readonly string[]): Promise<string | null> {
  const connection = await connectDaemon(sockets);
  if (connection.kind === "absent") return null;
  const answer = await connection.client.ask("status", {});
  connection.client.close();
  const status = answer.kind === "result" ? parseStatus(answer.result, "status") : null;
  if (status?.ok !== true) return null;
  const { run } = status.value;
  if (run === null) return "no run is in progress";
  const phase = typeof run.phase === "string" ? ` (${run.phase})` : "";
  return `in progress is run ${run.run} of ${run.rule}${phase}`;
}
