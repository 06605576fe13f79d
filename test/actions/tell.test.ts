/** Those who tell somebody: mail, web, syslog; and the wrappers of scripts that were written for other programs. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createSocket } from "node:dgram";
import { hostname } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { makeFolder, pathWith, writeScript } from "../checks/folder.ts";
import { skipWithout } from "../checks/needs.ts";
import { act, must } from "../checks/script.ts";
import { whenOver } from "../checks/when-over.ts";

void test("notify_mail: what sendmail gets, as an action and under [notify]", async (context) => {
  const folder = makeFolder(context);
  const mail = join(folder, "mail");
  writeScript(folder, "sendmail", `echo "$@" >${mail}; cat >>${mail}`);
  const path = { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
  const evil = "host1 is lost\nBcc: everybody@example.org";
  const told = "exit 0: told ops@example.org: host1 is lost Bcc: everybody@example.org";
  assert.equal(await act("notify_mail", ["-f", "ha@example.org", "ops@example.org", evil], { env: path }), told);
  const [head = "", body = ""] = readFileSync(mail, "utf8").split("\n\n");
  assert.match(
    head,
    /^-oi -t\nTo: ops@example\.org\nFrom: ha@example\.org\nSubject: failoverd on .*: host1 is lost Bcc: /,
  );
  assert.doesNotMatch(head, /^Bcc/m);
  assert.equal(body, "host1 is lost Bcc: everybody@example.org");

  const event = { FAILOVERD_SENTENCE: "host1: master -> critical", FAILOVERD_RULE: "take_over" };
  assert.match(await act("notify_mail", ["ops@example.org"], { env: { ...path, ...event } }), /^exit 0: /);
  assert.match(
    readFileSync(mail, "utf8"),
    /\n\nhost1: master -> critical\n\n(?:.*\n)*RULE: take_over\nSENTENCE: host1: master -> critical\n/,
  );
  assert.match(
    await act("notify_mail", ["--dry-run", "ops@example.org", "hello"], { env: path }),
    /^exit 0: would send:\nTo: /,
  );
  writeScript(folder, "sendmail", "exit 75");
  assert.match(
    await act("notify_mail", ["ops@example.org", "hello"], { env: path }),
    /^exit 1: sendmail did not take it$/,
  );
});

interface Post {
  readonly path: string | undefined;
  readonly type: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A web server that keeps what was posted to it; `/broken` is. */
