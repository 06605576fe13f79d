/**
 * Checks that stay: a line is a result at once; an end is unknown and a new start, later each time; and one that prints
 * without end costs nobody anything.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { noteDown, RealDaemon } from "./real-daemon.ts";

async function started(
  t: TestContext,
  given: {
    readonly checksConf: string;
    readonly actionsConf?: string;
    readonly checks: Readonly<Record<string, string>>;
  },
): Promise<RealDaemon> {
  const daemon = new RealDaemon({
    "checks.conf": given.checksConf,
    "actions.conf": given.actionsConf ?? "[slave_to_master]\nplumb %MASTER%\n",
    checks: given.checks,
    actions: { plumb: noteDown },
  });
  t.after(() => daemon.close());
  execFileSync("mkfifo", [join(daemon.root, "says")]);
  await daemon.start();
  return daemon;
}

/** Prints what is written into the FIFO `says`, line by line. */
const repeater = 'exec cat <>"$E2E_ROOT/says"';

function say(daemon: RealDaemon, line: string): void {
  appendFileSync(join(daemon.root, "says"), `${line}\n`);
}

void test("a line changes the status at once, and fires", async (t) => {
  const daemon = await started(t, {
    checksConf: "[local]\nwatch_host1 { resident }\n",
    checks: { watch_host1: repeater },
  });
  say(daemon, "SLAVE - replicating | lag=12KB;1000;2000");
  const check = await daemon.check("watch_host1", "is a slave", ({ status }) => status === "slave");
  assert.equal(check.output, "SLAVE - replicating");
  assert.deepEqual(check.metrics, [
    { label: "lag", value: 12, unit: "KB", warn: "1000", crit: "2000", min: null, max: null },
  ]);
  await daemon.learned();
  const atMs = performance.now();
  say(daemon, "MASTER - promoted");
  await daemon.entry("run-start");
  assert.ok(performance.now() - atMs < 1_000);
  await daemon.entry("run-end");
  assert.deepEqual(daemon.done(), ["[plumb][host1]"]);

  say(daemon, "what is this?");
  const odd = await daemon.check("watch_host1", "is odd", ({ output }) => output.includes("what is this?"));
  assert.match(odd.output, /expected a line that begins with a status/);
  assert.deepEqual(odd.confirming, { status: "unknown", seen: 1, needed: 3 });
});

void test("one that ends is unknown, with the reason, and started again: after 1 s, after 2 s", async (t) => {
  const daemon = await started(t, {
    checksConf: "[local]\nwatch_host1 { resident, fall 1 }\n",
    checks: { watch_host1: 'date +%s%3N >>"$E2E_ROOT/starts"\necho MASTER\necho broken pipe >&2\nexit 3' },
  });
  const check = await daemon.check(
    "watch_host1",
    "is unknown",
    ({ status, exit, output }) => status === "unknown" && exit === null && output !== "",
  );
  assert.match(check.output, /^the resident check ended, exit 3: broken pipe$/);
  const { hosts } = await daemon.status();
  assert.deepEqual(
    hosts.map(({ host, status, role }) => ({ host, status, role })),
    [{ host: "host1", status: "unknown", role: "master" }],
  );
  const starts = await daemon.until("three starts", () => {
    const times = daemon.readFile("starts").trim().split("\n").map(Number);
    return Promise.resolve(times.length === 3 ? times : null);
  });
  const [first = 0, second = 0, third = 0] = starts;
  assert.ok(second - first >= 1_000 && second - first < 1_900, `${second - first} ms`);
  assert.ok(third - second >= 2_000 && third - second < 2_900, `${third - second} ms`);
  assert.deepEqual(daemon.entriesOf("run-start"), []);
});

void test("one that is killed takes its children with it, and says by what", async (t) => {
  const daemon = await started(t, {
    checksConf: "[local]\nwatch_host1 { resident, fall 1 }\n",
    checks: { watch_host1: 'echo $$ >"$E2E_ROOT/pid"\necho SLAVE\nsleep 1000 &\nwait' },
  });
  await daemon.check("watch_host1", "is a slave", ({ status }) => status === "slave");
  process.kill(Number(daemon.readFile("pid")), "SIGKILL");
  const check = await daemon.check("watch_host1", "is unknown", ({ status }) => status === "unknown");
  assert.match(check.output, /ended.*SIGKILL/);
  assert.deepEqual(
    daemon.commandsLeft().filter((command) => command.startsWith("sleep")),
    [],
  );
});

void test("lines without end, and a line without end: bounded memory, and others are served", async (t) => {
  const daemon = await started(t, {
    checksConf: "[local]\nmany_host1 { resident }\nlong_host2 { resident }\ncheck_calm { every 50ms, timeout 1s }\n",
    checks: {
      many_host1: "exec yes 'OK - again'",
      long_host2: "exec tr '\\0' x </dev/zero",
      check_calm: "echo OK",
    },
  });
  await daemon.check("many_host1", "is ok", ({ status }) => status === "ok");
  await daemon.checkedAgain("check_calm");
  const beforeMiB = residentMiB(daemon.pid);
  for (let round = 0; round < 20; round += 1) await daemon.checkedAgain("check_calm");
  const atMs = performance.now();
  await daemon.status();
  assert.ok(performance.now() - atMs < 1_000);
  assert.ok(residentMiB(daemon.pid) - beforeMiB < 64, `${residentMiB(daemon.pid)} MiB, ${beforeMiB} MiB before`);
  const { checks } = await daemon.status();
  assert.equal(checks.find(({ check }) => check === "check_calm")?.status, "ok");
  assert.deepEqual(await daemon.end(), { code: 0, signal: null });
  assert.deepEqual(daemon.commandsLeft(), []);
});

function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
