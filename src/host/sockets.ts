/**
 * Unix sockets: one that listens, with a file mode and limits, and one that connects. Bytes only; what they mean is
 * `wire/`'s business.
 */
import { randomBytes } from "node:crypto";
import { linkSync, renameSync, statSync, unlinkSync } from "node:fs";
import { createServer, Socket, type Server } from "node:net";
import { SocketConnection, type Connection, type ConnectionHandlers, type ConnectionLimits } from "./connection.ts";
import { errnoInWords, errnoOf } from "./errno.ts";

export interface ListenOptions extends ConnectionLimits {
  /** At most 107 bytes (unix(7)). */
  readonly path: string;
  /** Who may connect, as a file's mode: 0o600, 0o660. */
  readonly mode: number;
  readonly clientsMax: number;
  /** What may wait for all clients together: beyond it, the one that has left most unread is disconnected. */
  readonly pendingBytesOfAllMax: number;
  /** What one client too many is told before it is disconnected. */
  readonly refusal: string;
  readonly onConnection: (connection: Connection) => ConnectionHandlers;
}

export interface SocketFailure {
  readonly kind: "failed";
  readonly errno: string;
  readonly reason: string;
}

export interface Listener {
  readonly kind: "listening";
  readonly clientCount: () => number;
  /** Connections refused, because there were `clientsMax`. */
  readonly refusedCount: () => number;
  /** Makes the socket again if somebody has removed it; whoever is connected stays so. Answers why it is not there; null: it is. */
  readonly restore: () => Promise<SocketFailure | null>;
  /** Stops listening, removes the socket, and closes the connections: what is kept to be sent is, within `closeWithinMs`. */
  readonly close: () => Promise<void>;
}

/** Longer than this no client is waited for when the daemon ends. */
export const closeWithinMs = 500;

/** So long a refused client is left to read why, and so many at a time. */
const leaveWithinMs = 1_000;
const leavingMax = 256;

/** The size of `sun_path`, without its final NUL. */
const pathBytesMax = 107;

/**
 * Listens. A socket at which nobody listens any more (its daemon was killed) is replaced; if somebody does listen, the
 * failure is `EADDRINUSE`. Anything else at that path is left alone.
 */
export async function listenAt(options: ListenOptions): Promise<Listener | SocketFailure> {
  const { path } = options;
  if (Buffer.byteLength(path) > pathBytesMax) return failed(path, "ENAMETOOLONG");
  if (!(await clearStale(path))) return failed(path, "EADDRINUSE");
  const connections = new Set<SocketConnection>();
  const leaving = new Set<Socket>();
  let lastId = 0;
  let refusedCount = 0;
  const onSocket = (socket: Socket): void => {
    lastId += 1;
    if (connections.size >= options.clientsMax) {
      refusedCount += 1;
      refuse(socket, options.refusal, leaving);
      return;
    }
    const connection = new SocketConnection(socket, lastId, options, () =>
      relieve(connections, options.pendingBytesOfAllMax),
    );
    connections.add(connection);
    socket.once("close", () => connections.delete(connection));
    connection.attach(options.onConnection(connection));
  };
  /** Out of file handles: that client is lost, the others are not. */
  const onError = (): void => void (refusedCount += 1);
  let server = createServer({ allowHalfOpen: true }, onSocket);
  const errno = await bind(server, options);
  if (errno !== null) return failed(path, errno);
  server.on("error", onError);
  const restore = async (): Promise<SocketFailure | null> => {
    if (identifyFile(path) !== null) return null;
    /** First this: closing it removes whatever is at its path by then. */
    server.close();
    server = createServer({ allowHalfOpen: true }, onSocket);
    const refused = await bind(server, options);
    server.on("error", onError);
    return refused === null ? null : failed(path, refused);
  };
  return {
    kind: "listening",
    restore,
    clientCount: () => connections.size,
    refusedCount: () => refusedCount,
    close: () => {
      for (const socket of leaving) socket.destroy();
      return closeServer(server, connections);
    },
  };
}

