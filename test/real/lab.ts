/**
 * The lab, as seen by the witness, who is in it (lab/world.sh has made it): two hosts on a switch, what can happen to them,
 * and the hands of an operator. Names of hosts are `host1` and `host2`.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { repositoryRoot } from "../root.ts";
import type { Writable } from "./measure.ts";
import { must, run } from "./programs.ts";
import type { ServiceName } from "./services.ts";

export type Host = "host1" | "host2";
export const hosts: readonly Host[] = ["host1", "host2"];

/** The address that clients use, and that is moved. */
export const serviceAddress = "10.99.0.100";

const power = join(repositoryRoot, "test/real/lab/power.sh");
const upWithinMs = 15_000;

/** Resolves when the host can be logged into. Throws an Error if that takes too long. */
export async function isUp(host: Host): Promise<void> {
  const giveUpMs = performance.now() + upWithinMs;
  for (;;) {
    const { code, stderr } = await run(["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=1", host, "true"]);
    if (code === 0) return;
    if (performance.now() > giveUpMs) throw new Error(`${host} is not up after ${upWithinMs} ms: ${stderr}`);
    await pause(20);
  }
}

/** Runs a shell command on the host, through ssh; what it printed. Throws an Error unless it ends well. */
export function on(host: Host, command: string): Promise<string> {
  return must("ssh", "-o", "BatchMode=yes", host, command);
}

/** The host's kernel panics: it says nothing any more, and has power. */
export async function crash(host: Host): Promise<void> {
  await must("sh", power, host, "set", "crash", "1");
}

/** An operator presses the button: through the management controller, as somebody would who is far away. */
export async function switchOn(host: Host): Promise<void> {
  const port = host === "host1" ? "9001" : "9002";
  const login = ["-I", "lanplus", "-C", "3", "-H", "bmc", "-p", port, "-U", "fencer", "-P", "s3cret"];
  await must("ipmitool", ...login, "chassis", "power", "on");
  await isUp(host);
}

export async function cutCable(host: Host): Promise<void> {
  await must("ip", "-n", "switch", "link", "set", `port-${host}`, "down");
}

export async function mendCable(host: Host): Promise<void> {
  await must("ip", "-n", "switch", "link", "set", `port-${host}`, "up");
}

/** Whether the host has power, as its management controller is told. */
export async function hasPower(host: Host): Promise<boolean> {
  return (await must("sh", power, host, "get", "power")).trim() === "power:1";
}

export interface Prober {
  /** Ends it; the periods in which one could write to the host's own database. */
  end(): Promise<readonly Writable[]>;
}

/** Begins to write to the host's database from the host's own network, whatever happens to its cable or power. */
export function probe(host: Host, service: ServiceName): Prober {
  const program = join(import.meta.dirname, "prober.js");
  const words = ["netns", "exec", host, process.execPath, program, service, serviceAddress];
  const child = spawn("ip", words, { stdio: ["pipe", "pipe", "inherit"] });
  const periods: Writable[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => periods.push(parsePeriod(line)));
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`the prober of ${host}: exit ${code}`))));
  });
  return {
    end: async () => {
      child.stdin.end();
      await ended;
      return periods;
    },
  };
}

function parsePeriod(line: string): Writable {
  const period: Writable = JSON.parse(line);
  return period;
}
