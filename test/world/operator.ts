/**
 * The people around the daemon. An operator who switches maintenance on and off, reloads, acknowledges and gives up; and a
 * database administrator who repairs what is broken in the end: powers on, connects, and makes two masters one.
 *
 * Both are hasty in a world of trouble, and in a healed one do what the manual says, promptly.
 */
import type { BoundAction } from "../../src/core/run.ts";
import type { Cluster, Host } from "./cluster.ts";
import type { Daemon } from "./daemon.ts";
import type { Machine } from "./machine.ts";
import type { Random } from "./random.ts";
import type { RuleSet } from "./rule-sets.ts";
import type { StepProcesses } from "./steps.ts";

export interface People {
  readonly daemon: Daemon;
  readonly cluster: Cluster;
  readonly machine: Machine;
  readonly random: Random;
  readonly ruleSet: RuleSet;
  readonly say: (line: string) => void;
}

const scopesOf = ({ ruleSet }: People): readonly string[] => [
  "*",
  ...ruleSet.hosts,
  ...ruleSet.variants.flatMap(({ rules, checks }) => [
    ...rules.map(({ name }) => name),
    ...checks.flatMap(({ name, key }) => [name, key]),
  ]),
];

/** One thing that an operator does now and then, whether or not it is wise. */
export function meddle(people: People): void {
  const { daemon, random, ruleSet, say } = people;
  const supervisor = daemon.supervisor;
  if (supervisor === null) {
    editFiles(people);
    return;
  }
  const scope = (): string => pick(random, scopesOf(people)) ?? "*";
  switch (random.below(10)) {
    case 0:
    case 1: {
      const forMs = random.chance(0.7) ? (30 + random.below(1_200)) * 1_000 : null;
      const untilWallMs = forMs === null ? null : people.machine.wallMs() + forMs;
      daemon.ask({ kind: "maintenance-on", scope: scope(), forMs, untilWallMs, reason: "work" });
      return;
    }
    case 2: {
      const [active] = supervisor.state().maintenance;
      daemon.ask({ kind: "maintenance-off", scope: active?.scope ?? scope() });
      return;
    }
    case 3:
    case 4: {
      const configuration = pick(random, ruleSet.variants);
      if (configuration === undefined) return;
      say(`reload of configuration ${configuration.fingerprint}`);
      daemon.reload(configuration);
      return;
    }
    case 5:
      daemon.refuseReload();
      return;
    case 6: {
      const rule = pick(random, daemon.configuration.rules);
      if (rule !== undefined && random.chance(0.2)) daemon.ask({ kind: "run-rule", rule: rule.name });
      return;
    }
    case 7: {
      const { run } = supervisor.state();
      if (run !== null && random.chance(0.3)) daemon.ask({ kind: "abandon", run: run.run });
      return;
    }
    case 9: {
      const verb = random.chance(0.2) ? "off" : "status";
      daemon.ask({ kind: "fence-host", host: pick(random, ruleSet.hosts) ?? "", verb });
      return;
    }
    case 8:
      daemon.ask({ kind: "acknowledge", what: pick(random, daemon.configuration.rules)?.name ?? "journal" });
      return;
  }
}

/** The next daemon begins with other files than the last one had; one that is starting has read them already. */
export function editFiles({ daemon, machine, random, ruleSet, say }: People): void {
  const configuration = pick(random, ruleSet.variants);
  if (machine.life !== 0 || configuration === undefined) return;
  say(`the files are now of configuration ${configuration.fingerprint}`);
  daemon.configuration = configuration;
}

/** What others report over the socket; now and then nobody does for a while. */
export function report({ daemon, random, ruleSet }: People, isSilent: boolean): void {
  if (isSilent) return;
  for (const { check, host } of ruleSet.passive) {
    const status = random.chance(0.05) ? "critical" : "ok";
    const result = { status, output: "reported", longOutput: "", metrics: [], outcome: null };
    daemon.ask({ kind: "reported", check, host, result });
  }
}

/** Looks what waits for a person, and does it: when nothing runs any more, and what nobody knows of was ended. */
export function attend(people: People, steps: StepProcesses): void {
  const { daemon, random } = people;
  const supervisor = daemon.supervisor;
  if (supervisor === null) return;
  const state = supervisor.state();
  const { run } = state;
  for (const step of steps.living) if (step.isForgotten || run?.phase.kind === "in-doubt") steps.kill(step);
  attendToFences(people);
  if (run?.phase.kind === "in-doubt" && steps.living.length === 0)
    daemon.ask({ kind: random.chance(0.5) ? "resume" : "abandon", run: run.run });
  else if (state.distrust !== null && steps.living.length === 0) daemon.ask({ kind: "acknowledge", what: "journal" });
  for (const [rule, { blocked }] of Object.entries(state.rules))
    if (blocked !== null) daemon.ask({ kind: "acknowledge", what: rule });
}

/** Does what a rule asks a person for. */
export function attendToFences(people: People): void {
  const run = people.daemon.supervisor?.state().run ?? null;
  if (run?.phase.kind === "awaiting") fenceByPerson(people, run.actions[run.at]);
}

/** Lets rules go on that have run as often as they may; not those whose run failed. */
export function acknowledgeLimits({ daemon }: People): void {
  for (const [rule, { blocked }] of Object.entries(daemon.supervisor?.state().rules ?? {}))
    if (blocked?.sentence.includes("which is its limit") === true) daemon.ask({ kind: "acknowledge", what: rule });
}

/** What lasts longer is ended by hand; the rest ends by itself. */
const maintenanceMsMax = 25 * 60_000;

/** Goes to the host, switches it off, and says so. */
function fenceByPerson({ daemon, cluster, say }: People, action: BoundAction | undefined): void {
  const host = action?.kind === "fence" ? cluster.host(action.host) : undefined;
  if (host === undefined) return;
  say(`${host.name} is switched off by a person`);
  cluster.powerOff(host);
  daemon.ask({ kind: "acknowledge", what: `fence ${host.name}` });
}

/** Ends what has no end of its own, or none soon: after a reboot with a wrong clock. */
export function endMaintenance({ daemon, machine }: People): void {
  for (const { scope, untilMs } of daemon.supervisor?.state().maintenance ?? [])
    if (untilMs === null || untilMs - machine.nowMs() > maintenanceMsMax)
      daemon.ask({ kind: "maintenance-off", scope });
}

/** What a database administrator mends: power, and databases that are not master follow the one that is. */
export function mendDatabases({ cluster, say }: People, isRunning: boolean): void {
  if (isRunning) return;
  const masters = cluster.masters();
  const master = masters.find((host) => host.hasAddress) ?? masters[0] ?? best(cluster);
  if (master === undefined) return;
  for (const host of cluster.hosts) {
    if (!host.isOn) {
      say(`${host.name} is switched on`);
      cluster.powerOn(host);
    }
    if (host === master) continue;
    if (host.database !== "slave") {
      say(`${host.name} is made a slave of ${master.name}`);
      cluster.follow(host);
    }
    cluster.change(host, { hasAddress: false, isFollowing: true });
  }
  if (master.database !== "master") {
    say(`${master.name} is made master by hand`);
    if (master.database === "stopped") cluster.follow(master);
    cluster.promote(master);
  }
  cluster.change(master, { hasAddress: true });
}

/** The one that has most. */
function best(cluster: Cluster): Host | undefined {
  for (const host of cluster.hosts) if (!host.isOn) cluster.powerOn(host);
  return cluster.hosts.toSorted((a, b) => b.position - a.position)[0];
}

function pick<T>(random: Random, items: readonly T[]): T | undefined {
  return items[random.below(items.length)];
}
