/**
 * The traps that fence agents lay, each with a real agent: what they would do if they were told a little wrongly, what they say
 * without having done it, and what they make of what they are told.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { loadConfiguration } from "../../src/supervisor/configuration-files.ts";
import { readFenceStdin } from "../../src/supervisor/fence-stdin.ts";
import { foldersOf } from "../../src/supervisor/folders.ts";
import type { FenceDevice } from "../../src/core/configuration.ts";
import { skipWithout } from "../checks/needs.ts";
import { twoSlaves } from "../e2e/two-hosts.ts";

const skip = skipWithout({ programs: { "/usr/sbin/fence_dummy": "fence-agents" } });
const root = mkdtempSync(join(tmpdir(), "failoverd-traps-"));
after(() => rmSync(root, { recursive: true }));
const folders = foldersOf({ root, conf: null, var: null });
beforeEach(() => {
  mkdirSync(join(root, "conf"), { recursive: true });
  mkdirSync(join(root, "checks"), { recursive: true });
  put("conf/checks.conf", "[passive]\nrole { for host1 }\n");
});

function put(path: string, text: string): void {
  writeFileSync(join(root, path), text);
  chmodSync(join(root, path), 0o644);
}

void test("the trap itself: a misspelt parameter is a warning, and the agent reboots", { skip }, () => {
  const power = join(root, "power");
  writeFileSync(power, "off");
  const input = `atcion=status\nstatus_file=${power}\n`;
  const { status, stdout, stderr } = spawnSync("/usr/sbin/fence_dummy", { input, encoding: "utf8" });
  assert.deepEqual([status, stdout.trim()], [0, "Success: Rebooted"]);
  assert.match(stderr, /Ignoring unknown option/);
});

const loaded: readonly (readonly [device: string, want: RegExp])[] = [
  ["fence_dummy staus_file=/x", /^E511 `fence_dummy` has no parameter `staus_file` \(did you mean `status_file`\?\)$/],
  [
    "fence_dummy status_file = /x",
    /^E511 a fence agent takes parameters as name=value, and `status_file` is not that/m,
  ],
  ["fence_dummy action=status", /^E512 failoverd tells the agent itself what to do/],
  ["fence_dummy option=off", /^E512 /],
  [
    "fence_dummy -o status",
    /^E511 .*`-o` is not that \(options of the command line cannot be used: given any, an agent does not read/m,
  ],
  ["fence_dummy -v", /^E511 .*options of the command line cannot be used/],
  ["fence_dummy delay=2s", /^E511 `delay` of fence_dummy is a whole number of seconds, and `2s` is not/],
  [
    "fence_ipmilan ip=127.0.0.1 lanplus=ture",
    /^E511 `lanplus` of fence_ipmilan is a switch, 1 or 0, and `ture` is not/,
  ],
  ["fence_ipmilan ip=127.0.0.1 method=of", /^E511 `method` of fence_ipmilan is one of onoff, cycle, and `of` is not/],
  [
    "fence_rcd_serial serial_port=/dev/x",
    /^E510 the fence agent `fence_rcd_serial` cannot switch a host off \(it can reboot/,
  ],
  [
    "fence_ack_manual",
    /^E319 the fence agent `fence_ack_manual` was asked what it can do, and did not say: .* exit code 1/,
  ],
  [
    "fence_heuristics_ping ping_targets=127.0.0.1",
    /^W19 fence_heuristics_ping switches nothing off: it only looks whether/,
  ],
  [
    "fence_kdump nodename=host1",
    /^W19 fence_kdump cannot say whether host1 is off, and a fence that is not proven has failed/,
  ],
  [
    "fence_sbd devices=/dev/x plug=host1",
    /^W19 fence_sbd says that host1 is off as soon as its message is on the disk: only the watchdog/,
  ],
  [
    "fence_crosslink crosscableip=10.0.0.1 plug=host1",
    /^W19 fence_crosslink switches nothing off: it only looks whether host1 answers, and behind a pulled cable/,
  ],
  ["fence_scsi devices=/dev/x key=1", /^W19 fence_scsi keeps host1 from its storage, and host1 itself goes on/],
  ["fence_dummy delay=30", /^W20 `delay` alone takes 30 s, and fence_dummy is ended after 30 s/m],
  ["fence_ipmilan ip=127.0.0.1 username=u password=p lanplus=1 cipher=3 method=cycle delay=2", /^W15 /],
];

for (const [device, want] of loaded) {
  void test(`when the file is read: ${device}`, { skip }, async () => {
    put("conf/actions.conf", `[any_to_down]\nfence host1\n[fence host1]\n${device}\n`);
    const { complaints } = await loadConfiguration(folders, { localHost: "host1" });
    const ofDevice = complaints.filter(
      ({ line, code }) => line === 4 && (code !== "W19" || want.source.includes("W19")),
    );
    const said = ofDevice.map(({ code, message, hint }) => `${code} ${message}${hint === null ? "" : ` (${hint})`}`);
    assert.match(said.join("\n"), want);
  });
}

/** What a value becomes on its way through the agent's library: the name of the file that it makes. */
const values = [
  "plain",
  "with blanks",
  " before",
  "behind ",
  '"quoted"',
  'one"',
  "a=b",
  "#x",
  "$(id)",
  "ü",
  "'",
  '" "',
];

