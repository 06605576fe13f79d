/** The examples in checks/README.md and actions/README.md do what the text says of them. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readPlugin } from "../../src/dialect/plugin.ts";
import { repositoryRoot } from "../root.ts";
import { makeFolder } from "./folder.ts";
import { run } from "./script.ts";

function example(folder: string): string {
  const readme = readFileSync(join(repositoryRoot, folder, "README.md"), "utf8");
  const [, script] = /^```sh\n(.*?)^```$/ms.exec(readme) ?? [];
  assert.ok(script !== undefined, `${folder}/README.md has an example`);
  assert.ok(script.split("\n").length <= 11, "ten lines");
  return script;
}

void test("a check of one's own", async (context) => {
  const folder = makeFolder(context);
  const check = join(folder, "check_queue");
  const queue = join(folder, "queue");
  writeFileSync(check, example("checks"), { mode: 0o755 });
  const ask = async () => {
    const { code, ...printed } = await run([check, queue]);
    const { status, output, metrics } = readPlugin(
      { kind: "exited", code: code ?? -1 },
      { ...printed, droppedBytes: 0 },
    );
    return { status, output, jobs: metrics.map(({ value }) => value) };
  };
  assert.deepEqual(await ask(), { status: "unknown", output: `UNKNOWN - there is no ${queue}`, jobs: [] });
  mkdirSync(queue);
  assert.deepEqual(await ask(), { status: "slave", output: "SLAVE - 0 jobs wait", jobs: [0] });
  writeFileSync(join(queue, "lease"), "");
  writeFileSync(join(queue, "1.job"), "");
  assert.deepEqual(await ask(), { status: "master", output: "MASTER - 1 jobs wait", jobs: [1] });
  for (let number = 2; number <= 101; number += 1) writeFileSync(join(queue, `${number}.job`), "");
  assert.deepEqual(await ask(), { status: "critical", output: "CRITICAL - 101 jobs wait", jobs: [101] });
});

void test("an action of one's own", async (context) => {
  const folder = makeFolder(context);
  const action = join(folder, "switch_config");
  writeFileSync(action, example("actions"), { mode: 0o755 });
  writeFileSync(join(folder, "host1.conf"), "");
  const act = (...words: string[]) => run([action, ...words], { env: { APP_FOLDER: folder } });
  assert.deepEqual(await act("host1"), { code: 0, stdout: "host1 is in force\n", stderr: "" });
  assert.equal(readlinkSync(join(folder, "current.conf")), "host1.conf");
  assert.deepEqual(await act("host1"), { code: 0, stdout: "host1 is in force already\n", stderr: "" });
  assert.deepEqual(await act("host2"), { code: 2, stdout: "", stderr: `there is no ${folder}/host2.conf\n` });
});
