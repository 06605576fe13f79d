/**
 * Fencing with a real agent, by hand and by rule: what it proves, how a person takes part, and that a parameter which comes
 * out of a file is nowhere to be found but in the agent itself.
 */
import assert from "node:assert/strict";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { skipWithout } from "../checks/needs.ts";
import { hasTerminal, runOnTerminal } from "../cli/pseudo-terminal.ts";
import { processesWith, readProc } from "../host/proc.ts";
import type { Printed, RealDaemon } from "./real-daemon.ts";
import { twoSlaves } from "./two-hosts.ts";

const skip = skipWithout({ programs: { "/usr/sbin/fence_dummy": "fence-agents" } });

const onTerminal = { skip: skip === false && !hasTerminal ? "there is no script(1) to make a terminal with" : skip };

/** Begins with host1 on; `lines` stand in `[fence host1]`. POWER is the file in which the agent keeps whether it is. */
async function withFence(
  t: TestContext,
  lines: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<RealDaemon> {
  const daemon = await twoSlaves(t, { actionsConf: "[on_failure]\none\n" });
  for (const [path, content] of Object.entries({ power: "on", ...files }))
    daemon.writeFile(path, content.replaceAll("POWER", join(daemon.root, "power")), 0o600);
  const devices = lines.join("\n").replaceAll("POWER", join(daemon.root, "power"));
  daemon.write({
    "actions.conf": `[on_failure]\none\n[rule go]\nwhen host1 is critical\ntwo\nfence host1\nthree\n[fence host1]\n${devices}\n`,
  });
  const { code, stderr } = await daemon.ctl("reload");
  assert.equal(code, 0, stderr);
  return daemon;
}

const dummy = "fence_dummy status_file=POWER";

/** The sentences of history as failoverctl prints them, without time and kind. */
const linesOf = ({ stdout }: Printed): readonly string[] =>
  stdout.split("\n").map((line) => line.replace(/^\d{4}-\d\d-\d\d \S+ {2}\S+ +/, ""));

void test("by hand: switched off, proven, asked, switched on again by others, asked again", { skip }, async (t) => {
  const daemon = await withFence(t, [dummy]);
  const off = await daemon.ctl("fence", "host1", "--yes");
  assert.equal(off.code, 0, off.stderr);
  assert.match(off.stdout, /^run 1 of fence host1 has started\n/);
  assert.match(off.stdout, /fence host1, by hand: to be switched off and proven off by fence_dummy\n/);
  assert.match(off.stdout, /fence_dummy off: exit 0 after .*, now asking whether it is off\n/);
  assert.match(off.stdout, /fence_dummy status: exit 2 after .*: host1 is proven off\n/);
  assert.equal(daemon.readFile("power"), "off");

  const asked = await daemon.ctl("fence", "host1", "status");
  assert.equal(asked.code, 0);
  assert.match(asked.stdout, /run 2 of fence host1 status has started\n[^]*: fence_dummy says that host1 is off\n/);
  daemon.writeFile("power", "on", 0o600);
  const again = await daemon.ctl("--json", "fence", "host1", "status");
  const kinds = again.stdout
    .trim()
    .split("\n")
    .map((line) => /"kind":"([a-z-]+)"/.exec(line)?.[1]);
  assert.deepEqual([again.code, kinds], [0, ["run-start", "step-start", "step-end", "run-end"]]);
  assert.match(again.stdout, /fence_dummy says that host1 is on/);
  assert.equal(daemon.readFile("power"), "on", "asking switches nothing off");
  assert.deepEqual(daemon.done(), [], "nothing is triggered");
});

void test("by hand: what is refused, and what happens without a word of a person", { skip }, async (t) => {
  const daemon = await withFence(t, ["fence_dummy type=fail power_timeout=1", "manual"]);
  const refused = async (...words: readonly string[]): Promise<string> => {
    const { code, stderr } = await daemon.ctl("fence", ...words);
    return `${code} ${stderr.trimEnd()}`;
  };
  assert.equal(
    await refused("host3", "--yes"),
    "4 failoverctl: there is no [fence host3] in actions.conf; did you mean host1?",
  );
  assert.match(await refused("host2", "status"), /^4 .*there is no \[fence host2\] in actions\.conf$/);
  assert.match(await refused("host1", "now"), /^2 .*behind the host stands `status` or nothing, not "now"$/);
  assert.match(await refused("host1"), /^2 .*there is no terminal to ask on; --yes does it without asking$/);
  assert.deepEqual(daemon.entriesOf("run-start"), []);
});

void test("a device that does not answer is said, and the next is asked all the same", { skip }, async (t) => {
  const daemon = await withFence(t, ["fence_dummy status_file=POWER-odd", dummy], { "power-odd": "neither" });
  const { code, stdout } = await daemon.ctl("fence", "host1", "status");
  assert.equal(code, 1);
  const ends = linesOf({ code, stdout, stderr: "" }).filter((line) => /fence_dummy status: exit/.test(line));
  assert.deepEqual(
    ends.map((line) => line.replace(/^.*: fence_dummy /, "")),
    ["does not say whether host1 is off", "says that host1 is on"],
  );
  assert.deepEqual(daemon.done(), [], "asking is no failure that triggers anything");
});

void test(
  "manual: the run waits for a person, says so everywhere, and goes on when he has said that it is done",
  { skip },
  async (t) => {
    const daemon = await withFence(t, ["fence_dummy type=fail power_timeout=1", "manual"]);
    const started = await daemon.client.ask("run", { rule: "go", isDryRun: false });
    assert.equal(started.error, undefined);
    const { run } = await daemon.entry("awaiting");
    const { stdout } = await daemon.ctl("status");
    assert.match(
      stdout,
      new RegExp(
        `^! host1 is slave, seen .* ago, and run ${run} waits for a person to switch it off: failoverctl abandon ${run}, unless it is to be switched off all the same \\(then failoverctl ack fence host1\\)$`,
        "m",
      ),
    );
    assert.match(
      (await daemon.ctl("plugin")).stdout,
      new RegExp(`run ${run} of go waits for somebody to switch host1 off, but host1 is slave, seen `),
    );
    const misspelt = await daemon.ctl("ack", "fence", "hots1");
    assert.deepEqual(
      [misspelt.code, misspelt.stderr],
      [4, "failoverctl: no run waits for a person to fence hots1; did you mean fence host1?\n"],
    );
    const busy = await daemon.ctl("fence", "host1", "--yes");
    assert.deepEqual(
      [busy.code, busy.stderr],
      [4, `failoverctl: run ${run} of go is in progress: one run at a time\n`],
    );
    assert.deepEqual(daemon.done(), ["[two]"]);
    assert.equal((await daemon.ctl("ack", "fence", "host1")).code, 0);
    const end = await daemon.entry("run-end");
    assert.equal(end.outcome, "done", end.sentence);
    assert.deepEqual(daemon.done(), ["[two]", "[three]"]);
  },
);

void test("by hand, on a terminal: a person is asked, with what is known of the host", onTerminal, async (t) => {
  const daemon = await withFence(t, [dummy]);
  const program = join(daemon.root, "bin/failoverctl");
  const answering = async (key: string): Promise<{ readonly code: number | null; readonly shown: string }> => {
    const asking = runOnTerminal([program, "fence", "host1"]);
    await asking.until(
      /host1 would be switched off\.\s+It\s+is\s+slave\s+now,\s+its\s+role\s+slave\.[^]*Switch host1 off now\? \[y\/N\]/,
    );
    asking.type(key);
    return { code: await asking.ended(), shown: asking.shown() };
  };
  const no = await answering("n\r");
  assert.deepEqual([no.code, daemon.readFile("power")], [1, "on"]);
  assert.match(no.shown, /nothing was done/);
  const yes = await answering("y\r");
  assert.deepEqual([yes.code, daemon.readFile("power")], [0, "off"]);
});

/** Every file below a folder. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isFile());
}

void test("a parameter that comes out of a file is nowhere but in the agent", { skip }, async (t) => {
  const token = "TOKEN-5f2c71";
  const spy = 'env; tr "\\0" "\\n" </proc/$PPID/environ; ps -ef';
  const daemon = await withFence(t, ["fence_dummy status_file_file=secrets/where delay=1 verbose=1"], {
    "conf/secrets/where": `POWER-${token}\n`,
  });
  daemon.write({ actions: { two: spy, three: spy } });
  daemon.writeFile(`power-${token}`, "on", 0o600);
  await daemon.client.ask("run", { rule: "go", isDryRun: false });

  /** While the agent runs, and it is seen to: every process, its arguments and its environment. */
  await daemon.entry("step-start", ({ command }) => command.join(" ") === "fence host1 fence_dummy off");
  const agent = await daemon.until("the agent to run", () => {
    const found = daemon.left().filter((pid) => readProc(pid, "cmdline").includes("fence_dummy"));
    return Promise.resolve(found.length > 0 ? found : null);
  });
  assert.deepEqual(processesWith(token), []);
  assert.ok(
    agent.every((pid) => readProc(pid, "cmdline") !== ""),
    "the agent was looked at while it ran",
  );

  const end = await daemon.entry("run-end");
  assert.equal(end.outcome, "done", end.sentence);
  assert.equal(daemon.readFile(`power-${token}`), "off", "the agent was given the parameter");
  await daemon.tableSaved();
  const holders = filesBelow(join(daemon.root, "var")).filter((path) => readFileSync(path, "latin1").includes(token));
  assert.deepEqual(holders, []);
  assert.ok(filesBelow(join(daemon.root, "var/runs")).length >= 4, "there are logs to look into");
  assert.ok(!daemon.stderr.includes(token));
  for (const words of [
    ["status", "--json"],
    ["history", "--json"],
    ["check", "--json"],
    ["explain", "go"],
  ])
    assert.ok(!(await daemon.ctl(...words)).stdout.includes(token), words.join(" "));
});

