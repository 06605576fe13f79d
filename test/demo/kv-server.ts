/**
 * One copy of a small replicated key-value store: the thing that the demo fails over. One process is the master and takes
 * writes; the other follows it over TCP. A write is acknowledged when the slave has it, and the answer says so; without a slave it
 * is acknowledged too, and the answer says that.
 *
 *     node kv-server.js --role master|slave --port P --peer HOST:PORT [--attached]
 *
 * Who was told to be master is so only if the other has no history: a master that was killed and is started again in its old
 * role, empty, would otherwise wipe the one good copy. It never takes the role by itself; only PROMOTE gives it.
 */
import { createConnection, createServer, type Socket } from "node:net";
import { parseArgs } from "node:util";
import { Follower } from "./kv-follower.ts";
import { readLines, writeLines } from "./kv-lines.ts";
import { printState, readRequest, readState, watchEveryMs, type KvRequest, type KvState } from "./kv-protocol.ts";
import { isBehind, KvStore, type Position } from "./kv-store.ts";

/** A slave that has not acknowledged an entry for this long is dropped, so that it cannot stop the writes. */
const acknowledgeWithinMs = 500;

/** At start the other server is asked what it is; on loopback a living one answers well within this. */
const askPeerWithinMs = 300;

interface WaitingWrite {
  readonly offset: number;
  readonly socket: Socket;
  readonly atMs: number;
}

class KvServer {
  readonly #store = new KvStore();
  readonly #peerPort: number;
  /** `null`: this is the master. */
  #follower: Follower | null;
  #slave: { readonly socket: Socket; acknowledgedOffset: number } | null = null;
  /** Writes that the slave does not have yet, oldest first; at most one for each client connection that waits. */
  #waiting: WaitingWrite[] = [];
  readonly #watchers = new Set<Socket>();

