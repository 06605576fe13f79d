/** `[fence HOST]`: devices, in the order in which they are tried. What an agent may be told is in `fence-parameters.ts`. */
import { complainOfMissing, readParameters, type FenceContext } from "./fence-parameters.ts";
import { rowsOf } from "./option-table.ts";
import { readPlainSection, type PlainSection } from "./plain-section.ts";
import { constantText } from "./scope.ts";
import { lineOf } from "./source.ts";
import { isUnanswered } from "./surroundings.ts";
import { shownText } from "./words.ts";
import type { Complaints } from "./complaints.ts";
import type { Settings } from "./setting-values.ts";
import type { Command, Section } from "./tree.ts";
import type { FenceDevice } from "../core/configuration.ts";

const defaultTimeoutMs = 30_000;

export interface ReadDevice {
  readonly device: FenceDevice;
  readonly command: Command;
}

const fenceSection: PlainSection = {
  title: "[fence]",
  line: "device",
  owner: "fence device",
  hints: {
    empty: "write one below, such as `fence_ipmilan ip=10.0.0.101 username=ha password_file=secrets/ipmi`",
    condition: null,
  },
};

export function readDevices(section: Section, context: FenceContext): readonly ReadDevice[] {
  return readPlainSection(section, fenceSection, context).flatMap(({ command, settings }) => {
    const device = readDevice(command, settings, context);
    return device === null ? [] : [{ device, command }];
  });
}

/** How long all devices of a host may take, one after the other. */
export function fencingTimeMs(devices: readonly FenceDevice[]): number {
  return devices.reduce((sum, device) => sum + device.timeoutMs * (device.retries + 1), 0);
}

function readDevice(command: Command, settings: Settings, context: FenceContext): FenceDevice | null {
  const { complaints, surroundings } = context;
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
    refuseForPerson(command, complaints);
    return { agent: null, name: "manual", parameters: [], secrets: [], timeoutMs, retries, canProve: true, place };
  }
  const found = surroundings.findFenceAgent(agent);
  if (found.kind === "refused") {
    complaints.add("E510", agentWord.span, `the fence agent \`${agent}\` cannot be run: ${found.reason}`, found.hint);
    return null;
  }
  const metadata = surroundings.fenceAgent(found.path);
  if (isUnanswered(metadata)) {
    const message = `the fence agent \`${agent}\` was asked what it can do, and did not say: ${metadata.why}`;
    complaints.add("E319", agentWord.span, message, `look at what \`${found.path} -o metadata\` prints`);
    return null;
  }
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
  const canProve = metadata.actions.includes("status") && whatItLooksAt(name) === null;
  return { agent: found.path, name, ...given, timeoutMs, retries, canProve, place };
}

/** What its section sets for all devices may stand there: it is for the others. */
function refuseForPerson({ options }: Command, complaints: Complaints): void {
  for (const option of options) {
    const name = option.kind === "plain" ? shownText(option.name) : "";
    if (option.kind !== "plain" || !rowsOf(["fence device"]).some((row) => row.name === name)) continue;
    const message = `\`${name}\` is not an option of \`manual\`: a person is waited for as long as it takes`;
    complaints.add("E303", option.name.span, message, "leave it out");
  }
}

/** An agent that switches nothing off, whatever it says, because it only looks: at what, behind "whether". HOST is the host. */
export function whatItLooksAt(agent: string): string | null {
  if (agent.startsWith("fence_heuristics")) return "this host should fence";
  return agent === "fence_crosslink" ? "HOST answers, and behind a pulled cable it does not either" : null;
}
