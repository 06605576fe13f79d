/**
 * What goes wrong with the daemon's disk, and when: it is slow, its calls fail, it is full, and the daemon dies or the
 * power fails at any of its steps. (What that does to the bytes is `disk.ts`'s.)
 *
 * While it is full every write fails, until the reserve is given up; then there is as much room as that took.
 */
import type { Agenda } from "./agenda.ts";
import type { CrashKind, DiskStep, Fault, SimulatedDisk } from "./disk.ts";
import type { Machine } from "./machine.ts";
import type { Random } from "./random.ts";
import type { Trouble } from "./trouble.ts";

/** Where much depends on the next step of the disk the daemon dies oftener. */
const quietFactor = 0.0005;

export interface BadDisk {
  readonly agenda: Agenda;
  readonly machine: Machine;
  readonly random: Random;
  readonly trouble: Trouble;
  readonly disk: () => SimulatedDisk;
  readonly reservePath: string;
  readonly reserveBytes: number;
  /** A run is in progress, or the daemon is starting. */
  readonly isCritical: () => boolean;
  readonly onDeath: (how: CrashKind) => void;
}

export function planOf(bad: BadDisk): (step: DiskStep) => Fault | null {
  const { random, trouble } = bad;
  /** A write is some hundred bytes. */
  const writesInReserve = bad.reserveBytes / 4_096;
  let writesLeft = 0;
  return (step) => {
    if (trouble.diesAtDisk > 0 && random.chance(trouble.diesAtDisk * (bad.isCritical() ? 1 : quietFactor))) {
      const how = random.chance(0.3) ? "power" : "kill";
      bad.onDeath(how);
      return { kind: "crash", how };
    }
    if (trouble.isDiskFull && step.kind === "write") {
      const hasReserve = bad.disk().paths().includes(bad.reservePath);
      if (hasReserve) writesLeft = writesInReserve;
      else writesLeft -= 1;
      if (writesLeft <= 0 || hasReserve) return { kind: "fail", errno: "ENOSPC" };
    }
    if (trouble.diskFails > 0 && random.chance(trouble.diskFails)) return { kind: "fail", errno: "EIO" };
    return null;
  };
}

/** Time that passes before a step of the disk; none mostly. While the daemon does not run its answers wait. */
export function pauseOf(bad: BadDisk): () => Promise<void> | void {
  const { agenda, machine, random, trouble } = bad;
  return () => {
    const isSlow = trouble.diskSlow > 0 && random.chance(trouble.diskSlow);
    if (!isSlow && !machine.isStopped) return undefined;
    const { life } = machine;
    const ms = isSlow ? (random.chance(0.1) ? 500 + random.below(6_000) : 1 + random.below(80)) : 0;
    return new Promise((resolve) => {
      agenda.after(ms, () => machine.deliver(life, resolve));
    });
  };
}
