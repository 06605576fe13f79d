/** Lines over a TCP socket: what the servers, the client and the check of the demo all speak. Knows nothing of what a line means. */
import type { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";

/** A key and a value of the demo are short; whoever sends more than this without a newline is cut off. */
const lineCharactersMax = 64 * 1024;

/** Calls `onLine` for each whole line (without its newline) in order, until the socket closes. A torn last line is dropped. */
export function readLines(socket: Socket, onLine: (line: string) => void): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  socket.on("data", (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
    if (rest.length > lineCharactersMax) socket.destroy(new Error("the line is too long"));
  });
}

/** Sends lines. To a socket that is gone: nothing happens, its `close` is told anyway. */
export function writeLines(socket: Socket, lines: readonly string[]): void {
  if (socket.writable && lines.length > 0) socket.write(`${lines.join("\n")}\n`);
}
