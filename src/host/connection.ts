/**
 * One connection of a Unix socket, with limits: bytes in, bytes out. A peer may be slow, silent or gone; it costs a bounded
 * amount of memory and is told of once.
 */
import type { Socket } from "node:net";

export interface Connection {
  /** Different for each connection of one listener. */
  readonly id: number;
  /**
   * Sends, or keeps to send. False: the connection is closed; a peer that has left more than `pendingBytesMax` unread is
   * disconnected by this (`onClosed` says `slow`). One write into an empty queue may be of any size.
   */
  write(bytes: string | Uint8Array): boolean;
  /** What the peer has not taken yet. */
  unreadBytes(): number;
  /** Calls back when it has taken all; never, if it does not. */
  whenRead(onRead: () => void): void;
  /** Reads no more until `resume`: what the peer says then waits in the socket, and the peer with it. */
  pause(): void;
  resume(): void;
  /** Sends what is kept, then closes. */
  close(): void;
}

export interface ConnectionHandlers {
  /** The bytes belong to the callee. */
  readonly onData: (bytes: Uint8Array) => void;
  /** The peer will say no more, but may still listen (`… | nc -N -U SOCKET`): answer what was asked, then `close`. */
  readonly onInputEnd: () => void;
  /** Called once, after which nothing else is. */
  readonly onClosed: (why: ClosedWhy) => void;
}

/** `ended`: by either side, in good order. `failed`: the peer broke off. */
export type ClosedWhy = "ended" | "slow" | "idle" | "failed";

export interface ConnectionLimits {
  /** What may wait for a peer that does not read. */
  readonly pendingBytesMax: number;
  /** A connection on which nothing was said for so long, in either direction, is closed. 0: never. */
  readonly idleMs: number;
}

export class SocketConnection implements Connection {
  readonly id: number;
  readonly #socket: Socket;
  readonly #pendingBytesMax: number;
  readonly #onPending: () => void;
  #why: ClosedWhy = "ended";

  /** `onPending`: something waits for the peer now. */
  constructor(socket: Socket, id: number, limits: ConnectionLimits, onPending: () => void = (): void => undefined) {
    this.id = id;
    this.#onPending = onPending;
    this.#socket = socket;
    this.#pendingBytesMax = limits.pendingBytesMax;
    socket.setTimeout(limits.idleMs, () => this.destroy("idle"));
    socket.on("error", () => this.destroy("failed"));
  }

  attach(handlers: ConnectionHandlers): void {
    this.#socket.on("data", (bytes: Uint8Array) => handlers.onData(bytes));
    this.#socket.once("end", () => handlers.onInputEnd());
    this.#socket.once("close", () => handlers.onClosed(this.#why));
  }

  write(bytes: string | Uint8Array): boolean {
    if (this.#socket.destroyed || this.#socket.writableEnded) return false;
    const pendingBytes = this.#socket.writableLength;
    if (pendingBytes > 0 && pendingBytes + bytes.length > this.#pendingBytesMax) {
      this.destroy("slow");
      return false;
    }
    this.#socket.write(bytes);
    if (this.#socket.writableLength > 0) this.#onPending();
    return !this.#socket.destroyed;
  }

  unreadBytes(): number {
    return this.#socket.writableLength;
  }

  whenRead(onRead: () => void): void {
    if (this.#socket.writableNeedDrain) this.#socket.once("drain", onRead);
    else setImmediate(onRead);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.end();
    /** The peer need not say that it has ended, too. */
    if (this.#socket.writableFinished) this.#socket.destroy();
    else this.#socket.once("finish", () => this.#socket.destroy());
  }

  /** Closes at once; what was kept is lost. */
  destroy(why: ClosedWhy): void {
    if (this.#socket.destroyed) return;
    this.#why = why;
    this.#socket.destroy();
  }
}
