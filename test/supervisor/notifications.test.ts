/** Notifiers: told one at a time, the oldest dropped when too much waits, and what they are told. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { initialState } from "../../src/core/restore.ts";
import type { Configuration, NotifyTopic } from "../../src/core/configuration.ts";
import type { Record } from "../../src/core/record.ts";
import type { Outcome } from "../../src/core/result.ts";
import { realClock, type Clock } from "../../src/host/clock.ts";
import { notifierRunner, type RunNotifier } from "../../src/host/notifier.ts";
import { createNotifications, notificationsMax, type Notification } from "../../src/supervisor/notifications.ts";
import { until } from "../host/proc.ts";

const folder = mkdtempSync(join(tmpdir(), "failoverd-notify-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const configurationOf = (
  program: string,
  topics: readonly NotifyTopic[],
  { timeoutMs = 30_000, user = null }: { readonly timeoutMs?: number; readonly user?: string | null } = {},
): Configuration => ({
  fingerprint: "0",
  localHost: "host1",
  hosts: ["host1"],
  checks: [],
  rules: [],
  variables: {},
  fences: [],
  notifiers: [
    {
      command: { program, words: [["notify_me"], [{ variable: "HOST" }]], env: { TEAM: "dba" }, user },
      topics,
      timeoutMs,
      place: { file: "actions.conf", line: 1 },
    },
  ],
});

const known = (configuration: Configuration) => ({ configuration, state: initialState(configuration, 0) });

const transition = (host: string): Record => ({
  kind: "transition",
  host,
  check: null,
  isRole: false,
  from: "master",
  to: "critical",
  sentence: `${host}: master -> critical`,
});

const notification = (host: string, topic: NotifyTopic = "transition"): Notification => ({
  topic,
  record: transition(host),
  at: "2026-01-01T00:00:00.000Z",
});

/** Starts nothing: the test says when each ends, and, with `isTold: false`, that none has what it is to tell until then. */
function byHand({ isTold = true } = {}) {
  const started: string[] = [];
  const ends: ((outcome: Outcome) => void)[] = [];
  const run: RunNotifier = (command, _telling, { onTold, onEnded }) => {
    started.push(command.argv.at(-1) ?? "");
    if (isTold) onTold();
    ends.push((outcome) => onEnded(outcome, "no route to the pager\n"));
    return () => undefined;
  };
  const endNext = (outcome: Outcome): void => ends.shift()?.(outcome);
  return { run, started, endNext };
}

void test("one at a time, in order", () => {
  const hand = byHand();
  const failures: string[] = [];
  const notifications = createNotifications({
    localHost: "host1",
    run: hand.run,
    onFailed: (why) => failures.push(why),
  });
  const about = known(configurationOf("/bin/notify", ["transition"]));
  for (const host of ["a", "b", "c"]) notifications.push(notification(host), about);
  assert.deepEqual(hand.started, ["a"]);
  hand.endNext({ kind: "exited", code: 0 });
  assert.deepEqual(hand.started, ["a", "b"]);
  hand.endNext({ kind: "exited", code: 3 });
  assert.deepEqual(hand.started, ["a", "b", "c"], "one that failed does not stop the next");
  assert.deepEqual(failures, ["/bin/notify b ended with exit 3: no route to the pager"]);
});

void test("a topic that was not asked for is not told", () => {
  const hand = byHand();
  const notifications = createNotifications({ localHost: "host1", run: hand.run, onFailed: assert.fail });
  notifications.push(notification("a", "hold"), known(configurationOf("/bin/notify", ["run", "fence"])));
  assert.deepEqual(hand.started, []);
});

void test("when too much waits the oldest is dropped, and counted", () => {
  const hand = byHand();
  const notifications = createNotifications({ localHost: "host1", run: hand.run, onFailed: assert.fail });
  const about = known(configurationOf("/bin/notify", ["transition"]));
  for (let number = 0; number < notificationsMax + 4; number += 1)
    notifications.push(notification(`h${number}`), about);
  assert.equal(notifications.waitingCount(), notificationsMax);
  assert.equal(notifications.droppedCount(), 3);
  hand.endNext({ kind: "exited", code: 0 });
  assert.deepEqual(hand.started, ["h0", "h4"], "h1 to h3 were the oldest that waited");
});

