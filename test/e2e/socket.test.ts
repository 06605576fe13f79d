/**
 * The socket under clients of every kind: what is malformed is answered with what is wrong, and costs nobody else
 * anything; two sockets have two rights; subscribers miss nothing.
 */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { RealDaemon } from "./real-daemon.ts";
import { twoSlaves } from "./two-hosts.ts";
import type { WireAnswer, WireClient } from "./wire-client.ts";

const actionsConf = "[slave_to_master]\none\n";

const status = '{"jsonrpc":"2.0","id":7,"method":"status"}\n';

interface Row {
  readonly name: string;
  readonly send: string | Uint8Array;
  readonly id?: number | string | null;
  readonly code: number;
  readonly says: RegExp;
}

const malformed: readonly Row[] = [
  { name: "no JSON", send: "hello\n", code: -32700, says: /not JSON.*hello/ },
  { name: "half of it", send: '{"jsonrpc":"2.0",\n', code: -32700, says: /not JSON/ },
  { name: "HTTP", send: "GET / HTTP/1.1\n", code: -32700, says: /not JSON/ },
  { name: "not UTF-8", send: Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]), code: -32700, says: /UTF-8/ },
  { name: "NUL", send: '"a\0b"\n', code: -32700, says: /NUL/ },
  { name: "nested deep", send: `${"[".repeat(100_00)}\n`, code: -32700, says: /nested/ },
  { name: "1 MB", send: `"${"x".repeat(1_000_000)}"\n`, code: -32700, says: /longer than 65536 bytes/ },
  { name: "a number", send: "7\n", code: -32600, says: /an object/ },
  { name: "a batch", send: `[${status.trim()}]\n`, code: -32600, says: /batches/ },
  { name: "no version", send: '{"id":3,"method":"status"}\n', id: 3, code: -32600, says: /jsonrpc/ },
  { name: "no id", send: '{"jsonrpc":"2.0","method":"status"}\n', code: -32600, says: /id/ },
  { name: "an id that is none", send: '{"jsonrpc":"2.0","id":{},"method":"status"}\n', code: -32600, says: /id/ },
  {
    name: "more than there is",
    send: '{"jsonrpc":"2.0","id":"x","method":"status","then":1}\n',
    id: "x",
    code: -32600,
    says: /then/,
  },
  {
    name: "no such method",
    send: '{"jsonrpc":"2.0","id":1,"method":"statsu"}\n',
    id: 1,
    code: -32601,
    says: /did you mean status/,
  },
  {
    name: "a name of every object",
    send: '{"jsonrpc":"2.0","id":1,"method":"toString"}\n',
    id: 1,
    code: -32601,
    says: /no method/,
  },
  {
    name: "wrong parameters",
    send: '{"jsonrpc":"2.0","id":1,"method":"history","params":{"limit":-1}}\n',
    id: 1,
    code: -32602,
    says: /limit/,
  },
  {
    name: "parameters in a list",
    send: '{"jsonrpc":"2.0","id":1,"method":"history","params":[1]}\n',
    id: 1,
    code: -32602,
    says: /by name/,
  },
  {
    name: "a host that is none",
    send: report({ check: "role", host: "a b", status: "ok" }),
    id: 1,
    code: -32602,
    says: /host name/,
  },
  {
    name: "a check that is none",
    send: report({ check: "rol", host: "host1", status: "ok" }),
    id: 1,
    code: -32000,
    says: /no passive check rol/,
  },
];

function report(params: object): string {
  return `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "report", params })}\n`;
}

void test("what is malformed is answered, and the next line is read as if nothing had been", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const client = await connected(daemon);
  for (const { name, send, id = null, code, says } of malformed) {
    const answer = await client.say(send);
    assert.equal(answer.error?.code, code, `${name}: ${JSON.stringify(answer)}`);
    assert.equal(answer.id, id, name);
    assert.match(answer.error.message, says, name);
    const next = await client.say(status);
    assert.equal(next.id, 7, name);
    assert.notEqual(next.result, undefined, name);
  }
  client.close();
});

