/**
 * `npm run coverage`: how many branches of `src/core` and of `src/store` the tables, the scenarios and the simulated worlds
 * reach, by file; ends with 1 if that is under 95 % of either. What is not reached says in its place why.
 *
 * End-to-end tests are left out on purpose: they reach a lot, and say little of what was wrong when they fail.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, ".build/coverage");
const branchesMin = 95;

/** Tables and scenarios, the worlds, and the table of how resource agents end, which stands with the agents. */
const parts = /^(core|store|scenario)\/|^world\/(simulate|contract)|^ocf\/action-end/;

/** What a world can reach is reached after some tens of them; `npm test` plays more. */
const worlds = "40";

const tests = readdirSync(join(root, ".build/test"), { recursive: true })
  .filter((path) => path.endsWith(".test.js") && parts.test(path))
  .map((path) => join(".build/test", path))
  .sort();
const environment = { NODE_V8_COVERAGE: folder, WORLDS: worlds };
const words = ["--test", `--test-concurrency=${availableParallelism()}`, "--test-reporter=spec", ...tests];
const tested = run(process.execPath, words, { environment, output: "pipe" });
if (tested.status !== 0) {
  process.stdout.write(tested.stdout.slice(Math.max(0, tested.stdout.indexOf("✖ failing tests:"))));
  process.exit(1);
}
for (const part of ["src/core", "src/store"]) {
  const options = ["--temp-directory", folder, "--exclude-after-remap", "--include", `${part}/**`];
  const limits = ["--check-coverage", "--branches", `${branchesMin}`, "--lines", "0"];
  console.log(part);
  const { status } = run("node_modules/.bin/c8", ["report", ...options, ...limits], { output: "inherit" });
  if (status !== 0) process.exitCode = 1;
}

function run(command, words, { environment = {}, output }) {
  const stdio = ["ignore", output, "inherit"];
  const env = { ...process.env, ...environment };
  const ended = spawnSync(command, words, { cwd: root, stdio, env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (ended.error !== undefined) throw ended.error;
  return ended;
}
