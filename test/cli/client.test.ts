/** The client against servers that are no failoverd, or a bad one: every question gets an answer. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, Socket, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { connectDaemon, type Answer } from "../../src/cli/client.ts";

const folder = mkdtempSync(join(tmpdir(), "failoverd-client-"));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, "sock");

interface Row {
  readonly name: string;
  /** What the server does when the first bytes have come. */
  readonly serve: (socket: Socket) => void;
  readonly want: RegExp;
}

const rows: readonly Row[] = [
  {
    name: "a result",
    serve: (socket) => socket.write('{"jsonrpc":"2.0","id":1,"result":{"a":1}}\n'),
    want: /^result \{"a":1\}$/,
  },
  {
    name: "a result in single bytes, after a notification and an answer that nobody asked for",
    serve: (socket) => {
      const lines =
        '{"jsonrpc":"2.0","method":"record","params":{}}\n{"jsonrpc":"2.0","id":9,"result":1}\n{"jsonrpc":"2.0","id":1,"result":2}\n';
      for (const byte of Buffer.from(lines)) socket.write(Buffer.from([byte]));
    },
    want: /^result 2$/,
  },
  {
    name: "a refusal",
    serve: (socket) => socket.write('{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"not now"}}\n'),
    want: /^error refused not now$/,
  },
  {
    name: "a refusal of a newer daemon",
    serve: (socket) => socket.write('{"jsonrpc":"2.0","id":1,"error":{"code":-32099,"message":"tired"}}\n'),
    want: /^error null tired$/,
  },
  {
    name: "a daemon that has too many clients",
    serve: (socket) =>
      socket.write('{"jsonrpc":"2.0","id":null,"error":{"code":-32002,"message":"too many clients"}}\n'),
    want: /^error too-busy the daemon at .* serves no more clients: too many clients; close some/,
  },
  {
    name: "a refusal that names no request",
    serve: (socket) => socket.write('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no JSON"}}\n'),
    want: /^lost the daemon did not understand: no JSON$/,
  },
  {
    name: "something else",
    serve: (socket) => socket.write("220 mail ready\n"),
    want: /^lost what answers at .* is no failoverd: the line is not JSON/,
  },
  {
    name: "other JSON",
    serve: (socket) => socket.write("{}\n"),
    want: /^lost what answers at .* is no failoverd that this version knows/,
  },
  {
    name: "the end",
    serve: (socket) => socket.end(),
    want: /^lost the daemon closed the connection to .* without a word: .* try again$/,
  },
  {
    name: "the end, in the middle of an answer",
    serve: (socket) => socket.end('{"jsonrpc":'),
    want: /^lost the daemon closed the connection to \S+$/,
  },
  { name: "silence", serve: () => {}, want: /^lost the daemon at .* is there but does not answer within 100 ms/ },
];

for (const { name, serve, want } of rows) {
  void test(name, async () => {
    const server = await listen(serve);
    try {
      const connection = await connectDaemon([path], 100);
      assert.ok(connection.kind === "connected");
      const [answer, second] = await Promise.all([
        connection.client.ask("status", {}),
        connection.client.ask("status", {}),
      ]);
      assert.match(print(answer), want);
      assert.notEqual(second.kind, "result", "a second question is not left without an answer");
      connection.client.close();
    } finally {
      server.close();
    }
  });
}

void test("no socket, no server behind it, and a file", async () => {
  const none = await connectDaemon([join(folder, "none"), join(folder, "none2")]);
  assert.deepEqual(none, {
    kind: "absent",
    why: "none",
    sentence: `no daemon answers at ${join(folder, "none")} (no such file or directory)`,
  });
  const file = join(folder, "file");
  writeFileSync(file, "");
  const refused = await connectDaemon([join(folder, "none"), file]);
  assert.deepEqual(refused, {
    kind: "absent",
    why: "none",
    sentence: `no daemon answers at ${file} (connection refused)`,
  });
});

void test("of two sockets at which nobody answers any more, the first is named", async () => {
  const [first, second] = [join(folder, "file1"), join(folder, "file2")];
  for (const file of [first, second]) writeFileSync(file, "");
  const absent = await connectDaemon([first, second]);
  assert.ok(absent.kind === "absent");
  assert.equal(absent.sentence, `no daemon answers at ${first} (connection refused)`);
});

void test("a request that is longer than the daemon takes is not sent, and is no fault of the daemon's", async () => {
  const server = await listen((socket) => socket.write('{"jsonrpc":"2.0","id":2,"result":1}\n'));
  try {
    const connection = await connectDaemon([path]);
    assert.ok(connection.kind === "connected");
    const long = await connection.client.ask("report", { check: "x".repeat(70_000), status: "ok" });
    assert.match(
      print(long),
      /^error invalid-params the request would be a line of 70\d\d\d bytes, and the daemon takes 65536$/,
    );
    assert.equal(print(await connection.client.ask("status", {})), "result 1");
    connection.client.close();
  } finally {
    server.close();
  }
});

void test("the second socket is taken if the first is not there", async () => {
  const server = await listen((socket) => socket.write('{"jsonrpc":"2.0","id":1,"result":1}\n'));
  try {
    const connection = await connectDaemon([join(folder, "none"), path]);
    assert.equal(connection.kind, "connected");
    if (connection.kind === "connected") connection.client.close();
  } finally {
    server.close();
  }
});

void test("a daemon that takes no connection is tried again, and said to be busy when that does not help", async () => {
  const server = spawn(process.execPath, ["-e", stoppedServer, path], { stdio: ["ignore", "pipe", "inherit"] });
  await once(server.stdout, "data");
  const waiting = [new Socket(), new Socket(), new Socket()];
  try {
    for (const socket of waiting) socket.on("error", () => socket.destroy()).connect(path);
    const busy = await connectDaemon([path, join(folder, "none")]);
    assert.deepEqual(busy, {
      kind: "absent",
      why: "busy",
      sentence: `the daemon at ${path} has taken no connection for 2 s: too many clients come at once, or it hangs`,
    });
    const again = connectDaemon([path]);
    server.kill("SIGCONT");
    const connection = await again;
    assert.ok(connection.kind === "connected");
    connection.client.close();
  } finally {
    for (const socket of waiting) socket.destroy();
    server.kill("SIGKILL");
    await once(server, "exit");
  }
});

/** Listens, lets two connections wait, and stops itself. */
const stoppedServer = `
  require("node:net").createServer((socket) => socket.resume()).listen({ path: process.argv[1], backlog: 1 }, () =>
    process.stdout.write("listens", () => process.kill(process.pid, "SIGSTOP")));
`;

function listen(serve: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", () => serve(socket));
    });
    server.listen(path, () => resolve(server));
  });
}

function print(answer: Answer): string {
  switch (answer.kind) {
    case "result":
      return `result ${JSON.stringify(answer.result)}`;
    case "error":
      return `error ${answer.name} ${answer.message}`;
    case "lost":
      return `lost ${answer.sentence}`;
  }
}