void test("a request in single bytes, several in one piece, one behind blank lines, one with the connection half closed", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const client = await connected(daemon);
  const slow = client.say("");
  for (const byte of Buffer.from(status)) client.tell(Buffer.from([byte]));
  assert.equal((await slow).id, 7);
  const [first, second, third] = [client.say(`${status}\r\n  \n${status}`), client.say(""), client.say(status)];
  for (const answer of [first, second, third]) assert.equal((await answer).id, 7);
  const last = client.say(status);
  client.endInput();
  assert.equal((await last).id, 7);
  await client.whenEnded();
});

void test("a request that ends without its newline is answered with what is missing", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const client = await connected(daemon);
  const answer = client.say(status.trimEnd());
  client.endInput();
  assert.deepEqual((await answer).error, { code: -32700, message: "the last line has no newline at its end" });
  await client.whenEnded();

  /** More than one turn takes: the end is there before the last whole request is. */
  const hasty = await connected(daemon);
  const answers = [hasty.say(`${status.repeat(40)}{"jsonrpc"`)];
  for (let count = 0; count < 40; count += 1) answers.push(hasty.say(""));
  hasty.endInput();
  const errors = (await Promise.all(answers)).flatMap(({ error }) => (error === undefined ? [] : [error.message]));
  assert.deepEqual(errors, ["the last line has no newline at its end"]);
  await hasty.whenEnded();
});

void test("clients that go in the middle, say nothing, or never read: nobody else notices, and memory stays bounded", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  for (let count = 0; count < 50; count += 1) {
    const client = await connected(daemon);
    client.tell('{"jsonrpc":"2.0","id":1,"meth');
    client.close();
  }
  const beforeMiB = residentMiB(daemon.pid);
  const deaf = await connected(daemon);
  deaf.stopReading();
  const history = '{"jsonrpc":"2.0","id":7,"method":"history"}\n';
  for (let count = 0; count < 2_000; count += 1) deaf.tell(history.repeat(20));
  const other = await connected(daemon);
  assert.equal((await other.say(status)).id, 7);
  await daemon.report("role", "host1", "master");
  await daemon.entry("run-end");
  assert.ok(residentMiB(daemon.pid) - beforeMiB < 128, `${beforeMiB} MiB, then ${residentMiB(daemon.pid)} MiB`);
  deaf.close();
  other.close();
});

void test("200 clients at once: as many as there is room for are served, the others are told so", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const clients = await Promise.all(Array.from({ length: 200 }, () => connected(daemon)));
  const answers = await Promise.all(clients.map((client) => client.say(status)));
  const served = answers.filter(({ id, result }) => id === 7 && result !== undefined);
  const refused = answers.filter(({ error }) => error?.code === -32002);
  assert.equal(served.length, 63, "64, and one of them follows the journal");
  assert.equal(served.length + refused.length, 200);
  assert.match(refused[0]?.error?.message ?? "", /too many clients/);
  const reader = await daemon.connect("query.sock");
  assert.notEqual((await reader?.ask("status"))?.result, undefined, "the other socket has its own room");
  reader?.close();
  await daemon.report("role", "host1", "master");
  await daemon.entry("run-end");
  for (const client of clients) client.close();
  await daemon.until("room for another", async () => {
    const client = await connected(daemon);
    const answer = await client.say(status);
    client.close();
    return answer.id === 7 || null;
  });
});

void test("one socket for everything, one for reading", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const modes = ["failoverd.sock", "query.sock"].map((name) => statSync(join(daemon.root, "var", name)).mode & 0o777);
  assert.deepEqual(modes, [0o600, 0o660]);
  const reader = await daemon.connect("query.sock");
  assert.ok(reader !== null);
  const changes = [
    ["report", { check: "role", host: "host1", status: "master" }],
    ["reload", {}],
    ["ack", { what: "slave_to_master" }],
    ["resume", { run: 1 }],
    ["abandon", { run: 1 }],
    ["run", { rule: "slave_to_master", isDryRun: true }],
    ["maintenance", { on: true, scope: "*" }],
    ["fence", { host: "host1", verb: "status" }],
  ] as const;
  for (const [method, params] of changes) {
    const answer: WireAnswer<unknown> = await reader.ask(method, params);
    assert.equal(answer.error?.code, -32003, method);
    assert.match(answer.error?.message ?? "", /for reading only/);
  }
  assert.notEqual((await reader.ask("status")).result, undefined);
  assert.notEqual((await reader.ask("history")).result, undefined);
  assert.notEqual((await reader.ask("subscribe", { fromSeq: 1 })).result, undefined);
  await daemon.report("role", "host2", "ok");
  await daemon.until("the reader to hear of it", () =>
    Promise.resolve(reader.entries.some((entry) => entry.kind === "transition" && entry.to === "ok") || null),
  );
  assert.deepEqual(daemon.entriesOf("run-start"), []);
  reader.close();
});

