/**
 * Loads the configuration from the real file system: reads checks.conf and actions.conf, answers what the language asks
 * about scripts, users, fence agents and secrets, and hands back what it made of them, with every complaint of every file.
 *
 * The language is imported only here and only when something is loaded, because its parser takes its time to come up.
 * It asks and wants an answer at once, but users in a directory server and fence agents cannot be asked at once; so the
 * text is read, what it asked for is found out meanwhile, and then it is read again with the answers.
 */
import { constants, existsSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Complaint } from "../core/complaint.ts";
import type { Configuration } from "../core/configuration.ts";
import { errnoInWords, errnoOf } from "../host/errno.ts";
import { findGroups, findUser, type FoundUser } from "../host/user-identity.ts";
import type { Code } from "../language/codes.ts";
import { fileBytesMax, type SourceFile } from "../language/source.ts";
import type { FoundSecret, Surroundings } from "../language/surroundings.ts";
import type { MetadataAnswer } from "./agent-metadata.ts";
import { askFenceAgent } from "./fence-agents.ts";
import type { Folders } from "./folders.ts";
import { askOcfAgent, ocfPlacesOf } from "./ocf-agents.ts";
import { findFenceAgent, findScript, judgeSafety, scriptNames } from "./scripts.ts";
import type { Identity } from "./user-access.ts";

export interface LoadedConfiguration {
  /** null if any complaint is an error. */
  readonly configuration: Configuration | null;
  /** Sorted by file and position. */
  readonly complaints: readonly Complaint[];
}

/** All that is wrong is that somebody did not answer: tried again, the same files may be well. */
export function mayBeWellLater({ configuration, complaints }: LoadedConfiguration): boolean {
  const errors = complaints.filter(({ severity }) => severity === "error");
  return configuration === null && errors.every(({ code }) => code === ("E319" satisfies Code));
}

/** Complaints about a file as a whole, which are made here because the language sees bytes only. The reference lists them. */
export const fileCodes = {
  E001: "a configuration file that is not there",
  E002: "a configuration file that cannot be read",
  E003: "a configuration file that others than root can change",
} as const;

/** Agents are scripts and Python programs: more at once would be slower, and hold up what else this machine does. */
const askedAtOnce = 8;

/** A first reading asks, a second has the answers; a third would mean that they raised new questions, which they do not. */
const readingsMax = 3;

/**
 * Reads and judges all configuration files in `folders.conf`. `localHost` is this host's name; `inForce`: what a daemon that
 * runs would do without. Never throws for a file.
 */
export async function loadConfiguration(
  folders: Folders,
  options: { readonly localHost: string; readonly inForce?: Configuration },
): Promise<LoadedConfiguration> {
  const checks = await readConfigurationFile(folders, "checks");
  const actions = await readConfigurationFile(folders, "actions");
  const unread = [checks, actions].flatMap((read) => (read.kind === "refused" ? [read.complaint] : []));
  if (checks.kind === "missing") unread.unshift(missingChecks(folders));
  if (actions.kind === "missing" && isActionsInForce(options.inForce) && existsSync(folders.conf))
    unread.push(lostActions(folders));
  if (unread.length > 0) return { configuration: null, complaints: onceAFault(unread) };

  const { readConfiguration } = await import("../language/read-configuration.ts");
  const files = { checks: fileOf(checks), actions: fileOf(actions) };
  const answers: Answers = { users: new Map(), groups: new Map(), agents: new Map() };
  for (let reading = 1; ; reading += 1) {
    const questions: Questions = { users: new Set(), agents: new Map() };
    const loaded = readConfiguration(files, surroundingsOf(folders, options.localHost, answers, questions));
    if (reading === readingsMax || questions.users.size + questions.agents.size === 0) {
      const place = (complaint: Complaint): Complaint =>
        actions.kind === "missing" ? placeMissingActions(folders, complaint) : complaint;
      return { ...loaded, complaints: loaded.complaints.map(place) };
    }
    await findOut(questions, answers);
  }
}

/** What is wrong with the folder is wrong with each file in it. */
function onceAFault(complaints: readonly Complaint[]): readonly Complaint[] {
  return complaints.filter(
    ({ message }, index) => complaints.findIndex((other) => other.message === message) === index,
  );
}

interface Questions {
  readonly users: Set<string>;
  /** How to ask each, by its absolute path. */
  readonly agents: Map<string, (path: string) => Promise<MetadataAnswer>>;
}

interface Answers {
  readonly users: Map<string, FoundUser>;
  /** Of the users that there are, all groups; one is not there if nobody knows them. */
  readonly groups: Map<string, readonly number[]>;
  readonly agents: Map<string, MetadataAnswer>;
}

async function findOut(questions: Questions, answers: Answers): Promise<void> {
  const users = [...questions.users].map(async (name) => {
    const found = await new Promise<FoundUser>((answer) => findUser(name, answer));
    answers.users.set(name, found);
    if (found.kind !== "found") return;
    const groups = await new Promise<readonly number[] | null>((answer) => findGroups(name, answer));
    if (groups !== null) answers.groups.set(name, [found.user.gid, ...groups]);
  });
  const unasked = [...questions.agents];
  const agents = Array.from({ length: askedAtOnce }, async () => {
    for (let next = unasked.shift(); next !== undefined; next = unasked.shift()) {
      const [path, ask] = next;
      answers.agents.set(path, await ask(path));
    }
  });
  await Promise.all([...users, ...agents]);
}

