/**
 * Steps: the actions of a run, each under a launcher of its own. They are rare and precious: they outlive the daemon, and
 * a daemon that comes back finds out what became of them.
 *
 * A step has ended when its command has, whatever that leaves running: a database that was started lives on. A step that
 * is killed has ended when its whole group has, so that nothing of it is left when the next one begins.
 */
import { invariant } from "../base/invariant.ts";
import type { Outcome } from "../core/result.ts";
import { writeCommand, type CommandText } from "./command-text.ts";
import { Launchers, type Launcher, type LauncherExit } from "./launcher.ts";
import { writeStep } from "./launcher-script.ts";
import { endGroup } from "./process-group.ts";
import { isGroupLeft, isRunning, type GroupMembers } from "./process-identity.ts";
import {
  undeadAfterMs,
  type FoundEnd,
  type ProcessCommand,
  type ProcessEvent,
  type ProcessIdentity,
  type StepKey,
} from "./processes.ts";
import { ageOfExit, makeStepFiles, readExit, readStepOutput, stepPaths, type StepPaths } from "./step-files.ts";
import { StepLogs } from "./step-logs.ts";
import { launcherName, outcomeOfEnding } from "./why-not-started.ts";

/** How often it is looked whether a step of an earlier daemon has ended: nobody tells its exit to a process that is not its parent. */
const lookEveryMs = 100;

interface Step {
  readonly key: StepKey;
  readonly identity: ProcessIdentity;
  /** `null`: an earlier daemon started it. */
  readonly own: { readonly command: ProcessCommand; readonly launcher: Launcher } | null;
  paths: StepPaths;
  /** Why there is no log; empty if there is one. */
  note: string;
  look: NodeJS.Timeout | undefined;
  /** Set while its group is being ended; forgets about that. */
  forgetGroup: (() => void) | null;
  isGroupGone: boolean;
  /** Set when its end has been seen. */
  outcome: Outcome | null;
}

export class Steps {
  readonly #runsFolder: string;
  readonly #onEvent: (event: ProcessEvent) => void;
  readonly #launchers: Launchers;
  readonly #logs = new StepLogs();
  readonly #steps = new Map<string, Step>();
  #isAnnounced = false;
  #isClosed = false;

