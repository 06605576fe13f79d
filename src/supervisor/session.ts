/**
 * One client on a socket: requests in, answers out, and records as they become durable if it subscribed. A client costs
 * nobody else anything: what it sends is bounded by the decoder, what it does not read by the connection, and how much it
 * may ask at a time here.
 */
import { Decoder, requestLimits } from "../wire/decoder.ts";
import { encodeError, encodeRecord, encodeResult } from "../wire/encoder.ts";
import { parseRequest, type Request, type RequestId, type Right } from "../wire/request.ts";
import type { Call } from "../wire/methods.ts";
import type { WireError } from "../wire/error.ts";
import { shownEntry } from "../core/shown-entry.ts";
import type { Entry } from "../core/record.ts";
import { answer, type Answering } from "./answers.ts";

/** Requests of one client that wait for their answer. Until there are fewer, the next wait, and nothing more is read. */
const pendingRequestsMax = 32;

/** Records kept for a subscriber while it is told the past. */
const backlogMax = 10_000;

export interface Connection {
  readonly send: (bytes: Uint8Array) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly close: () => void;
}

export interface Session {
  readonly push: (bytes: Uint8Array) => void;
  /** Nothing more will be asked: it is closed when all is answered, unless it listens. */
  readonly inputEnded: () => void;
  readonly closed: () => void;
}

export function openSession(connection: Connection, right: Right, answering: Promise<Answering>): Session {
  const decoder = new Decoder(requestLimits);
  /** Read and not begun: no more than one read of the socket has brought. */
  const waiting: Request[] = [];
  let pending = 0;
  let unsubscribe: (() => void) | null = null;
  let isClosed = false;
  let isInputEnded = false;

  function closeIfDone(): void {
    if (isInputEnded && pending + waiting.length === 0 && unsubscribe === null && !isClosed) connection.close();
  }

  function push(bytes: Uint8Array): void {
    for (const decoded of decoder.push(bytes)) {
      if (isClosed) return;
      if (decoded.kind === "bad") fail(null, decoded.error);
      else waiting.push(parseRequest(decoded.value, right));
    }
    takeWaiting();
    if (waiting.length > 0) connection.pause();
  }

  function takeWaiting(): void {
    if (isClosed) waiting.length = 0;
    while (pending < pendingRequestsMax) {
      const request = waiting.shift();
      if (request === undefined) return;
      take(request);
    }
  }

  function take(request: Request): void {
    if (request.kind === "bad") {
      fail(request.id, request.error);
      return;
    }
    pending += 1;
    const id = request.kind === "request" ? request.id : undefined;
    const done = perform(request.call, id).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      fail(id, { name: "internal", message });
    });
    void done.finally(() => {
      pending -= 1;
      const isPaused = waiting.length > 0;
      takeWaiting();
      if (isPaused && waiting.length === 0) connection.resume();
      closeIfDone();
    });
  }

  async function perform(call: Call, id: RequestId | undefined): Promise<void> {
    if (call.method === "subscribe") {
      await subscribe(call.params.fromSeq ?? null, id);
      return;
    }
    const answered = await answer(call, await answering, () => !isClosed);
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
    for await (const item of history.past(fromSeq)) {
      if (isClosed) return;
      if (item.kind === "gap") continue;
      if (item.entry.seq > memory.toldSeq) break;
      tell(item.entry);
    }
    memory.unwritten.filter((entry) => entry.seq <= memory.toldSeq).forEach(tell);
    backlog.forEach(tell);
    isLive = true;
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
