/** The demo's key-value pair by itself: real processes on loopback, killed for real. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { after, afterEach, before, test } from "node:test";
import { findFreePorts } from "./free-ports.ts";
import { printHosts } from "./hosts.ts";
import { askOnce, KvClient } from "./kv-client.ts";

const patienceMs = 10_000;
const startedProcesses: ChildProcess[] = [];
const [port1, port2] = await findFreePorts();

/** Starts one of the demo's programs. Answers it and the lines that it prints. */
function start(program: string, ...words: string[]): { child: ChildProcess; lines: Interface } {
  const child = spawn(process.execPath, [join(import.meta.dirname, program), ...words], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  startedProcesses.push(child);
  return { child, lines: createInterface({ input: child.stdout }) };
}

/** Starts a server and waits for its first line, which says as what it is ready. */
async function startServer(role: "master" | "slave", port: number): Promise<{ child: ChildProcess; said: unknown }> {
  const peer = `127.0.0.1:${port === port1 ? port2 : port1}`;
  const { child, lines } = start("kv-server.js", "--role", role, "--port", `${port}`, "--peer", peer, "--attached");
  const [said] = await once(lines, "line");
  return { child, said };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Asks until the answer matches; each answer is looked at, and the last one is told when patience ends. */
async function until(port: number, request: string, wanted: RegExp): Promise<void> {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    const answer = await askOnce(port, request, patienceMs);
    if (answer.kind === "line" && wanted.test(answer.line)) return;
    assert.ok(performance.now() < endMs, `${request} on port ${port} answers ${JSON.stringify(answer)}, not ${wanted}`);
  }
}

async function line(port: number, request: string): Promise<string> {
  const answer = await askOnce(port, request, patienceMs);
  return answer.kind === "line" ? answer.line : `failed: ${answer.reason}`;
}

afterEach(async () => {
  for (const child of startedProcesses.splice(0)) await kill(child);
});

void test("a slave that comes later gets what is there, then every write, and the answer says so", async () => {
  await startServer("master", port1);
  assert.match(await line(port1, "SET early 1"), /^OK \d+ alone$/);
  await startServer("slave", port2);
  await until(port1, "SET again 2", /^OK \d+ replicated$/);
  assert.equal(await line(port2, "GET early"), "VALUE 1");
  assert.equal(await line(port2, "GET again"), "VALUE 2");
  assert.equal(await line(port2, "GET never"), "NONE");
  assert.match(await line(port2, "SET early 3"), /^ERR this is the slave/);
  assert.equal(await line(port1, "LAG"), "LAG 0");
  assert.equal(await line(port1, "DUMP"), "DUMP 2");
});

void test("the master is killed in the middle of writes: nothing replicated is lost, and the slave takes over when told", async () => {
  const master = await startServer("master", port1);
  await startServer("slave", port2);
  await until(port1, "SET first 0", /replicated$/);
  const client = new KvClient(port1);
  const replicated: number[] = [];
  for (let n = 1; ; n++) {
    if (n === 200) master.child.kill("SIGKILL");
    const answer = await client.request(`SET n${n} ${n}`, patienceMs);
    if (answer.kind === "failed") break;
    if (answer.line.endsWith("replicated")) replicated.push(n);
  }
  assert.ok(replicated.length >= 199, `only ${replicated.length} of the writes were replicated`);
  assert.match(await line(port2, "SET x 1"), /^ERR/, "a slave does not become master by itself");
  assert.equal(await line(port2, "PROMOTE"), "OK master term=2");
  assert.equal(await line(port2, "PROMOTE"), "OK master term=2", "twice is as good as once");
  assert.match(await line(port2, "SET x 1"), /^OK \d+ alone$/);
  for (const n of replicated) assert.equal(await line(port2, `GET n${n}`), `VALUE ${n}`);
});

void test("a master that comes back empty does not become master, and takes the data from the new one", async () => {
  const master = await startServer("master", port1);
  await startServer("slave", port2);
  await until(port1, "SET kept 1", /replicated$/);
  await kill(master.child);
  for (const isPromoted of [false, true]) {
    if (isPromoted) await line(port2, "PROMOTE");
    const again = await startServer("master", port1);
    assert.equal(again.said, "ready as slave, because the other one has the data");
    if (isPromoted) await until(port1, "GET kept", /^VALUE 1$/);
    else await kill(again.child);
  }
  assert.match(await line(port1, "SET kept 2"), /^ERR/);
  await until(port2, "SET kept 3", /replicated$/);
});

void test("an empty master, promoted by mistake, is refused by a slave that has more", async () => {
  const master = await startServer("master", port1);
  await startServer("slave", port2);
  await until(port1, "SET kept 1", /replicated$/);
  await kill(master.child);
  await startServer("slave", port1);
  assert.equal(await line(port1, "PROMOTE"), "OK master term=1");
  const [, offset] = /offset=(\d+)/.exec(await line(port2, "ROLE")) ?? [];
  assert.match(await line(port1, `REPLICATE 1 ${offset}`), /^ERR you have more/);
  assert.equal(await line(port2, "GET kept"), "VALUE 1");
});

for (const { given, want } of [
  { given: "", want: /^ERR not a request: ""/ },
  { given: "set a b", want: /^ERR not a request/ },
  { given: "SET a", want: /^ERR not a request/ },
  { given: "SET a b c", want: /^ERR not a request/ },
  { given: "REPLICATE x 0", want: /^ERR not a request/ },
  { given: "REPLICATE -1 0", want: /^ERR not a request/ },
  { given: "ROLE", want: /^ROLE master term=1 offset=0 lag=0$/ },
]) {
  void test(`the request ${JSON.stringify(given)} is answered with ${want}`, async () => {
    await startServer("master", port1);
    assert.match(await line(port1, given), want);
  });
}

const folder = await mkdtemp(join(tmpdir(), "failoverd-kv-"));
before(() => writeFile(join(folder, "hosts"), printHosts([{ host: "host2", port: port2 }])));
after(() => rm(folder, { recursive: true }));

void test("the resident check says every change at once: dead, slave, master, dead", async () => {
  const check = start("check-kv.js", folder, "host2");
  const hear = async (wanted: RegExp): Promise<void> => {
    for (;;) {
      const [said] = await once(check.lines, "line", { signal: AbortSignal.timeout(patienceMs) });
      if (wanted.test(String(said))) return;
    }
  };
  await hear(/^CRITICAL - connect ECONNREFUSED/);
  const server = await startServer("slave", port2);
  await hear(/^SLAVE - port \d+, term 0\|lag=0B offset=0B$/);
  start("promote-kv.js", folder, "host2");
  await hear(/^MASTER - port \d+, term 1\|/);
  server.child.kill("SIGSTOP");
  await hear(/^CRITICAL - the server does not answer/);
  server.child.kill("SIGCONT");
  await hear(/^MASTER/);
  await kill(server.child);
  await hear(/^CRITICAL/);
  await hear(/^CRITICAL - connect ECONNREFUSED/);
});