  constructor(options: {
    readonly runsFolder: string;
    readonly umask: number;
    readonly onEvent: (event: ProcessEvent) => void;
  }) {
    this.#runsFolder = options.runsFolder;
    this.#onEvent = options.onEvent;
    this.#launchers = new Launchers({
      umask: options.umask,
      onReady: (launcher) => {
        this.#isAnnounced = true;
        this.#onEvent({ kind: "launcher-ready", launcher });
      },
      onFailed: (errno, reason) => this.#onEvent({ kind: "launcher-failed", errno, reason }),
    });
  }

  start(key: StepKey, command: ProcessCommand, stdin: string | null): void {
    invariant(this.#isAnnounced, `step ${nameOf(key)} was started without a launcher`);
    this.#isAnnounced = false;
    const launcher = this.#launchers.take();
    if (launcher === null) {
      const reason = "the launcher that waited for it was ended from outside";
      setImmediate(() => this.#tell(key, { kind: "not-started", errno: "ESRCH", reason }, "", 0));
      return;
    }
    const step = this.#remember(key, launcher.identity, { command, launcher });
    launcher.whenExited((exit) => this.#sawExit(step, exit));
    writeCommand(command, (written) => this.#hand(step, launcher, written, stdin));
  }

  kill(key: StepKey): void {
    const step = this.#steps.get(nameOf(key));
    if (step === undefined || step.forgetGroup !== null) return;
    if (step.own === null && !isAlive(step.identity)) return;
    this.#endGroup(step);
  }

  find(key: StepKey, identity: ProcessIdentity): "running" | FoundEnd | "in-doubt" {
    const paths = stepPaths(this.#runsFolder, key);
    if (readExit(paths) === null && isAlive(identity)) return "running";
    /** Read anew: it may have ended between the two. */
    const code = readExit(paths);
    if (code === null) return "in-doubt";
    const output = readStepOutput(paths);
    return { outcome: outcomeOfStep(code, null, output), output, endedAgoMs: ageOfExit(paths) };
  }

  await(key: StepKey, identity: ProcessIdentity): void {
    const step = this.#remember(key, identity, null);
    this.#logs.watch(step.paths.log);
    step.look = setTimeout(() => this.#look(step), 0);
  }

  /** Ends the waiting launcher; the steps that run go on, and nothing is told of them any more. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#logs.close();
    for (const step of this.#steps.values()) {
      clearTimeout(step.look);
      step.forgetGroup?.();
      step.own?.launcher.release();
    }
    this.#steps.clear();
    return this.#launchers.close();
  }

  #remember(key: StepKey, identity: ProcessIdentity, own: Step["own"]): Step {
    invariant(!this.#steps.has(nameOf(key)), `step ${nameOf(key)} was started twice`);
    const step: Step = {
      key,
      identity,
      own,
      paths: stepPaths(this.#runsFolder, key),
      note: "",
      look: undefined,
      forgetGroup: null,
      isGroupGone: false,
      outcome: null,
    };
    this.#steps.set(nameOf(key), step);
    return step;
  }

  #hand(step: Step, launcher: Launcher, written: CommandText, stdin: string | null): void {
    if (written.kind === "not-started") {
      step.outcome = written;
      launcher.dismiss();
      return;
    }
    const made = makeStepFiles(step.paths, written.user);
    step.paths = made.paths;
    step.note = made.note;
    const { log: logPath, exit: exitPath } = step.paths;
    launcher.hand(writeStep({ text: written.text, logPath, exitPath, hasStdin: stdin !== null }), stdin);
    this.#logs.watch(logPath);
  }

  #sawExit(step: Step, exit: LauncherExit): void {
    const code = readExit(step.paths) ?? exit.code;
    const output = readStepOutput(step.paths);
    if (step.outcome === null && code === null && step.forgetGroup === null) {
      /** The launcher has gone from under its command, which may live: the next step must not begin beside it. */
      this.#endGroup(step);
      const reason = `its launcher (pid ${step.identity.pid}) was ended from outside by ${exit.signal}`;
      this.#settle(step, { kind: "lost", reason });
      return;
    }
    const killed: Outcome = { kind: "killed", signal: exit.signal ?? "SIGKILL" };
    this.#settle(
      step,
      step.outcome ?? (code === null ? killed : outcomeOfStep(code, step.own?.command ?? null, output)),
    );
  }

  #look(step: Step): void {
    const isAlive = isRunning(step.identity);
    const code = readExit(step.paths);
    if (code !== null) {
      this.#settle(step, outcomeOfStep(code, null, readStepOutput(step.paths)));
    } else if (isAlive) {
      step.look = setTimeout(() => this.#look(step), lookEveryMs);
    } else if (step.forgetGroup === null) {
      /** Nobody will ever hear how its command ends: what is left of it must not go on beside the next step. */
      const isLeft = isGroupLeft(step.identity);
      if (isLeft) this.#endGroup(step);
      const and = isLeft ? "; what it had started is ended" : "";
      const reason = `its launcher (pid ${step.identity.pid}) is gone and left no exit code${and}`;
      this.#settle(step, { kind: "lost", reason });
    } else {
      this.#settle(step, { kind: "killed", signal: "SIGKILL" });
    }
  }

  #endGroup(step: Step): void {
    step.forgetGroup = endGroup(step.identity.pid, (left) => {
      step.isGroupGone = true;
      const reason = sayUndead(step.identity, left);
      if (reason !== null) this.#finish(step, { kind: "lost", reason });
      else if (step.outcome !== null) this.#finish(step, step.outcome);
    });
  }

  #settle(step: Step, outcome: Outcome): void {
    /** It was given up as one that cannot be killed, and ends now. */
    if (this.#steps.get(nameOf(step.key)) !== step) return;
    step.outcome = outcome;
    if (step.forgetGroup === null || step.isGroupGone) this.#finish(step, outcome);
  }

  #finish(step: Step, outcome: Outcome): void {
    this.#steps.delete(nameOf(step.key));
    clearTimeout(step.look);
    const droppedBytes = this.#logs.unwatch(step.paths.log);
    this.#tell(step.key, outcome, step.note + readStepOutput(step.paths), droppedBytes);
  }

  #tell(key: StepKey, outcome: Outcome, output: string, droppedBytes: number): void {
    if (!this.#isClosed) this.#onEvent({ kind: "step-ended", key, outcome, output, droppedBytes });
  }
}

/** The launcher, or what it has left behind in its group. */
function isAlive(identity: ProcessIdentity): boolean {
  return isRunning(identity) || isGroupLeft(identity);
}

/** Null: nobody is left. */
function sayUndead({ pid }: ProcessIdentity, { pids, isAll }: GroupMembers): string | null {
  if (pids.length === 0 && isAll) return null;
  const who = pids.length === 0 ? `something of process group ${pid}` : `pid ${pids.join(", ")}`;
  return `${who} lives on ${undeadAfterMs / 1_000} s after SIGKILL and may still do what it was told; given up`;
}

/** Both streams are in one log, so silence is a log with nothing but the complaint. */
function outcomeOfStep(code: number, command: ProcessCommand | null, output: string): Outcome {
  const complaint = output.trimEnd();
  if (code !== 0 && forkFailure.test(complaint)) {
    return {
      kind: "not-started",
      errno: "EAGAIN",
      reason: `the launcher could not start another process: ${complaint}`,
    };
  }
  return outcomeOfEnding({
    code,
    program: command?.argv[0] ?? programOf(complaint),
    user: command?.user ?? null,
    isSilent: code === 0 ? output === "" : !complaint.includes("\n"),
    complaint,
  });
}

/** What a launcher says that cannot fork: dash and busybox, bash. */
const forkFailure = new RegExp(`^${launcherName}: .*([Cc](an't|annot) fork|fork: )`);

/** The program that a launcher complains of, for a daemon that did not start the step; empty if it does not. */
function programOf(complaint: string): string {
  return new RegExp(`^${launcherName}: (?:[^/]*: )?(/.*?): `).exec(complaint)?.[1] ?? "";
}

function nameOf(key: StepKey): string {
  return `${key.run}/${key.name}`;
}
