/** A connection on which answers come in the order of the questions, each within a time. One failure is the end of it. */
import { connect, type Socket } from "node:net";
import type { Address } from "./session.ts";

/** Takes one answer off the front of what was received; null: it is not whole yet. */
export type Cut<Answer> = (received: Buffer) => { readonly answer: Answer; readonly bytes: number } | null;

interface Asked<Answer> {
  readonly timer: NodeJS.Timeout;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export class Dialogue<Answer> {
  readonly #socket: Socket;
  readonly #cut: Cut<Answer>;
  readonly #withinMs: number;
  #received: Buffer = Buffer.alloc(0);
  #asked: Asked<Answer>[] = [];
  #failure: Error | null = null;

  private constructor(socket: Socket, cut: Cut<Answer>, withinMs: number) {
    this.#socket = socket;
    this.#cut = cut;
    this.#withinMs = withinMs;
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the connection was closed")));
  }

  static open<Answer>(address: Address, cut: Cut<Answer>, withinMs: number): Promise<Dialogue<Answer>> {
    return new Promise((resolve, reject) => {
      const socket = connect({ ...address, noDelay: true });
      const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${withinMs} ms`)), withinMs);
      socket.once("error", (error) => {
        clearTimeout(timer);
        reject(error);
      });
      socket.once("connect", () => {
        clearTimeout(timer);
        resolve(new Dialogue(socket, cut, withinMs));
      });
    });
  }

  /** Sends a question; several may be on their way. Throws an Error when no answer comes. */
  ask(question: Buffer | string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      const silence = new Error(`no answer within ${this.#withinMs} ms`);
      this.#asked.push({ timer: setTimeout(() => this.#fail(silence), this.#withinMs), resolve, reject });
      this.#socket.write(question);
    });
  }

  close(): void {
    this.#fail(new Error("it was closed here"));
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (let whole = this.#cut(this.#received); whole !== null; whole = this.#cut(this.#received)) {
      this.#received = this.#received.subarray(whole.bytes);
      const asked = this.#asked.shift();
      clearTimeout(asked?.timer);
      asked?.resolve(whole.answer);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
    for (const { timer, reject } of this.#asked.splice(0)) {
      clearTimeout(timer);
      reject(this.#failure);
    }
  }
}
