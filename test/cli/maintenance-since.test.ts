/** Since when there is maintenance: read from the journal, or said why it could not be read. The daemons are stand-ins. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { test } from "node:test";
import { connectDaemon } from "../../src/cli/client.ts";
import { maintenanceSince } from "../../src/cli/maintenance-since.ts";
import { makeFolder } from "../checks/folder.ts";

const subscribed = { result: { seq: 2 } };
const at = "2026-01-05T10:00:00.000Z";
const entries = [
  { seq: 1, at, kind: "maintenance-on", scope: "*", sentence: "maintenance of everything" },
  { seq: 2, at, kind: "note", sentence: "something else" },
];
const full = { error: { code: -32000, message: "the disk does not answer" } };

const rows: readonly {
  readonly name: string;
  readonly answers: Readonly<Record<string, object>>;
  readonly want: string;
}[] = [
  {
    name: "it is in the journal",
    answers: { subscribe: subscribed, history: { result: { entries, nextSeq: null, gaps: [] } } },
    want: `read *=${Date.parse(at)}`,
  },
  {
    name: "it is not",
    answers: { subscribe: subscribed, history: { result: { entries: entries.slice(1), nextSeq: null, gaps: [] } } },
    want: "read ",
  },
  {
    name: "the journal cannot be read",
    answers: { subscribe: subscribed, history: full },
    want: "error the disk does not answer",
  },
  { name: "nobody may subscribe", answers: { subscribe: full }, want: "error the disk does not answer" },
];

for (const { name, answers, want } of rows) {
  void test(name, async (context) => {
    const path = join(makeFolder(context), "socket");
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      createInterface({ input: socket }).on("line", (line) => {
        const { id, method } = JSON.parse(line);
        socket.write(`${JSON.stringify({ jsonrpc: "2.0", id, ...answers[method] })}\n`);
      });
    });
    server.listen(path);
    await once(server, "listening");
    context.after(() => server.close());
    const connection = await connectDaemon([path]);
    assert.ok(connection.kind === "connected");
    const since = await maintenanceSince(connection.client, ["*"]);
    connection.client.close();
    const said = since.kind === "read" ? [...since.moments].map((pair) => pair.join("=")).join() : "";
    assert.equal(`${since.kind} ${since.kind === "error" ? since.message : said}`, want);
  });
}
