/**
 * The socket flooded: 1,000 clients of every bad kind at once, and a line of 1 GB. The failover goes on, who reads is
 * answered, and memory is bounded.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { readProc } from "../host/proc.ts";
import type { RealDaemon } from "./real-daemon.ts";
import { twoSlaves } from "./two-hosts.ts";

const actionsConf = "[slave_to_master]\none\ntwo\nthree\nfour\n";
const status = '{"jsonrpc":"2.0","id":7,"method":"status"}\n';

/** What it may cost the daemon: its own garbage most of all. */
const grownMiBMax = 128;

/** What each client does when it is connected; the rest of its life it does nothing. */
const kinds: readonly ((socket: Socket) => void)[] = [
  () => {},
  (socket) => socket.end(),
  (socket) => socket.end(status.slice(0, 20)),
  (socket) => socket.destroy(),
  (socket) => void socket.write(status.slice(0, 20)),
  (socket) => void socket.write("GET / HTTP/1.1\r\n\r\n".repeat(200)),
  (socket) => void socket.write(`${"[".repeat(60_000)}\n`),
  (socket) => void socket.pause().write(status.repeat(500)),
];

void test("1,000 clients, silent, half-open, broken off, malformed, deaf: a failover goes on, readers are answered", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const beforeMiB = residentMiB(daemon.pid);
  const sockets = await Promise.all(Array.from({ length: 1_000 }, (_none, index) => badClient(daemon, index)));
  const slow = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write(" ")), 50);
  t.after(() => clearInterval(slow));

  await daemon.report("role", "host1", "master");
  assert.equal((await daemon.entry("run-end")).outcome, "done");
  assert.deepEqual(daemon.done(), ["[one]", "[two]", "[three]", "[four]"]);
  const reader = await daemon.connect("query.sock");
  assert.notEqual((await reader?.ask("status"))?.result, undefined);
  reader?.close();
  const grownMiB = residentMiB(daemon.pid) - beforeMiB;
  assert.ok(grownMiB < grownMiBMax, `${grownMiB} MiB more`);

  clearInterval(slow);
  for (const socket of sockets) socket.destroy();
  await daemon.until("room for an operator", async () => {
    const { code } = await daemon.ctl("status");
    return code === 0 || null;
  });
});

/** One that is refused because there are too many is a client all the same; one that the system turns away comes again. */
async function badClient(daemon: RealDaemon, index: number): Promise<Socket> {
  const kind = index % kinds.length;
  for (;;) {
    const socket = connect({ path: join(daemon.root, "var/failoverd.sock"), allowHalfOpen: true });
    const isIn = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.on("error", () => {
        socket.destroy();
        resolve(false);
      });
    });
    if (!isIn) continue;
    if (kind !== kinds.length - 1) socket.resume();
    kinds[kind]?.(socket);
    return socket;
  }
}

void test("20 clients send requests in a flood and read no answer: nothing is stale, others are answered", async (t) => {
  const daemon = await twoSlaves(t, {
    actionsConf,
    checksConf: "[local]\n{ every 100ms, timeout 5s, stale 1s, fall 1 }\ncheck_fine\n",
    checks: { check_fine: "echo OK" },
  });
  const beforeMiB = residentMiB(daemon.pid);
  const flood = Buffer.from(status.repeat(1_500));
  const sockets = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const socket = connect(join(daemon.root, "var/query.sock")).pause();
      t.after(() => socket.destroy());
      socket.on("error", () => socket.destroy());
      await once(socket, "connect");
      for (let count = 0; count < 20; count += 1) socket.write(flood);
      return socket;
    }),
  );
  const untilMs = performance.now() + 3_000;
  const waitedMs: number[] = [];
  while (performance.now() < untilMs) {
    const sinceMs = performance.now();
    await daemon.checkedAgain("check_fine");
    waitedMs.push(performance.now() - sinceMs);
  }
  assert.ok(Math.max(...waitedMs) < 2_000, `${Math.max(...waitedMs)} ms for a check that takes 100`);
  await daemon.report("role", "host1", "master");
  assert.equal((await daemon.entry("run-end")).outcome, "done");
  assert.deepEqual(daemon.entriesOf("stalled"), []);
  assert.deepEqual(
    daemon
      .entriesOf("transition")
      .filter(({ check }) => check === "check_fine")
      .map(({ to }) => to),
    ["ok"],
  );
  assert.ok(
    sockets.every((socket) => !socket.destroyed),
    "they wait, as they make others wait",
  );
  const grownMiB = residentMiB(daemon.pid) - beforeMiB;
  assert.ok(grownMiB < grownMiBMax, `${grownMiB} MiB more`);
});

void test("who reads what it asks for in a flood gets an answer to each, in order", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const socket = connect(join(daemon.root, "var/query.sock"));
  t.after(() => socket.destroy());
  const ids = Array.from({ length: 5_000 }, (_none, index) => index);
  socket.end(ids.map((id) => `{"jsonrpc":"2.0","id":${id},"method":"status"}\n`).join(""));
  let heard = "";
  socket.on("data", (bytes) => (heard += String(bytes)));
  await once(socket, "end");
  assert.deepEqual(
    heard
      .trimEnd()
      .split("\n")
      .map((line) => Number(/"id":(\d+)/.exec(line)?.[1])),
    ids,
  );
});

void test("a line of 1 GB is answered, passed over and costs no memory, and others are answered meanwhile", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const beforeMiB = residentMiB(daemon.pid);
  const socket = connect({ path: join(daemon.root, "var/failoverd.sock") });
  t.after(() => socket.destroy());
  let heard = "";
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => (heard += text));
  const piece = Buffer.alloc(1024 * 1024, "x");
  let grownMiB = 0;
  for (let sentMiB = 0; sentMiB < 1024; sentMiB += 1) {
    if (!socket.write(piece)) await once(socket, "drain");
    if (sentMiB % 128 !== 0) continue;
    const askedMs = performance.now();
    await daemon.status();
    const tookMs = performance.now() - askedMs;
    assert.ok(tookMs < 2_000, `answered after ${tookMs} ms`);
    grownMiB = Math.max(grownMiB, residentMiB(daemon.pid) - beforeMiB);
  }
  socket.write(`\n${status}`);
  await daemon.until("its question to be answered", () => Promise.resolve(heard.includes('"id":7') || null));
  assert.match(heard, /^[^\n]*the line is longer than 65536 bytes, and is passed over to its end[^\n]*\n[^\n]*"id":7/);
  assert.ok(grownMiB < grownMiBMax, `${grownMiB} MiB more`);
});

function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, "status"))?.[1]) / 1024;
}
