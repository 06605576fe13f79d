/**
 * Processes under remote control, in a process that can be killed: `node small-daemon.js VAR`. Each line of its standard
 * input is a call, `["startCheck", 1, {…}, 500]`; each line of its output is an event.
 */
import { createInterface } from "node:readline";
import { createProcesses } from "../../src/host/real-processes.ts";
import type { Call } from "./remote.ts";

const processes = createProcesses({
  varFolder: process.argv[2] ?? "",
  onEvent: (event) => console.log(JSON.stringify(event)),
});

createInterface({ input: process.stdin }).on("line", (line) => {
  const call = parseCall(line);
  if (call[0] === "startCheck") processes.startCheck(call[1], call[2], call[3]);
  else if (call[0] === "startStep") processes.startStep(call[1], call[2], call[3]);
  else processes.killStep(call[1]);
});

function parseCall(line: string): Call {
  const call: Call = JSON.parse(line);
  return call;
}
