/** Checks, run for real: what they are given, what comes back, and that nothing of one is ever taken for another's. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Outcome } from "../../src/core/result.ts";
import { checkOutputBytesMax } from "../../src/host/processes.ts";
import { processesWith, readProc, until } from "./proc.ts";
import { command, Stage } from "./stage.ts";

const endings: readonly { name: string; given: string; want: Outcome; stdout?: string; stderr?: string }[] = [
  { name: "ends well", given: "echo fine", want: { kind: "exited", code: 0 }, stdout: "fine\n" },
  {
    name: "both streams apart",
    given: "echo a; echo b >&2; exit 2",
    want: { kind: "exited", code: 2 },
    stdout: "a\n",
    stderr: "b\n",
  },
  {
    name: "opens its own streams by name",
    given: "echo a >/dev/stdout; echo b >/dev/stderr",
    want: { kind: "exited", code: 0 },
    stdout: "a\n",
    stderr: "b\n",
  },
  { name: "no newline", given: "printf half", want: { kind: "exited", code: 0 }, stdout: "half" },
  { name: "NUL bytes", given: String.raw`printf 'a\000b\000'`, want: { kind: "exited", code: 0 }, stdout: "ab" },
  {
    name: "invalid bytes",
    given: String.raw`printf '\377ok'`,
    want: { kind: "exited", code: 0 },
    stdout: "\u{fffd}ok",
  },
  {
    name: "closes its output early",
    given: "echo a; exec >&- 2>&-; sleep 0.1; exit 1",
    want: { kind: "exited", code: 1 },
    stdout: "a\n",
  },
  {
    name: "reads its input, which is empty",
    given: "cat; echo end",
    want: { kind: "exited", code: 0 },
    stdout: "end\n",
  },
  {
    name: "127 of the program itself",
    given: "echo ran; exit 127",
    want: { kind: "exited", code: 127 },
    stdout: "ran\n",
  },
  { name: "127 without a word", given: "exit 127", want: { kind: "exited", code: 127 }, stdout: "" },
  {
    name: "the dynamic loader's 127",
    given: "echo /opt/check: error while loading shared libraries: libx.so >&2; exit 127",
    want: { kind: "exited", code: 127 },
    stdout: "",
  },
  {
    name: "killed by a signal",
    given: "echo before; kill -SEGV $$",
    want: { kind: "killed", signal: "SIGSEGV" },
    stdout: "before\n",
  },
  {
    name: "ends its own group when it tidies up",
    given: "trap '' TERM; kill 0; trap - TERM; echo tidy",
    want: { kind: "exited", code: 0 },
    stdout: "tidy\n",
  },
];

void test("a check's end and output", async (context) => {
  const stage = new Stage(context);
  await Promise.all(
    endings.map(async ({ name, given, want, stdout, stderr }, index) => {
      const ended = await stage.check(command(stage.script(`check${index}`, given)));
      assert.deepEqual(ended.outcome, want, name);
      if (stdout !== undefined) assert.equal(ended.output.stdout, stdout, name);
      if (stderr !== undefined) assert.equal(ended.output.stderr, stderr, name);
      assert.equal(ended.output.droppedBytes, 0, name);
      assert.ok(ended.durationMs >= 0, name);
    }),
  );
});

void test("every word arrives as it is, byte by byte", async (context) => {
  const stage = new Stage(context);
  const words = [
    "",
    "a b",
    " ",
    "it's",
    `"quoted"`,
    "$HOME `id` $(id)",
    String.raw`back\slash\n \\`,
    "*?[a]~!#&;|<>(){}",
    "-n",
    "--",
    "=",
    "%MASTER%",
    "tab\tcr\r",
    "new\nline",
    "áЁё漢字😀",
    Array.from({ length: 128 }, (_, index) => String.fromCodePoint(0x400 + index)).join(""),
    Array.from({ length: 32 }, (_, index) => String.fromCodePoint(0x80 + index)).join(""),
    "x".repeat(20_000),
  ];
  const print = stage.script("print words", `printf '%s\\0' "$@" | od -An -v -tx1 | tr -d ' \\n'`);
  const ended = await stage.check(command(print, ...words));
  assert.equal(ended.output.stdout, hex(words.map((word) => `${word}\0`).join("")));
});

void test("the environment arrives as it is, on top of the daemon's own", async (context) => {
  const stage = new Stage(context);
  const env = { OPTIND: "no number", PPID: "7", IFS: "x", K: "it's $HOME\n\\ 漢", EMPTY: "", _1: "=" };
  /** A path that env itself would take for an assignment. No script: dash does not start with such an OPTIND. */
  const od = join(stage.folder, "od=1");
  symlinkSync("/usr/bin/od", od);
  const ended = await stage.check({ argv: [od, "-An", "-v", "-tx1", "/proc/self/environ"], env, user: null });
  const got = `\0${Buffer.from(ended.output.stdout.replaceAll(/\s/g, ""), "hex").toString()}`;
  for (const [name, value] of Object.entries(env)) assert.ok(got.includes(`\0${name}=${value}\0`), name);
  assert.ok(got.includes(`\0PATH=${process.env["PATH"]}\0`));
  assert.equal(got.includes("failoverd_"), false, "the runner's own names do not reach the check");
});