async function startWeb(context: TestContext): Promise<{ readonly url: string; readonly posts: readonly Post[] }> {
  const posts: Post[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (bytes: Buffer) => (body += bytes.toString()));
    request.on("end", () => {
      if (request.url === "/slow") {
        response.writeHead(200);
        const timer = setInterval(() => response.write("."), 100);
        response.on("close", () => clearInterval(timer));
        return;
      }
      const { "content-type": type, authorization } = request.headers;
      posts.push({ path: request.url, type, authorization, body });
      if (request.url === "/hangs") return;
      if (request.url === "/moved") response.writeHead(302, { location: "/" });
      else response.writeHead(request.url === "/broken" ? 500 : 204);
      response.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  whenOver(context, () => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return { url: `http://127.0.0.1:${address.port}`, posts };
}

const skipWeb = skipWithout({ programs: { curl: "curl", wget: "wget" } });

for (const tool of ["curl", "wget"]) {
  void test(`notify_webhook with ${tool}`, { skip: skipWeb }, async (context) => {
    const { url, posts } = await startWeb(context);
    const PATH = await pathWith(context, "sh", "tr", "sed", "uname", "cat", "timeout", "stat", tool);
    const tell = (words: readonly string[], env: Readonly<Record<string, string>> = {}, input = ""): Promise<string> =>
      act("notify_webhook", words, { env: { PATH, ...env }, input });
    const sentence = `host1 "is" lost \\ 50% | @x\nnow`;
    assert.equal(await tell([url, sentence]), `exit 0: told ${url}`);
    const text = `host1 "is" lost \\ 50% | @x now`;
    assert.deepEqual(posts.at(-1), {
      path: "/",
      type: "application/json",
      authorization: undefined,
      body: JSON.stringify({ text, host: hostname() }),
    });
    await tell(["-k", "content", url], { FAILOVERD_SENTENCE: "from the event" });
    assert.equal(posts.at(-1)?.body, JSON.stringify({ content: "from the event", host: hostname() }));
    await tell(["-j", url], { FAILOVERD_SENTENCE: "from the event" }, '{"kind":"run-end","sentence":"x"}\n');
    assert.equal(posts.at(-1)?.body, '{"kind":"run-end","sentence":"x"}');
    for (const path of ["broken", "moved"]) {
      assert.match(await tell([`${url}/${path}`, "x"]), /^exit 1: .*it was not told/s);
      assert.equal(posts.at(-1)?.path, `/${path}`);
    }
    assert.equal(await tell(["-j", url, "x"]), "exit 2: x is a word too many; see notify_webhook --help");
    const before = posts.length;
    for (const path of ["hangs", "slow"])
      assert.match(await tell(["-t", "1", `${url}/${path}`, "x"]), /^exit 1: .*it was not told/s);
    assert.equal(posts.length, before + 1);
    const secret = join(makeFolder(context), "chat");
    writeFileSync(secret, `${url}/a"b\n`, { mode: 0o640 });
    assert.equal(await tell(["--url-file", secret, "x"]), `exit 0: told the URL in ${secret}`);
    assert.equal(decodeURI(posts.at(-1)?.path ?? ""), '/a"b');
    assert.match(await tell(["--url-file", secret, "-j"], {}, '{"kind":"x"}'), /^exit 0: /);
    assert.equal(posts.at(-1)?.body, '{"kind":"x"}');
    assert.match(await tell([url]), /^exit 2: there is nothing to say/);
    assert.match(await tell(["--dry-run", url, "x"]), /^exit 0: would post to .*: \{"text":"x",/);
  });
}

void test("notify_webhook: no secret stands in a command line, or is said", { skip: skipWeb }, async (context) => {
  const { url, posts } = await startWeb(context);
  const folder = makeFolder(context);
  const file = (name: string, line: string, mode = 0o600): string => {
    writeFileSync(join(folder, name), `${line}\n`, { mode });
    return join(folder, name);
  };
  const words = join(folder, "words");
  /** A PATH that has one of the two, which keeps what it was called with. */
  const pathOf = async (tool: string): Promise<string> => {
    const path = await pathWith(context, "sh", "tr", "sed", "uname", "cat", "timeout", "stat");
    writeScript(path, tool, `tr '\\0' ' ' </proc/$$/cmdline >${words}; exec /usr/bin/${tool} "$@"`);
    return path;
  };
  for (const tool of ["curl", "wget"]) {
    const env = { PATH: await pathOf(tool) };
    const chat = file("chat", `${url}/s3cret`);
    const said = await act("notify_webhook", ["--url-file", chat, "hello"], { env });
    assert.equal(said, `exit 0: told the URL in ${chat}`);
    assert.equal(posts.at(-1)?.path, "/s3cret");
    assert.match(readFileSync(words, "utf8"), /hello/);
    assert.doesNotMatch(readFileSync(words, "utf8"), /s3cret/);
    const dry = await act("notify_webhook", ["--dry-run", "--url-file", chat, "hello"], { env });
    assert.ok(dry.startsWith(`exit 0: would post to the URL in ${chat}: `), dry);
  }
  const token = file("token", "s3cret-token");
  writeFileSync(token, "s3cret-token"); // without an end of line
  const env = { PATH: await pathOf("curl") };
  assert.match(await act("notify_webhook", ["-a", token, url, "hello"], { env }), /^exit 0: /);
  assert.equal(posts.at(-1)?.authorization, "Bearer s3cret-token");
  assert.doesNotMatch(readFileSync(words, "utf8"), /s3cret/);
  assert.match(await act("notify_webhook", ["-a", "/nowhere/token", url, "hello"]), /^exit 2: /);

  const count = posts.length;
  const open = file("open", url, 0o604);
  const refused = `exit 2: others can read ${open}, and so write to that URL: chmod o= ${open}`;
  assert.equal(await act("notify_webhook", ["--url-file", open, "hello"]), refused);
  assert.equal(
    await act("notify_webhook", ["-a", open, url, "hello"]),
    `exit 2: others can read ${open}, and so write as this host does: chmod o= ${open}`,
  );
  const absent = join(folder, "absent");
  assert.equal(await act("notify_webhook", ["--url-file", absent, "hello"]), `exit 2: ${absent} cannot be looked at`);
  assert.match(
    await act("notify_webhook", ["--url-file", file("empty", ""), "hello"]),
    /^exit 2: there is nothing in the first line of /,
  );
  assert.equal(posts.length, count);
});

void test(
  "notify_syslog: what the system's log gets",
  { skip: skipWithout({ programs: { logger: "bsdutils" } }) },
  async (context) => {
    const socket = createSocket("udp4");
    whenOver(context, () => socket.close());
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const folder = makeFolder(context);
    const { port } = socket.address();
    writeScript(folder, "logger", `exec /usr/bin/logger -n 127.0.0.1 -d -P ${port} "$@"`);
    const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
    const received = once(socket, "message");
    assert.equal(
      await act("notify_syslog", ["-p", "daemon.crit", "--", "-x"], { env }),
      "exit 2: -- is no option here; see notify_syslog --help",
    );
    assert.equal(await act("notify_syslog", ["-p", "daemon.crit", "host1 is lost"], { env }), "exit 0:");
    assert.match(String((await received)[0]), /^<26>.*failoverd.*host1 is lost/);
    assert.equal(await act("notify_syslog", ["--dry-run", "x"], { env }), "exit 0: would log daemon.notice: x");
    writeScript(folder, "logger", `exec /usr/bin/logger -u ${join(folder, "nobody")} "$@"`);
    assert.match(await act("notify_syslog", ["x"], { env }), /^exit 1: .*it was not logged/s);
  },
);

void test("keepalived_notify: the four words that a script of keepalived's gets", async (context) => {
  const folder = makeFolder(context);
  const script = writeScript(folder, "notify.sh", 'echo "$# $*"; exit 5');
  const rows: readonly (readonly [words: readonly string[], want: string])[] = [
    [[script, "master"], "exit 5: 4 INSTANCE VI_1 MASTER 100"],
    [[script, "slave"], "exit 5: 4 INSTANCE VI_1 BACKUP 100"],
    [[script, "critical"], "exit 5: 4 INSTANCE VI_1 FAULT 100"],
    [["-n", "VI_DB", "-p", "150", script, "STOP"], "exit 5: 4 INSTANCE VI_DB STOP 150"],
    [["-g", "-n", "VG_1", script, "BACKUP"], "exit 5: 4 GROUP VG_1 BACKUP 100"],
    [["--dry-run", script, "down"], `exit 0: would run: ${script} INSTANCE VI_1 FAULT 100`],
    ...["ok", "warning", "unknown", "conflict"].map(
      (status) =>
        [[script, status], `exit 0: ${status} is no state of keepalived, and ${script} is not called for it`] as const,
    ),
    [[script, "healthy"], "exit 2: healthy is neither a status nor a state of keepalived"],
  ];
  for (const [words, want] of rows) assert.equal(await act("keepalived_notify", words), want);
});

void test("sentinel_reconfig: the seven words, and which exit code is called again", async (context) => {
  const folder = makeFolder(context);
  const calls = join(folder, "calls");
  const reconfig = async (body: string, ...words: string[]): Promise<{ said: string; calls: number }> => {
    writeFileSync(calls, "");
    const script = writeScript(folder, "reconfig.sh", `echo "$*" >>${calls}\n${body}`);
    const said = await act("sentinel_reconfig", ["-d", "0", ...words, script, "10.0.0.1:6380", "10.0.0.2"]);
    return { said: said.replaceAll(script, "SCRIPT"), calls: readFileSync(calls, "utf8").trim().split("\n").length };
  };
  assert.deepEqual(await reconfig("exit 0"), { said: "exit 0:", calls: 1 });
  assert.equal(await must("cat", calls), "mymaster leader start 10.0.0.1 6380 10.0.0.2 6379\n");
  assert.deepEqual(await reconfig("exit 0", "-n", "cache", "-o"), { said: "exit 0:", calls: 1 });
  assert.equal(await must("cat", calls), "cache observer start 10.0.0.1 6380 10.0.0.2 6379\n");
  assert.deepEqual(await reconfig(`[ "$(grep -c . ${calls})" = 3 ]`), { said: "exit 0:", calls: 3 });
  const every = "exit 1: SCRIPT failed every time, the last with exit code";
  assert.deepEqual(await reconfig("exit 1", "-r", "2"), { said: `${every} 1`, calls: 3 });
  const killed = await reconfig("kill -9 $$", "-r", "1");
  assert.equal(killed.calls, 2);
  assert.ok(killed.said.startsWith(`${every} 137`), killed.said);
  const never = "SCRIPT said with its exit code 2 that it is not to be called again";
  assert.deepEqual(await reconfig("exit 2"), { said: `exit 2: ${never}`, calls: 1 });
  assert.equal((await reconfig("exit 255")).calls, 1);
  const script = join(folder, "reconfig.sh");
  const resolves = (words: readonly string[]): Promise<string> => act("sentinel_reconfig", ["-d", "0", ...words]);
  writeFileSync(calls, "");
  writeScript(folder, "reconfig.sh", `echo "$*" >>${calls}`);
  for (const to of ["", ":7", "10.0.0.2:", "10.0.0.2:port"])
    assert.equal(
      await resolves([script, "10.0.0.1", to]),
      `exit 2: "${to}" is not HOST or HOST:PORT; see sentinel_reconfig --help`,
    );
  for (const words of [
    ["nohost.invalid", "10.0.0.2"],
    ["10.0.0.1", "nohost.invalid:7"],
  ])
    assert.equal(await resolves(["-r", "1", script, ...words]), "exit 1: the name nohost.invalid cannot be resolved");
  assert.equal(readFileSync(calls, "utf8"), "");
  assert.equal(await resolves([script, "[fd50::1]", "fd50::2"]), "exit 0:");
  assert.equal(readFileSync(calls, "utf8"), "mymaster leader start fd50::1 6379 fd50::2 6379\n");
  /** A name that is resolved the second time. */
  const asked = join(folder, "asked");
  writeScript(folder, "getent", `echo x >>${asked}; [ "$(grep -c . ${asked})" = 1 ] || echo "10.0.0.3 $2"`);
  const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
  assert.equal(await act("sentinel_reconfig", ["-d", "0", script, "10.0.0.1", "host2"], { env }), "exit 0:");
  assert.match(readFileSync(calls, "utf8"), /\nmymaster leader start 10\.0\.0\.1 6379 10\.0\.0\.3 6379\n$/);
  const names = await act("sentinel_reconfig", ["--dry-run", script, "localhost:1", "[fd00::2]:7"]);
  assert.match(names, /^exit 0: would run: .* mymaster leader start (127\.0\.0\.1|::1) 1 fd00::2 7$/);
});
