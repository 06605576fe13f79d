/**
 * One client on a socket: requests in, answers out, and records as they become durable if it subscribed. A client costs
 * nobody else anything: what it sends is bounded by the decoder, what it does not read by the connection, and what it asks
 * here: a few requests in a turn of the event loop, however many it has sent at a time, and none while it leaves unread what
 * it was answered.
 */
import { Decoder, requestLimits, type Decoded } from "../wire/decoder.ts";
import { encodeError, encodeRecord, encodeResult, encodeResultText } from "../wire/encoder.ts";
import { parseRequest, type Request, type RequestId, type Right, type Wanted } from "../wire/request.ts";
import type { WireError } from "../wire/error.ts";
import { shownEntry } from "../core/shown-entry.ts";
import type { Entry } from "../core/record.ts";
import { invariant } from "../base/invariant.ts";
import { answer, type Answering } from "./answers.ts";
import type { HistoryReader } from "./history-reader.ts";
import type { Memory } from "./memory.ts";

/** Requests of one client that wait for their answer. Until there are fewer, the next wait, and nothing more is read. */
const pendingRequestsMax = 32;

/** Taken of one client in one turn of the event loop: others, and the daemon's own work, come in between. */
const requestsPerTurnMax = 4;

/** A client that leaves more unread is asked nothing more of; of the past, it is told so much at a time. */
const unreadBytesMax = 256 * 1024;
const unreadPastBytesMax = 4 * 1024 * 1024;

/** Entries of the past told in one turn of the event loop. */
const entriesPerTurnMax = 64;

/** Records kept for a subscriber while it is told the past. */
const backlogMax = 10_000;

export interface Connection {
  readonly send: (bytes: Uint8Array) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly close: () => void;
  /** What the client has not read yet. */
  readonly unreadBytes: () => number;
  /** Calls back when it has read all; never, if it does not. */
  readonly whenRead: (onRead: () => void) => void;
}

export interface Session {
  readonly push: (bytes: Uint8Array) => void;
  /** Nothing more will be asked: it is closed when all is answered, unless it listens. */
  readonly inputEnded: () => void;
  readonly closed: () => void;
}

