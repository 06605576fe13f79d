/** `[fence HOST]`: devices, in the order in which they are tried. What an agent may be told is in `fence-parameters.ts`. */
import { complainOfMissing, readParameters, type FenceContext } from "./fence-parameters.ts";
import { constantText } from "./scope.ts";
import { mergeDefaults, noSettings, overlay, readSettings, type ReadSettings } from "./settings.ts";
import { lineOf } from "./source.ts";
import type { Command, Section } from "./tree.ts";
import type { FenceDevice } from "../core/configuration.ts";

const defaultTimeoutMs = 30_000;

export interface ReadDevice {
  readonly device: FenceDevice;
  readonly command: Command;
}

export function readDevices(section: Section, context: FenceContext): readonly ReadDevice[] {
  const { complaints } = context;
  let defaults: ReadSettings = noSettings;
  const devices: ReadDevice[] = [];
  for (const line of section.lines) {
    switch (line.kind) {
      case "command": {
        const device = line.isBroken ? null : readDevice(line, defaults, context);
        if (device !== null) devices.push({ device, command: line });
        break;
      }
      case "defaults":
        if (devices.length > 0 && !line.isBroken) {
          complaints.add(
            "E312",
            line.span,
            "braces alone on a line are for the whole section, and stand above its first device",
            null,
          );
          break;
        }
        defaults = mergeDefaults(
          defaults,
          readSettings(line.options, { owners: ["fence device"], isDefaults: true, what: "a fence device" }, context),
          complaints,
        );
        break;
      case "when":
      case "if":
        complaints.add(
          "E504",
          { start: line.span.start, end: line.span.start + line.kind.length },
          `\`${line.kind}\` belongs into a rule, not into \`[fence]\``,
          null,
        );
        break;
      case "assignment":
      case "unreadable":
        break;
    }
  }
  if (section.lines.length === 0) {
    complaints.add(
      "E209",
      section.header.span,
      "there is no device in this section",
      "write one below, such as `fence_ipmilan ip=10.0.0.101 username=ha password_file=secrets/ipmi`",
    );
  }
  return devices;
}

/** How long all devices of a host may take, one after the other. */
export function fencingTimeMs(devices: readonly FenceDevice[]): number {
  return devices.reduce((sum, device) => sum + device.timeoutMs * (device.retries + 1), 0);
}

function readDevice(command: Command, defaults: ReadSettings, context: FenceContext): FenceDevice | null {
  const { complaints, surroundings } = context;
  const own = readSettings(
    command.options,
    { owners: ["fence device"], isDefaults: false, what: "a fence device" },
    context,
  );
  const settings = overlay(defaults.settings, own.settings);
  const place = { file: complaints.source.name, line: lineOf(complaints.source, command.span.start) };
  const { timeoutMs = defaultTimeoutMs, retries = 0 } = settings;
  const [agentWord, ...rest] = command.words;
  if (agentWord === undefined) return null;
  const agent = constantText(agentWord, context.scope, complaints);
  if (agent === null) return null;
  if (agent === "manual") {
    const [extra] = rest;
    if (extra !== undefined)
      complaints.add("E511", extra.span, "`manual` has no parameters: it stands for a person", null);
    return { agent: null, name: "manual", parameters: [], secrets: [], timeoutMs, retries, canProve: true, place };
  }
  const found = surroundings.findFenceAgent(agent);
  if (found.kind === "refused") {
    complaints.add("E510", agentWord.span, `the fence agent \`${agent}\` cannot be run: ${found.reason}`, found.hint);
    return null;
  }
  const metadata = surroundings.fenceAgent(found.path);
  if (metadata === null) {
    complaints.add(
      "E510",
      agentWord.span,
      `the fence agent \`${agent}\` does not say what it can do: its metadata could not be read`,
      `look at what \`${found.path} -o metadata\` prints`,
    );
    return null;
  }
  if (!metadata.actions.includes("off")) {
    complaints.add(
      "E510",
      agentWord.span,
      `the fence agent \`${agent}\` cannot switch a host off`,
      `it can ${metadata.actions.join(", ")}`,
    );
    return null;
  }
  const given = readParameters(command, metadata, context);
  if (given === null) return null;
  complainOfMissing(given, metadata, { agent, span: agentWord.span }, context);
  const name = agent.split("/").at(-1) ?? agent;
  const canProve = metadata.actions.includes("status") && !isHeuristic(name);
  return { agent: found.path, name, ...given, timeoutMs, retries, canProve, place };
}

/** It switches nothing off, whatever it says: it only looks whether this host should fence. */
export function isHeuristic(agent: string): boolean {
  return agent.startsWith("fence_heuristics");
}
