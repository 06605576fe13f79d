/**
 * failoverctl with a daemon, without one, and with one that says no: what it prints, where, and what it ends with. And
 * the shapes of its JSON, which other programs rely on.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { runOnTerminal } from "../cli/pseudo-terminal.ts";
import { RealDaemon, runProgram } from "./real-daemon.ts";
import { twoSlaves } from "./two-hosts.ts";

const actionsConf = "[slave_to_master]\none\ntwo %MASTER%\n";

void test("exit codes with a daemon: 0 well, 2 usage, 4 refused; what is wrong stands on stderr", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const rows: readonly (readonly [words: string, code: number, stderr: RegExp])[] = [
    ["status", 0, /^$/],
    ["--json status", 0, /^$/],
    ["history", 0, /^$/],
    ["--json history --limit 1", 0, /^$/],
    ["report role slave --host host1", 0, /^$/],
    ["maintenance on host1 --for 1h", 0, /^$/],
    ["maintenance off host1", 0, /^$/],
    ["reload", 0, /^$/],
    ["", 2, /a command is missing/],
    ["statsu", 2, /did you mean status\?/],
    ["status --jsn", 2, /did you mean --json\?/],
    ["status more", 2, /usage: failoverctl status/],
    ["report role", 2, /usage: failoverctl report/],
    ["report role SO-SO! --host host1", 2, /status/],
    ["history --since yesterdayish", 2, /2h/],
    ["history --run x", 2, /number/],
    ["maintenance on --for soon", 2, /duration/],
    ["resume x", 2, /number of a run/],
    ["report role slave", 4, /several hosts/],
    ["report rol slave", 4, /rol/],
    ["ack slave_to_master", 4, /not blocked/],
    ["ack nothing", 4, /nothing/],
    ["ack journal", 4, /in order/],
    ["resume 1", 4, /not in progress/],
    ["abandon 1", 4, /not in progress/],
    ["maintenance off", 4, /no maintenance/],
  ];
  for (const [words, code, stderr] of rows) {
    const printed = await daemon.ctl(...words.split(" ").filter((word) => word !== ""));
    assert.equal(printed.code, code, `${words}: ${printed.stdout}${printed.stderr}`);
    assert.match(printed.stderr, stderr, words);
    assert.equal(printed.stdout === "", code !== 0, words);
  }
});

void test("without a daemon: 3, and what was known last, with its age", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  await daemon.report("role", "host1", "master", "promoted");
  await daemon.entry("run-end");
  await daemon.tableSaved();
  const before = await daemon.status();
  await daemon.end("SIGKILL");

  const status = await daemon.ctl("status");
  assert.equal(status.code, 3);
  assert.match(status.stderr, /no daemon answers at .*start it with: .*\/bin\/failoverd/);
  assert.match(status.stdout, /does not answer. What it knew [\d.]+ m?s ago/);
  assert.match(status.stdout, /host1 +master/);
  assert.match(status.stdout, /role +host1 +master \(stale\)/);
  const json = parseStatus((await daemon.ctl("--json", "status")).stdout);
  assert.equal(json["daemon"]?.["running"], false);
  assert.ok(Number(json["daemon"]?.["heartbeatAgeMs"]) > 0);
  assert.equal(json["daemon"]?.["pid"], before.daemon.pid);

  const history = await daemon.ctl("--json", "history");
  assert.equal(history.code, 0, "the journal's files can be read");
  assert.match(history.stdout, /"kind":"run-end"/);
  assert.equal((await daemon.ctl("check")).code, 0);
  for (const words of [
    ["history", "--follow"],
    ["reload"],
    ["report", "role", "ok", "--host", "host1"],
    ["ack", "journal"],
    ["resume", "1"],
    ["abandon", "1"],
    ["maintenance", "on"],
  ]) {
    const printed = await daemon.ctl(...words);
    assert.equal(printed.code, 3, words.join(" "));
    assert.match(printed.stderr, /no daemon answers/);
    assert.equal(printed.stdout, "");
  }
});

void test("where no daemon ever ran: 3, and nothing is known", async (t) => {
  const daemon = new RealDaemon({});
  t.after(() => daemon.close());
  const { code, stderr, stdout } = await daemon.ctl("status");
  assert.equal(code, 3);
  assert.match(stderr, /no daemon has run there yet/);
  assert.equal(stdout, "");
  const json = parseStatus((await daemon.ctl("--json", "status")).stdout);
  assert.deepEqual(json["daemon"], { running: false });
});

void test("check: 0 nothing, 1 warnings, 2 errors; as JSON in its documented shape", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const rows: readonly (readonly [actionsConf: string, code: number])[] = [
    [actionsConf, 0],
    ["[rule a]\nwhen host1 is\none\n", 2],
    ["[rule a]\nwhen host1 is dwon\none\n", 1],
    ["[slave_to_master]\none\n[slave_to_master]\n", 2],
    ["[vars]\nVIP = 10.0.0.1\n[slave_to_master]\none\n", 1],
  ];
  for (const [text, code] of rows) {
    daemon.write({ "actions.conf": text });
    const { complaints } = parseComplaints((await daemon.ctl("--json", "check")).stdout);
    const severities = complaints.map(({ severity }) => severity);
    assert.equal((await daemon.ctl("check")).code, code, text);
    assert.equal((await runProgram(join(daemon.root, "bin/failoverd"), ["--check"])).code, code, text);
    assert.deepEqual([severities.includes("error"), severities.length > 0], [code === 2, code > 0], text);
    for (const complaint of complaints) {
      const { severity, file, line, column, message, hint } = complaint;
      assert.deepEqual(
        [severity, file, line, column, message, hint].map((value) => typeof value),
        ["string", "string", "number", "number", "string", hint === null ? "object" : "string"],
      );
    }
  }
});

/** Documented fields and what they are: a word for a type, `?` behind it where it may be null, a list of one for lists. */
const statusShape = {
  daemon: {
    running: "boolean",
    pid: "number",
    version: "string",
    startedAt: "time",
    heartbeatAgeMs: "number",
    seq: "number",
    learned: "boolean",
    distrust: "string?",
    notRemembered: "string?",
    notSaved: "string?",
    notifications: { waiting: "number", dropped: "number" },
    configuration: { generation: "number", fingerprint: "string", refused: "string?" },
  },
  hosts: [{ host: "string", status: "string", role: "string?", since: "time?" }],
  checks: [
    {
      check: "string",
      host: "string",
      status: "string",
      since: "time",
      output: "string",
      longOutput: "string",
      exit: "number?",
      ageMs: "number?",
      isStale: "boolean",
      isAdvisory: "boolean",
      lateCount: "number",
      confirming: "object?",
      metrics: [
        {
          label: "string",
          value: "number?",
          unit: "string",
          warn: "string?",
          crit: "string?",
          min: "number?",
          max: "number?",
        },
      ],
    },
  ],
  splitBrain: "object",
  rules: [{ rule: "string", state: "string", reason: "string?", failure: "string?" }],
  run: {
    run: "number",
    rule: "string",
    step: "number",
    of: "number",
    command: ["string"],
    phase: "string",
    failure: "string?",
  },
  waiting: "object",
  maintenance: [{ scope: "string", until: "time?", reason: "string" }],
};