export function openSession(connection: Connection, right: Right, answering: Promise<Answering>): Session {
  const decoder = new Decoder(requestLimits);
  /** Requests that have been read, as they are decoded, a few at a time. Null: all that was read is under way. */
  let unread: Generator<Decoded, void> | null = null;
  let pending = 0;
  /** Somebody will call `takeSome`. */
  let isAwaited = false;
  let unsubscribe: (() => void) | null = null;
  let isClosed = false;
  let isInputEnded = false;
  let isEndJudged = false;

  /** The end may come while lines of before it are still to be taken. */
  function closeIfDone(): void {
    if (!isInputEnded || unread !== null || isClosed) return;
    if (!isEndJudged && decoder.isInLine)
      fail(null, { name: "parse", message: "the last line has no newline at its end" });
    isEndJudged = true;
    if (pending === 0 && unsubscribe === null) connection.close();
  }

  /** Until all of it is under way nothing more is read. */
  function push(bytes: Uint8Array): void {
    invariant(unread === null, "a connection that was paused brings nothing");
    unread = decoder.push(bytes);
    takeSome();
    if (unread !== null) connection.pause();
  }

  function takeSome(): void {
    for (let taken = 0; unread !== null && mayTake(); taken += 1) {
      if (taken >= requestsPerTurnMax) return takeMoreWhen(setImmediate);
      if (connection.unreadBytes() > unreadBytesMax) return takeMoreWhen(connection.whenRead);
      const { value: decoded } = unread.next();
      if (decoded === undefined) unread = null;
      else take(decoded.kind === "bad" ? { ...decoded, id: null } : parseRequest(decoded.value, right));
    }
  }

  function mayTake(): boolean {
    return !isClosed && pending < pendingRequestsMax;
  }

  function takeMoreWhen(call: (back: () => void) => void): void {
    if (isAwaited) return;
    isAwaited = true;
    call(() => {
      isAwaited = false;
      takeMore();
    });
  }

  function takeMore(): void {
    if (unread === null || isAwaited || isClosed) return;
    takeSome();
    if (unread === null) connection.resume();
    closeIfDone();
  }

  function take(request: Request): void {
    if (request.kind === "bad") {
      fail(request.id, request.error);
      return;
    }
    pending += 1;
    const id = request.kind === "request" ? request.id : undefined;
    const done = perform(request, id).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      fail(id, { name: "internal", message });
    });
    void done.finally(() => {
      pending -= 1;
      takeMore();
      closeIfDone();
    });
  }

  async function perform({ call, expiresAtBootMs }: Wanted, id: RequestId | undefined): Promise<void> {
    if (call.method === "subscribe") {
      await subscribe(call.params.fromSeq ?? null, id);
      return;
    }
    const known = await answering;
    if (call.method === "status") {
      if (id !== undefined && !isClosed) connection.send(encodeResultText(id, known.statusText()));
      return;
    }
    const answered = await answer(call, known, { isThere: () => !isClosed, expiresAtBootMs: expiresAtBootMs ?? null });
    if (!answered.ok) fail(id, answered.error);
    else if (id !== undefined && !isClosed) connection.send(encodeResult(id, answered.result));
  }

  /**
   * The past first, if it is asked for; what becomes durable meanwhile is kept, so that nothing is missing between the two. The
   * journal's file may already hold entries whose sync is still awaited: those are left to the listener.
   */
  async function subscribe(fromSeq: number | null, id: RequestId | undefined): Promise<void> {
    const { supervisor, history } = await answering;
    const { memory } = supervisor;
    if (isClosed) return;
    if (unsubscribe !== null) {
      fail(id, { name: "refused", message: "this connection has subscribed already" });
      return;
    }
    const backlog: Entry[] = [];
    let isLive = fromSeq === null;
    let toldSeq = fromSeq === null ? memory.toldSeq : fromSeq - 1;
    const tell = (entry: Entry): void => {
      if (entry.seq <= toldSeq) return;
      toldSeq = entry.seq;
      connection.send(encodeRecord(shownEntry(entry)));
    };
    unsubscribe = memory.listen((entry) => {
      if (isLive) tell(entry);
      else if (backlog.push(entry) > backlogMax) connection.close();
    });
    if (id !== undefined) connection.send(encodeResult(id, { seq: toldSeq }));
    if (fromSeq === null) return;
    while (await tellPast({ history, memory }, toldSeq + 1, tell)) await new Promise<void>(connection.whenRead);
    if (isClosed) return;
    memory.unwritten.filter((entry) => entry.seq <= memory.toldSeq).forEach(tell);
    backlog.forEach(tell);
    isLive = true;
  }

  /**
   * From that entry on. True: there is more, and the client has to read first; meanwhile others read the journal. Nobody is told
   * so much at a time that the rest of the daemon waits.
   */
  async function tellPast(
    { history, memory }: { readonly history: HistoryReader; readonly memory: Memory },
    fromSeq: number,
    tell: (entry: Entry) => void,
  ): Promise<boolean> {
    let toldCount = 0;
    for await (const item of history.past(fromSeq)) {
      if (isClosed) return false;
      if (item.kind === "gap") continue;
      if (item.entry.seq > memory.toldSeq) return false;
      if (connection.unreadBytes() > unreadPastBytesMax) return true;
      tell(item.entry);
      toldCount += 1;
      if (toldCount % entriesPerTurnMax === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return false;
  }

  function fail(id: RequestId | undefined, error: WireError): void {
    if (!isClosed) connection.send(encodeError(id ?? null, error));
  }

  return {
    push,
    inputEnded: () => {
      isInputEnded = true;
      closeIfDone();
    },
    closed: () => {
      isClosed = true;
      unsubscribe?.();
    },
  };
}
