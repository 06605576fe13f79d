/**
 * Liveness. First safety is tried with everything that can go wrong; then all is healed, people do what the manual says,
 * and within a limit exactly one master serves and no run is stuck. Then the master is lost once more, in a world where
 * nothing else is wrong, and the daemon has to bring the service back by itself: people do no more than the rules ask of
 * them: they switch off what has no fence device but them, and let a rule go on that has run as often as it may.
 */
import type { Agenda } from "./agenda.ts";
import { play } from "./agenda.ts";
import type { Cluster } from "./cluster.ts";
import type { Daemon } from "./daemon.ts";
import type { Machine } from "./machine.ts";
import { acknowledgeLimits, attend, attendToFences, endMaintenance, mendDatabases, type People } from "./operator.ts";
import type { StepProcesses } from "./steps.ts";
import { noTrouble, type Trouble } from "./trouble.ts";

export interface Patient {
  readonly agenda: Agenda;
  readonly machine: Machine;
  readonly cluster: Cluster;
  readonly daemon: Daemon;
  readonly steps: StepProcesses;
  readonly trouble: Trouble;
  readonly people: People;
  readonly say: (line: string) => void;
  readonly isOver: () => boolean;
}

const minute = 60_000;

/** A daemon that was stopped lately is started, maintenance that ends by itself has ended, a run that hangs was ended. */
const healWithinMs = 90 * minute;

/** The longest cooldown. */
const restMs = 11 * minute;

/** Confirmed, held for its time, fenced with all retries, promoted, seen. */
const failoverWithinMs = 15 * minute;

const attendEveryMs = 15_000;

/** Null: well. Else what is not. */
export async function heal(patient: Patient): Promise<string | null> {
  const { agenda, trouble, cluster, say, people, steps, daemon } = patient;
  say("all is healed");
  Object.assign(trouble, noTrouble);
  let isMending = true;
  const look = (): void => {
    daemon.start();
    for (const host of cluster.hosts) cluster.change(host, { isLinked: true, isFollowing: true, lagWrites: 0 });
    if (isMending) {
      attend(people, steps);
      endMaintenance(people);
      mendDatabases(people, daemon.supervisor?.state().run != null);
    } else {
      attendToFences(people);
      acknowledgeLimits(people);
    }
    agenda.after(attendEveryMs, look);
  };
  look();
  const ill = await until(patient, healWithinMs, () => whatIsWrong(patient));
  if (ill !== null) return `${ill}, ${healWithinMs / minute} minutes after all was healed`;
  isMending = false;
  await play(agenda, agenda.nowMs + restMs, patient.isOver);
  const [master] = cluster.masters();
  if (master === undefined) return "there is no master although all was well";
  say(`${master.name} (master): its database stops, once more`);
  cluster.stopDatabase(master);
  if (people.ruleSet.isFollower) {
    const slave = cluster.hosts.find((host) => host.database === "slave");
    agenda.after(30_000, () => slave !== undefined && cluster.promote(slave));
  }
  const lost = await until(patient, failoverWithinMs, () => {
    const serving = cluster.serving().filter((host) => host !== master);
    if (serving.length !== 1) return `${serving.length} hosts serve`;
    return daemon.supervisor?.state().run == null ? null : "a run is still in progress";
  });
  return lost === null
    ? null
    : `${lost}, ${failoverWithinMs / minute} minutes after the master was lost in a world where all else was well`;
}

/** Plays on until nothing is wrong, or so long; answers with what still is. */
async function until(patient: Patient, withinMs: number, wrong: () => string | null): Promise<string | null> {
  const { agenda, isOver } = patient;
  const endMs = agenda.nowMs + withinMs;
  for (;;) {
    await play(agenda, Math.min(endMs, agenda.nowMs + 5_000), isOver);
    const what = wrong();
    if (what === null || isOver()) return null;
    if (agenda.nowMs >= endMs) return what;
  }
}

function whatIsWrong({ daemon, cluster, machine }: Patient): string | null {
  const { supervisor } = daemon;
  if (supervisor === null || machine.isStopped) return "no daemon runs";
  const { run, waiting, learning, distrust, rules, maintenance, hosts } = supervisor.state();
  if (!learning.isOver) return "the daemon is still learning";
  if (distrust !== null) return `the journal is not trusted: ${distrust}`;
  if (run !== null) return `run ${run.run} of ${run.rule} is stuck (${run.phase.kind})`;
  if (waiting.length > 0) return `${waiting.length} triggers wait`;
  if (maintenance.length > 0)
    return `maintenance of ${maintenance.map(({ scope }) => scope).join(" and ")} does not end`;
  const blocked = Object.entries(rules).find(([, progress]) => progress.blocked !== null);
  if (blocked !== undefined) return `${blocked[0]} is blocked`;
  const serving = cluster.serving();
  if (serving.length !== 1 || cluster.masters().length !== 1) return `${serving.length} hosts serve`;
  for (const host of cluster.hosts) {
    const seen = hosts[host.name]?.status;
    if (seen !== host.database) return `${host.name} is ${host.database} and is taken for ${seen}`;
  }
  if (supervisor.memory.notRemembered !== null) return `the daemon cannot remember: ${supervisor.memory.notRemembered}`;
  return null;
}
