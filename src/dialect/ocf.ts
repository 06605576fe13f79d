/**
 * The dialect of OCF resource agents, as their `monitor` action speaks it: the exit code says it all, with a code of its
 * own for "stopped, and cleanly so" and for the promoted role.
 *
 * Source: Open Cluster Framework resource agent API 1.1, "Return codes", and Pacemaker for 190 and 191. Every code that
 * is not in the table is critical: the agent ran and could not say that its service is well. Agents have no metrics.
 */
import { exitReasonOf } from "../core/agent-action.ts";
import type { Outcome, Result, Status } from "../core/result.ts";
import { composeUnanswered, readAnswer } from "./answer.ts";
import { composeResult, readPrintedPlain, withLineKept } from "./printed.ts";
import type { CheckOutput } from "./printed.ts";
import { cleanLine } from "./text.ts";

/** Status `null`: it runs, so it is a slave if the agent can be promoted, else ok. */
const codes: ReadonlyMap<number, { readonly status: Status | null; readonly sentence: string }> = new Map([
  [0, { status: null, sentence: "running" }],
  [1, { status: "critical", sentence: "failed" }],
  [2, { status: "critical", sentence: "was given wrong arguments" }],
  [3, { status: "critical", sentence: "cannot be monitored" }],
  [4, { status: "critical", sentence: "has not the permissions that it needs" }],
  [5, { status: "critical", sentence: "is not installed" }],
  [6, { status: "critical", sentence: "is not configured" }],
  [7, { status: "down", sentence: "not running" }],
  [8, { status: "master", sentence: "running as master" }],
  [9, { status: "critical", sentence: "failed as master" }],
  [190, { status: null, sentence: "running, degraded" }],
  [191, { status: "master", sentence: "running as master, degraded" }],
]);

/** A finished `monitor` -> its result. Never throws. */
export function readOcf(outcome: Outcome, output: CheckOutput, options: { readonly isPromotable: boolean }): Result {
  const printed = readPrintedPlain(output);
  const answer = readAnswer(outcome);
  if (answer.kind === "none") return composeUnanswered(answer, printed, outcome);
  const said = codes.get(answer.code) ?? { status: "critical", sentence: "failed with a code that OCF does not know" };
  const running = options.isPromotable ? "slave" : "ok";
  const exitReason = cleanLine(exitReasonOf(output.stderr) ?? "");
  const reason = exitReason === "" ? printed.line : exitReason;
  return composeResult({
    status: said.status ?? running,
    output: `${said.sentence} (exit ${answer.code})${reason === "" ? "" : `: ${reason}`}`,
    printed: exitReason === "" ? printed : withLineKept(printed),
    outcome,
  });
}