  constructor(options: { readonly isMaster: boolean; readonly peerPort: number }) {
    this.#peerPort = options.peerPort;
    this.#follower = options.isMaster ? null : new Follower(this.#store, options.peerPort);
    if (options.isMaster) this.#store.beginTerm();
    setInterval(() => this.#everySoOften(), watchEveryMs);
  }

  accept(socket: Socket): void {
    readLines(socket, (line) => this.#perform(socket, readRequest(line)));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#watchers.delete(socket);
      if (this.#slave?.socket === socket) this.#loseSlave();
    });
  }

  #perform(socket: Socket, request: KvRequest): void {
    const answer = (line: string): void => writeLines(socket, [line]);
    switch (request.kind) {
      case "set":
        return this.#write(socket, request.key, request.value);
      case "get": {
        const value = this.#store.get(request.key);
        return answer(value === undefined ? "NONE" : `VALUE ${value}`);
      }
      case "role":
        return answer(printState(this.#state()));
      case "lag":
        return answer(`LAG ${this.#state().lagBytes}`);
      case "promote":
        this.#promote();
        return answer(`OK master term=${this.#store.position.term}`);
      case "dump": {
        const entries = this.#store.entries();
        return writeLines(socket, [`DUMP ${entries.length}`, ...entries.map(([key, value]) => `${key} ${value}`)]);
      }
      case "watch":
        this.#watchers.add(socket);
        return answer(printState(this.#state()));
      case "replicate":
        return this.#beginReplication(socket, request.position);
      case "acknowledge":
        return this.#takeAcknowledgement(socket, request.offset);
      case "malformed":
        return answer(`ERR ${request.reason}`);
    }
  }

  #write(socket: Socket, key: string, value: string): void {
    if (this.#follower !== null) return writeLines(socket, ["ERR this is the slave; write to the master"]);
    const offset = this.#store.set(key, value);
    if (this.#slave === null) return writeLines(socket, [`OK ${offset} alone`]);
    writeLines(this.#slave.socket, [`ENTRY ${offset} ${key} ${value}`]);
    this.#waiting.push({ offset, socket, atMs: performance.now() });
  }

  #promote(): void {
    if (this.#follower === null) return;
    this.#follower.stop();
    this.#follower = null;
    this.#store.beginTerm();
    console.log(`master of port ${this.#peerPort}'s data, term ${this.#store.position.term}`);
    this.#tellWatchers();
  }

  #beginReplication(socket: Socket, position: Position): void {
    const own = this.#store.position;
    if (this.#follower !== null) return writeLines(socket, ["ERR this is a slave itself"]);
    if (isBehind(own, position)) return writeLines(socket, ["ERR you have more than this master has"]);
    this.#slave?.socket.destroy();
    this.#slave = { socket, acknowledgedOffset: 0 };
    const isSame = own.term === position.term && own.offset === position.offset;
    const entries = isSame ? [] : this.#store.entries();
    const count = isSame ? "-" : entries.length;
    writeLines(socket, [
      `SNAPSHOT ${own.term} ${own.offset} ${count}`,
      ...entries.map(([key, value]) => `${key} ${value}`),
    ]);
  }

  #takeAcknowledgement(socket: Socket, offset: number): void {
    if (this.#slave?.socket !== socket) return;
    this.#slave.acknowledgedOffset = offset;
    while (this.#waiting[0] !== undefined && this.#waiting[0].offset <= offset) {
      const write = this.#waiting.shift();
      if (write !== undefined) writeLines(write.socket, [`OK ${write.offset} replicated`]);
    }
  }

  #loseSlave(): void {
    this.#slave = null;
    for (const write of this.#waiting) writeLines(write.socket, [`OK ${write.offset} alone`]);
    this.#waiting = [];
  }

  #everySoOften(): void {
    this.#tellWatchers();
    const oldest = this.#waiting[0];
    if (oldest !== undefined && performance.now() - oldest.atMs > acknowledgeWithinMs) this.#slave?.socket.destroy();
  }

  #tellWatchers(): void {
    for (const watcher of this.#watchers) writeLines(watcher, [printState(this.#state())]);
  }

  #state(): KvState {
    const position = this.#store.position;
    const { offset } = position;
    return {
      role: this.#follower === null ? "master" : "slave",
      position,
      lagBytes: this.#follower?.lagBytes ?? (this.#slave === null ? 0 : offset - this.#slave.acknowledgedOffset),
    };
  }
}

/** What the other server is now; `null` if it does not answer. */
function askPeer(port: number): Promise<KvState | null> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port, timeout: askPeerWithinMs });
    const end = (state: KvState | null): void => {
      socket.destroy();
      resolve(state);
    };
    readLines(socket, (line) => end(readState(line)));
    socket.on("error", () => end(null));
    socket.on("timeout", () => end(null));
    writeLines(socket, ["ROLE"]);
  });
}

const usage = "usage: kv-server --role master|slave --port PORT --peer 127.0.0.1:PORT [--attached]";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      role: { type: "string" },
      port: { type: "string" },
      peer: { type: "string" },
      attached: { type: "boolean", default: false },
    },
  });
  const port = Number(values.port);
  const peerPort = Number(/^127\.0\.0\.1:(\d+)$/.exec(values.peer ?? "")?.[1]);
  if (!(port > 0) || !(peerPort > 0) || (values.role !== "master" && values.role !== "slave")) {
    console.error(usage);
    process.exit(2);
  }
  const peer = values.role === "master" ? await askPeer(peerPort) : null;
  const isMaster = values.role === "master" && (peer === null || (peer.role === "slave" && peer.position.term === 0));
  const server = new KvServer({ isMaster, peerPort });
  const listener = createServer({ noDelay: true }, (socket) => server.accept(socket));
  listener.on("error", (error) => {
    console.error(`kv-server: cannot listen on 127.0.0.1:${port}: ${error.message}`);
    process.exit(1);
  });
  const explanation = values.role === "master" && !isMaster ? ", because the other one has the data" : "";
  listener.listen(port, "127.0.0.1", () => console.log(`ready as ${isMaster ? "master" : "slave"}${explanation}`));
  /** The one who started it holds the other end of its standard input: when that ends, so does this. */
  if (values.attached) process.stdin.on("end", () => process.exit(0)).resume();
}

await main();