for (const value of values) {
  void test(`the agent is told ${JSON.stringify(value)} as it stands`, { skip }, () => {
    const folder = mkdtempSync(join(root, "values-"));
    const place = { file: "actions.conf", line: 1 };
    const device: FenceDevice = {
      agent: "/usr/sbin/fence_dummy",
      name: "fence_dummy",
      parameters: [["status_file", value]],
      secrets: [],
      timeoutMs: 1,
      retries: 0,
      canProve: true,
      place,
    };
    const stdin = readFenceStdin({ device, host: "host1", verb: "off" });
    assert.ok(stdin.kind === "stdin");
    assert.match(stdin.text, /^action=off\n/, "an agent that is not told what to do reboots");
    writeFileSync(join(folder, value), "on");
    execFileSync("/usr/sbin/fence_dummy", { cwd: folder, input: stdin.text, stdio: ["pipe", "ignore", "inherit"] });
    assert.deepEqual(readdirSync(folder), [value]);
  });
}

/** Each ends with 0: a gateway that answers, a cable that is pulled. */
const lookers: readonly (readonly [agent: string, parameters: string])[] = [
  ["fence_heuristics_ping", "ping_targets=127.0.0.1 ping_count=2 ping_good_count=1"],
  ["fence_crosslink", "crosscableip=240.0.0.1 plug=host1 timeout=1"],
];

for (const [agent, parameters] of lookers) {
  void test(`${agent} says off, has switched nothing off, and proves nothing`, { skip }, async (t) => {
    const daemon = await twoSlaves(t, {
      actionsConf: `[rule go]\nwhen host1 is critical\nfence host1\none\n[fence host1]\n${agent} ${parameters}\n`,
    });
    await daemon.client.ask("run", { rule: "go", isDryRun: false });
    const end = await daemon.entry("run-end");
    assert.equal(end.outcome, "failed");
    const said = `fence host1 ${agent} off ended with exit 0: ${agent} says off, but cannot prove it`;
    assert.ok(end.sentence.endsWith(said), end.sentence);
    const [step] = daemon.entriesOf("step-end");
    assert.match(step?.output ?? "", /^Success: (Powered|Already) OFF$/m);
    assert.deepEqual(daemon.done(), []);
    const asked = await daemon.ctl("fence", "host1", "status");
    assert.deepEqual(
      [asked.code, asked.stderr],
      [4, `failoverctl: no device of host1 can say whether it is off: ${agent}\n`],
    );
  });
}

void test(
  "an agent that takes too long is ended, and the next device proves it; none of them reboots",
  { skip },
  async (t) => {
    const daemon = await twoSlaves(t, { actionsConf: "[on_failure]\none\n" });
    const power = join(daemon.root, "power");
    const slow = `fence_dummy status_file=${power}.slow delay=60 { timeout 500ms }`;
    daemon.write({ "actions.conf": `[on_failure]\none\n[fence host1]\n${slow}\nfence_dummy status_file=${power}\n` });
    daemon.writeFile("power", "on");
    daemon.writeFile("power.slow", "on");
    assert.equal((await daemon.ctl("reload")).code, 0);
    const { code, stdout } = await daemon.ctl("fence", "host1", "--yes");
    assert.equal(code, 0, stdout);
    assert.match(
      stdout,
      /fence_dummy off: timed out and was ended after .*fence_dummy could not switch host1 off, the next device is fence_dummy\n/,
    );
    assert.deepEqual(
      [daemon.readFile("power.slow"), daemon.readFile("power")],
      ["on", "off"],
      "a reboot would leave it on",
    );
    assert.deepEqual(
      daemon.commandsLeft().filter((command) => command.includes("fence_dummy")),
      [],
    );
    assert.ok(existsSync(power));
  },
);