void test("what belongs to a command's environment stands in no command line, which everybody may read", async (context) => {
  const stage = new Stage(context);
  const secret = `geheim-${process.pid}`;
  const own = ["-", ...(process.geteuid?.() === 0 ? ["nobody"] : [])].map((user) => ({
    argv: ["/bin/true"],
    env: { PASSWORD: secret, OCF_RESKEY_passwd: secret },
    user: user === "-" ? null : user,
  }));
  const over = new AbortController();
  const looking = (async (): Promise<readonly string[]> => {
    const seen = new Set<string>();
    while (!over.signal.aborted) {
      for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        const words = readProc(Number(pid), "cmdline");
        if (words.includes(secret)) seen.add(words.replaceAll("\0", " "));
      }
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return [...seen];
  })();
  for (let count = 0; count < 100; count += 1) {
    const ends = await Promise.all(own.map((given) => stage.check(given)));
    for (const { outcome } of ends) assert.deepEqual(outcome, { kind: "exited", code: 0 });
  }
  over.abort();
  assert.deepEqual(await looking, []);
});

void test("a check is given three descriptors, and nothing of the daemon's or of other checks", async (context) => {
  /** What this test process was born with it hands on to everybody. */
  const inherited = new Set(readdirSync("/proc/self/fd").map((fd) => linkOf(`/proc/self/fd/${fd}`)));
  const stage = new Stage(context);
  const others = [1, 2, 3].map(() => stage.check(command("/bin/sleep", "0.3")));
  const list = stage.script("list", `for f in /proc/$$/fd/*; do readlink "$f"; done`);
  const ended = await stage.check(command(list));
  /** Its own script stays open for the shell that reads it. */
  const open = ended.output.stdout.trim().split("\n");
  const given = open.filter((target) => target !== list && (target === "/dev/null" || !inherited.has(target)));
  assert.match(given.join(" "), /^\/dev\/null \S+\.out \S+\.err$/);
  await Promise.all(others);
});

void test("a check and an action begin as from a clean shell: no signal ignored or blocked, the umask as asked", async (context) => {
  const stage = new Stage(context, { umask: 0o027 });
  /** Of the program itself: a shell blocks signals while it waits. */
  const show = command("/bin/grep", "-E", "^(Sig(Blk|Ign)|Umask)", "/proc/self/status");
  const check = await stage.check(show);
  const step = await stage.step({ run: 1, name: "1" }, show);
  for (const output of [check.output.stdout, step.output]) {
    assert.match(output, /^Umask:\t0027\nSigBlk:\t0+\nSigIgn:\t0+\n$/);
  }
});

void test("200 checks at a time, each with its own words only", async (context) => {
  const stage = new Stage(context, { runnersMax: 16 });
  const say = stage.script(
    "say",
    `i=0; while [ $i -lt 50 ]; do echo "$1"; echo "$1" >&2; i=$((i + 1)); done; exit "$2"`,
  );
  await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const ended = await stage.check(command(say, `name-${index}`, String(index % 4)));
      assert.deepEqual(ended.outcome, { kind: "exited", code: index % 4 });
      assert.equal(ended.output.stdout, `name-${index}\n`.repeat(50));
      assert.equal(ended.output.stderr, `name-${index}\n`.repeat(50));
    }),
  );
  assert.ok(processesWith(stage.folder).length <= 16, "no more runners than allowed");
});

