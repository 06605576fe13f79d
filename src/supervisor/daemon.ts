/**
 * The daemon: the real world put together around the supervisor, from the first look at the folders to the last line of
 * the log. Everything that can keep it from starting is said in a sentence and an exit code; afterwards only a signal ends it.
 */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import type { Configuration } from "../core/configuration.ts";
import { readBootId } from "../host/boot.ts";
import { realClock } from "../host/clock.ts";
import { errnoInWords, errnoOf } from "../host/errno.ts";
import { realDisk } from "../host/files.ts";
import { takeInstanceLock, type HeldLock } from "../host/instance-lock.ts";
import { createLog, type Log } from "../host/log.ts";
import { createLogWriter } from "../host/log-writer.ts";
import { notifierRunner } from "../host/notifier.ts";
import { createProcesses } from "../host/real-processes.ts";
import { newestRunFolder, pruneRunFolders } from "../host/run-folders.ts";
import { makeFolder } from "../host/make-folder.ts";
import { listenToSignals, type Signals } from "../host/signals.ts";
import { listenAt, type Listener, type ListenOptions, type SocketFailure } from "../host/sockets.ts";
import { encodeError } from "../wire/encoder.ts";
import type { Right } from "../wire/request.ts";
import { statusTextOf, type Answering } from "./answers.ts";
import { loadConfiguration, mayBeWellLater } from "./configuration-files.ts";
import { readFenceStdin } from "./fence-stdin.ts";
import { watchFolder } from "./folder-watch.ts";
import type { Folders } from "./folders.ts";
import { historyReader } from "./history-reader.ts";
import { prepareForAgents } from "./ocf-agents.ts";
import { judgeSafety, judgeShared } from "./scripts.ts";
import { createReload, sayBriefly } from "./reload.ts";
import { openSession } from "./session.ts";
import { startSupervisor } from "./supervisor.ts";

export interface DaemonOptions {
  readonly folders: Folders;
  readonly localHost: string;
  readonly logFormat: "text" | "json";
  readonly version: string;
}

/** Exit codes as failoverctl's: 0 well, 1 not well, 2 a configuration with errors, 4 refused: another runs here already. */
export const daemonExits = { well: 0, notWell: 1, errors: 2, refused: 4 } as const;

/** What a client, and all of a socket together, may leave unread, and how long one may say nothing. */
const clientLimits = {
  clientsMax: 64,
  pendingBytesMax: 32 * 1024 * 1024,
  pendingBytesOfAllMax: 64 * 1024 * 1024,
  idleMs: 10 * 60_000,
};

const tooManyClients = Buffer.from(
  encodeError(null, {
    name: "too-busy",
    message: `there are too many clients, ${clientLimits.clientsMax} on this socket`,
  }),
).toString();

/** One second in all. */
const listenAttemptsMax = 20;
const listenAgainAfterMs = 50;

/** Runs until it is told to stop. The answer is the exit code. */
export async function runDaemon(options: DaemonOptions): Promise<number> {
  process.title = "failoverd";
  const signals = listenToSignals();
  const writer = createLogWriter(2);
  const log = createLog({ format: options.logFormat, clock: realClock, write: writer.write });
  try {
    return await runLocked(options, log, signals);
  } catch (error) {
    log.error("daemon", sayWithCauses(error));
    return daemonExits.notWell;
  } finally {
    log.flush();
    await writer.whenWritten();
    signals.forget();
  }
}

async function runLocked(options: DaemonOptions, log: Log, signals: Signals): Promise<number> {
  const { folders } = options;
  /** What the daemon writes is its own; what scripts make is made as the operator's umask says. */
  const scriptsUmask = process.umask(0o077);
  const unusable = whyUnusable(folders.var);
  if (unusable !== null) {
    log.error("daemon", `not started: ${unusable}: run it as its owner, or name another folder with --var`);
    return daemonExits.notWell;
  }
  const unsafe = whyUnsafe(folders.var);
  if (unsafe !== null) {
    log.error("daemon", `not started: ${unsafe}`);
    return daemonExits.notWell;
  }
  const lock = takeInstanceLock(join(folders.var, "failoverd.pid"));
  if (lock.kind === "taken") {
    log.error(
      "daemon",
      `failoverd runs here already, as pid ${lock.by.pid}: stop that one first, or name another --var (${folders.var})`,
    );
    return daemonExits.refused;
  }
  try {
    return await runConfigured(options, { lock, umask: scriptsUmask, log, signals });
  } finally {
    lock.release();
  }
}

