/** Servers on loopback that say no more than what a monitoring plugin wants to hear, and one that says nothing. */
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";

export const ports = {
  http: 8080,
  ssh: 2222,
  smtp: 2525,
  ftp: 2121,
  imap: 1143,
  pop: 1110,
  raw: 7000,
  silent: 7001,
} as const;

/** Resolves when all of them listen. They end with this process. */
export async function serveBanners(): Promise<void> {
  const http = createHttpServer((request, response) => {
    response.statusCode = request.url === "/busy" ? 503 : 200;
    response.setHeader("content-type", "text/html");
    response.end("<html>\n<body>a pipe | and 'quotes' = \"more\"</body>\n</html>\n");
  });
  await listen(http, ports.http);
  await listen(createServer(greet("SSH-2.0-lab_1.0\r\n")), ports.ssh);
  await listen(createServer(greet("220 lab ESMTP\r\n", /^(EHLO|HELO|QUIT).*/gim, "250 lab\r\n")), ports.smtp);
  await listen(createServer(greet("220 lab ready\r\n", /^QUIT.*/gim, "221 bye\r\n")), ports.ftp);
  await listen(createServer(greet("* OK lab ready\r\n", /^a1 LOGOUT.*/gim, "* BYE\r\na1 OK\r\n")), ports.imap);
  await listen(createServer(greet("+OK lab ready\r\n", /^QUIT.*/gim, "+OK bye\r\n")), ports.pop);
  await listen(createServer(greet("ready\r\nload: 1 | 2\r\n")), ports.raw);
  await listen(
    createServer((socket) => socket.on("error", () => socket.destroy()).resume()),
    ports.silent,
  );
}

function greet(banner: string, question = /$^/g, answer = ""): (socket: Socket) => void {
  return (socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes: Buffer) => {
      for (const _line of bytes.toString().match(question) ?? []) socket.write(answer);
    });
    socket.on("end", () => socket.end());
    socket.write(banner);
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}
