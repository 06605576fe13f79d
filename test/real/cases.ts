/** What is played: a name, and what happens. Each throws an Error when something is not as it has to be. */
import { crash, cutCable, hasPower, mendCable, switchOn } from "./lab.ts";
import { nowMs } from "./measure.ts";
import { areAlike, until } from "./pairs.ts";
import { Scene, type Measured } from "./scene.ts";
import type { ServiceName } from "./services.ts";

export interface Played {
  readonly measured: Measured;
  /** Sentences for people, about what else was seen. */
  readonly remarks: readonly string[];
}

type Case = (service: ServiceName) => Promise<Played>;

export const cases: Readonly<Record<string, Case>> = {
  /** The whole host dies at once, and leaves no word. */
  kill: async (service) => {
    const scene = await Scene.open(service);
    const faultMs = nowMs();
    await crash("host1");
    await scene.ran("primary_lost");
    await scene.served(faultMs);
    const measured = await scene.measure(faultMs);
    demand(!(await hasPower("host1")), "host1 was fenced");
    return judged(scene, measured, [await rejoin(scene)]);
  },

  /** An operator asks for it. */
  switchover: async (service) => {
    const scene = await Scene.open(service);
    const faultMs = nowMs();
    const { code, stdout, stderr } = await scene.daemon.ctl("run", "switchover", "--yes", "--wait");
    demand(code === 0, `failoverctl run switchover: exit ${code}\n${stdout}${stderr}`);
    await scene.served(faultMs);
    const measured = await scene.measure(faultMs);
    demand(await hasPower("host1"), "host1 was not fenced");
    if (service === "postgres") await scene.ran("rejoin_host1");
    await until("both hold the same", () => areAlike(service));
    return judged(scene, measured, ["the old master follows the new one"]);
  },

  /** The master lives on where nobody sees it, and takes writes there until it is fenced. */
  cut: async (service) => {
    const scene = await Scene.open(service);
    const faultMs = nowMs();
    await cutCable("host1");
    await scene.ran("primary_lost");
    await scene.served(faultMs);
    const measured = await scene.measure(faultMs);
    demand(!(await hasPower("host1")), "host1 was fenced");
    const lastMs = Math.max(...scene.periodsOf("host1").map(({ toMs }) => toMs)) - faultMs;
    demand(lastMs > 0, "host1 took writes while its cable was cut");
    await mendCable("host1");
    const remark = `the old master took writes for ${seconds(lastMs)} after the cut, until it was fenced`;
    return judged(scene, measured, [remark, await rejoin(scene)]);
  },

  /** The same without a fence: what the linter's W01 warns of. */
  unfenced: async (service) => {
    const scene = await Scene.open(service, `${service}-unfenced`);
    demand(/\[W01\]/.test(sayChecked(scene)), `failoverctl check warns of it with W01, and not: ${sayChecked(scene)}`);
    const faultMs = nowMs();
    await cutCable("host1");
    await scene.ran("primary_lost");
    await scene.served(faultMs);
    await mendCable("host1");
    const told = await scene.daemon.entry("split-brain");
    await scene.ran("split_brain");
    const measured = await scene.measure(faultMs);
    demand(measured.togetherMs > 0, "both took writes");
    const hadAddress = (["host1", "host2"] as const).every((host) =>
      scene.periodsOf(host).some((each) => each.hadAddress),
    );
    demand(hadAddress, "both had the service's address, so that clients on either side saw nothing wrong");
    const remark = `without a fence both took writes for ${seconds(measured.togetherMs)}, each behind the service's address`;
    const why = "this is why failoverctl check warns of a promotion with no fence before it (W01)";
    return { measured, remarks: [`${remark}: ${why}`, `seen when the cable was back: ${told.sentence}`] };
  },
  /** A failoverd on each host, and Pacemaker's resource agents in place of scripts. The whole first host dies. */
  agents: async () => {
    const scene = await Scene.openAgents();
    const faultMs = nowMs();
    await crash("host1");
    await scene.ran("peer_lost");
    await scene.served(faultMs);
    const measured = await scene.measure(faultMs);
    demand(!(await hasPower("host1")), "host1 was fenced");
    const { checks } = await scene.daemon.status();
    const remark = checks.map(({ check, status }) => `${check} is ${status}`).join(", ");
    return judged(scene, measured, [`seen by the failoverd on host2: ${remark}`]);
  },
};

/** The old master gets power again, and a rule makes a standby of it. What only it had is gone then. */
async function rejoin(scene: Scene): Promise<string> {
  const sinceMs = nowMs();
  await switchOn("host1");
  const end = await scene.ran("rejoin_host1");
  await until("both hold the same", () => areAlike(scene.service));
  return `the old master follows the new one ${seconds(nowMs() - sinceMs)} after it was switched on (the rule took ${seconds(end.ms)})`;
}

/** What holds for every case that is played as it should be. */
function judged(scene: Scene, measured: Measured, remarks: readonly string[]): Played {
  demand(scene.checked.code === 0, `failoverctl check finds nothing in the files, and not: ${sayChecked(scene)}`);
  demand(measured.lost === 0, `no row that both had is lost, and not ${measured.lost}`);
  demand(measured.togetherMs === 0, `never two masters, and not for ${measured.togetherMs} ms`);
  return { measured, remarks };
}

function sayChecked({ checked }: Scene): string {
  return `exit ${checked.code}\n${checked.stdout}${checked.stderr}`;
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it has to be that ${what}`);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
