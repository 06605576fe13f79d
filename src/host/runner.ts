/**
 * One runner: a small shell that runs checks one after the other, in a process group of its own. Why a shell between:
 * forking the daemon itself costs it 1 to 8 ms in which it can do nothing else; a shell of 1 MB forks in half a
 * millisecond, beside it.
 *
 *     starting --ready--> idle --give--> busy --answer--> idle, or retired if somebody still holds its output
 *                                        busy --stop, deadline--> ending --answer, KILL--> exit
 *     any --exit--> gone
 *
 * Invariants: a job given is ended exactly once; a runner that has ended a job by force, or whose output somebody else
 * holds, is never given another.
 */
import { performance } from "node:perf_hooks";
import { invariant } from "../base/invariant.ts";
import type { Outcome } from "../core/result.ts";
import { errnoInWords, errnoOf } from "./errno.ts";
import { Fifo } from "./fifo.ts";
import { OutputTail, type ByteSink } from "./output-decoder.ts";
import { endGroup, signalGroup } from "./process-group.ts";
import { killAfterMs } from "./processes.ts";
import { removeFile } from "./runner-folder.ts";
import { fifoPaths, parseAnswer, runnerArguments, writeJob } from "./runner-script.ts";
import { spawnShell, type Shell } from "./spawn-shell.ts";

export interface RunnerJob {
  readonly job: number;
  /** As `command-text.ts` writes it. */
  readonly text: string;
  /** `null`: as long as it likes, and its output is wanted as it comes. When it ends, its group does. */
  readonly timeoutMs: number | null;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  /** Called once, when all output has been pushed. */
  readonly onEnded: (ending: JobEnding, durationMs: number) => void;
}

export type JobEnding = { readonly kind: "code"; readonly code: number } | Outcome;

/** Why a runner could not begin; `null`: it did. */
export type StartFailure = { readonly errno: string; readonly reason: string } | null;

export interface RunnerOptions {
  readonly pathStart: string;
  readonly umask: number;
  /** It can be given a job. Never called before the constructor has returned, nor is `onGone`. */
  readonly onIdle: (runner: Runner) => void;
  readonly onGone: (runner: Runner, failure: StartFailure) => void;
}

/** A check that ends sooner is read once, at its end; a longer one is watched. */
const watchAfterMs = 20;

/** Out of file handles: until there is one, a check that prints much waits. */
const watchAgainAfterMs = 1_000;

interface Running {
  readonly job: RunnerJob;
  readonly sinceMs: number;
  watchTimer: NodeJS.Timeout | undefined;
  deadline: NodeJS.Timeout | undefined;
  /** What it will be said to have ended by; `null` until somebody ends it or it answers. */
  ending: JobEnding | null;
}

