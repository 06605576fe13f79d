/**
 * A connection to the daemon: requests answered by promises that always settle, and journal entries as they come. That
 * there is no daemon, that it says no, and that it goes away in the middle are answers like others.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { dirname, join } from "node:path";
import { sayDuration } from "../base/duration.ts";
import { isObject } from "../base/shape.ts";
import type { Connection as SocketEnd } from "../host/connection.ts";
import { realClock } from "../host/clock.ts";
import { errnoInWords } from "../host/errno.ts";
import { pidOfHolder } from "../host/instance-lock.ts";
import { connectTo } from "../host/sockets.ts";
import { Decoder, requestLimits, responseLimits } from "../wire/decoder.ts";
import { encodeRequest } from "../wire/encoder.ts";
import type { WireErrorName } from "../wire/error.ts";
import { methods, type MethodName, type ParamsOf } from "../wire/methods.ts";
import { parseResponse, type Response } from "../wire/response.ts";

/** A daemon answers within milliseconds; one that was stopped, or whose disk hangs, does not answer. */
const answerWithinMs = 10_000;

/** A change that was begun within this part of the time is answered before the client gives up, as a rule. */
const begunWithin = 0.9;

/** So long, and so often, a daemon is tried that has too many others to take. */
const connectWithinMs = 2_000;
const connectAgainMs = 50;

/** A connection on which nothing is said for minutes is closed by the daemon, so a listener says something. */
const keepAliveEveryMs = 60_000;

export type Answer = { readonly kind: "result"; readonly result: unknown } | Failure;

export type Failure =
  /** The daemon said no. `name: null`: for a reason that this version does not know. */
  | { readonly kind: "error"; readonly name: WireErrorName | null; readonly message: string; readonly data: unknown }
  /** No answer came, and none will. `next`: what to do about a daemon that hangs. */
  | { readonly kind: "lost"; readonly sentence: string; readonly next?: string };

export type Connection = { readonly kind: "connected"; readonly client: Client } | Absent;

export interface Absent {
  readonly kind: "absent";
  /** `forbidden`: its sockets are not for this user. `busy`: it is there, and takes no more connections. */
  readonly why: "none" | "forbidden" | "busy";
  /** Where a daemon was looked for, and why there is none. */
  readonly sentence: string;
}

/** Tries the sockets in their order, and answers with the first that takes the connection. */
export async function connectDaemon(
  sockets: readonly string[],
  answerTimeoutMs: number = answerWithinMs,
): Promise<Connection> {
  let absent: Absent = { kind: "absent", why: "none", sentence: "no daemon answers at any socket" };
  let isNoNews = true;
  for (const [index, path] of sockets.entries()) {
    const client = new Client({ path, answerTimeoutMs });
    const errno = await connectPatiently(client);
    if (errno === null) return { kind: "connected", client };
    if (errno === "EAGAIN") return { kind: "absent", why: "busy", sentence: sayBusy(path) };
    /**
     * The first failure is told: it is of the socket with all rights. But that it is not there, or not for this user, is no news
     * if the other one is there and nobody answers.
     */
    if (index > 0 && (errno === "ENOENT" || !isNoNews)) continue;
    isNoNews = errno === "ENOENT" || errno === "EACCES";
    absent = errno === "EACCES" ? forbidden(path) : { kind: "absent", why: "none", sentence: sayNone(path, errno) };
  }
  return absent;
}

/** As many connections wait for the daemon as the system lets wait: that may be over in a moment. */
async function connectPatiently(client: Client): Promise<string | null> {
  const untilMs = performance.now() + connectWithinMs;
  for (;;) {
    const errno = await client.connect();
    if (errno !== "EAGAIN" || performance.now() > untilMs) return errno;
    await sleep(connectAgainMs);
  }
}

/** Whether a daemon is there cannot be seen. */
function forbidden(path: string): Absent {
  const sentence = `this user may not ask a daemon at ${path} (${errnoInWords("EACCES")})`;
  return { kind: "absent", why: "forbidden", sentence };
}

function sayNone(path: string, errno: string): string {
  return `no daemon answers at ${path} (${errnoInWords(errno)})`;
}

function sayBusy(path: string): string {
  const limit = sayDuration(connectWithinMs);
  return `the daemon at ${path} has taken no connection for ${limit}: too many clients come at once, or it hangs`;
}

export class Client {
  readonly #path: string;
  readonly #answerTimeoutMs: number;
  readonly #decoder = new Decoder(responseLimits);
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #socket: SocketEnd | null = null;
  #nextId = 1;
  /** What every question is answered with when this connection is of no more use. */
  #lost: Failure | null = null;
  #hasHeard = false;
  #keepAlive: NodeJS.Timeout | undefined;
  #onRecord: (entry: Readonly<{ [name: string]: unknown }>) => void = () => {};
  #onLost: (sentence: string) => void = () => {};

  constructor(options: { readonly path: string; readonly answerTimeoutMs: number }) {
    this.#path = options.path;
    this.#answerTimeoutMs = options.answerTimeoutMs;
  }

