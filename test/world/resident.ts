/** A resident check: looks at a host once a second, says a line when what it sees changes and every ten seconds, and dies now and then. */
import type { Agenda } from "./agenda.ts";
import type { Cluster } from "./cluster.ts";
import type { Said } from "./happening.ts";
import { answerOf, hostIn } from "./programs.ts";
import type { Random } from "./random.ts";
import type { Trouble } from "./trouble.ts";

const lookEveryMs = 3_000;
const sayEveryMs = 20_000;

/** Calls back until the answer is called. */
export function watchCluster(
  world: { readonly agenda: Agenda; readonly cluster: Cluster; readonly random: Random; readonly trouble: Trouble },
  argv: readonly string[],
  on: {
    readonly onLine: (line: string, said: Said) => void;
    readonly onDeath: () => void;
    /** The daemon that started it is gone, and so is it. */
    readonly isOver: () => boolean;
  },
): () => void {
  const { agenda, cluster, random, trouble } = world;
  const host = hostIn(cluster, argv);
  let last = "";
  let saidAtMs = -Infinity;
  let isStopped = false;
  const look = (): void => {
    if (isStopped || on.isOver()) return;
    if (random.chance(trouble.checkDies)) {
      isStopped = true;
      on.onDeath();
      return;
    }
    const answer = host === undefined ? null : answerOf(cluster, host, true);
    const said = answer?.kind === "answers" ? answer.said[0] : undefined;
    if (answer?.kind === "answers" && said !== undefined) {
      if (said.status !== last || agenda.nowMs - saidAtMs >= sayEveryMs) {
        last = said.status;
        saidAtMs = agenda.nowMs;
        on.onLine(lineOf(answer.stdout, said.status), said);
      }
    }
    agenda.after(lookEveryMs, look);
  };
  agenda.after(random.below(lookEveryMs), look);
  return () => {
    isStopped = true;
  };
}

/** A line has no exit code, so its first word is the status. */
function lineOf(stdout: string, status: string): string {
  return stdout.toLowerCase().startsWith(status) ? stdout : `${status.toUpperCase()} - ${stdout}`;
}