void test("a report over the socket is a result: status, output, metrics; and a rule fires", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const client = await connected(daemon);
  const metrics = [{ label: "lag", value: 12.5, unit: "KB", warn: "10", crit: "20" }];
  const output = "replicating \u001b[31m, \u0007 and fine";
  const accepted = await client.ask("report", {
    check: "role",
    host: "host2",
    status: "slave",
    output,
    longOutput: "a\nb",
    metrics,
  });
  assert.deepEqual(accepted.result, { sentence: "role on host2: slave" });
  const check = (await daemon.status()).checks.find(({ host }) => host === "host2");
  assert.doesNotMatch(check?.output ?? "", /\p{Cc}/u);
  assert.match(check?.output ?? "", /^replicating .*and fine$/);
  assert.equal(check?.longOutput, "a\nb");
  assert.deepEqual(check.metrics, [{ ...metrics[0], min: null, max: null }]);
  /** Without an id it is done, and not answered: the next answer is to the next question. */
  client.tell('{"jsonrpc":"2.0","method":"report","params":{"check":"role","host":"host1","status":"master"}}\n');
  assert.equal((await client.say(status)).id, 7);
  assert.equal((await daemon.entry("run-end")).outcome, "done");
  client.close();
});

void test("1,000 reports and a question in one go: all are taken, in order, and the question is answered behind them", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const client = await connected(daemon);
  const reports = Array.from({ length: 1_000 }, (_none, index) => {
    const params = {
      check: "role",
      host: "host2",
      status: index % 2 === 0 ? "ok" : "slave",
      output: `number ${index}`,
    };
    return `${JSON.stringify({ jsonrpc: "2.0", method: "report", params })}\n`;
  });
  const answer = await client.say(`${reports.join("")}${status}`);
  assert.equal(answer.id, 7, JSON.stringify(answer.error));
  await daemon.entry("transition", ({ check, sentence }) => check !== null && sentence.endsWith("number 999"));
  const said = daemon
    .entriesOf("transition")
    .flatMap(({ check, sentence }) => (check === null ? [] : [Number(/number (\d+)$/.exec(sentence)?.[1] ?? -1)]));
  assert.deepEqual(
    said.slice(2),
    Array.from({ length: 1_000 }, (_none, index) => index),
  );
  client.close();
});

void test("subscribers who come at any time, from any entry on: everything in order, without a gap, once", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const clients: { readonly client: WireClient; readonly first: number }[] = [];
  for (let count = 0; count < 12; count += 1) {
    for (const role of ["master", "slave"]) void daemon.report("role", "host1", role);
    const client = await connected(daemon);
    const fromSeq = count % 3 === 0 ? undefined : count % 3 === 1 ? 1 : Math.max(1, daemon.entries.length - 5);
    const { result } = await client.ask("subscribe", fromSeq === undefined ? {} : { fromSeq });
    assert.ok(result !== undefined);
    if (fromSeq !== undefined) assert.equal(result.seq, fromSeq - 1);
    clients.push({ client, first: result.seq + 1 });
  }
  await daemon.until("the runs to end", async () => {
    const { run, waiting, hosts } = await daemon.status();
    return (run === null && waiting.length === 0 && hosts[0]?.role === "slave") || null;
  });
  const last = await lastSeq(daemon);
  for (const { client, first } of clients) {
    await daemon.until("each to hear of the last", () =>
      Promise.resolve((client.entries.at(-1)?.seq ?? 0) >= last || null),
    );
    assert.deepEqual(client.entries, daemon.entries.slice(first - 1));
    const again = await client.ask("subscribe", {});
    assert.match(again.error?.message ?? "", /subscribed already/);
    client.close();
  }
  assert.deepEqual(
    daemon.entries.map(({ seq }) => seq),
    Array.from({ length: last }, (_none, index) => index + 1),
  );
});