function surroundingsOf(folders: Folders, localHost: string, answers: Answers, questions: Questions): Surroundings {
  const metadataOf = (path: string, ask: typeof askOcfAgent): MetadataAnswer => {
    const answer = answers.agents.get(path);
    if (answer === undefined) questions.agents.set(path, ask);
    return answer ?? null;
  };
  return {
    localHost,
    findScript: (folder, word, user) => findScript(folders, folder, word, identityOf(user, answers)),
    scriptNames: (folder) => scriptNames(folders, folder),
    findFenceAgent: (word) => findFenceAgent(folders, word),
    findSecret: (file) => findSecret(folders, file),
    userExists: (name) => {
      const answer = answers.users.get(name);
      if (answer === undefined) questions.users.add(name);
      return answer?.kind === "unanswered" ? answer : answer?.kind !== "none";
    },
    fenceAgent: (path) => metadataOf(path, askFenceAgent),
    ocfAgent: (path) => metadataOf(path, askOcfAgent),
    ocfPlaces: ocfPlacesOf(folders),
  };
}

/** null: nobody, or it is not known who that is. */
function identityOf(name: string | null, { users, groups }: Answers): Identity | null {
  const found = name === null ? undefined : users.get(name);
  const ofUser = name === null ? undefined : groups.get(name);
  if (found?.kind !== "found" || ofUser === undefined) return null;
  return { name: found.user.name, uid: found.user.uid, groups: ofUser };
}

/** A file with a password in it: from the conf folder, and for nobody's eyes but the daemon's. */
function findSecret(folders: Folders, file: string): FoundSecret {
  const path = resolve(folders.conf, file);
  if (!existsSync(path)) {
    return { kind: "refused", reason: `${path} is not there`, hint: `write the secret into it, and chmod 600 ${path}` };
  }
  const { mode } = statSync(path);
  if (!statSync(path).isFile()) return { kind: "refused", reason: `${path} is no regular file`, hint: null };
  if ((mode & 0o077) !== 0) {
    const shown = (mode & 0o7777).toString(8).padStart(4, "0");
    return { kind: "refused", reason: `${path} can be read by others (mode ${shown})`, hint: `chmod 600 ${path}` };
  }
  const refusal = judgeSafety(path);
  return refusal ?? { kind: "found", path };
}

type ReadFile =
  | { readonly kind: "read"; readonly file: SourceFile }
  | { readonly kind: "missing" }
  | { readonly kind: "refused"; readonly complaint: Complaint };

/** The bytes of one file; of a file that is too big as many as it takes to see that. */
async function readConfigurationFile(folders: Folders, which: "checks" | "actions"): Promise<ReadFile> {
  const name = `${which}.conf`;
  const path = join(folders.conf, name);
  const refused = (code: keyof typeof fileCodes, message: string, hint: string | null): ReadFile => ({
    kind: "refused",
    complaint: complaintOfFile(name, code, message, hint),
  });
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) {
        return refused(
          "E002",
          `${path} is ${stats.isDirectory() ? "a folder" : "no regular file"}, not a file of text`,
          "move it away, and put the file in its place",
        );
      }
      const unsafe = judgeSafety(path);
      if (unsafe !== null) return refused("E003", unsafe.reason, unsafe.hint);
      const bytes = Buffer.alloc(Math.min(stats.size, fileBytesMax) + 1);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
      return { kind: "read", file: { name, bytes: bytes.subarray(0, bytesRead) } };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT") return { kind: "missing" };
    const hint = errno === "EACCES" ? `let the daemon's user read it, and enter the folders above it` : null;
    return refused("E002", `${path} cannot be read: ${errnoInWords(errno)}`, hint);
  }
}

function fileOf(read: ReadFile): SourceFile | null {
  return read.kind === "read" ? read.file : null;
}

function missingChecks(folders: Folders): Complaint {
  const message = `there is no ${join(folders.conf, "checks.conf")}`;
  return complaintOfFile("checks.conf", "E001", message, howToBegin(folders, "checks"));
}

function isActionsInForce(inForce: Configuration | undefined): boolean {
  return inForce !== undefined && inForce.rules.length + inForce.fences.length + inForce.notifiers.length > 0;
}

/** A file that was moved away for a moment, or not mounted again, is no order to do nothing from now on. */
function lostActions(folders: Folders): Complaint {
  const message = `there is no ${join(folders.conf, "actions.conf")} any more, and every rule, fence device and notifier would go with it`;
  const hint = "put it back; if nothing is to be done any more, leave one with the comment `# lint: allow W17` and why";
  return complaintOfFile("actions.conf", "E001", message, hint);
}

/** The language warns that there are no actions; here it is known where they were looked for. */
function placeMissingActions(folders: Folders, complaint: Complaint): Complaint {
  if (complaint.code !== "W17") return complaint;
  const message = `there is no ${join(folders.conf, "actions.conf")}, so failoverd will look on and never act`;
  return { ...complaint, message, hint: howToBegin(folders, "actions") };
}

function complaintOfFile(file: string, code: keyof typeof fileCodes, message: string, hint: string | null): Complaint {
  return { severity: "error", code, file, line: 0, column: 0, width: 1, source: "", message, hint };
}

/** The two lines that each file can begin with, with a script that is there. */
function howToBegin(folders: Folders, which: "checks" | "actions"): string {
  if (!existsSync(folders.conf))
    return `there is no folder ${folders.conf} either; make it, or name another one with --conf`;
  const scripts = scriptNames(folders, which);
  const script = scripts[0] ?? (which === "checks" ? "check_db" : "startservice");
  const lines = which === "checks" ? `[local]` : `[slave_to_master]`;
  const where = scripts.length > 0 ? `one of the scripts in` : `a script that you put into`;
  return `begin with two lines: \`${lines}\`, and below it \`${script}\` (${where} ${folders[which]})`;
}