export class Runner {
  readonly #options: RunnerOptions;
  readonly #shell: Shell | null;
  /** What the shell itself says. */
  #complaints = new OutputTail(1024);
  #state: "starting" | "idle" | "busy" | "ending" | "retired" | "gone" = "starting";
  #stdout: Fifo | null = null;
  #stderr: Fifo | null = null;
  #running: Running | null = null;
  #unread = "";
  #killTimer: NodeJS.Timeout | undefined;
  #startFailure: StartFailure = null;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#shell = spawnShell({
      arguments: runnerArguments(options.pathStart, options.umask),
      stderr: "pipe",
      onFailed: (errno) => this.#failToStart(errno, `no shell could be started: ${errnoInWords(errno)}`),
      onExit: (_code, signal) => this.#exited(signal),
    });
    this.#shell?.channel.on("data", (bytes: Buffer) => this.#hear(bytes.toString("latin1")));
    this.#shell?.child.stderr?.on("data", (bytes: Buffer) => this.#complaints.push(bytes));
  }

  get state(): string {
    return this.#state;
  }

  /** Programmer's error if it is not idle. */
  give(job: RunnerJob): void {
    invariant(
      this.#state === "idle" && this.#running === null,
      `job ${job.job} was given to a runner that is ${this.#state}`,
    );
    this.#state = "busy";
    const running: Running = {
      job,
      sinceMs: performance.now(),
      watchTimer: undefined,
      deadline: undefined,
      ending: null,
    };
    this.#running = running;
    this.#complaints = new OutputTail(1024);
    this.#shell?.channel.write(writeJob(job.job, job.text));
    if (job.timeoutMs === null) {
      this.#watch(running);
      return;
    }
    const afterMs = job.timeoutMs;
    running.watchTimer = setTimeout(() => this.#watch(running), watchAfterMs);
    running.deadline = setTimeout(() => this.#end({ kind: "timed-out", afterMs }), afterMs);
  }

  /** Ends the job that runs, with its process group. Its end is still told. */
  stop(): void {
    if (this.#state === "busy") this.#end(null);
  }

  /** No more jobs: it ends by itself, and what an ended check has left running is left alone. */
  retire(): void {
    if (this.#state !== "idle" && this.#state !== "starting") return;
    this.#state = "retired";
    this.#leave();
  }

  #hear(text: string): void {
    const lines = (this.#unread + text).split("\n");
    this.#unread = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "ready" && this.#state === "starting") this.#begin();
      else this.#answer(line);
    }
  }

  #begin(): void {
    const paths = this.#paths();
    try {
      this.#stdout = new Fifo(paths.stdout);
      this.#stderr = new Fifo(paths.stderr);
    } catch (error) {
      const errno = errnoOf(error);
      this.#startFailure = { errno, reason: `the output of a check could not be opened: ${errnoInWords(errno)}` };
      this.retire();
      return;
    }
    this.#state = "idle";
    this.#options.onIdle(this);
  }

  #answer(line: string): void {
    const answer = parseAnswer(line);
    const running = this.#running;
    if (answer === null || answer.job !== running?.job.job) return;
    running.ending ??= { kind: "code", code: answer.code };
    /** One that should have stayed is started again and again: what each left behind would pile up. */
    if (this.#state === "busy" && running.job.timeoutMs === null) this.#end(running.ending);
    if (this.#state === "ending") {
      /** The job's end is told when the shell's own is seen, which follows at once. */
      this.#leave();
      return;
    }
    this.#state = "idle";
    const isReusable = this.#finish(running);
    /** Who hears of the end may do anything, close all of this too. */
    if (this.state !== "idle") return;
    if (isReusable) this.#options.onIdle(this);
    else this.retire();
  }

  #watch(running: Running): void {
    if (this.#running !== running) return;
    this.#stdout?.unwatch();
    this.#stderr?.unwatch();
    try {
      this.#stdout?.watch(running.job.stdout);
      this.#stderr?.watch(running.job.stderr);
    } catch {
      running.watchTimer = setTimeout(() => this.#watch(running), watchAgainAfterMs);
    }
  }

  #end(ending: JobEnding | null): void {
    invariant(this.#shell !== null && this.#running !== null, "only a runner with a job is ended by force");
    this.#state = "ending";
    this.#running.ending = ending;
    clearTimeout(this.#running.deadline);
    endGroup(this.#shell.pid, null);
  }

  /** Ends the shell where it waits for a line. */
  #leave(): void {
    this.#shell?.channel.end();
    /** A stopped shell (SIGSTOP) would never see that. */
    this.#killTimer ??= setTimeout(() => this.#shell?.child.kill("SIGKILL"), killAfterMs);
  }

  #exited(signal: string | null): void {
    clearTimeout(this.#killTimer);
    const running = this.#running;
    if (running !== null) {
      if (this.#state === "busy") this.#lose(running, signal);
      /** bash tries to fork for 15 seconds before it gives up. */
      if (running.ending?.kind === "timed-out" && forkFailure.test(this.#complaints.text()))
        running.ending = this.#noFork();
      running.ending ??= { kind: "killed", signal: signal ?? "SIGKILL" };
      this.#state = "retired";
      this.#finish(running);
    }
    if (this.#state === "starting") {
      /** What it complained of has been read when its standard error is closed; nobody else has that. */
      this.#shell?.child.once("close", () => this.#explainStart());
      return;
    }
    this.#disappear();
  }

  /** The shell has gone from under its check. The check may live, and nobody would ever hear of it. */
  #lose(running: Running, signal: string | null): void {
    const pid = this.#shell?.pid ?? 0;
    signalGroup(pid, "SIGKILL");
    running.ending =
      signal === null
        ? this.#noFork()
        : { kind: "lost", reason: `the shell that ran it (pid ${pid}) was ended from outside by ${signal}` };
  }

  #noFork(): Outcome {
    const reason = `the shell that runs checks (pid ${this.#shell?.pid}) could not start another process`;
    return { kind: "not-started", errno: "EAGAIN", reason };
  }

  #explainStart(): void {
    const complaint = this.#complaints.text().trim();
    const errno = forkFailure.test(complaint) ? "EAGAIN" : "EIO";
    this.#failToStart(
      errno,
      `the shell that runs checks could not begin: ${complaint === "" ? "it was ended" : complaint}`,
    );
  }

  #failToStart(errno: string, reason: string): void {
    this.#startFailure = { errno, reason };
    this.#disappear();
  }

  /** Reads what is left, and tells. Whether the FIFOs can be used again. */
  #finish(running: Running): boolean {
    const durationMs = performance.now() - running.sinceMs;
    clearTimeout(running.watchTimer);
    clearTimeout(running.deadline);
    this.#running = null;
    const ends = [this.#stdout?.drain(running.job.stdout), this.#stderr?.drain(running.job.stderr)];
    const hasPipes = this.#stdout?.isThere === true && this.#stderr?.isThere === true;
    /** Where a pipe is gone the shell could not start the check, and says 2; or what the check printed went elsewhere. */
    if (running.ending?.kind === "code" && !hasPipes)
      running.ending = { kind: "lost", reason: `the pipes for its output, ${this.#paths().stdout}, were removed` };
    running.job.onEnded(running.ending ?? { kind: "lost", reason: "it ended unseen" }, durationMs);
    return hasPipes && ends.every((end) => end === "clean");
  }

  #disappear(): void {
    this.#state = "gone";
    this.#stdout?.close();
    this.#stderr?.close();
    const paths = this.#paths();
    removeFile(paths.stdout);
    removeFile(paths.stderr);
    this.#options.onGone(this, this.#startFailure);
  }

  #paths(): { readonly stdout: string; readonly stderr: string } {
    return fifoPaths(this.#options.pathStart, this.#shell?.pid ?? 0);
  }
}

/** What a shell says when it cannot fork: dash and busybox, bash. */
const forkFailure = /[Cc](an't|annot) fork|fork: |Resource temporarily unavailable/;
