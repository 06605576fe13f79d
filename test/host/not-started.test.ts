/** A program that cannot be run is neither well nor ill: it was not started, and the reason names what is wrong. */
import assert from "node:assert/strict";
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Outcome } from "../../src/core/result.ts";
import { outcomeOfCode } from "../../src/host/why-not-started.ts";
import { command, Stage } from "./stage.ts";

interface Row {
  readonly name: string;
  readonly make: (stage: Stage) => string;
  readonly errno: string;
  readonly reason: RegExp;
}

const rows: readonly Row[] = [
  {
    name: "missing",
    make: (stage) => join(stage.folder, "none"),
    errno: "ENOENT",
    reason: /none cannot be run: no such file/,
  },
  {
    name: "a link to nothing",
    make: (stage) => {
      symlinkSync("nowhere", join(stage.folder, "link"));
      return join(stage.folder, "link");
    },
    errno: "ENOENT",
    reason: /link cannot be run: no such file/,
  },
  {
    name: "below a file",
    make: (stage) => join(stage.file("plain", "", 0o755), "x"),
    errno: "ENOTDIR",
    reason: /plain\/x cannot be run: not a directory/,
  },
  { name: "a folder", make: (stage) => stage.folder, errno: "EACCES", reason: /is a folder/ },
  {
    name: "no exec bit",
    make: (stage) => stage.script("plain", "exit 0", 0o644),
    errno: "EACCES",
    reason: /plain is not executable \(its mode is 0644\)/,
  },
  {
    name: "missing interpreter",
    make: (stage) => stage.file("script", "#!/no/such/sh\nexit 0\n"),
    errno: "ENOENT",
    reason: /interpreter of \S+script cannot be used: \/no\/such\/sh cannot be run: no such file/,
  },
  {
    name: "interpreter is a folder",
    make: (stage) => stage.file("script", "#!/tmp\nexit 0\n"),
    errno: "EACCES",
    reason: /interpreter of \S+script cannot be used: \/tmp is a folder/,
  },
  {
    name: "interpreter that env does not find",
    make: (stage) => stage.file("script", "#!/usr/bin/env no-such-python\n"),
    errno: "ENOENT",
    reason: /interpreter of \S+script was not found: .*no-such-python/,
  },
  {
    name: "Windows line ends",
    make: (stage) => stage.file("script", "#!/bin/sh\r\nexit 0\r\n"),
    errno: "ENOENT",
    reason: /lines of \S+script end as on Windows/,
  },
  {
    name: "emptied by a full disk",
    make: (stage) => stage.file("script", ""),
    errno: "ENOEXEC",
    reason: /script is an empty file/,
  },
  {
    name: "for another machine",
    make: (stage) => stage.file("alien", alien()),
    errno: "ENOEXEC",
    reason: /alien is no program that this machine can run/,
  },
];

void test("a check that cannot be run", async (context) => {
  for (const { name, make, errno, reason } of rows) {
    const stage = new Stage(context);
    const ended = await stage.check(command(make(stage)));
    assertNotStarted(ended.outcome, name, errno, reason);
  }
});

void test("the same with an environment, which another program sets", async (context) => {
  for (const { name, make, errno, reason } of rows) {
    const stage = new Stage(context);
    const ended = await stage.check({ argv: [make(stage)], env: { K: "V" }, user: null });
    assertNotStarted(ended.outcome, name, errno, reason);
  }
});

void test("an action that cannot be run, seen by its own daemon and by the next", async (context) => {
  for (const { name, make, errno, reason } of rows) {
    const stage = new Stage(context);
    const key = { run: 1, name: "1" };
    const launcher = await stage.launcherReady();
    stage.processes.startStep(key, command(make(stage)), null);
    const ended = await stage.stepEnded(key);
    assertNotStarted(ended.outcome, name, errno, reason);
    const found = stage.processes.findStep(key, launcher);
    /** What is only known from the program that was asked for stays an exit. */
    const isSeen = !["interpreter that env does not find", "emptied by a full disk", "for another machine"].includes(
      name,
    );
    if (isSeen && typeof found !== "string") assertNotStarted(found.outcome, name, errno, reason);
    else assert.equal(typeof found, "object", name);
  }
});

