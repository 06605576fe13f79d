/**
 * Promoted although the old master lives: nothing behind a `fence` runs unless the device says that the host is off. And
 * the device's password is seen by the device alone.
 */
import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { noteDown, RealDaemon } from "./real-daemon.ts";

/**
 * A fence agent as the cluster project has them: parameters on standard input, 0 well, 2 from status: off. What it does is
 * in the file `power`: `on` and `off` are the host's, `stuck` is a device that says well and does nothing.
 */
const agent = `
if [ "$1" = -o ]; then
  cat <<'XML'
<?xml version="1.0" ?>
<resource-agent name="fence_test" shortdesc="for tests">
<parameters>
  <parameter name="action" unique="0" required="1"><content type="string" default="reboot" /></parameter>
  <parameter name="ip" unique="0" required="1"><content type="string" /></parameter>
  <parameter name="password" unique="0" required="0"><content type="string" /></parameter>
</parameters>
<actions><action name="on" /><action name="off" /><action name="status" /><action name="metadata" /></actions>
</resource-agent>
XML
  exit 0
fi
told=$(cat)
ip=$(echo "$told" | sed -n 's/^ip=//p')
action=$(echo "$told" | sed -n 's/^action=//p')
echo "$ip $action" >>"$E2E_ROOT/asked"
echo "$told" | grep -q '^password=hunter2$' && echo "$ip" >>"$E2E_ROOT/trusted"
tr '\\0' '\\n' </proc/$$/cmdline >>"$E2E_ROOT/argv"; env >>"$E2E_ROOT/environment"
power=$(cat "$E2E_ROOT/power.$ip")
case $action in
  off) [ "$power" = broken ] && exit 1; [ "$power" = on ] && echo off >"$E2E_ROOT/power.$ip"; exit 0;;
  status) [ "$power" = off ] && exit 2; exit 0;;
esac
exit 1`;

interface Row {
  readonly name: string;
  /** What the two devices do; `on` is a host that can be switched off. */
  readonly power: readonly [string, string];
  readonly wantOutcome: "done" | "failed";
  readonly wantDone: readonly string[];
  readonly wantAsked: RegExp;
}

const rows: readonly Row[] = [
  {
    name: "proven off, so the rest runs",
    power: ["on", "on"],
    wantOutcome: "done",
    wantDone: ["[promote][host2]"],
    wantAsked: /^first off\nfirst status\n$/,
  },
  {
    name: "the first device fails, the second proves it",
    power: ["broken", "on"],
    wantOutcome: "done",
    wantDone: ["[promote][host2]"],
    wantAsked: /^first off\nsecond off\nsecond status\n$/,
  },
  {
    name: "both say well, and the host is on: nothing behind it runs",
    power: ["stuck", "stuck"],
    wantOutcome: "failed",
    wantDone: [],
    wantAsked: /^first off\n(first status\n)+second off\n(second status\n)+$/,
  },
  {
    name: "both fail: nothing behind it runs",
    power: ["broken", "broken"],
    wantOutcome: "failed",
    wantDone: [],
    wantAsked: /^first off\nsecond off\n$/,
  },
];

const password = "hunter2";

for (const { name, power, wantOutcome, wantDone, wantAsked } of rows) {
  void test(`fence: ${name}`, async (t) => {
    const daemon = new RealDaemon({
      "checks.conf": "[passive]\n{ fall 1, stale 1h }\nrole { for host1 }\nrole { for host2 }\n",
      "actions.conf": `[rule lost]
when host1 is critical
fence host1
promote %SLAVE%
[fence host1]
fence_test ip=first password_file=secrets/power { timeout 1500ms }
fence_test ip=second password_file=secrets/power { timeout 1500ms }
`,
      actions: { fence_test: agent, promote: noteDown },
    });
    t.after(() => daemon.close());
    daemon.writeFile("conf/secrets/power", `${password}\n`, 0o600);
    daemon.writeFile("power.first", power[0]);
    daemon.writeFile("power.second", power[1]);
    await daemon.start();
    await daemon.report("role", "host1", "master");
    await daemon.report("role", "host2", "slave");
    await daemon.learned();
    await daemon.report("role", "host1", "critical");
    const end = await daemon.entry("run-end");
    assert.equal(end.outcome, wantOutcome, end.sentence);
    assert.deepEqual(daemon.done(), wantDone);
    assert.match(daemon.readFile("asked"), wantAsked);
    assert.notEqual(daemon.readFile("trusted"), "", "the device was told the password");
    await daemon.end();
    const seen = [
      daemon.readFile("argv"),
      daemon.readFile("environment"),
      daemon.stderr,
      JSON.stringify(daemon.entries),
    ];
    for (const text of [...seen, ...filesBelow(join(daemon.root, "var"))]) assert.equal(text.includes(password), false);
  });
}

void test("a password file that others can read is refused at load, and at use", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[passive]\n{ fall 1, stale 1h }\nrole { for host1 }\nrole { for host2 }\n",
    "actions.conf":
      "[rule lost]\nwhen host1 is critical\nfence host1\npromote\n[fence host1]\nfence_test ip=first password_file=secrets/power\n",
    actions: { fence_test: agent, promote: noteDown },
  });
  t.after(() => daemon.close());
  const secret = join(daemon.root, "conf/secrets/power");
  daemon.writeFile("conf/secrets/power", `${password}\n`, 0o644);
  daemon.writeFile("power.first", "on");
  const check = await daemon.ctl("check");
  assert.equal(check.code, 2);
  assert.match(check.stdout, /can be read by others[^]*chmod 600/);
  chmodSync(secret, 0o600);
  await daemon.start();
  await daemon.report("role", "host1", "master");
  await daemon.report("role", "host2", "slave");
  await daemon.learned();
  chmodSync(secret, 0o644);
  await daemon.report("role", "host1", "critical");
  const end = await daemon.entry("run-end");
  assert.equal(end.outcome, "failed");
  assert.match(end.sentence, /can be read by others: chmod 600/);
  assert.deepEqual([daemon.readFile("asked"), daemon.done()], ["", []]);
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
}
