/**
 * Tries all the time to write to the database of the host in whose network it runs, and prints one line for each period
 * in which that worked. It stands for the clients on that side of a cut cable, and outlives the host, whose processes are
 * in another PID namespace.
 *
 *     node prober.js postgres|redis ADDRESS      ends when its standard input does
 */
import { networkInterfaces } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { nowMs, type Writable } from "./measure.ts";
import { parseServiceName, services } from "./services.ts";
import type { Session } from "./session.ts";

const everyMs = 10;
const withinMs = 250;

const [serviceName, address] = process.argv.slice(2);
const { open, port } = services[parseServiceName(serviceName)];
const ending = new AbortController();
process.stdin.resume().once("close", () => ending.abort());

let session: Session | null = null;
let period: Writable | null = null;
while (!ending.signal.aborted) {
  const sentMs = nowMs();
  let isTaken = false;
  try {
    session ??= await open({ host: "127.0.0.1", port }, withinMs);
    isTaken = await session.touch();
  } catch {
    session?.close();
    session = null;
  }
  if (isTaken) {
    const begun: Writable = period ?? { fromMs: sentMs, toMs: sentMs, hadAddress: false };
    period = { ...begun, toMs: nowMs(), hadAddress: begun.hadAddress || hasAddress() };
  } else {
    print(period);
    period = null;
  }
  await pause(everyMs);
}
print(period);
session?.close();

function print(ended: Writable | null): void {
  if (ended !== null) console.log(JSON.stringify(ended));
}

function hasAddress(): boolean {
  return Object.values(networkInterfaces()).some((own) => own?.some((each) => each.address === address));
}
