/**
 * Resource agents of the system: what they say of themselves, and the folders that they are told of. An agent prints its
 * metadata as XML for the action `meta-data`; the form is that of fence agents, and is read by the same reader.
 *
 * Source: Open Cluster Framework resource agent API 1.1, and its ra-api.dtd.
 */
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { errnoInWords, errnoOf } from "../host/errno.ts";
import { makeFolder } from "../host/make-folder.ts";
import type { Configuration } from "../core/configuration.ts";
import { ocfRootDefault, ocfRootOf } from "../language/ocf.ts";
import type { OcfPlaces } from "../language/surroundings.ts";
import { askMetadata, type MetadataAnswer } from "./agent-metadata.ts";
import type { Folders } from "./folders.ts";

/** Where distributions have the agents' files, and all tools that look at them expect them: gone when the machine starts anew. */
const systemTemporary = "/run/resource-agents";

/** Asks the agent at an absolute path. */
export function askOcfAgent(path: string): Promise<MetadataAnswer> {
  const env = { OCF_ROOT: ocfRootOf(path), OCF_RA_VERSION_MAJOR: "1", OCF_RA_VERSION_MINOR: "1" };
  return askMetadata(path, ["meta-data"], { env });
}

/** The folder in which agents are looked up: what `resource.d` is in. */
export function ocfRoot(): string {
  return process.env["OCF_ROOT"] ?? ocfRootDefault;
}

/** The folders as agents are told of them. Only root may write to the system's own. */
export function ocfPlacesOf(folders: Folders): OcfPlaces {
  const stateFolder = join(folders.var, "ocf");
  return {
    toolsFolder: fileURLToPath(new URL("ocf", import.meta.url)),
    stateFolder,
    temporaryFolder: process.geteuid?.() === 0 ? systemTemporary : join(stateFolder, "tmp"),
    searchPath: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin",
  };
}

/**
 * If the configuration has resource agents: makes the folders that they are told of, and in another boot of the machine than
 * the last one forgets what was to last until then, attributes of the lifetime `reboot` and agents' own files. A sentence
 * if it cannot be done; null if all is well.
 */
export function prepareForAgents(configuration: Configuration, folders: Folders, bootId: string): string | null {
  if (!hasAgents(configuration)) return null;
  const { stateFolder, temporaryFolder } = ocfPlacesOf(folders);
  const boot = join(stateFolder, "boot");
  try {
    makeFolder(stateFolder, 0o700);
    if (readBoot(boot) !== bootId) {
      for (const name of ["reboot", "tmp"]) rmSync(join(stateFolder, name), { recursive: true, force: true });
      writeFileSync(boot, bootId, { mode: 0o600 });
    }
    const isMade = makeFolder(temporaryFolder, 0o700);
    if (isMade && temporaryFolder === systemTemporary) chmodSync(temporaryFolder, 0o755);
    return null;
  } catch (error) {
    return `resource agents cannot keep what they remember in ${stateFolder}: ${errnoInWords(errnoOf(error))}`;
  }
}

/** Every agent, and nothing else, is told of the state folder. */
function hasAgents({ checks, rules, notifiers }: Configuration): boolean {
  const ofChecks = checks.map(({ run }) => (run.kind === "passive" ? {} : run.program.env));
  const ofActions = rules.flatMap(({ actions }) =>
    actions.flatMap((action) => [action.kind === "command" ? action.command.env : {}, action.options.undo?.env ?? {}]),
  );
  const ofNotifiers = notifiers.map(({ command }) => command.env);
  return [...ofChecks, ...ofActions, ...ofNotifiers].some((env) => "FAILOVERD_OCF_STATE" in env);
}

function readBoot(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null; // the first time
  }
}
