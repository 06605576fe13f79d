/**
 * A slave's life: connect to the master, say where it is, take what is missing, apply every entry and acknowledge it; when the
 * connection ends, begin again. A snapshot takes effect as a whole or not at all, so a master that dies in the middle of one
 * costs the slave nothing.
 */
import { createConnection, type Socket } from "node:net";
import { readLines, writeLines } from "./kv-lines.ts";
import { readNumber } from "./kv-protocol.ts";
import type { KvStore, Position } from "./kv-store.ts";

/** A master that starts a moment later than its slave is followed soon; a dead one is asked ten times a second. */
const reconnectAfterMs = 100;

interface ExpectingValues {
  readonly kind: "values";
  readonly left: number;
  readonly values: Map<string, string>;
  readonly position: Position;
}

type Expecting = { readonly kind: "answer" } | ExpectingValues | { readonly kind: "entries" };

export class Follower {
  readonly #store: KvStore;
  readonly #masterPort: number;
  #socket: Socket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #expecting: Expecting = { kind: "answer" };
  /** The last offset that the master spoke of, applied or not. */
  #heardOffset = 0;

  constructor(store: KvStore, masterPort: number) {
    this.#store = store;
    this.#masterPort = masterPort;
    this.#connect();
  }

  /** Bytes that the master is known to have and this copy has not. */
  get lagBytes(): number {
    return Math.max(0, this.#heardOffset - this.#store.position.offset);
  }

  /** Follows no longer; what was received as a whole is kept. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket?.removeAllListeners("close");
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = createConnection({ host: "127.0.0.1", port: this.#masterPort, noDelay: true });
    this.#socket = socket;
    this.#expecting = { kind: "answer" };
    const { term, offset } = this.#store.position;
    writeLines(socket, [`REPLICATE ${term} ${offset}`]);
    readLines(socket, (line) => {
      if (!socket.destroyed && !this.#take(line)) socket.destroy();
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#timer = setTimeout(() => this.#connect(), reconnectAfterMs);
    });
  }

  /** Takes one line of the master's. False: it is not what must come now (or a refusal), start over. */
  #take(line: string): boolean {
    const expecting = this.#expecting;
    if (expecting.kind === "answer") return this.#takeAnswer(line.split(" "));
    if (expecting.kind === "values") return this.#takeValue(expecting, line.split(" "));
    return this.#takeEntry(line.split(" "));
  }

  #takeAnswer([word, term = "", offset = "", count = ""]: readonly string[]): boolean {
    const position = { term: readNumber(term) ?? 0, offset: readNumber(offset) ?? 0 };
    if (word !== "SNAPSHOT" || position.term === 0) return false;
    this.#heardOffset = position.offset;
    if (count === "-") {
      this.#expecting = { kind: "entries" };
      this.#acknowledge();
    } else {
      this.#expectValues({ kind: "values", left: readNumber(count) ?? 0, values: new Map(), position });
    }
    return true;
  }

  #takeValue(expecting: ExpectingValues, [key = "", value = ""]: readonly string[]): boolean {
    expecting.values.set(key, value);
    this.#expectValues({ ...expecting, left: expecting.left - 1 });
    return true;
  }

  #takeEntry([word, offset = "", key = "", value = ""]: readonly string[]): boolean {
    if (word !== "ENTRY") return false;
    this.#heardOffset = readNumber(offset) ?? 0;
    if (this.#store.set(key, value) !== this.#heardOffset) return false;
    this.#acknowledge();
    return true;
  }

  #expectValues(expecting: ExpectingValues): void {
    this.#expecting = expecting;
    if (expecting.left > 0) return;
    this.#store.replace(expecting.values, expecting.position);
    this.#expecting = { kind: "entries" };
    this.#acknowledge();
  }

  #acknowledge(): void {
    if (this.#socket !== null) writeLines(this.#socket, [`ACK ${this.#store.position.offset}`]);
  }
}
