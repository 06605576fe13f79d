/**
 * A program on the daemon's socket, as anybody may write one: lines of JSON out, lines of JSON in. Made of node:net alone, so
 * that what it says and hears is on the wire and not in our own code.
 */
import { connect, type Socket } from "node:net";
import type { ShownEntry } from "../../src/core/shown-entry.ts";
import type { MethodName, Results } from "../../src/wire/methods.ts";

/** An answer as JSON-RPC 2.0 has it; `id: null` where the daemon could not tell what it answers. */
export interface WireAnswer<Result> {
  readonly id: number | string | null;
  readonly result?: Result;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** Nothing on a Unix socket takes nearly so long. */
const answerWithinMs = 20_000;

export class WireClient {
  /** What came without being asked for, in order. */
  readonly entries: ShownEntry[] = [];
  onEntry: () => void = () => {};
  readonly #socket: Socket;
  /** `id: null`: whatever comes next that is not for another. */
  #asked: { readonly id: number | null; readonly take: (line: string) => void }[] = [];
  /** Answers that came before anybody asked: that there are too many clients. */
  readonly #unasked: string[] = [];
  readonly #ended: Promise<void>;
  #unread = "";
  #nextId = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#ended = new Promise((resolve) => {
      socket.once("end", resolve);
      socket.once("close", () => resolve());
    });
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => this.#read(text));
    socket.on("error", () => socket.destroy());
  }

  /** Null: nobody listens there. */
  static connect(path: string): Promise<WireClient | null> {
    return new Promise((resolve) => {
      const socket = connect({ path, allowHalfOpen: true });
      socket.once("connect", () => resolve(new WireClient(socket)));
      socket.once("error", () => resolve(null));
    });
  }

  async ask<M extends MethodName>(method: M, params: object = {}): Promise<WireAnswer<Results[M]>> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = this.#answerTo(id, method);
    this.#socket.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    return parseAnswer(await answer);
  }

  /** Sends any bytes, and answers with the next answer that is to nothing asked by `ask`. */
  async say(bytes: string | Uint8Array): Promise<WireAnswer<unknown>> {
    const unasked = this.#unasked.shift();
    if (unasked !== undefined) return parseAnswer(unasked);
    const answer = this.#answerTo(null, String(bytes).slice(0, 200));
    this.#socket.write(bytes);
    return parseAnswer(await answer);
  }

  #answerTo(id: number | null, what: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer);
        reject(new Error(`${why} before an answer to ${what}`));
      };
      const timer = setTimeout(() => fail(`${answerWithinMs} ms were over`), answerWithinMs);
      void this.#ended.then(() => fail("the connection ended"));
      this.#asked.push({
        id,
        take: (line) => {
          clearTimeout(timer);
          resolve(line);
        },
      });
    });
  }

  /** Sends any bytes, to which no answer is expected. */
  tell(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Says that nothing more will be said, and still listens. */
  endInput(): void {
    this.#socket.end();
  }

  /** Reads nothing more; what comes piles up at the daemon's end. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Resolves when the daemon has closed the connection. */
  whenEnded(): Promise<void> {
    this.#socket.resume();
    return this.#ended;
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(text: string): void {
    const lines = (this.#unread + text).split("\n");
    this.#unread = lines.pop() ?? "";
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    const message = parseMessage(line);
    if (!("method" in message)) {
      const asked =
        this.#asked.find(({ id }) => id !== null && id === message.id) ?? this.#asked.find(({ id }) => id === null);
      this.#asked = this.#asked.filter((other) => other !== asked);
      if (asked === undefined) this.#unasked.push(line);
      else asked.take(line);
      return;
    }
    this.entries.push(message.params);
    this.onEntry();
  }
}

type Message = WireAnswer<unknown> | { readonly method: "record"; readonly params: ShownEntry };

function parseMessage(line: string): Message {
  const message: Message = JSON.parse(line);
  return message;
}

function parseAnswer<Result>(line: string): WireAnswer<Result> {
  const answer: WireAnswer<Result> = JSON.parse(line);
  return answer;
}