  /** Null, or the system's name of the reason why there is no connection. */
  async connect(): Promise<string | null> {
    const connected = await connectTo({
      path: this.#path,
      pendingBytesMax: requestLimits.lineBytesMax,
      idleMs: 0,
      handlers: {
        onData: (bytes) => this.#read(bytes),
        onInputEnd: () => this.#lose(this.#sayClosed(`the daemon closed the connection to ${this.#path}`)),
        onClosed: () => this.#lose(this.#sayClosed(`the connection to ${this.#path} broke`)),
      },
    });
    if (connected.kind === "failed") return connected.errno;
    this.#socket = connected.connection;
    return null;
  }

  /**
   * Asks and waits for the answer, but not for ever. What would change something is not wanted any more after that: a daemon that
   * was stopped, or waited for its disk, must not do it later, when people have been told that it does not answer.
   */
  ask<M extends MethodName>(method: M, params: ParamsOf<M>): Promise<Answer> {
    if (this.#lost !== null) return Promise.resolve(this.#lost);
    const id = this.#nextId;
    this.#nextId += 1;
    const isChange = methods[method].right === "change" && !(isObject(params) && params["isDryRun"] === true);
    const expiresAtBootMs = isChange ? realClock.bootMs() + begunWithin * this.#answerTimeoutMs : null;
    const request = encodeRequest(id, method, params, expiresAtBootMs);
    const bytesMax = requestLimits.lineBytesMax;
    if (request.length > bytesMax) {
      const message = `the request would be a line of ${request.length} bytes, and the daemon takes ${bytesMax}`;
      return Promise.resolve({ kind: "error", name: "invalid-params", message, data: null });
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const limit = sayDuration(this.#answerTimeoutMs);
        const pid = pidOfHolder(join(dirname(this.#path), "failoverd.pid"));
        const sentence = `the daemon at ${this.#path} is there but does not answer within ${limit}: it hangs, or was stopped`;
        this.#end({ kind: "lost", sentence, ...(pid === null ? {} : { next: whatToDo(pid) }) });
      }, this.#answerTimeoutMs);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(isChange && answer.kind === "lost" ? { ...answer, sentence: answer.sentence + notAnyMore } : answer);
      });
      this.#socket?.write(request);
    });
  }

  /** Journal entries, after `subscribe` was answered; and the end of the connection, if nobody closes it here. */
  listen(on: {
    readonly record: (entry: Readonly<{ [name: string]: unknown }>) => void;
    readonly lost: (sentence: string) => void;
  }): void {
    this.#onRecord = on.record;
    this.#onLost = on.lost;
    this.#keepAlive = setInterval(() => void this.ask("status", {}), keepAliveEveryMs);
    if (this.#lost !== null) on.lost(sayFailure(this.#lost));
  }

  close(): void {
    this.#onLost = () => {};
    clearInterval(this.#keepAlive);
    this.#socket?.close();
  }

  #read(bytes: Uint8Array): void {
    this.#hasHeard = true;
    for (const decoded of this.#decoder.push(bytes)) {
      if (decoded.kind === "bad") this.#lose(`what answers at ${this.#path} is no failoverd: ${decoded.error.message}`);
      else this.#take(parseResponse(decoded.value));
    }
  }

  #take(response: Response): void {
    switch (response.kind) {
      case "result":
        this.#settle(response.id, { kind: "result", result: response.result });
        return;
      case "error": {
        const { name, message, data } = response;
        if (name === "too-busy") this.#end({ kind: "error", name, message: sayTooMany(this.#path, message), data });
        else if (response.id === null) this.#lose(`the daemon did not understand: ${message}`);
        else this.#settle(response.id, { kind: "error", name, message, data });
        return;
      }
      case "record":
        this.#onRecord(response.entry);
        return;
      case "other":
        this.#lose(`what answers at ${this.#path} is no failoverd that this version knows: ${response.sentence}`);
    }
  }

  #settle(id: number, answer: Answer): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  /** A daemon that has far too many clients has no word left for some of them. */
  #sayClosed(sentence: string): string {
    return this.#hasHeard
      ? sentence
      : `${sentence} without a word: it ends, or too many clients come at once; try again`;
  }

  #lose(sentence: string): void {
    this.#end({ kind: "lost", sentence });
  }

  #end(failure: Failure): void {
    if (this.#lost !== null) return;
    this.#lost = failure;
    clearInterval(this.#keepAlive);
    this.#socket?.close();
    for (const id of this.#waiting.keys()) this.#settle(id, failure);
    this.#onLost(sayFailure(failure));
  }
}

/** The pid stands in the line that is to be typed. */
function whatToDo(pid: number): string {
  return `\`ps -o stat,wchan:30 -p ${pid}\` says what it waits for: T it was stopped, and \`kill -CONT ${pid}\` lets it go on; D a disk. Else \`kill -9 ${pid}\`: the next daemon goes on with what this one had begun`;
}

/** A request that is not answered may have been begun in time, and its answer be late. */
const notAnyMore =
  "; it will not begin with what it was asked for any more, and `failoverctl history` shows whether it had";

function sayTooMany(path: string, message: string): string {
  return `the daemon at ${path} serves no more clients: ${message}; close some ("ss -xp" shows who they are) and try again`;
}

function sayFailure(failure: Failure): string {
  return failure.kind === "lost" ? failure.sentence : failure.message;
}
