/** Two ports of loopback that nobody uses: bound with port 0 at once, so that they differ, and let go. */
import { once } from "node:events";
import { createServer, type Server } from "node:net";

export async function findFreePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()] as const;
  for (const server of servers) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  const ports = [findPort(servers[0]), findPort(servers[1])] as const;
  for (const server of servers) {
    server.close();
    await once(server, "close");
  }
  return ports;
}

function findPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server listens on no port");
  return address.port;
}
