/** What the end of a resource agent's action means, and what is said of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endedWell, exitReasonOf, shownWords, whyAgentFailed } from "../../src/core/agent-action.ts";
import type { Outcome } from "../../src/core/result.ts";

const unknownState = ": stop failed: the state of IPaddr2 on host1 is unknown, it may still run: fence it";

const rows: readonly (readonly [command: string, outcome: number | Outcome, output: string, why: string | null])[] = [
  ["ocf:heartbeat:IPaddr2 start", 0, "ocf-exit-reason:not asked for\n", null],
  ["ocf:heartbeat:IPaddr2 start", 1, "", ""],
  ["ocf:heartbeat:IPaddr2 start", 1, "a\nocf-exit-reason:one\nb\nocf-exit-reason:two\nc", ": two"],
  ["ocf:heartbeat:IPaddr2 start", 2, "", ": it was given wrong arguments"],
  ["ocf:heartbeat:IPaddr2 start", 3, "", ": it does not know this action"],
  ["ocf:heartbeat:IPaddr2 start", 4, "", ": it has not the permissions that it needs"],
  ["ocf:heartbeat:IPaddr2 start", 5, "", ": it is not installed"],
  ["ocf:heartbeat:IPaddr2 start", 6, "ocf-exit-reason:no ip\n", ": it is not configured: no ip"],
  ["ocf:pacemaker:Stateful promote", 7, "", ": it is not running"],
  ["ocf:pacemaker:Stateful start", 8, "", ": it runs as master"],
  ["ocf:pacemaker:Stateful demote", 9, "", ": it failed as master"],
  ["ocf:pacemaker:Stateful demote", 77, "", ""],
  [
    "ocf:pacemaker:Stateful start",
    6,
    `ocf-exit-reason:a\u001b[31mb${"x".repeat(400)}\n`,
    `: it is not configured: a [31mb${"x".repeat(293)}`,
  ],
  ["ocf:pacemaker:Stateful start", { kind: "timed-out", afterMs: 5 }, "ocf-exit-reason:slow", ": slow"],
  ["ocf:heartbeat:IPaddr2 stop", 0, "", null],
  ["ocf:heartbeat:IPaddr2 stop", 1, "", unknownState],
  ["ocf:heartbeat:IPaddr2 stop", 6, "ocf-exit-reason:no ip", `: it is not configured: no ip${unknownState}`],
  ["ocf:heartbeat:IPaddr2 stop", 7, "", `: it ended with 7, which is no answer to a stop${unknownState}`],
  ["ocf:heartbeat:IPaddr2 stop", { kind: "killed", signal: "SIGKILL" }, "", unknownState],
  ["ocf:heartbeat:IPaddr2 stop", { kind: "timed-out", afterMs: 5 }, "", unknownState],
  ["ocf:pacemaker:Stateful monitor", 0, "", null],
  ["ocf:pacemaker:Stateful monitor", 8, "", null],
  ["ocf:pacemaker:Stateful monitor", 190, "", null],
  ["ocf:pacemaker:Stateful monitor", 191, "", null],
  ["ocf:pacemaker:Stateful monitor", 7, "", ": it is not running"],
  ["ocf:pacemaker:Stateful monitor", 9, "", ": it failed as master"],
  ["plumb stop", 6, "ocf-exit-reason:no ip", ""],
  ["plumb monitor", 8, "", ""],
];

for (const [command, ended, output, why] of rows) {
  const outcome: Outcome = typeof ended === "number" ? { kind: "exited", code: ended } : ended;
  void test(`${command}, ${typeof ended === "number" ? ended : ended.kind}, ${JSON.stringify(output.slice(0, 30))}`, () => {
    const words = command.split(" ");
    assert.equal(endedWell(words, outcome), why === null);
    assert.equal(whyAgentFailed(words, { outcome, output }, "host1"), why ?? "");
  });
}

void test("a reason is a line behind the mark, or there is none", () => {
  assert.equal(exitReasonOf("nothing of the kind"), null);
  assert.equal(exitReasonOf("ocf-exit-reason:"), "");
  assert.equal(exitReasonOf("ocf-exit-reason:a\nb"), "a");
});

void test("what an agent is told is shown with its command, but for what is a secret", () => {
  const env = {
    OCF_ROOT: "/usr/lib/ocf",
    OCF_RESKEY_CRM_meta_timeout: "30000",
    OCF_RESKEY_ip: "10.0.0.10",
    OCF_RESKEY_admin_password: "geheim",
    OCF_RESKEY_options: "a b",
    OCF_RESKEY_ssl_key: "geheim",
    OCF_RESKEY_keyfile: "/etc/key",
    LANG: "C",
  };
  const parameters = ["ip=10.0.0.10", "admin_password=…", "options=a b", "ssl_key=…", "keyfile=/etc/key"];
  const agent = ["ocf:heartbeat:Any", "start"];
  assert.deepEqual(shownWords({ words: agent, env }), [...agent, ...parameters]);
  assert.deepEqual(shownWords({ words: ["plumb", "start"], env }), ["plumb", "start"]);
});