const floods: readonly { name: string; given: string; bytes: number }[] = [
  { name: "100 MB of NUL", given: "head -c 100000000 /dev/zero", bytes: 100_000_000 },
  { name: "100 MB without a newline", given: "head -c 100000000 /dev/zero | tr '\\0' x", bytes: 100_000_000 },
  { name: "100 MB of lines, on stderr", given: "yes warning | head -c 100000000 >&2", bytes: 100_000_000 },
  { name: "a little more than the limit", given: "head -c 65537 /dev/zero | tr '\\0' x", bytes: 65_537 },
];

for (const { name, given, bytes } of floods) {
  void test(`a flood is read and dropped, in bounded memory: ${name}`, async (context) => {
    const stage = new Stage(context);
    await stage.check(command("/bin/true"));
    const beforeBytes = process.memoryUsage.rss();
    const ended = await stage.check(command(stage.script("flood", given)));
    const grownBytes = process.memoryUsage.rss() - beforeBytes;
    assert.deepEqual(ended.outcome, { kind: "exited", code: 0 });
    assert.equal(ended.output.droppedBytes, bytes - checkOutputBytesMax);
    assert.ok(Buffer.byteLength(ended.output.stdout + ended.output.stderr) <= checkOutputBytesMax);
    assert.ok(grownBytes < 30_000_000, `memory grew by ${grownBytes} bytes`);
  });
}

void test("a character cut in half by the limit is left out", async (context) => {
  const stage = new Stage(context);
  const path = stage.file("text", `x${"漢".repeat(checkOutputBytesMax)}`);
  const ended = await stage.check(command("/bin/cat", path));
  assert.equal(ended.output.stdout, `x${"漢".repeat(Math.floor((checkOutputBytesMax - 1) / 3))}`);
});

const holders: readonly { name: string; given: string }[] = [
  { name: "in its group", given: "(while :; do echo stray; sleep 0.01; done) &" },
  { name: "in a session of its own", given: `setsid sh -c 'while :; do echo stray; sleep 0.01; done' &` },
  { name: "silently, on stderr only", given: "sleep 1000 >/dev/null &" },
  { name: "without a pause", given: "yes stray &" },
];

for (const { name, given } of holders) {
  void test(`who is left behind and holds the output hangs nothing and is never heard again: ${name}`, async (context) => {
    const stage = new Stage(context, { runnersMax: 1 });
    const holder = stage.script("holder", `${given}\necho mine; echo $! >"${stage.folder}/pid"`);
    const other = stage.script("other", "sleep 0.05; echo other");
    for (let round = 0; round < 3; round += 1) {
      const held = await stage.check(command(holder));
      assert.deepEqual(held.outcome, { kind: "exited", code: 0 });
      assert.match(held.output.stdout, /^(mine|stray)\n/);
      assert.ok(held.durationMs < 5_000, `it took ${held.durationMs} ms`);
      const pid = Number(readFileSync(join(stage.folder, "pid"), "utf8"));
      const next = await stage.check(command(other));
      assert.equal(next.output.stdout, "other\n");
      assert.equal(next.output.stderr, "");
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        /** It wrote where nobody reads any more, and got SIGPIPE. */
        assert.match(String(error), /ESRCH/);
      }
    }
  });
}

void test("the FIFOs are private, few, and gone at the end", async (context) => {
  const stage = new Stage(context);
  await stage.check(command("/bin/true"));
  const folder = join(stage.varFolder, "runners");
  assert.equal(readdirSync(folder).length, 2);
  await stage.processes.close();
  assert.deepEqual(readdirSync(folder), []);
  await until(() => processesWith(stage.folder).length === 0, "all runners gone");
  assert.ok(existsSync(folder));
});

/** Empty if the descriptor has been closed since. */
function linkOf(path: string): string {
  return existsSync(path) ? readlinkSync(path) : "";
}

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}
