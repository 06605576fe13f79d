/**
 * `npm test [PART …]`: builds, checks the format and the lint rules, and runs the tests whose path holds one of the parts
 * (all, if none is given). Ends with node's own summary, and with the exit code of the first thing that failed.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Nothing here takes a minute; what takes five hangs. */
const fileTimeoutMs = 300_000;

/** Most tests wait for processes most of the time; one more than there are cores keeps these busy. */
const together = availableParallelism() + 1;

must("node", ["src/build.mjs"]);
must("node_modules/.bin/prettier", ["--check", "--cache", "--log-level=warn", "."]);
must("node_modules/.bin/oxlint", ["--type-aware", "--deny-warnings"], "pipe");

const parts = process.argv.slice(2);
const files = readdirSync(join(root, ".build/test"), { recursive: true })
  .filter((path) => path.endsWith(".test.js") && (parts.length === 0 || parts.some((part) => path.includes(part))))
  .map((path) => join(".build/test", path))
  .sort();
if (files.length === 0) {
  console.error(`test: no test has ${parts.map((part) => JSON.stringify(part)).join(" or ")} in its path below test/`);
  process.exit(2);
}
must("node", [
  "--enable-source-maps",
  "--test",
  `--test-concurrency=${together}`,
  "--test-reporter=spec",
  `--test-timeout=${fileTimeoutMs}`,
  ...files,
]);

/** Runs a program; ends with its exit code unless it is 0. With "pipe", what it printed is shown only then. */
function must(command, words, output = "inherit") {
  const { status, error, stdout, stderr } = spawnSync(command, words, { cwd: root, stdio: ["ignore", output, output] });
  if (error !== undefined) throw error;
  if (status === 0) return;
  process.stdout.write(stdout ?? "");
  process.stderr.write(stderr ?? "");
  process.exit(status ?? 1);
}
