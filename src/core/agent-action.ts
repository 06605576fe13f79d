/**
 * Actions of OCF resource agents, `ocf:PROVIDER:TYPE start`: how their end is told from another program's, and said.
 *
 * Source: Open Cluster Framework resource agent API 1.1, "Return codes"; 190 and 191 are Pacemaker's. A `stop` that fails
 * is unlike every other failure: nobody knows any more whether the service runs, and to start it elsewhere could
 * make two of it. Pacemaker then fences the node; here the run fails in those words, and `[on_failure]` can fence.
 */
import type { Outcome } from "./result.ts";
import type { BoundCommand } from "./run.ts";

/** Exit codes that are not 0, of any action. */
const meanings: ReadonlyMap<number, string> = new Map([
  [2, "it was given wrong arguments"],
  [3, "it does not know this action"],
  [4, "it has not the permissions that it needs"],
  [5, "it is not installed"],
  [6, "it is not configured"],
  [7, "it is not running"],
  [8, "it runs as master"],
  [9, "it failed as master"],
  [190, "it runs, degraded"],
  [191, "it runs as master, degraded"],
]);

/** Of a `stop` it is a failure as any other: one of what does not run ends with 0. */
const notRunningCode = 7;
const notWhatStopSays = `it ended with ${notRunningCode}, which is no answer to a stop`;

/** What `monitor` answers of a service that runs, in whatever role. */
const running: readonly number[] = [0, 8, 190, 191];

/** A reason in a sentence: more is in the step's log. */
const reasonCharactersMax = 300;

/** The agent's type and its action; null: the command is no resource agent. `words`: of a command, as the operator wrote it. */
export function agentAction(words: readonly string[]): { readonly type: string; readonly action: string } | null {
  const [agent = "", action = ""] = words;
  return agent.startsWith("ocf:") ? { type: agent.slice(agent.lastIndexOf(":") + 1), action } : null;
}

/**
 * The command as people see it. A resource agent has its parameters from its environment, so they do not stand among its
 * words; here they do. What is a secret by its name is named, and no more.
 */
export function shownWords({ words, env }: Pick<BoundCommand, "words" | "env">): readonly string[] {
  if (agentAction(words) === null) return words;
  const given = Object.entries(env).filter(([name]) => name.startsWith(parameter) && !name.startsWith(ofCluster));
  const parameters = given.map(([whole, value]) => {
    const name = whole.slice(parameter.length);
    return `${name}=${secretName.test(name) ? "…" : value}`;
  });
  return [...words, ...parameters];
}

const parameter = "OCF_RESKEY_";
const ofCluster = "OCF_RESKEY_CRM_meta_";
const secretName = /pass|secret|token|credential|community|(^|_)(key|pin|pwd)$/i;

export function endedWell(words: readonly string[], outcome: Outcome): boolean {
  if (outcome.kind !== "exited") return false;
  return outcome.code === 0 || (agentAction(words)?.action === "monitor" && running.includes(outcome.code));
}

/** What is to be said of an agent's failure behind its exit code, `: …`; empty if it was none, or no agent's. */
export function whyAgentFailed(
  words: readonly string[],
  end: { readonly outcome: Outcome; readonly output: string },
  localHost: string,
): string {
  const called = agentAction(words);
  if (called === null || endedWell(words, end.outcome)) return "";
  const code = end.outcome.kind === "exited" ? end.outcome.code : null;
  const isUnknown = called.action === "stop";
  const unknown = `stop failed: the state of ${called.type} on ${localHost} is unknown, it may still run: fence it`;
  const meaning = isUnknown && code === notRunningCode ? notWhatStopSays : meanings.get(code ?? 0);
  return [meaning ?? "", reasonShown(end.output), isUnknown ? unknown : ""]
    .filter((part) => part !== "")
    .map((part) => `: ${part}`)
    .join("");
}

/**
 * Agents say why on stderr, behind a mark. The last reason counts, as for Pacemaker: what was said last ended it. Null: there
 * is none. As it was printed: it has to be cleaned before it is shown.
 */
export function exitReasonOf(printed: string): string | null {
  const at = printed.lastIndexOf(mark);
  if (at === -1) return null;
  const [line = ""] = printed.slice(at + mark.length).split("\n", 1);
  return line;
}

const mark = "ocf-exit-reason:";

/** One line without control characters. */
function reasonShown(output: string): string {
  const line = (exitReasonOf(output) ?? "").replaceAll(/\p{Cc}|\p{Bidi_Control}/gu, " ");
  return line.trim().slice(0, reasonCharactersMax);
}