void test("a script that is being written is not started, and is when that is over", async (context) => {
  const stage = new Stage(context);
  const program = stage.file("copy", readFileSync("/bin/true"));
  const writer = openSync(program, "r+");
  const busy = await stage.check(command(program));
  closeSync(writer);
  assertNotStarted(busy.outcome, "busy", "ETXTBSY", /copy could not be run: .*busy/);
  assert.deepEqual((await stage.check(command(program))).outcome, { kind: "exited", code: 0 });
});

void test("a script that is deleted between two checks", async (context) => {
  const stage = new Stage(context);
  const path = stage.script("here", "echo ok");
  assert.deepEqual((await stage.check(command(path))).outcome, { kind: "exited", code: 0 });
  rmSync(path);
  assertNotStarted((await stage.check(command(path))).outcome, "deleted", "ENOENT", /here cannot be run/);
});

void test("a script without a first line is a shell's, as it is for cron and for execvp(3)", async (context) => {
  const stage = new Stage(context);
  const ended = await stage.check(command(stage.file("bare", "echo ok; exit 1\n")));
  assert.deepEqual(ended.outcome, { kind: "exited", code: 1 });
  assert.equal(ended.output.stdout, "ok\n");
});

void test("no more arguments than the system takes", async (context) => {
  const stage = new Stage(context);
  const ended = await stage.check(command("/bin/true", "x".repeat(200_000)));
  assertNotStarted(ended.outcome, "too long", "E2BIG", /true could not be run/);
});

void test("a user that does not exist, and one whose folder it may not enter", async (context) => {
  if (process.getuid?.() !== 0) return;
  const stage = new Stage(context);
  const nobody = await stage.check({ argv: ["/bin/true"], env: {}, user: "no-such-user" });
  assertNotStarted(nobody.outcome, "unknown user", "ENOENT", /there is no user "no-such-user"/);
  mkdirSync(join(stage.folder, "private"), { mode: 0o700 });
  const hidden = await stage.check({ argv: [stage.script("private/hidden", "exit 0")], env: {}, user: "nobody" });
  assertNotStarted(hidden.outcome, "hidden", "EACCES", /hidden could not be run/);
});

void test("another user, with all that belongs to it", async (context) => {
  if (process.getuid?.() !== 0) return;
  const stage = new Stage(context);
  chmodSync(stage.folder, 0o755);
  const path = stage.script("who", `id -un; id -gn; id -G; echo "$HOME $USER $LOGNAME $K"; echo err >/dev/stderr`);
  const given = { argv: [path], env: { K: "v" }, user: "nobody" };
  const want = "nobody\nnogroup\n65534\n/nonexistent nobody nobody v\n";
  const check = await stage.check(given);
  assert.deepEqual(check.output, { stdout: want, stderr: "err\n", droppedBytes: 0 });
  const step = await stage.step({ run: 1, name: "1" }, given);
  assert.deepEqual(step.outcome, { kind: "exited", code: 0 });
  const same = await stage.check({ argv: ["/usr/bin/id", "-un"], env: {}, user: "root" });
  assert.equal(same.output.stdout, "root\n");
});

void test("what a shell's exit code says", () => {
  const codes: readonly { given: number; want: Outcome }[] = [
    { given: 0, want: { kind: "exited", code: 0 } },
    { given: 3, want: { kind: "exited", code: 3 } },
    { given: 128, want: { kind: "exited", code: 128 } },
    { given: 129, want: { kind: "killed", signal: "SIGHUP" } },
    { given: 134, want: { kind: "killed", signal: "SIGABRT" } },
    { given: 137, want: { kind: "killed", signal: "SIGKILL" } },
    { given: 143, want: { kind: "killed", signal: "SIGTERM" } },
    { given: 190, want: { kind: "exited", code: 190 } },
    { given: 255, want: { kind: "exited", code: 255 } },
  ];
  for (const { given, want } of codes) assert.deepEqual(outcomeOfCode(given), want);
});

function assertNotStarted(outcome: Outcome, name: string, errno: string, reason: RegExp): void {
  assert.equal(outcome.kind, "not-started", `${name}: ${JSON.stringify(outcome)}`);
  if (outcome.kind !== "not-started") return;
  assert.equal(outcome.errno, errno, `${name}: ${outcome.reason}`);
  assert.match(outcome.reason, reason, name);
}

/** The head of this machine's own /bin/true, made out to be for a machine that there is none of. */
function alien(): Uint8Array {
  const program = readFileSync("/bin/true").subarray(0, 4096);
  program.set([0xfe, 0xfe], 18);
  return program;
}