/** Its time is up when the test says so. */
function clockByHand() {
  const calls = new Set<() => void>();
  const clock: Clock = {
    nowMs: () => 0,
    bootMs: () => 0,
    wallMs: () => 0,
    callAt: (_atMs, callback) => {
      calls.add(callback);
      return () => calls.delete(callback);
    },
  };
  return { clock, calls };
}

const endings: readonly {
  readonly name: string;
  readonly isTold?: boolean;
  readonly waiting: number;
  readonly ends: number;
  readonly untold: readonly string[];
}[] = [
  { name: "nothing waits, and one is being told", waiting: 0, ends: 0, untold: [] },
  { name: "who is to be told cannot be found", isTold: false, waiting: 0, ends: 0, untold: ["h0: master -> critical"] },
  { name: "who is to be told is found in time", isTold: false, waiting: 1, ends: 2, untold: [] },
  { name: "all that waits is told in time", waiting: 2, ends: 2, untold: [] },
  { name: "a notifier hangs", waiting: 3, ends: 1, untold: ["h2: master -> critical", "h3: master -> critical"] },
];

for (const { name, isTold = true, waiting, ends, untold } of endings) {
  void test(`the end: ${name}`, async () => {
    const hand = byHand({ isTold });
    const { clock, calls } = clockByHand();
    const notifications = createNotifications({ localHost: "host1", run: hand.run, onFailed: assert.fail });
    const about = known(configurationOf("/bin/notify", ["transition"]));
    for (let number = 0; number <= waiting; number += 1) notifications.push(notification(`h${number}`), about);
    const ended = notifications.end(clock);
    for (let count = 0; count < ends; count += 1) hand.endNext({ kind: "exited", code: 0 });
    assert.equal(calls.size, untold.length === 0 ? 0 : 1, "it waits as long as somebody is to be told");
    for (const call of calls) call();
    assert.deepEqual(await ended, untold);
    const startedCount = hand.started.length;
    assert.equal(startedCount, waiting + 1 - (isTold ? untold.length : 0));
    hand.endNext({ kind: "exited", code: 0 });
    assert.equal(hand.started.length, startedCount, "nothing more is told");
  });
}

void test(
  "the end: whom a slow directory is asked for is told",
  { skip: process.getuid?.() !== 0 },
  async (context) => {
    const before = process.env["PATH"] ?? "";
    context.after(() => (process.env["PATH"] = before));
    process.env["PATH"] = `${folder}:${before}`;
    const found = join(folder, "found");
    const told = join(folder, "told_slowly");
    const passwd = "somebody:x:0:0::/:/bin/sh";
    writeFileSync(join(folder, "getent"), `#!/bin/sh\nwhile [ ! -e ${found} ]; do sleep 0.02; done\necho ${passwd}\n`, {
      mode: 0o755,
    });
    const program = join(folder, "notify_somebody");
    writeFileSync(program, `#!/bin/sh\ncat >${told}.new && mv ${told}.new ${told}\n`, { mode: 0o755 });
    const notifications = createNotifications({
      localHost: "host1",
      run: notifierRunner({ logPath: join(folder, "notifier.log"), umask: process.umask() }),
      onFailed: assert.fail,
    });
    notifications.push(notification("host2"), known(configurationOf(program, ["transition"], { user: "somebody" })));
    const ended = notifications.end(realClock);
    writeFileSync(found, "");
    assert.deepEqual(await ended, []);
    await until(() => existsSync(told), "it to be told");
    assert.equal(parseObject(readFileSync(told, "utf8"))["sentence"], "host2: master -> critical");
  },
);

