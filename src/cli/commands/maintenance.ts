/** Rules, held by a person for a while. */
import { parseDuration } from "../../base/duration.ts";
import type { ParamsOf } from "../../wire/methods.ts";
import { askDaemon, printAccepted } from "../ask.ts";
import type { Command, Invocation } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { hintForEnd, hintForScope } from "../meant.ts";
import { renderMaintenance } from "../render-status.ts";
import { parseStatus } from "../status-shape.ts";

export const maintenance: Command = {
  name: "maintenance",
  usage: "[on|off [everything | HOST | CHECK | CHECK on HOST | RULE]]",
  wordsMin: 0,
  wordsMax: 6,
  summary: "hold the rules of everything, or of one host, check or rule",
  details: [
    "Checks go on and are shown; rules do not fire. A transition seen in maintenance is not made up for afterwards; a `when` that is true when it ends counts from then.",
    "With neither `on` nor `off` it shows what is in maintenance, until when, and why. Say when it ends and why: a maintenance that is forgotten is a failover that does not come.",
  ],
  options: [
    { name: "for", value: "DURATION", help: "ends by itself after 30m, 2h, 1d; without it, only by `maintenance off`" },
    { name: "reason", value: "TEXT", help: "shown to everybody who asks for the status" },
  ],
  completes: [
    ["=on", "=off"],
    ["=everything", "hosts", "checks", "rules"],
  ],
  examples: [
    ["maintenance on --for 2h --reason 'kernel update'", "nothing fires for two hours"],
    ["maintenance on host2 --for 30m", "no rule that has to do with host2"],
    ["maintenance off", "everything fires again"],
    ["maintenance", "what is in maintenance now"],
  ],
  run: async (invocation) => {
    const { words, values } = invocation;
    if (words.length === 0 && values.get("for") === undefined && values.get("reason") === undefined)
      return showMaintenance(invocation);
    const params = paramsOf(invocation);
    if (typeof params === "string") {
      invocation.terminal.complain(`failoverctl: ${params}`);
      return exitCodes.usage;
    }
    const hint = params.on ? hintForScope(params.scope) : hintForEnd();
    const asked = await askDaemon(invocation, "maintenance", params, hint);
    return asked.kind === "failed" ? asked.exitCode : printAccepted(invocation, asked.result);
  },
};

async function showMaintenance(invocation: Invocation): Promise<number> {
  const { terminal, isJson } = invocation;
  const asked = await askDaemon(invocation, "status", {});
  if (asked.kind === "failed") return asked.exitCode;
  const parsed = parseStatus(asked.result, "status");
  if (!parsed.ok) {
    terminal.complain(
      `failoverctl: the daemon is of another version, and its status cannot be shown: ${parsed.sentence}`,
    );
    return exitCodes.notWell;
  }
  const { maintenance: inForce } = parsed.value;
  if (isJson) terminal.print(JSON.stringify({ maintenance: inForce }));
  else
    terminal.print(
      inForce.length === 0 ? "nothing is in maintenance" : renderMaintenance(inForce, terminal).join("\n"),
    );
  return exitCodes.well;
}

/** What to ask for, or what is wrong with the command line. */
function paramsOf({ words, values }: Invocation): ParamsOf<"maintenance"> | string {
  const [onOrOff, ...scope] = words;
  if (onOrOff === undefined) return "--for and --reason go with maintenance on";
  if (onOrOff !== "on" && onOrOff !== "off") return `maintenance is on or off, not ${JSON.stringify(onOrOff)}`;
  const given = values.get("for");
  const forMs = given === undefined ? undefined : parseDuration(given);
  if (forMs === null || forMs === 0)
    return `--for needs a duration such as 30m, 2h or 1d, not ${JSON.stringify(given)}`;
  const reason = values.get("reason");
  if (onOrOff === "off" && (given !== undefined || reason !== undefined))
    return "--for and --reason go with maintenance on";
  return {
    on: onOrOff === "on",
    scope: scope.length === 0 || scope.join(" ") === "everything" ? "*" : scope.join(" "),
    ...(forMs === undefined ? {} : { forMs }),
    ...(reason === undefined ? {} : { reason }),
  };
}
