/**
 * Checks that misbehave: that cannot be run, hang, flood, or leave something behind. Each is told as what it is, costs
 * bounded time and memory, and nobody else anything; and none of it fires a rule that is about something else.
 */
import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { isAlive } from "../host/proc.ts";
import { noteDown, RealDaemon, type Files } from "./real-daemon.ts";

/** Between TERM and KILL. */
const killAfterMs = 2_000;
/** Two cores that do something else as well. */
const slackMs = 1_500;

async function started(t: TestContext, files: Files): Promise<RealDaemon> {
  const daemon = new RealDaemon(files);
  t.after(() => daemon.close());
  await daemon.start();
  return daemon;
}

const cannotRun = [
  { name: "deleted", spoil: (path: string) => rmSync(path), reason: /check_db_host1 is not there|no such file/i },
  { name: "chmod -x", spoil: (path: string) => chmodSync(path, 0o644), reason: /not executable|permission denied/i },
];

for (const { name, spoil, reason } of cannotRun) {
  void test(`a master's check that cannot be run any more is unknown, and is no failover: ${name}`, async (t) => {
    const check_db_host1 = "echo 'MASTER - ok'";
    const daemon = await started(t, {
      "checks.conf": "[local]\n{ every 50ms, timeout 1s }\ncheck_db_host1\ncheck_db_host2\n",
      "actions.conf": "[master_to_critical]\nplumb\n[master_to_down]\nplumb\n[slave_to_master]\nplumb\n",
      checks: { check_db_host1, check_db_host2: "echo 'SLAVE - ok'" },
      actions: { plumb: noteDown },
    });
    await daemon.learned();
    spoil(join(daemon.root, "checks/check_db_host1"));
    const check = await daemon.check("check_db_host1", "is unknown", ({ status }) => status === "unknown");
    assert.match(check.output, reason);
    const { hosts } = await daemon.status();
    assert.deepEqual(
      hosts.map(({ host, status, role }) => ({ host, status, role })),
      [
        { host: "host1", status: "unknown", role: "master" },
        { host: "host2", status: "slave", role: "slave" },
      ],
    );
    await daemon.checkedAgain("check_db_host1");
    daemon.write({ checks: { check_db_host1 } });
    await daemon.check("check_db_host1", "is master again", ({ status }) => status === "master");
    await daemon.checkedAgain("check_db_host2");
    assert.deepEqual(daemon.entriesOf("run-start"), [], "no rule fires, neither there nor back");
  });
}

void test("a check that is killed is unknown, with the signal and what it had printed, and is no failover", async (t) => {
  const daemon = await started(t, {
    "checks.conf": "[local]\n{ every 50ms, timeout 1s }\ncheck_db_host1\n",
    "actions.conf": "[master_to_critical]\nplumb\n[master_to_down]\nplumb\n",
    checks: { check_db_host1: "echo 'MASTER - ok'" },
    actions: { plumb: noteDown },
  });
  await daemon.learned();
  daemon.write({ checks: { check_db_host1: "echo 'MASTER - ok'; kill -SEGV $$" } });
  const check = await daemon.check("check_db_host1", "is unknown", ({ status }) => status === "unknown");
  assert.equal(check.output, "killed by SIGSEGV, had printed: MASTER - ok");
  assert.equal((await daemon.status()).hosts[0]?.role, "master");
  await daemon.checkedAgain("check_db_host1");
  assert.deepEqual(daemon.entriesOf("run-start"), []);
});

const hangs = [
  { name: "sleeps for ever", script: "echo so far; sleep 1000", isPatient: false },
  { name: "with children", script: "echo so far; sleep 1000 & sh -c 'sleep 1000; true' & wait", isPatient: false },
  {
    name: "ignores TERM, with children that ignore it too",
    script: "trap '' TERM; echo so far; (while :; do sleep 1; done) & while :; do sleep 1; done",
    isPatient: true,
  },
  { name: "stopped", script: "echo so far; kill -STOP $$; sleep 1000", isPatient: false },
];

void test(
  "a check that hangs is ended with its children, and told with what it had printed",
  { concurrency: true },
  async (t) => {
    await Promise.all(hangs.map((row) => t.test(row.name, (inner) => endHung(row, inner))));
  },
);

async function endHung({ script, isPatient }: (typeof hangs)[number], t: TestContext): Promise<void> {
  const timeoutMs = 300;
  const daemon = await started(t, {
    "checks.conf": `[local]\ncheck_hung { every 1m, timeout ${timeoutMs}ms, fall 1 }\n`,
    "actions.conf": "[ok_to_critical]\nplumb\n",
    checks: { check_hung: `date +%s%3N >"$E2E_ROOT/began"; ${script}` },
    actions: { plumb: noteDown },
  });
  const check = await daemon.check("check_hung", "is critical", ({ status }) => status === "critical");
  const tookMs = Date.now() - Number(daemon.readFile("began"));
  const limitMs = timeoutMs + (isPatient ? killAfterMs : 0) + slackMs;
  /** The script's own clock began a little later. */
  assert.ok(tookMs > timeoutMs / 2 && tookMs < limitMs, `${tookMs} ms, limit ${limitMs} ms`);
  assert.match(check.output, /timed out after 300 ms/i);
  assert.match(`${check.output}\n${check.longOutput}`, /so far/);
  const hung = (): readonly number[] => daemon.left().filter((pid) => /sleep|check_hung/.test(commandLine(pid)));
  await daemon.until("its processes to be gone", () => Promise.resolve(hung().length === 0 || null));
}

interface Flood {
  readonly name: string;
  readonly script: string;
  readonly want: { readonly status: string; readonly output: RegExp; readonly longOutput: RegExp };
}