void test("a real notifier: JSON on its standard input, plain fields in its environment", async () => {
  const program = join(folder, "notify_real");
  const told = join(folder, "told");
  writeFileSync(
    program,
    `#!/bin/sh\n{ cat; echo "$1|$TEAM|$FAILOVERD_KIND|$FAILOVERD_TOPIC|$FAILOVERD_FROM|$FAILOVERD_TO"; } > ${told}\necho done >&2; exit 7\n`,
    { mode: 0o755 },
  );
  const failure = await new Promise<string>((resolve) => {
    const notifications = createNotifications({
      localHost: "host1",
      run: notifierRunner({ logPath: join(folder, "notifier.log"), umask: process.umask() }),
      onFailed: resolve,
    });
    notifications.push(notification("host2"), known(configurationOf(program, ["transition"])));
  });
  assert.equal(failure, `${program} host2 ended with exit 7: done`);
  const [json = "", line] = readFileSync(told, "utf8").split("\n");
  const { kind, host, localHost, sentence } = parseObject(json);
  assert.deepEqual(
    { kind, host, localHost, sentence },
    {
      kind: "transition",
      host: "host2",
      localHost: "host1",
      sentence: "host2: master -> critical",
    },
  );
  assert.equal(line, "host2|dba|transition|transition|master|critical");
});

/** Runs it `count` times, one after the other. */
async function tell(program: string, count: number): Promise<readonly string[]> {
  const run = notifierRunner({ logPath: join(folder, "notifier.log"), umask: 0o027 });
  const ends: string[] = [];
  for (let told = 0; told < count; told += 1) {
    const command = { argv: [program, "a b"], env: {}, user: null };
    const [outcome, complaint] = await new Promise<readonly [Outcome, string]>((resolve) =>
      run(
        command,
        { stdin: "told\n", timeoutMs: 20_000 },
        { onTold: () => undefined, onEnded: (...ended) => resolve(ended) },
      ),
    );
    ends.push(`${JSON.stringify(outcome)} ${complaint.trim()}`);
  }
  return ends;
}

void test("a notifier that leaves something behind costs no descriptor, and nobody waits for it", async () => {
  const program = join(folder, "notify_leave");
  const left = join(folder, "left");
  writeFileSync(program, `#!/bin/sh\n( sleep 600 ) & echo $! >>${left}; echo oh >&2\n`, { mode: 0o755 });
  await tell(program, 1);
  const before = readdirSync("/proc/self/fd").length;
  const sinceMs = performance.now();
  assert.deepEqual(new Set(await tell(program, 5)), new Set(['{"kind":"exited","code":0} oh']));
  assert.ok(performance.now() - sinceMs < 10_000);
  assert.equal(readdirSync("/proc/self/fd").length, before);
  for (const pid of readFileSync(left, "utf8").trim().split("\n")) process.kill(Number(pid), "SIGKILL");
});

void test("a notifier can open its standard input and error, has the operator's umask, and its words as they are", async () => {
  const program = join(folder, "notify_open");
  writeFileSync(program, `#!/bin/sh\necho "$1, $(umask), $(cat /dev/stdin)" >/dev/stderr; exit 3\n`, { mode: 0o755 });
  assert.deepEqual(await tell(program, 1), ['{"kind":"exited","code":3} a b, 0027, told']);
});

void test("a notifier that is not there, or ends by a signal, is said to", async () => {
  const program = join(folder, "notify_none");
  const [none = ""] = await tell(program, 1);
  assert.match(none, /^\{"kind":"exited","code":127\} .*notify_none: not found|No such file/);
  writeFileSync(program, "#!/bin/sh\nkill -9 $$\n", { mode: 0o755 });
  assert.match((await tell(program, 1))[0] ?? "", /^\{"kind":"killed","signal":"SIGKILL"\}/);
});

void test("a notifier that hangs is ended with all that it started", async () => {
  const program = join(folder, "notify_hang");
  const pidFile = join(folder, "pid");
  writeFileSync(program, `#!/bin/sh\nsleep 600 & echo $! > ${pidFile}; wait\n`, { mode: 0o755 });
  const failure = await new Promise<string>((resolve) => {
    const notifications = createNotifications({
      localHost: "host1",
      run: notifierRunner({ logPath: join(folder, "notifier.log"), umask: process.umask() }),
      onFailed: resolve,
    });
    notifications.push(notification("host2"), known(configurationOf(program, ["transition"], { timeoutMs: 300 })));
  });
  assert.equal(failure, `${program} host2 was ended after 300 ms`);
  const pid = Number(readFileSync(pidFile, "utf8"));
  await until(() => !isAlive(pid), "its child to be gone");
});

function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.startsWith("Z") === false;
  } catch {
    return false;
  }
}

function parseObject(json: string): { readonly [name: string]: unknown } {
  const read: { readonly [name: string]: unknown } = JSON.parse(json);
  return read;
}
