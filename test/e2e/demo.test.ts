/** `npm run demo` works, and leaves nothing behind: no process, no folder. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { processesWith } from "../host/proc.ts";
import { runProgram } from "./real-daemon.ts";

const demo = join(dirname(fileURLToPath(import.meta.url)), "../demo/demo.js");

void test("the demo fails over, says that nothing was lost, and ends with 0", async () => {
  const mark = `${process.pid}-${Date.now()}`;
  const { code, stdout, stderr } = await runProgram(process.execPath, [demo], { E2E_DEMO: mark });
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  assert.equal(stderr, "");
  assert.match(stdout, /nothing replicated was lost/);
  const folder = /(\S+failoverd-demo-\w+) is removed/.exec(stdout)?.[1] ?? "";
  assert.notEqual(folder, "");
  assert.equal(existsSync(folder), false);
  assert.deepEqual(processesWith(`E2E_DEMO=${mark}`), []);
});
