/** What the action promote_kv runs: `node promote-kv.js FOLDER HOST` makes the server of HOST the master. Exit 0 if it is now, else 1. */
import { findPort } from "./hosts.ts";
import { askOnce } from "./kv-client.ts";

const promoteWithinMs = 2_000;

const [, , folder = "", host = ""] = process.argv;
const port = findPort(folder, host);
const answer = port === null ? null : await askOnce(port, "PROMOTE", promoteWithinMs);
if (answer?.kind === "line" && answer.line.startsWith("OK master")) {
  console.log(`${host}: ${answer.line.slice("OK ".length)}`);
} else {
  console.error(
    `${host} was not promoted: ${answer === null ? "it is not in the file hosts" : JSON.stringify(answer)}`,
  );
  process.exitCode = 1;
}
