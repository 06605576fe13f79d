/**
 * Runs of real actions: in order, one at a time, each to its end; and what becomes of a run when one fails. What is
 * checked is what the actions wrote themselves and what the journal says of them.
 */
import assert from "node:assert/strict";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isAlive } from "../host/proc.ts";
import { noteDown, type EntryOf, type RealDaemon } from "./real-daemon.ts";
import { twoSlaves } from "./two-hosts.ts";

interface Row {
  readonly name: string;
  /** What host2 becomes before. */
  readonly host2?: string;
  /** The lines below `[slave_to_master]`. */
  readonly actions: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  /** What happens while the run goes on. */
  readonly meanwhile?: (daemon: RealDaemon) => Promise<void>;
  readonly want: {
    readonly outcome: "done" | "failed";
    /** Each ended process: its name, its command, its end, what follows. */
    readonly steps: readonly string[];
    /** What the actions wrote; of each the words. */
    readonly done: readonly string[];
    readonly output?: RegExp;
    readonly sentence?: RegExp;
  };
}

const rows: readonly Row[] = [
  {
    name: "words are words, whatever is in them",
    actions: [`one "a b" 'c"d' "e'f" "$(touch gone)" \`id\` * %MASTER% %SLAVE% "%MASTER%:%%" %HOST% %FROM% %TO% %RUN%`],
    want: {
      outcome: "done",
      steps: ["1 one a b c\"d e'f $(touch gone) `id` * host1 host2 host1:% host1 slave master 1: exit 0, done"],
      done: ["[one][a b][c\"d][e'f][$(touch gone)][`id`][*][host1][host2][host1:%][host1][slave][master][1]"],
    },
  },
  {
    name: "an action that fails stops its run",
    actions: ["one", "two", "three"],
    scripts: { two: `${noteDown}\necho no address\necho last words >&2\nexit 7` },
    want: {
      outcome: "failed",
      steps: ["1 one: exit 0, done", "2 two: exit 7, failed"],
      done: ["[one]", "[two]"],
      output: /^no address\nlast words\n$/,
      sentence: /FAILED: step 2: two ended with exit 7/,
    },
  },
  {
    name: "an action that is killed stops its run",
    actions: ["one", "two"],
    scripts: { one: `${noteDown}\nkill -SEGV $$` },
    want: { outcome: "failed", steps: ["1 one: killed by SIGSEGV, failed"], done: ["[one]"] },
  },
  {
    name: "on failure continue",
    actions: ["one", "two { on failure continue }", "three"],
    scripts: { two: `${noteDown}\nexit 7` },
    want: {
      outcome: "done",
      steps: ["1 one: exit 0, done", "2 two: exit 7, failed", "3 three: exit 0, done"],
      done: ["[one]", "[two]", "[three]"],
    },
  },
  {
    name: "retry until it goes well",
    actions: ["one { retry 5, every 10ms }", "two"],
    scripts: { one: `${noteDown}\n[ "$(grep -c one "$E2E_ROOT/done")" = 3 ]` },
    want: {
      outcome: "done",
      steps: ["1 one: exit 1, again", "1.2 one: exit 1, again", "1.3 one: exit 0, done", "2 two: exit 0, done"],
      done: ["[one]", "[one]", "[one]", "[two]"],
    },
  },
  {
    name: "retry until it is enough",
    actions: ["one { retry 1, every 10ms }", "two"],
    scripts: { one: `${noteDown}\nfalse` },
    want: {
      outcome: "failed",
      steps: ["1 one: exit 1, again", "1.2 one: exit 1, failed"],
      done: ["[one]", "[one]"],
    },
  },
  {
    name: "timeout",
    actions: ["one { timeout 200ms }", "two"],
    scripts: { one: `${noteDown}\necho so far; sleep 1000 & sleep 1000` },
    want: { outcome: "failed", steps: ["1 one: timed out, failed"], done: ["[one]"], output: /^so far\n/ },
  },
  {
    name: "timeout of one that ignores TERM, with its children",
    actions: ["one { timeout 200ms }", "two"],
    scripts: { one: `trap '' TERM; ${noteDown}\n(while :; do sleep 1; done) & while :; do sleep 1; done` },
    want: { outcome: "failed", steps: ["1 one: timed out, failed"], done: ["[one]"] },
  },
  {
    name: "expect, met",
    actions: ["one { expect host2 is warning within 20s }", "two"],
    /** A result from before the end of the step proves nothing. */
    meanwhile: async (daemon) => {
      await daemon.entry("step-end", ({ next }) => next === "expect");
      await daemon.report("role", "host2", "warning");
    },
    want: { outcome: "done", steps: ["1 one: exit 0, expect", "2 two: exit 0, done"], done: ["[one]", "[two]"] },
  },
  {
    name: "expect, not met: what was done is undone in reverse order",
    actions: [
      'one { undo "undo_one %MASTER%" }',
      "two { undo \"undo_two 'a b'\" }",
      'three { expect host2 is master within 100ms, undo "four" }',
      "four",
    ],
    want: {
      outcome: "failed",
      steps: [
        "1 one: exit 0, done",
        "2 two: exit 0, done",
        "3 three: exit 0, expect",
        "undo-3 four: exit 0, done",
        "undo-2 undo_two a b: exit 0, done",
        "undo-1 undo_one host1: exit 0, done",
      ],
      done: ["[one]", "[two]", "[three]", "[four]", "[undo_two][a b]", "[undo_one][host1]"],
      sentence: /expected host2 is master within 100 ms, but .*host2 is slave/,
    },
  },
  {
    name: "an undo that fails does not stop the others",
    actions: ["one { undo undo_one }", "two { undo undo_two }", "three"],
    scripts: { three: "exit 3", undo_two: `${noteDown}\nexit 9` },
    want: {
      outcome: "failed",
      steps: [
        "1 one: exit 0, done",
        "2 two: exit 0, done",
        "3 three: exit 3, failed",
        "undo-2 undo_two: exit 9, failed",
        "undo-1 undo_one: exit 0, done",
      ],
      done: ["[one]", "[two]", "[undo_two]", "[undo_one]"],
    },
  },
  {
    name: "a variable without a value fails the run before its first action",
    host2: "critical",
    actions: ["one", "two %SLAVE%"],
    want: { outcome: "failed", steps: [], done: [], sentence: /FAILED: .*SLAVE/ },
  },
];

