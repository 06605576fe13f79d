/** What readers are told of a run: the words of its actions. Passwords in an environment or a parameter are not for them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { twoSlaves } from "./two-hosts.ts";

const box = `if [ "$*" = "-o metadata" ]; then
cat <<'END'
<resource-agent name="fence_box"><parameters>
<parameter name="action" required="1"><content type="string" default="reboot"/></parameter>
<parameter name="ip" required="1"><content type="string"/></parameter>
<parameter name="password" required="0"><content type="string"/></parameter>
</parameters><actions><action name="off"/><action name="status"/></actions></resource-agent>
END
exit; fi
case $(cat) in *action=status*) exit 2 ;; esac`;

void test("whoever reads of a run is told what was started, and no environment and no parameter", async (t) => {
  const run = '[slave_to_master]\none now { env PGPASSWORD=s3cret-env, undo "two" }\nfence host2\n';
  const withSecrets = `${run}[fence host2]\nfence_box ip=10.0.0.1 password=s3cret-parameter\n`;
  const daemon = await twoSlaves(t, { actionsConf: withSecrets, scripts: { fence_box: box } });
  const reader = await daemon.connect("query.sock");
  assert.ok(reader !== null);
  await reader.ask("subscribe", {});
  await daemon.report("role", "host1", "master");
  assert.equal((await daemon.entry("run-end")).outcome, "done");
  await daemon.until("the reader to hear of it", () =>
    Promise.resolve(reader.entries.some(({ kind }) => kind === "run-end") || null),
  );
  const late = await daemon.connect("query.sock");
  await late?.ask("subscribe", { fromSeq: 1 });
  await daemon.until("a late reader to hear of it", () =>
    Promise.resolve(late?.entries.some(({ kind }) => kind === "run-end") || null),
  );
  const asked = (await reader.ask("history")).result?.entries ?? [];
  const listed = (await daemon.ctl("--json", "history")).stdout;
  await daemon.end();
  const readFromFiles = (await daemon.ctl("--json", "history")).stdout;
  for (const told of [reader.entries, late?.entries, asked]) {
    const start = told?.find(({ kind }) => kind === "run-start");
    assert.ok(start?.kind === "run-start");
    assert.deepEqual(start.actions, [
      ["one", "now"],
      ["fence", "host2"],
    ]);
  }
  for (const told of [JSON.stringify([reader.entries, late?.entries, asked]), listed, readFromFiles]) {
    assert.match(told, /"actions":\[\["one","now"\],\["fence","host2"\]\]/);
    assert.doesNotMatch(told, /s3cret/);
  }
  reader.close();
  late?.close();
});