function relieve(connections: ReadonlySet<SocketConnection>, pendingBytesMax: number): void {
  let pendingBytes = 0;
  let slowest: SocketConnection | null = null;
  for (const connection of connections) {
    pendingBytes += connection.unreadBytes();
    if (slowest === null || connection.unreadBytes() > slowest.unreadBytes()) slowest = connection;
  }
  if (pendingBytes > pendingBytesMax) slowest?.destroy("slow");
}

/**
 * Tells one client too many that it is. It has often asked something already; to close a socket with that unread would
 * take the refusal from it, too, so it is left a moment to read and go.
 */
function refuse(socket: Socket, refusal: string, leaving: Set<Socket>): void {
  socket.on("error", () => socket.destroy());
  if (leaving.size >= leavingMax) {
    socket.destroy();
    return;
  }
  leaving.add(socket);
  const timer = setTimeout(() => socket.destroy(), leaveWithinMs);
  socket.once("close", () => {
    clearTimeout(timer);
    leaving.delete(socket);
  });
  socket.once("end", () => socket.destroy());
  socket.resume();
  socket.end(refusal);
}

/** Connects, as a client. `ECONNREFUSED` and `ENOENT`: nobody listens there. */
export function connectTo(
  options: ConnectionLimits & { readonly path: string; readonly handlers: ConnectionHandlers },
): Promise<{ readonly kind: "connected"; readonly connection: Connection } | SocketFailure> {
  return new Promise((resolve) => {
    const socket = new Socket({ allowHalfOpen: true });
    const fail = (error: Error): void => resolve(failed(options.path, errnoOf(error)));
    socket.once("error", fail);
    socket.connect(options.path, () => {
      socket.off("error", fail);
      const connection = new SocketConnection(socket, 1, options);
      connection.attach(options.handlers);
      resolve({ kind: "connected", connection });
    });
  });
}

/**
 * Whether the path is free now. Others may do the same at the same moment, and only one of them may win: what is moved
 * away is looked at once more, and put back if it is not what was found dead.
 */
async function clearStale(path: string): Promise<boolean> {
  const found = identifyFile(path);
  if (found === null) return true;
  if (!statSync(path).isSocket() || (await isAnswering(path))) return false;
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    renameSync(path, aside);
    const isDead = identifyFile(aside) === found;
    /** link(2), because a rename would go over one who has begun to listen in the meantime. */
    if (!isDead) linkSync(aside, path);
    unlinkSync(aside);
    return isDead;
  } catch (error) {
    /** Somebody else has moved it away, and may begin. bind(2) lets only one. */
    return errnoOf(error) === "ENOENT";
  }
}

/** One and the same as long as the file exists. An inode's number alone is soon given to the next file. */
function identifyFile(path: string): string | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : `${stats.dev}:${stats.ino}:${stats.mtimeNs}`;
}

function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    socket.once("error", (error) => resolve(!["ECONNREFUSED", "ENOENT"].includes(errnoOf(error))));
    socket.connect(path, () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** `null`: it listens. The mode is the socket's from its first moment: bind(2) takes the umask, and happens within `listen`. */
function bind(server: Server, options: ListenOptions): Promise<string | null> {
  return new Promise((resolve) => {
    const fail = (error: Error): void => resolve(errnoOf(error));
    server.once("error", fail);
    const umask = process.umask(0o777 & ~options.mode);
    server.listen(options.path, () => {
      server.off("error", fail);
      resolve(null);
    });
    process.umask(umask);
  });
}

function closeServer(server: Server, connections: ReadonlySet<SocketConnection>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => connections.forEach((connection) => connection.destroy("slow")), closeWithinMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    for (const connection of connections) connection.close();
  });
}

function failed(path: string, errno: string): SocketFailure {
  if (errno === "ENAMETOOLONG") {
    const reason = `the socket's path ${path} has ${Buffer.byteLength(path)} bytes, and the system takes ${pathBytesMax}`;
    return { kind: "failed", errno, reason };
  }
  return { kind: "failed", errno, reason: `the socket ${path}: ${errnoInWords(errno)}` };
}
