/** Checks that stay: a watched file and a followed log, each told at once, and what becomes of those who watch. */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { readPluginLine } from "../../src/dialect/resident.ts";
import { makeFolder } from "./folder.ts";
import { skipWithout } from "./needs.ts";
import { must, pathOf, Resident } from "./script.ts";

const skip = skipWithout({ programs: { inotifywait: "inotify-tools", tail: "coreutils" } });

function stay(context: TestContext, check: string, ...words: readonly string[]): Resident {
  return new Resident(context, [pathOf("checks", check), ...words]);
}

void test("check_file_events: what stands in the file, at once", { skip }, async (context) => {
  const file = join(makeFolder(context), "role");
  /** A minute: what comes within the test is told because it happened. */
  const check = stay(context, "check_file_events", "-f", file, "-n", "60");
  assert.equal(await check.line("CRITICAL"), `CRITICAL - there is no ${file} | present=0`);
  await watches(check, "inotifywait");

  writeFileSync(`${file}.new`, "MASTER - by keepalived | priority=100\nmore\n");
  renameSync(`${file}.new`, file);
  assert.equal(await check.line("MASTER"), "MASTER - by keepalived | priority=100");
  writeFileSync(`${file}.new`, "SLAVE");
  renameSync(`${file}.new`, file);
  assert.equal(await check.line("SLAVE"), `SLAVE - says ${file} | present=1`);
  writeFileSync(`${file}.new`, "something else");
  renameSync(`${file}.new`, file);
  assert.equal(await check.line("OK"), `OK - ${file} is there | present=1`);
  rmSync(file);
  await check.line("CRITICAL", 1);
  assert.ok(check.lines.every((line) => readPluginLine(line).status !== "unknown"));
});

void test("check_file_events: what an absent file means can be said", { skip }, async (context) => {
  const file = join(makeFolder(context), "maintenance");
  const check = stay(context, "check_file_events", "-f", file, "-a", "OK", "-n", "1");
  assert.equal(await check.line("OK"), `OK - there is no ${file} | present=0`);
  await check.line("OK", check.lines.length);
});

void test(
  "check_log_events: a line that matches, one that mends it, and a log that is rotated",
  { skip },
  async (context) => {
    const file = join(makeFolder(context), "app.log");
    writeFileSync(file, "PANIC: of yesterday\n");
    const patterns = ["-c", "PANIC:|no space*device", "-w", "slow [0-9]*", "-o", "is ready again"];
    const check = stay(context, "check_log_events", "-f", file, ...patterns, "-n", "1", "-r", "0");
    assert.equal(await check.line("OK"), `OK - nothing in ${file} | matches=0c`);
    await watches(check, "tail");

    appendFileSync(file, "all is well\nslow 17 | x=1\n");
    assert.equal(await check.line("WARNING"), "WARNING - slow 17 / x=1 | matches=1c");
    appendFileSync(file, "could not write: no space left on device\nslow 18\n");
    assert.equal(await check.line("CRITICAL"), "CRITICAL - could not write: no space left on device | matches=2c");
    appendFileSync(file, "the server is ready again\n");
    assert.equal(await check.line("OK", 2), "OK - the server is ready again | matches=3c");

    renameSync(file, `${file}.1`);
    writeFileSync(file, "");
    await untilFollows(check, file);
    appendFileSync(file, "PANIC: of today\n");
    assert.match(await check.line("CRITICAL - PANIC"), /^CRITICAL - PANIC: of today \| matches=\d+c$/);
  },
);

void test(
  "check_log_events: it is over after a while, and a flood of matches is one line",
  { skip },
  async (context) => {
    const file = join(makeFolder(context), "app.log");
    writeFileSync(file, "");
    const check = stay(context, "check_log_events", "-f", file, "-c", "PANIC", "-n", "1", "-r", "2");
    await check.line("OK");
    await watches(check, "tail");
    appendFileSync(file, "PANIC at the disk\n".repeat(5_000));
    await check.line("CRITICAL");
    const over = await check.line("OK - nothing in", 1);
    assert.equal(over, `OK - nothing in ${file} for 2 s | matches=5000c`);
    assert.ok(check.lines.length < 20, `${check.lines.length} lines`);
  },
);

void test("when the one who watches is killed, the check ends and says so", { skip }, async (context) => {
  const folder = makeFolder(context);
  writeFileSync(join(folder, "app.log"), "");
  const checks = [
    { check: stay(context, "check_file_events", "-f", join(folder, "role"), "-n", "1"), watcher: "inotifywait" },
    {
      check: stay(context, "check_log_events", "-f", join(folder, "app.log"), "-c", "PANIC", "-n", "1"),
      watcher: "tail",
    },
  ];
  for (const { check, watcher } of checks) {
    const pid = await watches(check, watcher);
    process.kill(pid, "SIGKILL");
    assert.equal(await check.line("UNKNOWN"), `UNKNOWN - ${watcher} has ended`);
    await check.ended();
  }
});

void test("when nobody reads any more, nothing is left running", { skip }, async (context) => {
  const folder = makeFolder(context);
  const script = `"$1" -f "$2" -n 1 | { read -r line; echo "$line"; }`;
  const words = ["sh", "-c", script, "sh", pathOf("checks", "check_file_events"), join(folder, "role")];
  assert.match(await must(...words), /^CRITICAL/);
  await until(`nobody watches ${folder}`, async () => !(await commandLines()).includes(folder));
});

/** The pid of the process of this name in the check's group, as soon as it watches. */
async function watches(check: Resident, program: string): Promise<number> {
  let pid = 0;
  await until(`${program} watches`, async () => {
    const listing = await must("ps", "-o", "pid=,comm=", "-g", String(check.pid));
    pid = Number(new RegExp(String.raw`^\s*(\d+) ${program}$`, "m").exec(listing)?.[1] ?? 0);
    /** It waits for the kernel: in read, poll or select, or asleep between two looks. */
    return pid !== 0 && existsSync(`/proc/${pid}/fd`) && hasInotify(pid);
  });
  return pid;
}

function hasInotify(pid: number): boolean {
  const listing = readInfo(pid);
  return listing.includes("inotify wd:");
}

function readInfo(pid: number): string {
  try {
    return [3, 4, 5]
      .map((fd) => (existsSync(`/proc/${pid}/fdinfo/${fd}`) ? readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8") : ""))
      .join();
  } catch {
    return "";
  }
}

/** `tail -F` has found the new file: it has it open. */
async function untilFollows(check: Resident, file: string): Promise<void> {
  const pid = await watches(check, "tail");
  await until(`tail follows the new ${file}`, async () =>
    (await must("ls", "-l", `/proc/${pid}/fd`)).includes(`${file}\n`),
  );
}

function commandLines(): Promise<string> {
  return must("ps", "-eo", "args=");
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 20_000;
  while (!(await holds())) {
    assert.ok(performance.now() < endMs, `not within 20 s: ${what}`);
    await pause(20);
  }
}
