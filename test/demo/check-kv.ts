/**
 * What the check check_kv runs: `node check-kv.js FOLDER HOST` stays connected to the server of HOST and prints one line in
 * the style of a Nagios plugin whenever something changed, and ten times a second besides: what a step has done is believed
 * only from what is said after its end. The server's status is the line's first word; that makes it a resident check, which
 * sees a killed server in a millisecond because its connection breaks.
 *
 * A broken connection is one bad result, the refused attempt to connect again a second one, so `fall 2` is two pieces of
 * evidence.
 */
import { createConnection } from "node:net";
import { findPort } from "./hosts.ts";
import { readLines, writeLines } from "./kv-lines.ts";
import { readState, watchEveryMs, type KvState } from "./kv-protocol.ts";

/** A living check is heard from this often, changed or not. */
const sayAgainAfterMs = 100;

/** A server that is silent for so long hangs. */
const silentAfterMs = 5 * watchEveryMs;

/** While the server is away. */
const reconnectAfterMs = 50;

const [, , folder = "", host = ""] = process.argv;
const port = findPort(folder, host);
if (port === null) {
  console.log(`UNKNOWN - ${host} is not in the file hosts`);
  process.exit(3);
}

let said: { readonly status: string; readonly atMs: number } | null = null;

function say(status: string, text: string): void {
  const nowMs = performance.now();
  if (status !== "CRITICAL" && said?.status === status && nowMs - said.atMs < sayAgainAfterMs) return;
  said = { status, atMs: nowMs };
  process.stdout.write(`${status} - ${text}\n`);
}

function sayState({ role, position, lagBytes }: KvState): void {
  say(role.toUpperCase(), `port ${port}, term ${position.term}|lag=${lagBytes}B offset=${position.offset}B`);
}

/** One connection to the server. Whatever ends it is said, and the next one begins: at once if this one was good. */
function connect(serverPort: number): void {
  let wasGood = false;
  const socket = createConnection({ host: "127.0.0.1", port: serverPort, timeout: silentAfterMs });
  let reason = "the server closed the connection";
  socket.on("timeout", () => socket.destroy(new Error(`the server does not answer for ${silentAfterMs} ms`)));
  socket.on("error", (error) => (reason = error.message));
  socket.on("close", () => {
    say("CRITICAL", reason);
    setTimeout(() => connect(serverPort), wasGood ? 0 : reconnectAfterMs);
  });
  readLines(socket, (line) => {
    const state = readState(line);
    if (state === null) return;
    wasGood = true;
    sayState(state);
  });
  writeLines(socket, ["WATCH"]);
}

/** Nobody listens any more: the daemon is gone. */
process.stdout.on("error", () => process.exit(0));
connect(port);
