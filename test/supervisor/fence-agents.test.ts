/** What fence agents say of themselves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readMetadata } from "../../src/supervisor/agent-metadata.ts";

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
