/**
 * What befalls a world: incidents, one every some minutes, now and then two at once, and oftener while a run is in progress,
 * because that is when they matter. Each is a row of a table with its weight. After a while people mend what is broken.
 */
import type { Agenda } from "./agenda.ts";
import type { Cluster, Host } from "./cluster.ts";
import type { Daemon } from "./daemon.ts";
import type { SimulatedDisk } from "./disk.ts";
import type { Machine } from "./machine.ts";
import { attend, editFiles, meddle, mendDatabases, report, type People } from "./operator.ts";
import type { Random } from "./random.ts";
import type { StepProcesses } from "./steps.ts";
import type { Trouble } from "./trouble.ts";

export interface Nature {
  readonly agenda: Agenda;
  readonly machine: Machine;
  readonly cluster: Cluster;
  readonly daemon: Daemon;
  readonly disk: SimulatedDisk;
  readonly folder: string;
  readonly steps: StepProcesses;
  readonly trouble: Trouble;
  readonly people: People;
  readonly random: Random;
  readonly say: (line: string) => void;
  /** The daemon did not run for so long, and does again. */
  readonly resumed: (gapMs: number) => void;
  readonly mended: () => void;
  /** Healed: nothing befalls it any more. */
  readonly isOver: () => boolean;
}

const minute = 60_000;
const incidentEveryMs = 10 * minute;
const attendEveryMs = 8 * minute;
const reportEveryMs = 3 * minute;

const incidents: readonly (readonly [weight: number, befall: (nature: Nature) => void])[] = [
  [4, (nature) => onMaster(nature, "its database stops", (host) => nature.cluster.stopDatabase(host))],
  [3, (nature) => onMaster(nature, "it loses its power", (host) => nature.cluster.powerOff(host))],
  [2, (nature) => onMaster(nature, "it is cut off", (host) => cutOff(nature, host))],
  [1, (nature) => onAny(nature, "its database stops", (host) => nature.cluster.stopDatabase(host))],
  [1, (nature) => onAny(nature, "it is cut off", (host) => cutOff(nature, host))],
  [1, (nature) => onAny(nature, "it flaps", (host) => flap(nature, host, 3 + nature.random.below(8)))],
  [1, (nature) => onAny(nature, "it follows no more", (host) => nature.cluster.change(host, { isFollowing: false }))],
  [
    1,
    (nature) =>
      onAny(nature, "it lags", (host) => nature.cluster.change(host, { lagWrites: nature.random.below(9_000) })),
  ],
  [1, (nature) => onAny(nature, "it is promoted by hand", (host) => nature.cluster.promote(host))],
  [1, switchOver],
  [1, (nature) => nature.cluster.hosts.forEach((host) => cutOff(nature, host))],
  [2, ({ daemon }) => daemon.die("kill")],
  [1, ({ daemon }) => daemon.die("power")],
  [1, rebootInNeed],
  [1, ({ daemon }) => daemon.stop()],
  [1, killAndEdit],
  [2, (nature) => stall(nature, (ms) => nature.machine.stop(ms))],
  [1, (nature) => stall(nature, (ms) => nature.machine.suspend(ms))],
  [1, setWallClock],
  [2, spoilDisk],
  [0.3, rot],
  [5, ({ people }) => meddle(people)],
];

const weights = incidents.reduce((sum, [weight]) => sum + weight, 0);

/** Sets it going. */
export function beginNature(nature: Nature): void {
  const { agenda, random, people, steps } = nature;
  const again = (everyMs: number, act: () => void): void => {
    agenda.after(everyMs * (0.2 + 1.6 * random.next()), () => {
      if (nature.isOver()) return;
      act();
      again(everyMs, act);
    });
  };
  again(incidentEveryMs, () => {
    befall(nature);
    if (random.chance(0.3)) agenda.after(random.below(minute), () => nature.isOver() || befall(nature));
  });
  again(attendEveryMs, () => attend(people, steps));
  let silentUntilMs = 0;
  const tellPassive = (): void => {
    if (!nature.isOver() && random.chance(0.03)) silentUntilMs = agenda.nowMs + random.below(90) * minute;
    report(people, !nature.isOver() && agenda.nowMs < silentUntilMs);
    agenda.after(reportEveryMs, tellPassive);
  };
  if (people.ruleSet.passive.length > 0) tellPassive();
}

/** A run has begun: now it would hurt. */
export function worsen(nature: Nature): void {
  const { agenda, random } = nature;
  if (random.chance(0.25)) agenda.after(random.below(20_000), () => nature.isOver() || befall(nature));
}

function befall(nature: Nature): void {
  let left = nature.random.next() * weights;
  for (const [weight, act] of incidents) {
    left -= weight;
    if (left >= 0) continue;
    act(nature);
    mendLater(nature);
    return;
  }
}

function mendLater(nature: Nature): void {
  const { agenda, random, people, daemon } = nature;
  if (!random.chance(0.6)) return;
  agenda.after((2 + random.below(30)) * minute, () => {
    if (!nature.isOver()) mendDatabases(people, daemon.supervisor?.state().run != null);
  });
}