for (const { name, host2 = "slave", actions, scripts = {}, meanwhile, want } of rows) {
  void test(name, async (t) => {
    const actionsConf = `[slave_to_master]\n${actions.join("\n")}\n`;
    const daemon = await twoSlaves(t, { actionsConf, scripts });
    await daemon.report("role", "host2", host2);
    await daemon.report("role", "host1", "master");
    await meanwhile?.(daemon);
    const end = await daemon.entry("run-end");
    assert.deepEqual(daemon.entriesOf("step-end").map(sayStep), want.steps);
    assert.deepEqual(daemon.done(), want.done);
    assert.equal(end.outcome, want.outcome);
    if (want.sentence !== undefined) assert.match(end.sentence, want.sentence);
    const last = daemon.entriesOf("step-end").findLast(({ isSuccess, isUndo }) => !isSuccess && !isUndo);
    if (want.output !== undefined) assert.match(last?.output ?? "", want.output);
    const lasting = processesOfScripts(daemon);
    assert.deepEqual(lasting, [], "an ended step has left no process");
    await checkHistory(daemon, end.run);
  });
}

/** `history` shows each step with its command, its exit code, its duration and what it printed; and so does its JSON. */
async function checkHistory(daemon: RealDaemon, run: number): Promise<void> {
  const text = await daemon.ctl("history", "--run", String(run));
  assert.equal(text.code, 0);
  for (const { command, outcome, output } of daemon.entriesOf("step-end")) {
    const end = outcome.kind === "exited" ? `exit ${outcome.code}` : "";
    const line = text.stdout.split("\n").find((each) => each.includes(`${command.join(" ")}: ${end}`));
    assert.match(line ?? "", / after [\d.]+ (ms|s)/, text.stdout);
    for (const printed of output.trimEnd().split("\n")) assert.ok(text.stdout.includes(printed));
  }
  const json = await daemon.ctl("--json", "history", "--run", String(run));
  const seqs = daemon.entries.flatMap((entry) => ("run" in entry && entry.run === run ? [entry.seq] : []));
  assert.deepEqual(
    json.stdout
      .trimEnd()
      .split("\n")
      .map((line) => Number(/"seq":(\d+)/.exec(line)?.[1])),
    seqs,
  );
}

void test("a script that is gone when its turn comes fails its run, with the reason", async (t) => {
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\ntwo\n" });
  rmSync(join(daemon.root, "actions/one"));
  await daemon.report("role", "host1", "master");
  const end = await daemon.entry("run-end");
  assert.equal(end.outcome, "failed");
  assert.match(end.sentence, /actions\/one .*(no such file|not there)/);
  assert.deepEqual(
    daemon.entriesOf("step-end").map(({ outcome }) => outcome.kind),
    ["not-started"],
  );
  assert.deepEqual(daemon.done(), []);
});

void test("what an action has started stays, over the end of its step and of the daemon", async (t) => {
  const starts = {
    one: `sleep 1000 & echo $! >>"$E2E_ROOT/pids"`,
    two: `setsid nohup sleep 1000 >/dev/null & echo $! >>"$E2E_ROOT/pids"`,
  };
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\ntwo\n", scripts: starts });
  await daemon.report("role", "host1", "master");
  assert.equal((await daemon.entry("run-end")).outcome, "done");
  const pids = daemon.readFile("pids").trim().split("\n").map(Number);
  assert.equal(pids.length, 2);
  assert.ok(pids.every(isAlive), "after the step");
  assert.deepEqual(await daemon.end(), { code: 0, signal: null });
  assert.ok(pids.every(isAlive), "after the daemon");
});

void test("an action that floods: its log and its entry in the journal stay short, and say what is missing", async (t) => {
  const script = "echo first; yes flood | head -c 200000000";
  const daemon = await twoSlaves(t, { actionsConf: "[slave_to_master]\none\n", scripts: { one: script } });
  await daemon.report("role", "host1", "master");
  const end = await daemon.entry("step-end");
  assert.equal(end.isSuccess, true);
  assert.match(end.output, /^first\nflood\n/);
  assert.ok(end.output.length <= 4 * 1024 + 200);
  assert.ok(end.droppedBytes > 100_000_000, `${end.droppedBytes}`);
  assert.ok(statSync(join(daemon.root, "var/runs/1/1.log")).size <= 16 * 1024 * 1024);
});

function sayStep({ name, command, outcome, next }: EntryOf<"step-end">): string {
  const how =
    outcome.kind === "exited"
      ? `exit ${outcome.code}`
      : outcome.kind === "killed"
        ? `killed by ${outcome.signal}`
        : outcome.kind.replace("-", " ");
  return `${name} ${command.join(" ")}: ${how}, ${next}`;
}

/** The processes that run one of the actions, or a `sleep` of theirs. */
function processesOfScripts(daemon: RealDaemon): readonly string[] {
  return daemon
    .commandsLeft()
    .filter((command) => /^sleep|\/actions\//.test(command) && !command.includes("failoverd-"));
}
