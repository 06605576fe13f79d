/** What fence agents say of themselves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isUnanswered } from "../../src/language/surroundings.ts";
import { processesWith, until } from "../host/proc.ts";
import { askMetadata, readMetadata } from "../../src/supervisor/agent-metadata.ts";

const xml = `<?xml version="1.0" ?>
<resource-agent name="fence_box" shortdesc="Fence agent for a box" >
<longdesc>Boxes &amp; more</longdesc>
<parameters>
	<parameter name="action" unique="0" required="1">
		<getopt mixed="-o, --action=[action]" />
		<content type="string" default="reboot"  />
		<shortdesc lang="en">Fencing action</shortdesc>
	</parameter>
	<parameter name="ip" unique="0" required="1" obsoletes="ipaddr">
		<content type="string"  />
	</parameter>
	<parameter name='greeting' unique="0" required="0">
		<content type="string" default="&lt;a&gt; &quot;b&quot; &amp;lt;"  />
	</parameter>
</parameters>
<actions>
	<action name="on" automatic="0"/>
	<action name="off" />
	<action name="status" />
</actions>
</resource-agent>`;

void test("parameters, defaults and actions", () => {
  assert.deepEqual(readMetadata(xml), {
    name: "fence_box",
    parameters: [
      { name: "action", isRequired: true, default: "reboot", type: "string" },
      { name: "ip", isRequired: true, default: null, type: "string" },
      { name: "greeting", isRequired: false, default: `<a> "b" &lt;`, type: "string" },
    ],
    actions: ["on", "off", "status"],
  });
});

void test("what is no metadata is none", () => {
  for (const text of ["", "Traceback (most recent call last):", "<html></html>"])
    assert.equal(readMetadata(text), null);
});

const unanswered: readonly { readonly script: string; readonly want: RegExp; readonly timeoutMs?: number }[] = [
  { script: "exec sleep 60", want: /^it took longer than 200 ms$/, timeoutMs: 200 },
  {
    script: String.raw`echo one >&2; printf 'no module \033[1m\n' >&2; exit 3`,
    want: /^it ended with exit code 3, and said: no module \\x1b\[1m$/,
  },
  { script: "kill -SEGV $$", want: /^it was ended by SIGSEGV$/ },
  { script: "exec /nowhere/python", want: /^it ended with exit code 127, and said: .*\/nowhere\/python/ },
];

for (const { script, want, timeoutMs = 60_000 } of unanswered) {
  void test(`an agent that gives no answer: ${script}`, async () => {
    const answer = await askMetadata("/bin/sh", ["-c", script], { timeoutMs });
    assert.ok(isUnanswered(answer));
    assert.match(answer.why, want);
  });
}

void test("an agent that answers with something else is no agent; one that is not there did not answer", async () => {
  assert.equal(await askMetadata("/bin/sh", ["-c", "echo hello"]), null);
  const absent = await askMetadata("/nowhere/fence_box", []);
  assert.deepEqual(absent, { kind: "unanswered", why: "it could not be asked (ENOENT)" });
});

void test("an agent that hangs is ended with all that it started", async (context) => {
  const mark = `failoverd-asked-${process.pid}`;
  const answer = await askMetadata("/bin/sh", ["-c", "sleep 60 & sleep 60"], { timeoutMs: 200, env: { MARK: mark } });
  assert.ok(isUnanswered(answer));
  context.after(() => processesWith(`MARK=${mark}`).forEach((pid) => process.kill(pid, "SIGKILL")));
  await until(() => processesWith(`MARK=${mark}`).length === 0, "nothing of it is left");
});
