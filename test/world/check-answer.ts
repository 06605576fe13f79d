/** How a check's process ends in this world: what it would have said, and what went wrong with it. */
import type { Outcome } from "../../src/core/result.ts";
import type { CheckOutput } from "../../src/host/processes.ts";
import type { Cluster } from "./cluster.ts";
import type { Said } from "./happening.ts";
import { programName, runCheck, type Answer } from "./programs.ts";
import type { Random } from "./random.ts";
import type { Trouble } from "./trouble.ts";

export interface CheckEnd {
  readonly outcome: Outcome;
  readonly output: CheckOutput;
  readonly said: readonly Said[];
  /** It ran out of time. */
  readonly isLate: boolean;
}

export function endOfCheck(
  { cluster, random, trouble }: { cluster: Cluster; random: Random; trouble: Trouble },
  argv: readonly string[],
  timeoutMs: number,
): CheckEnd {
  if (random.chance(trouble.checkNotRun)) {
    const isFork = random.chance(0.5);
    const reason = isFork ? "no process could be forked" : `${argv[0]} is not there`;
    const outcome: Outcome = { kind: "not-started", errno: isFork ? "EAGAIN" : "ENOENT", reason };
    return ended(outcome, "", "unknown");
  }
  if (random.chance(trouble.checkDies)) return ended({ kind: "killed", signal: "SIGSEGV" }, "", "unknown");
  if (random.chance(trouble.checkHangs)) return late(timeoutMs);
  if (random.chance(trouble.checkPanics)) return panic(argv);
  if (random.chance(trouble.checkBabbles)) return babble(random);
  const answer = runCheck(cluster, argv, random.chance(0.5));
  return answer.kind === "hangs" ? late(timeoutMs) : answered(answer);
}

function answered(answer: Extract<Answer, { kind: "answers" }>): CheckEnd {
  const output = { stdout: answer.stdout, stderr: "", droppedBytes: 0 };
  return { outcome: exited(answer.code), output, said: answer.said, isLate: false };
}

/** Where a report is expected that is none, and so says nothing. */
function panic(argv: readonly string[]): CheckEnd {
  const isReport = programName(argv) === "check_cluster";
  return ended(exited(2), "CRITICAL - a moment of panic", isReport ? "unknown" : "critical");
}

function late(timeoutMs: number): CheckEnd {
  return { ...ended({ kind: "timed-out", afterMs: timeoutMs }, "trying to", "critical"), isLate: true };
}

/** Something that no dialect knows, or more than anybody reads. In a report it is not even JSON. */
function babble(random: Random): CheckEnd {
  if (random.chance(0.2)) {
    const line = "the quick brown fox prints without end ".repeat(1_600);
    const output = { stdout: line, stderr: "", droppedBytes: 4_000_000 };
    return { outcome: exited(3), output, said: unknown, isLate: false };
  }
  const code = 3 + random.below(5);
  return ended(exited(code), "Traceback: \u001b[31mwhat?", "unknown");
}

const unknown: readonly Said[] = [{ host: null, status: "unknown", lagBytes: null }];

function ended(outcome: Outcome, stdout: string, status: string): CheckEnd {
  const said = [{ host: null, status, lagBytes: null }];
  return { outcome, output: { stdout, stderr: "", droppedBytes: 0 }, said, isLate: false };
}

function exited(code: number): Outcome {
  return { kind: "exited", code };
}