const stepEndShape = {
  seq: "number",
  at: "time",
  kind: "string",
  sentence: "string",
  run: "number",
  rule: "string",
  step: "number",
  command: ["string"],
  outcome: { kind: "string", code: "number" },
  ms: "number",
};

void test("status --json and history --json have the shape that is documented", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[local]\n{ every 50ms, timeout 5s }\ncheck_host1\ncheck_host2 { fall 1000 }\n",
    "actions.conf":
      '[slave_to_master]\none\ntwo "%MASTER%"\n[rule held]\nwhen host1 is master\nif host2 is down\none\n',
    checks: {
      check_host1: `cat "$E2E_ROOT/role"`,
      check_host2: `[ -e "$E2E_ROOT/bad" ] && { echo "CRITICAL | load=9"; exit 2; }; echo 'OK | load=0.5;1;2;0; free=12%;@5;;0;100'`,
    },
    actions: { one: "echo done", two: `while [ ! -e "$E2E_ROOT/go" ]; do sleep 0.02; done` },
  });
  t.after(() => daemon.close());
  daemon.writeFile("role", "SLAVE");
  await daemon.start();
  await daemon.learned();
  await daemon.ctl("maintenance", "on", "held", "--for", "1h", "--reason", "a test");
  daemon.writeFile("bad", "");
  daemon.writeFile("role", "MASTER | lag=3B");
  await daemon.entry("step-start", ({ step }) => step === 2);
  await daemon.check("check_host2", "confirms", ({ confirming }) => confirming !== null);
  const status: unknown = JSON.parse((await daemon.ctl("status", "--json")).stdout);
  assert.deepEqual(misfits(status, statusShape, "status"), []);
  const { run, checks } = await daemon.status();
  assert.deepEqual([run?.step, run?.of, run?.command], [2, 2, ["two", "host1"]]);
  assert.equal(checks[1]?.confirming?.status, "critical");
  daemon.writeFile("go", "");
  await daemon.entry("run-end");
  const { stdout } = await daemon.ctl("--json", "history");
  const entries = stdout.trimEnd().split("\n").map(parseLine);
  for (const entry of entries)
    assert.deepEqual(misfits(entry, { seq: "number", at: "time", kind: "string" }, "entry"), []);
  const ends = entries.filter(({ kind }) => kind === "step-end");
  assert.equal(ends.length, 2);
  for (const end of ends) assert.deepEqual(misfits(end, stepEndShape, "step-end"), []);
});

