/**
 * The client of the demo: writes 1, 2, 3, … one after the other, for ever, to whoever has the floating address. What fails is
 * tried again until somebody acknowledges it, so the numbers have no holes and the longest time between two
 * acknowledgements is what an application would have felt.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { readAddress } from "./hosts.ts";
import { KvClient } from "./kv-client.ts";

export interface Acknowledgement {
  readonly n: number;
  /** The server that acknowledged it. */
  readonly host: string;
  /** The slave had it at that time. */
  readonly isReplicated: boolean;
  /** Of `performance.now()`. */
  readonly atMs: number;
}

export type WriterEvent =
  /** A write failed for the first time since one went well. Times are of `Date.now()`. */
  | { readonly kind: "lost"; readonly atMs: number; readonly n: number; readonly host: string; readonly reason: string }
  /** A write went well for the first time since one failed, `gapMs` after the acknowledgement before it. */
  | {
      readonly kind: "serving";
      readonly atMs: number;
      readonly n: number;
      readonly host: string;
      readonly gapMs: number;
      readonly tries: number;
    };

/** Leaves the machine to others most of the time, and still measures a gap to a few milliseconds. */
const pauseMs = 1;

/** A server that hangs is given up after this. */
const answerWithinMs = 300;

/** Every acknowledgement is remembered; a demo that was left running overnight shall not eat the machine. */
const writesMax = 1_000_000;

export class Writer {
  readonly acknowledged: Acknowledgement[] = [];
  readonly #folder: string;
  readonly #tell: (event: WriterEvent) => void;
  readonly #ended: Promise<void>;
  #isStopping = false;

  constructor(folder: string, tell: (event: WriterEvent) => void) {
    this.#folder = folder;
    this.#tell = tell;
    this.#ended = this.#write();
  }

  /** Resolves when the last write has been acknowledged or given up. */
  stop(): Promise<void> {
    this.#isStopping = true;
    return this.#ended;
  }

  /** The longest time between two acknowledgements, and the first write after it; `null` before the second. */
  longestGap(): { readonly ms: number; readonly n: number } | null {
    let longest: { readonly ms: number; readonly n: number } | null = null;
    for (const [index, { n, atMs }] of this.acknowledged.entries()) {
      const previous = this.acknowledged[index - 1];
      if (previous === undefined) continue;
      if (longest === null || atMs - previous.atMs > longest.ms) longest = { ms: atMs - previous.atMs, n };
    }
    return longest;
  }

  async #write(): Promise<void> {
    let connection: { readonly client: KvClient; readonly host: string } | null = null;
    let tries = 0;
    for (let n = 1; n <= writesMax && !this.#isStopping; await sleep(pauseMs)) {
      connection ??= this.#connect();
      if (connection === null) {
        tries += 1;
        continue;
      }
      const { client, host } = connection;
      const answer = await client.request(`SET write${n} ${n}`, answerWithinMs);
      tries += 1;
      if (answer.kind === "line" && answer.line.startsWith("OK ")) {
        this.#acknowledge(
          { n, host, isReplicated: answer.line.endsWith(" replicated"), atMs: performance.now() },
          tries,
        );
        n += 1;
        tries = 0;
        continue;
      }
      const reason = answer.kind === "line" ? answer.line : answer.reason;
      if (tries === 1) this.#tell({ kind: "lost", atMs: Date.now(), n, host, reason });
      client.close();
      connection = null;
    }
    connection?.client.close();
  }

  #connect(): { readonly client: KvClient; readonly host: string } | null {
    const address = readAddress(this.#folder);
    return address === null ? null : { client: new KvClient(address.port), host: address.host };
  }

  #acknowledge(acknowledgement: Acknowledgement, tries: number): void {
    const gapMs = acknowledgement.atMs - (this.acknowledged.at(-1)?.atMs ?? acknowledgement.atMs);
    this.acknowledged.push(acknowledgement);
    const { n, host } = acknowledgement;
    if (tries > 1) this.#tell({ kind: "serving", atMs: Date.now(), n, host, gapMs, tries });
  }
}
