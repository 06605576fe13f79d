/**
 * Reading the configuration anew while the daemon runs. One reload at a time; errors leave everything as it was. What people
 * see of a refusal is the complaints themselves.
 */
import { sayCount } from "../base/count.ts";
import type { Complaint } from "../core/complaint.ts";
import { readBootId } from "../host/boot.ts";
import type { Log } from "../host/log.ts";
import type { Reloaded } from "./answers.ts";
import { loadConfiguration } from "./configuration-files.ts";
import type { Folders } from "./folders.ts";
import { prepareForAgents } from "./ocf-agents.ts";
import type { Supervisor } from "./supervisor.ts";

export function createReload(options: {
  readonly supervisor: Supervisor;
  readonly folders: Folders;
  readonly localHost: string;
  readonly log: Log;
}): () => Promise<Reloaded> {
  const { supervisor, folders, localHost, log } = options;
  let last: Promise<unknown> = Promise.resolve();

  async function reload(): Promise<Reloaded> {
    const inForce = supervisor.configuration();
    const { configuration, complaints } = await loadConfiguration(folders, { localHost, inForce });
    const errors = complaints.filter((complaint) => complaint.severity === "error");
    const [first] = errors;
    for (const complaint of complaints)
      log[complaint.severity === "error" ? "error" : "warn"]("configuration", sayBriefly(complaint));
    if (configuration === null || first !== undefined) {
      const said = first === undefined ? "it cannot be read" : sayBriefly(first);
      supervisor.refuseReload({ errors: errors.length, first: said });
      const sentence = `the configuration has ${sayCount(errors.length, "error")} and stays as it was; the first: ${said}`;
      return { isAccepted: false, sentence, complaints };
    }
    const unprepared = prepareForAgents(configuration, folders, readBootId());
    if (unprepared !== null) log.warn("ocf", unprepared);
    supervisor.reconfigure(configuration);
    return { isAccepted: true, generation: supervisor.status().daemon.configuration.generation, complaints };
  }

  return () => {
    const next = last.then(reload);
    last = next.catch(() => null);
    return next;
  };
}

/** One line of it, for a log: the caret and the hint are `failoverctl check`'s. */
export function sayBriefly(complaint: Complaint): string {
  const place = complaint.line === 0 ? complaint.file : `${complaint.file}:${complaint.line}:${complaint.column}`;
  return `${place}: ${complaint.message}`;
}