const floods: readonly Flood[] = [
  {
    name: "100 MB of lines",
    script: "yes 'OK - a line' | head -c 100000000",
    want: {
      status: "ok",
      output: /^OK - a line$/,
      longOutput: /\(output: 999\d+ bytes more than are kept, thrown away\)$/,
    },
  },
  {
    name: "100 MB without a newline",
    script: "head -c 100000000 /dev/zero | tr '\\0' x",
    want: { status: "ok", output: /^x+\S*…?/, longOutput: /bytes more than are kept, thrown away/ },
  },
  {
    name: "100 MB on stderr",
    script: "echo OK - fine; yes complaint | head -c 100000000 >&2",
    want: { status: "ok", output: /^OK - fine$/, longOutput: /on stderr:\ncomplaint\n[^]*thrown away/ },
  },
  {
    name: "100 MB of NUL bytes",
    script: "echo OK - fine; head -c 100000000 /dev/zero",
    want: { status: "ok", output: /^OK - fine$/, longOutput: /thrown away/ },
  },
  {
    name: "NUL bytes within a line",
    script: "printf 'OK - fi\\0\\0ne\\n'",
    want: { status: "ok", output: /^OK - fine$/, longOutput: /^$/ },
  },
  {
    name: "a line without its end",
    script: "printf 'OK - fine'",
    want: { status: "ok", output: /^OK - fine$/, longOutput: /^$/ },
  },
  {
    name: "lines without end",
    script: "exec yes 'OK - a line'",
    want: { status: "critical", output: /timed out/i, longOutput: /OK - a line/ },
  },
];

void test("a check that floods costs bounded memory, and is reported as far as it makes sense", async (t) => {
  const checks = Object.fromEntries(floods.map(({ script }, index) => [`check_${index}`, script]));
  /** 100 MB take a busy machine some seconds; one flood has no end. */
  const lines = floods.map(
    ({ want }, index) => `check_${index} { every 1h, timeout ${want.status === "ok" ? 15 : 3}s, fall 1 }`,
  );
  const daemon = await started(t, {
    "checks.conf": `[local]\n${lines.join("\n")}\n[passive]\ncalm\n`,
    "actions.conf": "[slave_to_master]\nplumb\n",
    checks,
    actions: { plumb: noteDown },
  });
  for (const [index, { name, want }] of floods.entries()) {
    const check = await daemon.check(`check_${index}`, `(${name}) has reported`, ({ ageMs }) => ageMs !== null);
    assert.equal(check.status, want.status, name);
    assert.match(check.output, want.output, name);
    assert.match(check.longOutput, want.longOutput, name);
    assert.ok(check.output.length <= 2_000 && check.longOutput.length <= 20_000, name);
  }
  const peakMiB = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${daemon.pid}/status`, "utf8"))?.[1]) / 1024;
  const calmMiB = await calmPeakMiB(t);
  assert.ok(peakMiB - calmMiB < 64, `${peakMiB} MiB at most, ${calmMiB} MiB without floods`);
});

/** What a daemon with one small check takes, at its peak. */
async function calmPeakMiB(t: TestContext): Promise<number> {
  const daemon = await started(t, {
    "checks.conf": "[local]\ncheck_calm { every 50ms, timeout 1s }\n",
    "actions.conf": "[slave_to_master]\nplumb\n",
    checks: { check_calm: "echo ok" },
    actions: { plumb: noteDown },
  });
  await daemon.learned();
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${daemon.pid}/status`, "utf8"))?.[1]) / 1024;
}

const leavers = [
  { name: "in the background", start: "%" },
  { name: "nohup", start: "nohup %" },
  { name: "setsid", start: "setsid %" },
];

void test("a check that leaves a process behind with its output open: no wait for it, and no word of it anywhere", async (t) => {
  const checks: Record<string, string> = {
    check_other: "echo 'OK - other'",
    intruder: ': >"$E2E_ROOT/intruded"\nwhile echo INTRUDER; do sleep 0.01; done',
  };
  for (const [index, { start }] of leavers.entries()) {
    const program = `${start.replace("%", '"$E2E_ROOT/checks/intruder"')} & sleep 1000 & echo $! >>"$E2E_ROOT/sleepers"`;
    checks[`check_${index}`] =
      `[ -e "$E2E_ROOT/left_${index}" ] || { : >"$E2E_ROOT/left_${index}"; ${program}; }\necho 'OK - mine'`;
  }
  const lines = leavers.map((_leaver, index) => `check_${index}`);
  const daemon = await started(t, {
    "checks.conf": `[local]\n{ every 30ms, timeout 5s }\n${lines.join("\n")}\ncheck_other\n`,
    "actions.conf": "[slave_to_master]\nplumb\n",
    checks,
    actions: { plumb: noteDown },
  });
  await daemon.learned();
  for (let round = 0; round < 10; round += 1) {
    await Promise.all([...lines, "check_other"].map((name) => daemon.checkedAgain(name)));
    for (const { check, status, output, longOutput } of (await daemon.status()).checks) {
      assert.equal(status, "ok", check);
      /** The one that left it may have heard it while it ran itself. */
      assert.equal(output.replace("INTRUDER", "OK - mine"), check === "check_other" ? "OK - other" : "OK - mine");
      assert.doesNotMatch(round === 0 && check !== "check_other" ? "" : output + longOutput, /INTRUDER/);
    }
  }
  assert.ok(existsSync(join(daemon.root, "intruded")));
  const sleepers = daemon.readFile("sleepers").trim().split("\n").map(Number);
  assert.equal(sleepers.length, leavers.length);
  assert.ok(sleepers.every(isAlive), "what they left running is left alone");
});

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
