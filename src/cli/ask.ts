/** One question to the daemon, for commands that are no more than that; and how every failure to get an answer is told. */
import { hostname } from "node:os";
import { join } from "node:path";
import type { MethodName, ParamsOf } from "../wire/methods.ts";
import { printable } from "../base/terminal-text.ts";
import { realDisk } from "../host/files.ts";
import { readTable } from "../store/table.ts";
import { connectDaemon, type Absent, type Failure } from "./client.ts";
import type { Invocation } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Hint } from "./meant.ts";
import { showCommand } from "./shown-command.ts";

export type Asked =
  { readonly kind: "result"; readonly result: unknown } | { readonly kind: "failed"; readonly exitCode: number };

/** Asks; what goes wrong is told at once, with the hint if there is one, and comes back as the exit code. */
export async function askDaemon<M extends MethodName>(
  invocation: Invocation,
  method: M,
  params: ParamsOf<M>,
  hintOf: Hint = noHint,
): Promise<Asked> {
  const connection = await connectDaemon(invocation.sockets);
  if (connection.kind === "absent") return { kind: "failed", exitCode: await tellAbsent(invocation, connection) };
  const { client } = connection;
  const answer = await client.ask(method, params);
  const hint = answer.kind === "error" ? await hintOf(client) : null;
  client.close();
  if (answer.kind === "result") return answer;
  return { kind: "failed", exitCode: tellFailure(invocation, answer, hint) };
}

const noHint: Hint = () => Promise.resolve(null);

const askAsDaemon = "ask as the user that the daemon runs as, or as root";

/** No daemon, or none for this user: says what to do about it. */
export async function tellAbsent(invocation: Invocation, { why, sentence }: Absent): Promise<number> {
  if (why === "forbidden") {
    tell(invocation, { name: "forbidden", message: sentence, hint: askAsDaemon });
    return exitCodes.refused;
  }
  const next = why === "busy" ? "try again in a moment" : await sayHowToStart(invocation);
  tell(invocation, { name: "no-daemon", message: `${sentence}; ${next}` });
  return exitCodes.noDaemon;
}

/** As the last daemon was started: its table says what it called this host. */
async function sayHowToStart({ values, folders }: Invocation): Promise<string> {
  if (values.has("socket")) return "look whether that is its socket";
  const read = await readTable(realDisk, folders.var);
  const isNamed = read.kind === "table" && read.table.localHost !== hostname();
  const words = [
    join(folders.root, "bin/failoverd"),
    ...(isNamed ? ["--name", read.table.localHost] : []),
    ...(values.has("conf") ? ["--conf", folders.conf] : []),
    ...(values.has("var") ? ["--var", folders.var] : []),
  ];
  return `start it with: ${showCommand(words)}`;
}

/** That no answer came, and what to do about it. */
export function sayLost({ sentence, next }: Extract<Failure, { readonly kind: "lost" }>): string {
  return next === undefined ? sentence : `${sentence}; ${next}`;
}

/** The daemon said no, or went away. `hint`: what was meant, or what to do next. */
export function tellFailure(invocation: Invocation, answer: Failure, hint: string | null = null): number {
  if (answer.kind === "lost") {
    const { sentence, next } = answer;
    tell(invocation, { name: "no-daemon", message: sentence, ...(next === undefined ? {} : { hint: next }) });
    return exitCodes.noDaemon;
  }
  const { name, message, data } = answer;
  const next = hint ?? (name === "not-allowed" ? askAsDaemon : null);
  tell(invocation, { name: name ?? "unknown", message, data, ...(next === null ? {} : { hint: next }) });
  return name === "invalid-params" || name === "no-such-method" ? exitCodes.usage : exitCodes.refused;
}

/** The answer of a command that changes something: its sentence, or with `--json` the whole of it. */
export function printAccepted({ terminal, isJson }: Invocation, result: unknown): number {
  const sentence = typeof result === "object" && result !== null && "sentence" in result ? result.sentence : null;
  terminal.print(isJson || typeof sentence !== "string" ? JSON.stringify(result) : printable(sentence));
  return exitCodes.well;
}

function tell(
  { terminal, isJson }: Invocation,
  error: { name: string; message: string; data?: unknown; hint?: string },
): void {
  if (isJson) terminal.print(JSON.stringify({ error }));
  const hint = error.hint === undefined ? "" : `; ${error.hint}`;
  terminal.complain(`failoverctl: ${printable(error.message + hint)}`);
}
