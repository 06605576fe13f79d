/** The host that a person is asked to switch off, and that answers meanwhile: to say so keeps a healthy master on. */
import { sayDuration } from "../base/duration.ts";
import type { ShownStatus } from "./status-shape.ts";

const upStatuses: readonly string[] = ["master", "slave", "ok"];

/** `host1 is master, seen 0.4 s ago`; null: nobody is awaited, or nothing says that the host is up. */
export function sayAwaitedIsUp({ run, hosts, checks }: ShownStatus): string | null {
  if (run?.phase !== "awaiting") return null;
  const host = hosts.find((other) => other.host === run.command.at(1));
  if (host === undefined || !upStatuses.includes(host.status)) return null;
  const agesMs = checks.flatMap(({ host: about, status, isStale, ageMs }) =>
    about === host.host && status === host.status && !isStale && ageMs !== null ? [ageMs] : [],
  );
  return agesMs.length === 0 ? null : `${host.host} is ${host.status}, seen ${sayDuration(Math.min(...agesMs))} ago`;
}