function onMaster(nature: Nature, what: string, act: (host: Host) => void): void {
  const [master] = nature.cluster.masters();
  if (master === undefined) return;
  nature.say(`${master.name} (master): ${what}`);
  act(master);
  if (nature.people.ruleSet.isFollower) promoteLater(nature, master);
}

/** Where the daemon only follows, something else promotes. */
function promoteLater(nature: Nature, lost: Host): void {
  const { agenda, random, cluster, say } = nature;
  agenda.after((20 + random.below(100)) * 1_000, () => {
    const slave = cluster.hosts.find((host) => host !== lost && host.isOn && host.database === "slave");
    if (slave === undefined || nature.isOver()) return;
    say(`${slave.name} is promoted by another program`);
    cluster.promote(slave);
  });
}

function onAny(nature: Nature, what: string, act: (host: Host) => void): void {
  const host = nature.cluster.hosts[nature.random.below(nature.cluster.hosts.length)];
  if (host === undefined) return;
  nature.say(`${host.name}: ${what}`);
  act(host);
}

function cutOff(nature: Nature, host: Host): void {
  const { agenda, random, cluster, say } = nature;
  cluster.change(host, { isLinked: false });
  agenda.after((5 + random.below(600)) * 1_000, () => {
    say(`${host.name} is reached again`);
    cluster.change(host, { isLinked: true });
  });
}

function flap(nature: Nature, host: Host, times: number): void {
  const { agenda, random, cluster } = nature;
  cluster.change(host, { isLinked: times % 2 === 0 || nature.isOver() });
  if (times > 0) agenda.after(1_000 + random.below(20_000), () => flap(nature, host, times - 1));
  else cluster.change(host, { isLinked: true });
}

function switchOver(nature: Nature): void {
  const { cluster, random, agenda, say } = nature;
  const [master] = cluster.masters();
  const slave = cluster.hosts.find((host) => host.isOn && host.database === "slave");
  if (master === undefined || slave === undefined) return;
  say(`${master.name} hands over to ${slave.name}, by hand`);
  cluster.follow(master);
  agenda.after(random.below(5_000), () => nature.isOver() || cluster.promote(slave));
}

function stall(nature: Nature, begin: (ms: number) => void): void {
  const { random, agenda, say, machine } = nature;
  const { life } = machine;
  if (machine.isStopped || life === 0) return;
  const ms = random.chance(0.5) ? 200 + random.below(3_000) : 3_000 + random.below(15 * minute);
  say(`the daemon is not run for ${ms} ms`);
  begin(ms);
  agenda.after(ms, () => {
    if (machine.life === life) nature.resumed(ms);
  });
}

function setWallClock({ machine, random, say }: Nature): void {
  const sizes = [1_000, minute, 60 * minute, 30 * 24 * 60 * minute];
  const ms = Math.round((random.next() - 0.5) * 2 * (sizes[random.below(sizes.length)] ?? 0));
  say(`the wall clock is set by ${ms} ms`);
  machine.wallOffsetMs += ms;
}

function spoilDisk(nature: Nature): void {
  const { trouble, random, agenda, say } = nature;
  const kind = random.below(3);
  const { diskSlow, diskFails, isDiskFull } = trouble;
  if (diskSlow > 0 || diskFails > 0 || isDiskFull) return;
  const how = ["slow", "failing", "full"][kind] ?? "";
  say(`the disk is ${how}`);
  if (kind === 0) trouble.diskSlow = 0.3 * random.next();
  if (kind === 1) trouble.diskFails = 0.3 * random.next();
  if (kind === 2) trouble.isDiskFull = true;
  agenda.after((5 + random.below(900)) * 1_000, () => {
    say(`the disk is not ${how} any more`);
    Object.assign(trouble, { diskSlow: 0, diskFails: 0, isDiskFull: false });
    nature.mended();
  });
}

/** The machine loses its power when that matters: a run is in progress, or a rule waits for somebody to look. */
function rebootInNeed({ daemon }: Nature): void {
  const state = daemon.supervisor?.state();
  const isInNeed =
    state !== undefined &&
    (state.run !== null || Object.values(state.rules).some((progress) => progress.blocked !== null));
  if (isInNeed) daemon.die("power");
}

/** Somebody uses the time while it is down. */
function killAndEdit({ daemon, people }: Nature): void {
  daemon.die("kill");
  editFiles(people);
}

/** A bit changes where it lies, while the daemon is down. */
function rot({ daemon, disk, folder, random, say, machine }: Nature): void {
  if (machine.life !== 0) daemon.die("kill");
  const name = random.chance(0.7) ? "journal.ndjson" : "table.json";
  const path = `${folder}/${name}`;
  const length = disk.peek(path)?.length ?? 0;
  if (length === 0) return;
  say(`a bit of ${name} changes`);
  disk.flip(path, random.below(length * 8));
  daemon.damaged();
}