/** The number of the last entry that the follower has heard of. */
async function lastSeq(daemon: RealDaemon): Promise<number> {
  const { result } = await daemon.client.ask("history", { sinceSeq: 1, limit: 1_000 });
  return result?.entries.at(-1)?.seq ?? 0;
}

async function connected(daemon: RealDaemon): Promise<WireClient> {
  const client = await daemon.connect();
  assert.ok(client !== null);
  return client;
}

function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

void test("failoverctl is one client too many: it says so, what to do, and shows what is known all the same", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\n" });
  const others: WireClient[] = [];
  t.after(() => others.forEach((client) => client.close()));
  /** One is the test's own. */
  for (let count = 1; count < 64; count += 1) {
    const client = await daemon.connect();
    if (client !== null) others.push(client);
    await client?.ask("status");
  }
  const tooMany =
    /^failoverctl: the daemon at \S+ serves no more clients: there are too many clients, 64 on this socket; close some/;
  const status = await daemon.ctl("status");
  assert.equal(status.code, 4);
  assert.match(status.stderr, tooMany);
  assert.match(status.stdout, /^failoverd does not answer\. What it knew .* ago:/);
  for (const words of [
    ["ack", "journal"],
    ["history"],
    ["--json", "status"],
    ["history", "--follow"],
    ["explain", "x"],
  ]) {
    const { code, stdout, stderr } = await daemon.ctl(...words);
    assert.deepEqual([code, stdout.includes("running")], [4, false], words.join(" "));
    assert.match(stderr, tooMany, words.join(" "));
  }
  const plugin = await daemon.ctl("plugin");
  assert.equal(plugin.code, 3);
  assert.match(plugin.stdout, /^FAILOVERD UNKNOWN: the daemon at \S+ serves no more clients/);

  others.pop()?.close();
  await daemon.until("room for one more", async () => ((await daemon.ctl("status")).code === 0 ? true : null));
});

void test("a status holds exactly the entries up to its number, and who subscribes behind it misses none", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\n" });
  const reporter = await connected(daemon);
  const watcher = await connected(daemon);
  const report = (status: string): Promise<unknown> => reporter.ask("report", { check: "role", host: "host2", status });
  const look = async (): Promise<{ readonly seq: number; readonly status: string }> => {
    const { result } = await watcher.ask("status");
    const check = result?.checks.find(({ host }) => host === "host2");
    return { seq: result?.daemon.seq ?? 0, status: check?.status ?? "" };
  };
  const { seq, status } = await look();
  const seen = [];
  for (let count = 0; count < 150; count += 1) {
    const reported = report(count % 2 === 0 ? "critical" : "slave");
    seen.push(await look(), await look());
    await reported;
  }
  await watcher.ask("subscribe", { fromSeq: seq + 1 });
  const last = daemon.entriesOf("transition").at(-1)?.seq ?? 0;
  await daemon.until("the watcher to be told all", () =>
    Promise.resolve((watcher.entries.at(-1)?.seq ?? 0) >= last || null),
  );
  assert.deepEqual(
    watcher.entries.map((entry) => entry.seq),
    watcher.entries.map((_entry, index) => seq + 1 + index),
  );
  const changes = watcher.entries.filter((entry) => entry.kind === "transition" && entry.check === "role");
  for (const each of seen) {
    const change = changes.findLast((entry) => entry.seq <= each.seq);
    assert.equal(each.status, change?.kind === "transition" ? change.to : status, `behind entry ${each.seq}`);
  }
  assert.ok(new Set(seen.map((each) => each.seq)).size > 10, "it was asked in the middle of it");
  for (const client of [reporter, watcher]) client.close();
});
