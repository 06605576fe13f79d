/** The real clock and processes and the simulated ones, held to the same contracts. (The disks' is in `test/store/`.) */
import { realClock } from "../../../src/host/clock.ts";
import { createProcesses } from "../../../src/host/real-processes.ts";
import { command, makeFolder } from "../../host/stage.ts";
import { EventBook } from "../../host/event-book.ts";
import { join } from "node:path";
import { mkdirSync, writeFileSync } from "node:fs";
import { Agenda, play } from "../agenda.ts";
import { Cluster } from "../cluster.ts";
import { Machine } from "../machine.ts";
import { SimulatedProcesses } from "../processes.ts";
import { seededRandom } from "../random.ts";
import { StepProcesses } from "../steps.ts";
import { noTrouble, type Trouble } from "../trouble.ts";
import { holdClock } from "./clock-contract.ts";
import { holdProcesses, type Manner, type ProcessSubject } from "./processes-contract.ts";

/** Virtual time passes until it is kept; a world in which nothing happens any more does not keep it. */
async function settleIn<T>(agenda: Agenda, promise: Promise<T>): Promise<T> {
  let isKept = false;
  const kept = promise.finally(() => {
    isKept = true;
  });
  await play(agenda, agenda.nowMs + 3_600_000, () => isKept);
  if (!isKept) throw new Error("an hour has passed, and what was promised has not come");
  return kept;
}

holdClock("real clock", () => ({ clock: realClock, settle: (promise) => promise }));

for (const rate of [1, 0.999, 1.001])
  holdClock(`simulated clock, rate ${rate}`, () => {
    const agenda = new Agenda();
    const machine = new Machine(agenda, rate);
    return { clock: machine.clockOf(machine.beginLife()), settle: (promise) => settleIn(agenda, promise) };
  });

holdProcesses("real processes", (context): ProcessSubject => {
  const folder = makeFolder(context);
  const varFolder = join(folder, "var");
  mkdirSync(varFolder, { mode: 0o700 });
  const script = (name: string, body: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    return path;
  };
  const bodies: Readonly<Record<Manner, (code: number) => string>> = {
    well: () => "echo MASTER - accepts writes",
    badly: (code) => `echo DOWN - connection refused\nexit ${code}`,
    never: () => "exec sleep 3600",
  };
  return {
    open: () => {
      const book = new EventBook();
      const processes = createProcesses({ varFolder, onEvent: (event) => book.see(event), runnersMax: 4 });
      context.after(() => processes.close());
      return { processes, book };
    },
    check: (manner) => command(script(`check_${manner}`, bodies[manner](2))),
    action: (manner) => command(script(`act_${manner}`, bodies[manner](1))),
    resident: () => command(script("resident", "echo MASTER - accepts writes\nexec sleep 3600")),
    settle: (promise) => promise,
  };
});

holdProcesses("simulated processes", (): ProcessSubject => {
  const agenda = new Agenda();
  const random = seededRandom(7);
  const machine = new Machine(agenda, 1);
  const cluster = new Cluster(agenda, ["host1", "host2"]);
  const [, second] = cluster.hosts;
  if (second !== undefined) cluster.stopDatabase(second);
  const trouble: Trouble = { ...noTrouble };
  const say = (): void => {};
  const steps = new StepProcesses({ agenda, machine, cluster, random, trouble, say, tell: say });
  let pids = 1;
  const host = {
    agenda,
    machine,
    cluster,
    steps,
    random,
    trouble,
    tell: say,
    keyOf: () => "",
    nextPid: () => (pids += 1),
    mayDie: say,
  };
  return {
    open: () => {
      const book = new EventBook();
      const processes = new SimulatedProcesses(host, machine.beginLife(), (event) => book.see(event));
      return { processes, book };
    },
    check: (manner) => {
      trouble.checkHangs = manner === "never" ? 1 : 0;
      return command("/checks/check_db", manner === "badly" ? "host2" : "host1");
    },
    action: (manner) => {
      trouble.stepHangs = manner === "never" ? 1 : 0;
      /** A database that is stopped cannot be promoted. */
      return command("/actions/promote", manner === "badly" ? "host2" : "host1");
    },
    resident: () => command("/checks/watch_db", "host1"),
    settle: (promise) => settleIn(agenda, promise),
  };
});