void test("--help everywhere, with examples; and no colour where none is wanted", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const all = await daemon.ctl("--help");
  assert.equal(all.code, 0);
  const commands = [...(/^commands:\n((?: {2}.*\n)+)/m.exec(all.stdout)?.[1]?.matchAll(/^ {2}(\w+)/gm) ?? [])].map(
    ([, name = ""]) => name,
  );
  assert.ok(commands.length >= 9 && commands.includes("status"), commands.join(" "));
  for (const name of commands) {
    for (const words of [
      [name, "--help"],
      ["help", name],
      [name, "-h"],
    ]) {
      const { code, stdout, stderr } = await daemon.ctl(...words);
      assert.deepEqual([code, stderr], [0, ""], words.join(" "));
      assert.match(stdout, new RegExp(`^usage: failoverctl ${name}[^]*\\nexamples:\\n  failoverctl `), words.join(" "));
    }
  }
  const help = await runProgram(join(daemon.root, "bin/failoverd"), ["--help"]);
  assert.deepEqual([help.code, help.stderr], [0, ""]);
  assert.match(help.stdout, /usage: failoverd[^]*examples:/);

  const escape = "\u001b[";
  const { stdout } = await runProgram(join(daemon.root, "bin/failoverctl"), ["status"], { NO_COLOR: "" });
  assert.equal(stdout.includes(escape), false, "a pipe");
  for (const isColoured of [false, true]) {
    const terminal = runOnTerminal([join(daemon.root, "bin/failoverctl"), "status"], { isColoured });
    assert.equal(await terminal.ended(), 0);
    assert.equal(terminal.shown().includes(escape), isColoured);
  }
});

void test("history --follow shows what comes, as it comes, and ends with 3 when the daemon does", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const follower = spawn(join(daemon.root, "bin/failoverctl"), ["history", "--follow"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  follower.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const ended = once(follower, "close");
  await daemon.until("the past to be shown", () =>
    Promise.resolve(/ learned .*rules may fire now\n/.test(printed) || null),
  );
  await daemon.report("role", "host1", "master");
  await daemon.until("the run to be shown", () => Promise.resolve(/ run-end .*done in/.test(printed) || null));
  assert.equal([...printed.matchAll(/ run-start /g)].length, 1);
  await daemon.end("SIGKILL");
  assert.deepEqual(await ended, [3, null]);
});

/** What is not as the shape says, with its place. */
function misfits(value: unknown, shape: unknown, at: string): readonly string[] {
  if (typeof shape === "string") return isA(value, shape) ? [] : [`${at} is ${JSON.stringify(value)}, not ${shape}`];
  if (Array.isArray(shape)) {
    if (!Array.isArray(value) || value.length === 0) return [`${at} is no list with something in it`];
    return value.flatMap((item: unknown, index) => misfits(item, shape[0], `${at}[${index}]`));
  }
  if (!isObject(value) || !isObject(shape)) return [`${at} is no object`];
  return Object.entries(shape).flatMap(([name, inner]) =>
    name in value ? misfits(value[name], inner, `${at}.${name}`) : [`${at}.${name} is missing`],
  );
}

function isA(value: unknown, type: string): boolean {
  if (type.endsWith("?")) return value === null || isA(value, type.slice(0, -1));
  if (type !== "time") return typeof value === type;
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseStatus(text: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const status: Readonly<Record<string, Readonly<Record<string, unknown>>>> = JSON.parse(text);
  return status;
}

interface Complaints {
  readonly complaints: readonly Readonly<
    Record<"severity" | "file" | "line" | "column" | "message" | "hint", unknown>
  >[];
}

function parseComplaints(text: string): Complaints {
  const complaints: Complaints = JSON.parse(text);
  return complaints;
}

function parseLine(line: string): Readonly<Record<string, unknown>> {
  const entry: Readonly<Record<string, unknown>> = JSON.parse(line);
  return entry;
}

void test("history of a run that is not there, an answer that cannot be written, and what an ack could have meant", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf });
  const history = await daemon.ctl("history", "--run", "99");
  assert.deepEqual([history.code, history.stdout], [1, ""]);
  assert.match(history.stderr, /^failoverctl: the journal says nothing of run 99; /);
  const full = await runProgram("/bin/sh", ["-c", `"${daemon.root}/bin/failoverctl" status >/dev/full`]);
  assert.deepEqual([full.code, full.stderr], [1, "the answer cannot be written: no space left on device\n"]);
  const ack = await daemon.ctl("ack", "slave_to_mastr");
  assert.match(ack.stderr, /did you mean slave_to_master\?$/m);

  await daemon.end();
  const past = await daemon.ctl("history", "--limit", "1");
  assert.equal(past.code, 0);
  assert.match(past.stdout, /daemon-stop/);
  assert.match(past.stderr, /^failoverctl: no daemon answers at .*; this is what its journal says$/m);
  assert.equal((await daemon.ctl("history", "--run", "99")).code, 1);
});
