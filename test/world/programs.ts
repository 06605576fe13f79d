/**
 * The programs that the daemon starts, as they are in this world: what a check says of a host, what an action does to it.
 * What goes wrong with a process (hanging, lying, dying) is not theirs but `processes.ts`'s.
 */
import type { Cluster, Host } from "./cluster.ts";
import type { Said } from "./happening.ts";

/** What a check would print and how it would exit; `hangs`: it waits for a host that does not answer. */
export type Answer =
  | { readonly kind: "answers"; readonly code: number; readonly stdout: string; readonly said: readonly Said[] }
  | { readonly kind: "hangs" };

/** A check with its words, at this moment. A host that cannot be reached is silent, or refuses at once: `isQuick`. */
export function runCheck(cluster: Cluster, argv: readonly string[], isQuick: boolean): Answer {
  const name = programName(argv);
  if (name === "check_disk") return says(0, "DISK OK - free space / 40% |/=60%;90;95", "ok");
  if (name === "check_cluster") {
    const said = cluster.hosts.map((host) => ({ host: host.name, status: statusOf(host), lagBytes: null }));
    return { kind: "answers", code: 0, stdout: JSON.stringify(cluster.hosts.map(reportOf)), said };
  }
  const host = hostIn(cluster, argv);
  if (host === undefined) return says(3, "which host?", "unknown");
  return answerOf(cluster, host, isQuick);
}

export function answerOf(cluster: Cluster, host: Host, isQuick: boolean): Answer {
  if (!host.isOn || !host.isLinked) return isQuick ? says(2, "no route to host", "critical") : { kind: "hangs" };
  const lagBytes = cluster.lagBytes(host);
  const lag = `|lag=${lagBytes}B`;
  switch (host.database) {
    case "stopped":
      return says(2, "DOWN - connection refused", "down");
    case "master":
      return says(0, `MASTER - accepts writes${lag}`, "master", lagBytes);
    case "slave":
      return says(0, `SLAVE - follows${lag}`, "slave", lagBytes);
  }
}

/** What a report says of a host: all that cannot be seen is critical. */
export function statusOf(host: Host): string {
  if (!host.isOn || !host.isLinked) return "critical";
  return host.database === "stopped" ? "down" : host.database;
}

function reportOf(host: Host): { readonly host: string; readonly status: string; readonly output: string } {
  return { host: host.name, status: statusOf(host), output: host.database };
}

/** Does what the action is for. False: it could not. */
export function runAction(cluster: Cluster, argv: readonly string[]): boolean {
  const name = programName(argv);
  const host = hostIn(cluster, argv);
  switch (name) {
    case "promote":
      return host !== undefined && canReach(host) && cluster.promote(host);
    case "demote":
      return host !== undefined && canReach(host) && cluster.follow(host);
    case "plumb":
      if (host === undefined || !canReach(host)) return false;
      cluster.change(host, { hasAddress: true });
      return true;
    case "unplumb":
      for (const other of host === undefined ? cluster.hosts : [host])
        if (canReach(other)) cluster.change(other, { hasAddress: false });
      return true;
    default:
      return true;
  }
}

/** A fence agent: its exit code. `off` switches off, `status` tells: 0 on, 2 off. */
export function runFence(cluster: Cluster, stdin: string): number {
  const parameters = new Map(stdin.split("\n").map((line) => [line.split("=")[0] ?? "", line.split("=")[1] ?? ""]));
  const host = cluster.host(parameters.get("plug") ?? "");
  if (host === undefined) return 1;
  if (parameters.get("action") === "status") return host.isOn ? 0 : 2;
  if (parameters.get("action") !== "off") return 1;
  cluster.powerOff(host);
  return 0;
}

export function programName(argv: readonly string[]): string {
  return argv[0]?.split("/").at(-1) ?? "";
}

/** Its last word that is a host, or the host at the end of its name. */
export function hostIn(cluster: Cluster, argv: readonly string[]): Host | undefined {
  const word = argv.findLast((other) => cluster.host(other) !== undefined);
  return cluster.host(word ?? programName(argv).split("_").at(-1) ?? "");
}

function canReach(host: Host): boolean {
  return host.isOn && host.isLinked;
}

function says(code: number, stdout: string, status: string, lagBytes: number | null = null): Answer {
  return { kind: "answers", code, stdout, said: [{ host: null, status, lagBytes }] };
}
