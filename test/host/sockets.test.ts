/** Unix sockets, for real: modes, limits, the stale and the busy, slow and silent clients. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { ClosedWhy, Connection } from "../../src/host/connection.ts";
import { connectTo, listenAt, type Listener, type ListenOptions } from "../../src/host/sockets.ts";
import { until } from "./proc.ts";
import { makeFolder } from "./stage.ts";

interface Client {
  readonly connection: Connection;
  text: string;
  isInputEnded: boolean;
  why: ClosedWhy | null;
}

void test("bytes go both ways, and each connection has its own id", async (context) => {
  const { path, clients } = await open(context, {});
  const heard: string[] = [];
  const connected = await connectTo({
    path,
    pendingBytesMax: 1_000,
    idleMs: 0,
    handlers: {
      onData: (bytes) => heard.push(String(bytes)),
      onInputEnd: () => undefined,
      onClosed: () => heard.push("closed"),
    },
  });
  assert.equal(connected.kind, "connected");
  if (connected.kind !== "connected") return;
  connected.connection.write("hello\n");
  await until(() => clients[0]?.text === "hello\n", "the server hears");
  clients[0]?.connection.write(Buffer.from("welcome\n"));
  await until(() => heard.join("") === "welcome\n", "the client hears");
  const second = knock(context, path);
  await until(() => clients.length === 2, "another one");
  assert.notEqual(clients[0]?.connection.id, clients[1]?.connection.id);
  second.destroy();
  connected.connection.close();
  await until(() => clients.every((client) => client.isInputEnded), "both have ended");
  clients.forEach((client) => client.connection.close());
  await until(() => heard.at(-1) === "closed" && clients.every((client) => client.why !== null), "all is closed");
});

void test("all clients together may leave so much unread: beyond it the one that left most is disconnected", async (context) => {
  const { path, clients } = await open(context, { pendingBytesMax: 4_000_000, pendingBytesOfAllMax: 5_000_000 });
  for (let count = 0; count < 3; count += 1) knock(context, path).pause();
  await until(() => clients.length === 3, "three clients");
  const [first, second, third] = clients;
  second?.connection.write("x".repeat(3_000_000));
  first?.connection.write("x".repeat(1_500_000));
  assert.deepEqual(
    clients.map(({ why }) => why),
    [null, null, null],
  );
  assert.ok((second?.connection.unreadBytes() ?? 0) > 1_000_000);
  third?.connection.write("x".repeat(1_500_000));
  await until(() => second?.why === "slow", "the one that left most is disconnected");
  assert.deepEqual([first?.why, third?.why], [null, null]);
});

void test("a client that has said all may still hear the answer", async (context) => {
  const { path, clients } = await open(context, {});
  const client = knock(context, path);
  let heard = "";
  client.on("data", (bytes) => (heard += String(bytes)));
  client.end("question\n");
  await until(() => clients[0]?.isInputEnded === true, "it has said all");
  clients[0]?.connection.write("x".repeat(100_000));
  clients[0]?.connection.close();
  await until(() => heard.length === 100_000, "it heard all");
  await until(() => clients[0]?.why === "ended", "it is closed");
});

void test("the mode is the socket's, whatever the umask", async (context) => {
  for (const mode of [0o600, 0o660, 0o666]) {
    const { path } = await open(context, { mode });
    assert.equal(statSync(path).mode & 0o777, mode);
  }
  const umask = process.umask();
  assert.equal(umask, process.umask(umask), "and the umask is as before");
});

void test("a stale socket is replaced, a busy one is not, a file is left alone", async (context) => {
  const folder = makeFolder(context);
  const stale = join(folder, "stale");
  const script = `require("net").createServer().listen(${JSON.stringify(stale)}, () => process.kill(process.pid, "SIGKILL"))`;
  assert.equal(spawnSync(process.execPath, ["-e", script]).signal, "SIGKILL");
  assert.ok(existsSync(stale), "a killed daemon leaves its socket");
  const { listener } = await open(context, { path: stale });
  const again = await listenAt(optionsFor(stale, []));
  assert.deepEqual(again, {
    kind: "failed",
    errno: "EADDRINUSE",
    reason: `the socket ${stale}: address already in use`,
  });
  await listener.close();
  assert.equal(existsSync(stale), false, "it is removed at the end");

  const file = join(folder, "file");
  writeFileSync(file, "precious");
  const taken = await listenAt(optionsFor(file, []));
  assert.equal(taken.kind === "failed" ? taken.errno : "", "EADDRINUSE");
  assert.equal(statSync(file).size, 8);
});

void test("many that begin at the same moment: one listens", async (context) => {
  const folder = makeFolder(context);
  const path = join(folder, "socket");
  const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
  const answers = await Promise.all(Array.from({ length: 10 }, () => listenAt(optionsFor(path, []))));
  const listeners = answers.filter((answer) => answer.kind === "listening");
  assert.equal(listeners.length, 1);
  knock(context, path);
  await until(() => listeners[0]?.clientCount() === 1, "it is the one that answers");
  await listeners[0]?.close();
});

void test("what cannot be: a path that is too long, a folder that is not there, nobody who listens", async (context) => {
  const folder = makeFolder(context);
  const long = join(folder, "x".repeat(100));
  const tooLong = await listenAt(optionsFor(long, []));
  assert.equal(tooLong.kind === "failed" ? tooLong.errno : "", "ENAMETOOLONG");
  const nowhere = await listenAt(optionsFor(join(folder, "none/socket"), []));
  assert.equal(nowhere.kind === "failed" ? nowhere.errno : "", "EACCES");
  const handlers = { onData: () => undefined, onInputEnd: () => undefined, onClosed: () => undefined };
  const none = await connectTo({ path: join(folder, "none"), pendingBytesMax: 1, idleMs: 0, handlers });
  assert.equal(none.kind === "failed" ? none.errno : "", "ENOENT");
});

void test("one client too many is told so, and costs the others nothing", async (context) => {
  const { path, clients, listener } = await open(context, { clientsMax: 2, refusal: "too many\n" });
  const first = knock(context, path);
  knock(context, path);
  await until(() => clients.length === 2, "two are in");
  const third = knock(context, path);
  let heard = "";
  third.on("data", (bytes) => (heard += String(bytes)));
  await until(() => third.destroyed || third.readableEnded, "it is sent away");
  assert.equal(heard, "too many\n");
  assert.equal(listener.refusedCount(), 1);
  first.destroy();
  await until(() => clients[0]?.isInputEnded === true, "one has gone");
  clients[0]?.connection.close();
  await until(() => listener.clientCount() === 1, "and is forgotten");
  knock(context, path);
  await until(() => clients.length === 3, "there is room again");
});

void test("a client that does not read is disconnected when too much waits", async (context) => {
  const { path, clients } = await open(context, { pendingBytesMax: 100_000 });
  knock(context, path).pause();
  await until(() => clients.length === 1, "it is in");
  const piece = "x".repeat(50_000);
  let written = 0;
  while (clients[0]?.connection.write(piece) === true) written += 1;
  assert.ok(written > 2 && written < 100, `${written} pieces`);
  await until(() => clients[0]?.why === "slow", "it is disconnected");
  assert.equal(clients[0]?.connection.write("more"), false);
});

void test("one write may be as long as it is", async (context) => {
  const { path, clients } = await open(context, { pendingBytesMax: 1_000 });
  const client = knock(context, path);
  let bytes = 0;
  client.on("data", (chunk) => (bytes += chunk.length));
  await until(() => clients.length === 1, "it is in");
  assert.equal(clients[0]?.connection.write("x".repeat(5_000_000)), true);
  await until(() => bytes === 5_000_000, "it all arrives");
});

void test("a client that says nothing is disconnected; one that hears something is not", async (context) => {
  const { path, clients } = await open(context, { idleMs: 200 });
  knock(context, path);
  await until(() => clients.length === 1, "it is in");
  const startMs = performance.now();
  const timer = setInterval(() => clients[0]?.connection.write("tick"), 50);
  await until(() => performance.now() - startMs > 500, "some time");
  assert.equal(clients[0]?.why, null);
  clearInterval(timer);
  await until(() => clients[0]?.why === "idle", "it is disconnected");
});

void test("the end of a listener ends its clients, the slow ones too", async (context) => {
  const { path, clients, listener } = await open(context, { pendingBytesMax: 10_000_000 });
  knock(context, path);
  knock(context, path).pause();
  await until(() => clients.length === 2, "two are in");
  clients[1]?.connection.write("x".repeat(5_000_000));
  await listener.close();
  assert.equal(existsSync(path), false);
  await until(() => clients.every((client) => client.why !== null), "both are told of");
  assert.equal(clients[1]?.why, "slow");
});

async function open(
  context: TestContext,
  given: Partial<ListenOptions>,
): Promise<{ readonly path: string; readonly clients: readonly Client[]; readonly listener: Listener }> {
  const path = given.path ?? join(makeFolder(context), "socket");
  const clients: Client[] = [];
  const listener = await listenAt({ ...optionsFor(path, clients), ...given, path });
  if (listener.kind === "failed") throw new Error(listener.reason);
  context.after(() => listener.close());
  return { path, clients, listener };
}

function optionsFor(path: string, clients: Client[]): ListenOptions {
  return {
    path,
    mode: 0o600,
    clientsMax: 10,
    pendingBytesMax: 1_000_000,
    pendingBytesOfAllMax: 10_000_000,
    idleMs: 0,
    refusal: "",
    onConnection: (connection) => {
      const client: Client = { connection, text: "", isInputEnded: false, why: null };
      clients.push(client);
      return {
        onData: (bytes) => (client.text += String(bytes)),
        onInputEnd: () => (client.isInputEnded = true),
        onClosed: (why) => (client.why = why),
      };
    },
  };
}

/** A client that nobody helps; it is gone with the test. */
function knock(context: TestContext, path: string): Socket {
  const socket = connect(path);
  socket.on("error", () => socket.destroy());
  context.after(() => socket.destroy());
  return socket;
}
