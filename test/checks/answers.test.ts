/** TCP and HTTP: what answers, what refuses, what hangs, with every tool that can ask. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { findFreePorts } from "../demo/free-ports.ts";
import { pathWith, writeScript } from "./folder.ts";
import { skipWithout } from "./needs.ts";
import { ask } from "./script.ts";
import { whenOver } from "./when-over.ts";

async function listen(context: TestContext, server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  whenOver(context, () => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

const tcpTools: Readonly<Record<string, readonly string[]>> = { bash: ["bash", "timeout"], perl: ["perl"] };
const skipTcp = skipWithout({ programs: { bash: "bash", timeout: "coreutils", perl: "perl", tr: "coreutils" } });

for (const [tool, programs] of Object.entries(tcpTools)) {
  void test(`check_tcp_answer with ${tool}`, { skip: skipTcp }, async (context) => {
    const options = { env: { PATH: await pathWith(context, "sh", "tr", ...programs) } };
    const port = await listen(context, createServer());
    const [closed] = await findFreePorts();
    const words = (of: number): readonly string[] => ["-H", "127.0.0.1", "-p", String(of), "-t", "5"];
    const taken = await ask("check_tcp_answer", words(port), options);
    assert.match(
      taken,
      new RegExp(String.raw`^exit 0: OK - 127\.0\.0\.1 takes connections on port ${port} \| time=\d+\.\d{6}s;;;0;5$`),
    );
    const refused = `exit 2: DOWN - 127.0.0.1 refuses connections on port ${closed}`;
    assert.equal(await ask("check_tcp_answer", words(closed), options), refused);
    const nameless = "exit 3: UNKNOWN - the name host.invalid cannot be resolved";
    assert.equal(await ask("check_tcp_answer", ["-H", "host.invalid", "-p", "1"], options), nameless);
  });
}

const skipBusybox = skipWithout({ programs: { busybox: "busybox", tr: "coreutils" } });

void test("check_tcp_answer with busybox's nc, which knows no -z", { skip: skipBusybox }, async (context) => {
  const path = await pathWith(context, "sh", "tr", "busybox");
  for (const applet of ["nc", "true"]) symlinkSync("busybox", join(path, applet));
  const options = { env: { PATH: path } };
  const port = await listen(context, createServer());
  const [closed] = await findFreePorts();
  const taken = `exit 0: OK - 127.0.0.1 takes connections on port ${port} | time=U`;
  assert.equal(await ask("check_tcp_answer", ["-H", "127.0.0.1", "-p", String(port)], options), taken);
  const refused = `exit 2: DOWN - 127.0.0.1 refuses connections on port ${closed}`;
  assert.equal(await ask("check_tcp_answer", ["-H", "127.0.0.1", "-p", String(closed)], options), refused);
  const fraction = "exit 3: UNKNOWN - -t takes whole seconds where there is nc only";
  assert.equal(await ask("check_tcp_answer", ["-H", "127.0.0.1", "-p", "1", "-t", "0.5"], options), fraction);
});

void test("check_tcp_answer with an nc that knows neither way", { skip: skipTcp }, async (context) => {
  const path = await pathWith(context, "sh", "tr");
  writeScript(path, "nc", "echo 'usage: nc HOST PORT' >&2; exit 1");
  const said = await ask("check_tcp_answer", ["-H", "127.0.0.1", "-p", "1"], { env: { PATH: path } });
  assert.equal(said, "exit 3: UNKNOWN - this nc knows neither -z nor -e");
});

void test("check_tcp_answer: a full backlog is no answer", { skip: skipTcp }, async (context) => {
  /** A listening socket of which nobody takes anything: the kernel stops answering when its queue is full. */
  const script =
    "use Socket; socket S, AF_INET, SOCK_STREAM, 0; bind S, pack_sockaddr_in(0, INADDR_LOOPBACK); listen S, 0;";
  const rest = "my ($port) = unpack_sockaddr_in(getsockname S); for (1 .. 3) { socket my $c, AF_INET, SOCK_STREAM, 0;";
  const connect =
    "fcntl $c, 4, 2048; connect $c, pack_sockaddr_in($port, INADDR_LOOPBACK); push @c, $c } select undef, undef, undef, .2;";
  const tell = '$| = 1; print "$port\n"; sleep 60';
  const { spawn } = await import("node:child_process");
  const child = spawn("perl", ["-e", script + rest + connect + tell], { stdio: ["ignore", "pipe", "inherit"] });
  whenOver(context, () => child.kill());
  const [bytes] = await once(child.stdout, "data");
  const port = String(bytes).trim();
  const silent = `exit 2: CRITICAL - 127.0.0.1 does not answer on port ${port} within 1 s`;
  assert.equal(await ask("check_tcp_answer", ["-H", "127.0.0.1", "-p", port, "-t", "1"]), silent);
});