/** Makes the folder. Null: it is there, and can be written to. */
function whyUnusable(folder: string): string | null {
  try {
    makeFolder(folder, 0o700);
    accessSync(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return `${folder}, where state and sockets are kept, cannot be made or written to (${errnoInWords(errnoOf(error))})`;
  }
}

/** Root goes on with what the journal says was begun, and runs it: nobody else may write there. Null: nobody else can. */
function whyUnsafe(folder: string): string | null {
  const refused = judgeSafety(folder) ?? judgeShared(folder);
  if (refused === null) return null;
  return refused.hint === null ? refused.reason : `${refused.reason}: ${refused.hint}`;
}

/** What was taken hold of before the configuration is read. */
interface Held {
  readonly lock: HeldLock;
  /** Of the scripts. */
  readonly umask: number;
  readonly log: Log;
  readonly signals: Signals;
}

async function runConfigured(options: DaemonOptions, held: Held): Promise<number> {
  const { folders, localHost } = options;
  const { log, signals } = held;
  const loaded = await loadConfiguration(folders, { localHost });
  const { configuration, complaints } = loaded;
  for (const complaint of complaints)
    log[complaint.severity === "error" ? "error" : "warn"]("configuration", sayBriefly(complaint));
  if (configuration === null && mayBeWellLater(loaded)) {
    log.error("daemon", "not started: somebody who was asked did not answer; started again, failoverd asks again");
    return daemonExits.notWell;
  }
  if (configuration === null) {
    log.error("daemon", `not started: the configuration has errors; "failoverctl check" shows them with their lines`);
    return daemonExits.errors;
  }
  const unprepared = prepareForAgents(configuration, folders, readBootId());
  if (unprepared !== null) log.warn("ocf", unprepared);
  if (signals.stoppedBy() !== null) return daemonExits.well;
  /** First the door, then the house: a daemon that cannot be asked does not begin to act. */
  let begin: (answering: Answering) => void = nothing;
  const answering = new Promise<Answering>((resolve) => {
    begin = resolve;
  });
  const listeners = await listen(folders, answering, log);
  if (listeners === null) return daemonExits.notWell;
  const close = (): Promise<unknown> => Promise.all(listeners.map((listener) => listener.close()));
  try {
    const code = await runOpened(options, held, { configuration, listeners, begin });
    /** In a folder that is another's by now, the sockets are the other's, too. */
    if (code !== daemonExits.refused) await close();
    return code;
  } catch (error) {
    await close();
    throw error;
  }
}

async function runOpened(
  { folders, localHost, version }: DaemonOptions,
  { lock, umask, log, signals }: Held,
  opened: {
    readonly configuration: Configuration;
    readonly listeners: readonly Listener[];
    readonly begin: (answering: Answering) => void;
  },
): Promise<number> {
  const { configuration, listeners } = opened;
  const disk = realDisk;
  const started = await startSupervisor(
    {
      clock: realClock,
      disk,
      varFolder: folders.var,
      bootId: readBootId(),
      pid: process.pid,
      log,
      createProcesses: (onEvent) => createProcesses({ varFolder: folders.var, umask, onEvent }),
      readStdin: readFenceStdin,
      runNotifier: notifierRunner({ logPath: join(folders.var, "notifier.log"), umask }),
      pruneRuns: (newest) => pruneRunFolders(join(folders.var, "runs"), newest),
      newestRun: () => newestRunFolder(join(folders.var, "runs")),
    },
    { configuration, localHost, version },
  );
  if (started.kind === "refused") {
    log.error("daemon", `not started: ${started.sentence}`);
    return daemonExits.notWell;
  }
  const { supervisor } = started;
  const reload = createReload({ supervisor, folders, localHost, log });
  opened.begin({ supervisor, statusText: statusTextOf(supervisor), history: historyReader(disk, folders.var), reload });
  const taken = watchFolder({ folder: folders.var, lock, listeners, memory: supervisor.memory, clock: realClock, log });
  signals.onReload(() => {
    reload().catch((error: unknown) => log.error("configuration", `the reload failed: ${sayWithCauses(error)}`));
  });
  const stopped = signals.whenStopped.then((signal) => supervisor.stop(signal));
  const by = await Promise.race([taken.whenTaken, stopped]);
  taken.end();
  if (by === undefined) return daemonExits.well;
  log.error("daemon", sayTaken(folders.var, by));
  return daemonExits.refused;
}

/** Two sockets, two rights, by file mode. Who comes before there is an answer to be had waits for it. */
async function listen(folders: Folders, answering: Promise<Answering>, log: Log): Promise<readonly Listener[] | null> {
  const sockets: readonly { readonly name: string; readonly mode: number; readonly right: Right }[] = [
    { name: "failoverd.sock", mode: 0o600, right: "change" },
    { name: "query.sock", mode: 0o660, right: "read" },
  ];
  const listeners: Listener[] = [];
  for (const { name, mode, right } of sockets) {
    const listener = await listenSoon({
      path: join(folders.var, name),
      mode,
      ...clientLimits,
      refusal: tooManyClients,
      onConnection: (connection) => {
        const session = openSession(
          {
            send: (bytes) => connection.write(bytes),
            pause: () => connection.pause(),
            resume: () => connection.resume(),
            close: () => connection.close(),
            unreadBytes: () => connection.unreadBytes(),
            whenRead: (onRead) => connection.whenRead(onRead),
          },
          right,
          answering,
        );
        return { onData: session.push, onInputEnd: session.inputEnded, onClosed: session.closed };
      },
    });
    if (listener.kind === "failed") {
      const next = listener.errno === "ENAMETOOLONG" ? ": name a folder that is nearer to / with --var" : "";
      log.error("socket", `not started: ${listener.reason}${next}`);
      await Promise.all(listeners.map((other) => other.close()));
      return null;
    }
    listeners.push(listener);
  }
  return listeners;
}

/**
 * The lock says that no other daemon runs here. But one that was killed while it forked has a child that holds the socket
 * until it becomes another program, moments later.
 */
async function listenSoon(options: ListenOptions): Promise<Listener | SocketFailure> {
  for (let attempt = 1; ; attempt += 1) {
    const listener = await listenAt(options);
    if (listener.kind === "listening" || listener.errno !== "EADDRINUSE" || attempt === listenAttemptsMax)
      return listener;
    await new Promise<void>((resolve) => realClock.callAt(realClock.nowMs() + listenAgainAfterMs, resolve));
  }
}

function nothing(): void {
  /** Nobody waits yet. */
}

/** What is in the folder is the other's by now, and is not written to any more: this ends as a kill would end it. */
function sayTaken(folder: string, pid: number): string {
  return `${folder} was removed, and another failoverd (pid ${pid}) runs on it by now: this one ends, what it began goes on`;
}

function sayWithCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${sayWithCauses(error.cause)}`;
}
