/** One connection to a key-value server and one request at a time on it. A failure is an answer too; afterwards the connection is closed. */
import { createConnection, type Socket } from "node:net";
import { readLines, writeLines } from "./kv-lines.ts";

export type KvAnswer =
  { readonly kind: "line"; readonly line: string } | { readonly kind: "failed"; readonly reason: string };

export class KvClient {
  readonly #socket: Socket;
  #take: ((answer: KvAnswer) => void) | null = null;
  #failure: string | null = null;

  constructor(port: number) {
    this.#socket = createConnection({ host: "127.0.0.1", port, noDelay: true });
    readLines(this.#socket, (line) => this.#answer({ kind: "line", line }));
    this.#socket.on("error", (error) => this.#fail(error.message));
    this.#socket.on("close", () => this.#fail("the connection was closed"));
  }

  /** Sends one line and waits for one, at most `withinMs`. Called again only after the answer. */
  request(line: string, withinMs: number): Promise<KvAnswer> {
    if (this.#failure !== null) return Promise.resolve({ kind: "failed", reason: this.#failure });
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#fail(`no answer within ${withinMs} ms`), withinMs);
      this.#take = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      writeLines(this.#socket, [line]);
    });
  }

  close(): void {
    this.#fail("the connection was closed");
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
    this.#socket.destroy();
    this.#answer({ kind: "failed", reason: this.#failure });
  }

  #answer(answer: KvAnswer): void {
    const take = this.#take;
    this.#take = null;
    take?.(answer);
  }
}

/** A request on a connection of its own. */
export async function askOnce(port: number, line: string, withinMs: number): Promise<KvAnswer> {
  const client = new KvClient(port);
  const answer = await client.request(line, withinMs);
  client.close();
  return answer;
}