const httpTools: Readonly<Record<string, readonly string[]>> = { curl: ["curl"], wget: ["wget", "grep"] };
const skipHttp = skipWithout({ programs: { curl: "curl", wget: "wget" } });

for (const [tool, programs] of Object.entries(httpTools)) {
  void test(`check_http_answer with ${tool}`, { skip: skipHttp }, async (context) => {
    const options = { env: { PATH: await pathWith(context, "sh", "tr", "tail", "sed", ...programs) } };
    const port = await listen(
      context,
      createHttpServer((request, response) => {
        if (request.url === "/hangs") return;
        if (request.url === "/half") return void response.writeHead(200).write("ready, and");
        if (request.url === "/cut") {
          response.writeHead(200, { "content-length": "100" }).write("ready", () => response.destroy());
          return;
        }
        const status = Number(request.url?.slice(1));
        response.writeHead(status, status === 302 ? { location: "/500" } : {});
        response.end(`{"ready": true, "odd": "100% | x"}\n`);
      }),
    );
    const get = async (path: string, ...words: string[]): Promise<string> => {
      const said = await ask(
        "check_http_answer",
        ["-u", `http://127.0.0.1:${port}/${path}`, "-t", "2", ...words],
        options,
      );
      return said.replace(`http://127.0.0.1:${port}`, "").replace(/ \| time=[\d.]+s;;;0;2$/, "");
    };
    assert.equal(await get("200"), "exit 0: OK - /200 answers 200");
    assert.equal(await get("200", "-s", '"ready": true'), "exit 0: OK - /200 answers 200");
    assert.equal(await get("200", "-s", "on fire"), "exit 2: CRITICAL - /200 answers 200 without the expected words");
    assert.equal(await get("404"), "exit 1: WARNING - /404 answers 404");
    assert.equal(await get("503"), "exit 2: CRITICAL - /503 answers 503");
    assert.equal(await get("503", "-e", "200,503"), "exit 0: OK - /503 answers 503");
    assert.equal(await get("200", "-e", "503"), "exit 2: CRITICAL - /200 answers 200, expected 503");
    assert.match(await get("hangs"), /^exit 2: CRITICAL - \/hangs: .*(timed? ?out|no answer within 2 s)/i);
    for (const path of ["half", "cut"]) {
      const said = await get(path, "-s", "ready");
      assert.match(said, new RegExp(`^exit 2: CRITICAL - /${path} answered 200 and did not finish \\(code \\d+\\)$`));
    }
    const [closed] = await findFreePorts();
    const refused = await ask("check_http_answer", ["-u", `http://127.0.0.1:${closed}/`], options);
    assert.match(refused, /^exit 2: CRITICAL - /);
    const nameless = await ask("check_http_answer", ["-u", "http://host.invalid/"], options);
    assert.equal(nameless, "exit 3: UNKNOWN - http://host.invalid/: its name cannot be resolved");
  });
}