void test(
  "a secret is read at each use: one that others can read by then, or that is gone, is not used",
  { skip },
  async (t) => {
    const daemon = await withFence(t, ["fence_dummy status_file_file=secrets/where"], {
      "conf/secrets/where": "POWER\n",
    });
    const fails = async (): Promise<string> => {
      const { code, stdout } = await daemon.ctl("fence", "host1", "--yes");
      assert.equal(code, 1);
      return linesOf({ code, stdout, stderr: "" }).find((line) => /fence_dummy off: /.test(line)) ?? "";
    };
    daemon.writeFile("conf/secrets/where", "POWER\n", 0o640);
    assert.match(
      await fails(),
      /not started: fence_dummy: status_file: .*\/conf\/secrets\/where can be read by others: chmod 600 /,
    );
    daemon.writeFile("conf/secrets/where", "", 0o600);
    assert.match(await fails(), /not started: fence_dummy: status_file: .*\/conf\/secrets\/where is empty/);
    daemon.writeFile("conf/secrets/where", "one\ntwo\n", 0o600);
    assert.match(await fails(), /not started: fence_dummy: status_file: .*has more than one line/);
    daemon.writeFile("conf/secrets/where", `${join(daemon.root, "power")}\n`, 0o600);
    assert.equal((await daemon.ctl("fence", "host1", "--yes")).code, 0);
    assert.equal(daemon.readFile("power"), "off");
    assert.deepEqual(daemon.done(), ["[one]", "[one]", "[one]"], "each failure was looked after by [on_failure]");
  },
);
